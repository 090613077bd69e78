"""The script of a rehearsal (cycle.yaml): cycle, policy, roster, targets, feeds, and who does what when."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from cairn.application.cases import KINDS
from cairn.documents.mistakes import NOWHERE, DocumentInvalid, Mistake, Place
from cairn.documents.yaml import read_model, read_yaml
from cairn.domain.event import Fact
from cairn.domain.goal.commands import COMMANDS
from cairn.domain.invalid import schema_error

PEOPLE_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "join": ("person", "name", "department", "family"),
    "leave": ("person", "reason"),
    "move": ("person",),
    "change_manager": ("person", "manager", "reason"),
    "away": ("person",),
    "come_back": ("person",),
    "delegate": ("person", "to"),
}
"""Commands about people, with the columns their rows must have; others are those of `cairn people`. A day that is not
said is the act's own."""
GOAL_COMMANDS = tuple(name for name, command in COMMANDS.items() if "none" not in command.row.stages)
NAMED_BY: Mapping[str, tuple[str, str]] = {
    "review": ("holder", "period"),
    "appraisal": ("holder", "nth"),
    "result": ("holder", "nth"),
    "calibration": ("unit", "session"),
}
"""The columns that name a case of these kinds: of an appraisal and a result which of somebody's sheets it is of."""
CASE_COMMANDS: Mapping[str, tuple[str, ...]] = {
    f"{kind.name} {name}": NAMED_BY.get(kind.name, ("holder", "number"))
    for kind in KINDS.values()
    for name in kind.commands
}
"""Commands of cases, such as `feedback give`, with the columns that name the case: whom it is about, and which of
theirs; of a review that is its period."""
OTHER_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "restatement propose": ("goal", "correction", "reason"),
    "restatement hear": ("restatement", "said"),
    "restatement decide": ("restatement", "accepted", "reason"),
    "restatement tell": ("restatement",),
}
"""What is done beside goals, people and cases, with the columns that their rows must have. Each has its function in
`cairn_portal.rehearsal.years_end.DOING`: another kind of act is a line here and one there."""
ACTS = tuple(dict.fromkeys([*GOAL_COMMANDS, *PEOPLE_COMMANDS, *CASE_COMMANDS, *OTHER_COMMANDS]))
"""What may be done: any command to goals that were launched, commands about people, of cases, and what is beside."""


def _acts_like(act: str) -> tuple[str, ...]:
    """What may have been meant: the commands of the same kind of case, else those of goals and people."""
    kind, words, _ = act.partition(" ")
    if not words:
        return (*GOAL_COMMANDS, *PEOPLE_COMMANDS)
    others = (*CASE_COMMANDS, *OTHER_COMMANDS)
    return tuple(each for each in others if each.startswith(f"{kind} ")) or others


class ScriptInvalid(DocumentInvalid):
    """The file, or a query in it, cannot be used; every mistake names its line."""


class CycleDates(Fact):
    """The cycle's id, title, first and last day."""

    id: str = Field(pattern=r"^[A-Za-z0-9_.]+$")
    title: str
    starts: date
    ends: date

    @model_validator(mode="after")
    def _in_order(self) -> "CycleDates":
        if self.ends <= self.starts:
            raise schema_error("cycle_order")
        return self


class ScriptedAct(Fact):
    """What somebody does on a day: a command to every goal, person or case the query selects, or the collecting of
    feeds: of all of the cycle's (`feeds: true`), or of those files that are named.

    `by` is owner, manager, hr, committee or a person's id; of a case the owner is whom it is about (a department's
    head), `opener` whoever began it, and `rater` whom the row's column of that name names. `story` says in words why.
    `line` is its own line.
    """

    on: date
    act: str | None = None
    by: str | None = None
    select: str | None = None
    feeds: bool | tuple[str, ...] = False
    story: str = ""
    line: int = 0

    @model_validator(mode="after")
    def _is_whole(self) -> "ScriptedAct":
        if self.feeds:
            if self.act or self.select:
                raise schema_error("feeds_alone")
            return self
        if self.act not in ACTS:
            raise schema_error("act_unknown", act=self.act, known=_acts_like(self.act or ""))
        if not self.by or not self.select:
            raise schema_error("act_incomplete")
        return self


class RehearsalScript(Fact):
    """A cycle with all it is launched from and lived through; paths are relative to the file's folder.

    `tables` are files of the data folder, `views` named queries over them, over `goal` and over `review`.
    """

    cycle: CycleDates
    policy: str
    roster: str
    departments: str | None = None
    tables: dict[str, str] = Field(default_factory=dict)
    views: dict[str, str] = Field(default_factory=dict)
    targets: str | None = None
    feeds: tuple[str, ...] = ()
    hr: str
    language: Literal["zh", "en"] = "zh"
    acts: tuple[ScriptedAct, ...] = ()
    path: Path = Path("cycle.yaml")

    @property
    def folder(self) -> Path:
        return self.path.parent

    def days(self) -> list[date]:
        """The days on which something is done, in order."""
        return sorted({act.on for act in self.acts})

    def on(self, day: date) -> list[ScriptedAct]:
        """The acts of a day, in the order of the file."""
        return [act for act in self.acts if act.on == day]


def load_script(path: Path) -> RehearsalScript:
    """Reads a cycle.yaml. Raises ScriptInvalid with every mistake and its line."""
    document = read_yaml(path)
    script = read_model(document, RehearsalScript)
    if isinstance(script, list):
        raise ScriptInvalid(script, path.name)
    written = document.root.get("acts") if document.root else None
    lines = [act.place.line for act in written.list()] if written else []
    acts = [act.model_copy(update={"line": line}) for act, line in zip(script.acts, lines, strict=True)]
    return script.model_copy(update={"acts": tuple(acts), "path": path})


def invalid(script: RehearsalScript, told: Mistake, place: Place = NOWHERE) -> ScriptInvalid:
    """The one mistake of a script at a place in it, to be raised."""
    return ScriptInvalid([told.at(place).at(Place(script.path.name))], script.path.name)
