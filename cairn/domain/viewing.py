"""Looking at somebody's pages: HR sees what a person sees and changes nothing; the log says who looked, and why."""

from cairn.domain.event import Event
from cairn.domain.private_text import PrivateText


class PersonViewed(Event):
    """HR began to look at a person's pages. How long is not recorded: it ends by a click or with the session."""

    person: str
    reason: PrivateText

    @property
    def stream(self) -> str:
        return viewings_of(self.person)


def viewings_of(person: str) -> str:
    """The stream of who looked at a person's pages."""
    return f"viewing-{person}"
