"""Looking at somebody's pages: allowed to HR alone, and recorded before anything is shown."""

from datetime import datetime

from cairn.application import access
from cairn.application.fields import check_writable
from cairn.application.repository import to_appends
from cairn.domain.identity import by_system
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn.domain.viewing import PersonViewed, viewings_of
from cairn.ledger import AppendConflict, Ledger

LONGEST_REASON = 500
"""Characters of a reason."""


class Viewings:
    """Who looks at whose pages. One instance serves a whole process."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def begin(self, by: Person, whom: Person, reason: str, at: datetime) -> None:
        """Records that somebody begins to look at a person's pages. Raises Refusal: it is HR's, with a reason, and
        nobody looks at themselves; the reason is a text that a log can hold."""
        access.require_views_as(by, whom)
        if not reason.strip():
            raise Refusal("viewing.reason", field="reason")
        check_writable(reason, "reason", "view", LONGEST_REASON)
        stream = viewings_of(whom.id)
        version = await self.ledger.version_of(stream)
        event = PersonViewed(person=whom.id, reason=reason.strip(), by=by.id, at=at)
        try:
            await self.ledger.append(
                to_appends([event], {stream: version}, by_system(stream, f"viewing:{version}"))
            )
        except AppendConflict:
            raise Refusal("command.stale", stream=stream) from None
