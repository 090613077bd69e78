"""What is wrong with a feed, its source or its rows: where, in a sentence, in both languages, all at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from cairn.i18n import Language, Message, message, say


@dataclass(frozen=True)
class FeedProblem:
    """One mistake. The place is a file, a line of the YAML or a row of a table, counted as a spreadsheet does."""

    place: Message
    sentence: Message

    def text(self, language: Language = "zh") -> str:
        return say(language, "{place}: {sentence}", place=self.place, sentence=self.sentence)


class FeedRefused(Exception):
    """The root of what a feed refuses; `problems` holds every mistake found, `text(language)` one a line."""

    def __init__(self, problems: Iterable[FeedProblem]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__(self.text("en"))

    def text(self, language: Language = "zh") -> str:
        return "\n".join(problem.text(language) for problem in self.problems)


class FeedInvalid(FeedRefused):
    """The feed's YAML cannot be used."""


class FeedRowsInvalid(FeedRefused):
    """Some rows of the source are no readings; nothing of the window is recorded."""


class FeedUnreadable(FeedRefused):
    """The source cannot be read now: a missing file, a database that is down, a query that it refuses."""


def in_feed(name: str, sentence: Message) -> FeedProblem:
    """A problem of the feed as a whole."""
    return FeedProblem(message("feed {name}", name=name), sentence)


def in_row(table: str, row: int, column: str, sentence: Message) -> FeedProblem:
    """A problem of one cell of a file or of a query's result."""
    place = message("{table}, row {row}, column {column}", table=table, row=row, column=column)
    return FeedProblem(place, sentence)
