"""What is wrong with a feed, its source or its rows: where, in a sentence, in both languages, all at once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FeedProblem:
    """One mistake. The place is a line of the YAML or a row of a table, counted as a spreadsheet does."""

    place_zh: str
    place_en: str
    sentence_zh: str
    sentence_en: str

    def text(self, language: str = "zh") -> str:
        if language == "en":
            return f"{self.place_en}: {self.sentence_en}"
        return f"{self.place_zh}：{self.sentence_zh}"


class FeedRefused(Exception):
    """The root of what a feed refuses; `problems` holds every mistake found, `text(language)` one a line."""

    def __init__(self, problems: Iterable[FeedProblem]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__(self.text("en"))

    def text(self, language: str = "zh") -> str:
        return "\n".join(problem.text(language) for problem in self.problems)


class FeedInvalid(FeedRefused):
    """The feed's YAML cannot be used."""


class FeedRowsInvalid(FeedRefused):
    """Some rows of the source are no readings; nothing of the window is recorded."""


class FeedUnreadable(FeedRefused):
    """The source cannot be read now: a missing file, a database that is down, a query that it refuses."""


def in_feed(name: str, sentence_zh: str, sentence_en: str) -> FeedProblem:
    """A problem of the feed as a whole."""
    return FeedProblem(f"数据源 {name}", f"feed {name}", sentence_zh, sentence_en)


def in_row(table: str, row: int, column: str, sentence_zh: str, sentence_en: str) -> FeedProblem:
    """A problem of one cell of a file or of a query's result."""
    return FeedProblem(
        f"{table} 第 {row} 行，列「{column}」",
        f"{table}, row {row}, column {column}",
        sentence_zh,
        sentence_en,
    )
