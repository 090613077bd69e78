"""A sheet with what a decision about its scores looks at: its cycle and policy, whose it is, its goals."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from cairn.application.cycles import Cycles
from cairn.application.goals import head_of
from cairn.application.repository import fold_goal, fold_person, goal_context
from cairn.domain.cycle.state import Cycle
from cairn.domain.evaluation.correcting import Case
from cairn.domain.people import Person
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, local_day
from cairn.domain.sheet.state import Sheet
from cairn.domain.terms import Terms
from cairn.ledger import Ledger


class ScoredSheet(NamedTuple):
    """A sheet with its cycle and what that goes by, whose it is today (a department's is its head's, RULES L2), and
    whoever gives the command, by id."""

    sheet: Sheet
    cycle: Cycle
    terms: Terms
    holder: str
    people: Mapping[str, Person]

    @property
    def policy(self) -> Policy:
        """The version in force now."""
        return self.terms.policy

    @property
    def schedule(self) -> Schedule:
        if self.cycle.schedule is None:
            raise Refusal("cycle.unknown", cycle=self.cycle.id)
        return self.cycle.schedule


class ScoredSheets:
    """Reads them from the log."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles = ledger, cycles

    async def around(self, sheet: Sheet, by: str, at: datetime) -> ScoredSheet:
        """What is around a sheet. Refuses one that is not there."""
        cycle = await self.cycles.load(sheet.cycle)
        if sheet.version == 0 or cycle.schedule is None:
            raise Refusal("sheet.unknown", field="sheet", sheet=sheet.id)
        person = fold_person(await self.ledger.read_stream(f"person-{by}"))
        people = {by: person.on(local_day(at, cycle.schedule.calendar))} if person else {}
        terms = await self.cycles.policies.terms(cycle)
        return ScoredSheet(sheet, cycle, terms, await self._holder(sheet), people)

    async def _holder(self, sheet: Sheet) -> str:
        """Whose the sheet is: a department's is its head's (RULES L2)."""
        if sheet.kind != "department":
            return sheet.holder
        rows = await self.ledger.read_stream(f"department-{sheet.holder.removeprefix('department.')}")
        return head_of(rows) or sheet.holder

    async def case(self, around: ScoredSheet) -> Case:
        streams = await self.ledger.read_streams(list(around.sheet.weighings))
        goals = {each: fold_goal(each, rows) for each, rows in streams.items()}
        return Case(around.sheet, goals, goal_context(around.cycle, around.terms, around.sheet))
