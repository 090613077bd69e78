"""The language of the specifications of cases: given these events, when this is asked, then that happens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import pytest

from cairn.application import access
from cairn.application.cases import KINDS, evolved
from cairn.domain.case.commands import CaseAction, KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import decide, status
from cairn.domain.case.state import Case
from cairn.domain.case.status import CaseStatus
from cairn.domain.cycle.events import AnyCycleEvent, CycleEvent
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.state import Goal
from cairn.domain.people import Department
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import AnySheetEvent, SheetEvent
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.streams import kind_of
from cairn.i18n import refusal_message
from tests.specs.company import PLAN, on, schedule
from tests.specs.moving import COMPANY, DEPARTMENTS


@dataclass(frozen=True)
class Casework:
    """A case and what is around it. `events` made it, `just` are those of the last thing that was asked."""

    case: str
    events: tuple[Event, ...] = ()
    just: tuple[Any, ...] = ()
    policy: Policy = PLAN
    people: Mapping[str, PersonHistory] | None = None
    goals: Mapping[str, Goal] | None = None
    departments: Sequence[Department] = DEPARTMENTS
    sheets: Mapping[str, Sheet] | None = None
    cases: Mapping[str, Case] | None = None
    cycle: Cycle | None = None
    position: int = 0

    @property
    def kind(self) -> Any:
        return KINDS[kind_of(self.case)]

    @property
    def state(self) -> Any:
        new: Case = self.kind.new(self.case)
        return evolved(self.kind, new, self.events)

    def context(self, at: datetime | str) -> CaseContext:
        return CaseContext(
            policy=self.policy,
            schedule=schedule(self.policy),
            at=on(at) if isinstance(at, str) else at,
            histories=self.people if self.people is not None else COMPANY,
            departments={each.id: each for each in self.departments},
            goals=self.goals or {},
            sheets=self.sheets or {},
            cases=self.cases or {},
            cycle=self.cycle,
            position=self.position,
        )

    def asked(self, name: str, by: str, at: datetime | str, **fields: Any) -> "Casework":
        """The case after a command by the name people use."""
        command: CaseAction = self.kind.commands[name].model_validate(
            {"case": self.case, "by": by, "at": on(at) if isinstance(at, str) else at, **fields}
        )
        context = self.context(command.at)
        access.require_for_case(self.kind, command, self.state, context)
        return self.with_events(decide(self.kind, command, self.state, context))

    def refused(self, name: str, by: str, at: datetime | str, **fields: Any) -> Refusal:
        """The refusal of a command; its sentence is there in both languages."""
        with pytest.raises(Refusal) as caught:
            self.asked(name, by, at, **fields)
        for language in ("zh", "en"):
            said = refusal_message(caught.value).text(language)
            assert said != caught.value.code and "{" not in said
        return caught.value

    def reached(self, phase: str, late_hours: float = 0) -> "Casework":
        """The case after its next deadline, which has to be this one, fired."""
        found = self.standing(self.events[-1].at).next_deadline
        assert found is not None and found.phase == phase, found
        command = KeepCaseDeadline(case=self.case, phase=phase, due=found.at, by=SYSTEM, at=found.at)
        return self.with_events(decide(self.kind, command, self.state, self.context(found.at)))

    def among(self, people: Mapping[str, PersonHistory]) -> "Casework":
        """The same case among other people."""
        return replace(self, people=people)

    def standing(self, at: datetime | str) -> CaseStatus:
        return status(self.kind, self.state, self.context(at))

    def with_events(self, events: list[Event]) -> "Casework":
        """The case, its sheets and its cycle after these events."""
        sheets, cycle = dict(self.sheets or {}), self.cycle
        for event in events:
            if isinstance(event, SheetEvent):
                sheets[event.sheet] = evolve_sheet(sheets[event.sheet], cast(AnySheetEvent, event))
            elif isinstance(event, CycleEvent) and cycle is not None:
                cycle = evolve_cycle(cycle, cast(AnyCycleEvent, event))
        return replace(self, events=(*self.events, *events), just=tuple(events), sheets=sheets, cycle=cycle)

    @property
    def types(self) -> list[str]:
        """The events of the last thing that was asked, by name."""
        return [event.type for event in self.just]
