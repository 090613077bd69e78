"""What can be asked of a promise. `case` is its stream, whose name says to whom it is owed."""

from collections.abc import Mapping
from datetime import date
from typing import get_args

from pydantic import Field

from cairn.domain.case.commands import CaseAction, CaseRow
from cairn.domain.case.rights import case_holder
from cairn.domain.promise.events import PromiseKind
from cairn.domain.promise.rights import promise_keeper, promise_maker


class MakePromise(CaseAction):
    """Promises a person something until the end of the day `due`. `promised_by` is a person's id or `department.<id>`,
    by default whoever gives the command."""

    row = CaseRow("make", promise_maker, stages=("none",), leads_to="made")

    what: str = Field(min_length=1)
    due: date
    kind: PromiseKind = "resource"
    promised_by: str | None = None
    goal: str | None = None
    note: str = ""


class KeepPromise(CaseAction):
    """Says that it was kept, on which local day (by default today), and what shows it."""

    row = CaseRow("keep", promise_keeper, stages=("made",), leads_to="kept", already=("kept",))

    shown: str = Field(min_length=1)
    on: date | None = None


class ContestPromise(CaseAction):
    """Says, as whom it is owed to, that it was not kept, or what of it is missing."""

    row = CaseRow("contest", case_holder, stages=("kept",), leads_to="made", already=("made",))

    missing: str = Field(min_length=1)


class ReleasePromise(CaseAction):
    """Releases whoever promised, as whom it is owed to: it is needed no more."""

    row = CaseRow("release", case_holder, stages=("made",), leads_to="released", already=("released",))

    reason: str = ""


AnyPromiseAction = MakePromise | KeepPromise | ContestPromise | ReleasePromise
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyPromiseAction)}
