"""What can be asked of any case. Commands that people give declare a row: who may, in which stages."""

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import AwareDatetime, Field, model_validator

from cairn.domain.command import CommandRow
from cairn.domain.event import Command
from cairn.domain.invalid import schema_error
from cairn.domain.quantity import MOST_DIGITS, unbounded
from cairn.domain.refusal import FactValue

CaseRow = CommandRow[str]


class CaseCommand(Command):
    """Anything asked of a case, by its stream: by people (`CaseAction`) or by the workflow that keeps its dates."""

    case: str

    @model_validator(mode="after")
    def _numbers_have_an_end(self) -> Self:
        for where in unbounded(self):
            raise schema_error("number_too_long", at=where, most=MOST_DIGITS)
        return self


class CaseAction(CaseCommand):
    """A command that people give. In the stage `none` it begins the case. `asked_where` says of fields that only one
    choice of another field asks for which that is (`kind=problem`)."""

    row: ClassVar[CaseRow]
    asked_where: ClassVar[Mapping[str, str]] = {}


class KeepCaseDeadline(CaseCommand):
    """A date has come: `phase` was due at `due`."""

    phase: str
    due: AwareDatetime


class RecordRefusedCaseSignal(CaseCommand):
    """Records that a signal was refused: `name` is the command it asked for, the rest the refusal."""

    name: str
    code: str
    field: str | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)
