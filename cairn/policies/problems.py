"""What is wrong with a file a person wrote: where, in a sentence, in both languages, all of it at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from cairn.i18n import Language, Message, say


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a YAML file: line and column count from 1, `path` is like `families.sales.periods`."""

    line: int
    column: int
    path: str
    sentence: Message

    def text(self, language: Language = "zh") -> str:
        return self.sentence.text(language)


class PolicyInvalid(Exception):
    """A policy that cannot be used; `problems` holds every one, in the order of the file."""

    def __init__(self, problems: Iterable[Problem], source: str = "policy.yaml") -> None:
        self.problems = sorted(set(problems))
        self.source = source
        super().__init__(self.text("en"))

    def text(self, language: Language = "zh") -> str:
        """All problems, one a line: `policy.yaml:12:5 families.sales.periods: …`."""
        return "\n".join(
            " ".join(filter(None, [f"{self.source}:{problem.line}:{problem.column}", problem.path]))
            + f": {problem.text(language)}"
            for problem in self.problems
        )


@dataclass(frozen=True)
class RowProblem:
    """One mistake in a table. `row` counts as a spreadsheet does, from 1; 0 where no row is at fault.

    `table` names the sheet, the second file or the query it is in, `id` the person of the row where known.
    """

    row: int
    column: str
    sentence: Message
    table: str = ""
    id: str = ""

    def text(self, language: Language = "zh") -> str:
        return self.sentence.text(language)

    def place(self, language: Language = "zh") -> str:
        """Where it is, in words: `第 12 行，E007，列「入职日期」`."""
        row = say(language, "row {row}", row=self.row) if self.row else ""
        column = say(language, "column {column}", column=self.column) if self.column else ""
        return say(language, "separator:clause").join(filter(None, (self.table, row, self.id, column)))


class RosterInvalid(Exception):
    """A roster of which nothing is imported; `problems` holds every bad row, in the order of the file."""

    def __init__(self, problems: Iterable[RowProblem], source: str = "roster") -> None:
        unique = dict.fromkeys(problems)
        self.problems = sorted(unique, key=lambda problem: (problem.table, problem.row))
        self.source = source
        super().__init__(self.text("en"))

    def text(self, language: Language = "zh") -> str:
        """All problems, one a line."""
        between = say(language, "separator:colon")
        return "\n".join(
            between.join(filter(None, [problem.place(language), problem.text(language)]))
            for problem in self.problems
        )
