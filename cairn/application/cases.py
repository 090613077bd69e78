"""Commands on cases of every kind: read case, cycle and people, ask the right, decide, append, answer the status."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from cairn.application import access
from cairn.application.fields import read_fields
from cairn.application.policies import Policies
from cairn.application.repository import (
    first_answer,
    fold_cycle,
    fold_goal,
    fold_sheet,
    overtaken,
    retried,
    to_appends,
)
from cairn.application.seats import SeatHolders
from cairn.application.stored_events import UnreadableEvent, folded
from cairn.domain.appraisal.context import AppraisalContext, BoxedAnswer
from cairn.domain.appraisal.events import AppraisalEnded
from cairn.domain.appraisal.kind import KIND as APPRAISAL
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.calibration.kind import KIND as CALIBRATION
from cairn.domain.case.commands import CaseAction, CaseCommand, KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import CaseKind, decide, require_exists, status
from cairn.domain.case.state import Case
from cairn.domain.case.status import CaseDeadline, CaseStatus
from cairn.domain.coaching.kind import KIND as COACHING
from cairn.domain.event import SYSTEM, Event
from cairn.domain.feedback.kind import KIND as FEEDBACK
from cairn.domain.handover.kind import KIND as HANDOVER
from cairn.domain.identity import SYSTEM_KEYS, Identity, identify
from cairn.domain.invalid import invalid_command
from cairn.domain.policy import Evaluator
from cairn.domain.promise.kind import KIND as PROMISE
from cairn.domain.refusal import Refusal
from cairn.domain.request.kind import KIND as REQUEST
from cairn.domain.result.kind import KIND as RESULT
from cairn.domain.review.kind import KIND as REVIEW
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import cycle_of, kind_of
from cairn.ledger import Ledger, StoredEvent
from cairn.privacy.rater_boxes import RaterBoxes

KINDS: Mapping[str, CaseKind[Any]] = {
    kind.name: kind
    for kind in (FEEDBACK, COACHING, REQUEST, PROMISE, REVIEW, APPRAISAL, RESULT, CALIBRATION, HANDOVER)
}
"""Every kind of case, by its name."""
CHUNK = 200
"""Sheets that are read at once."""


class CaseAnswer(BaseModel):
    """What a command did: the events it appended (by name) and where the case stands now."""

    model_config = ConfigDict(frozen=True)

    events: tuple[str, ...] = ()
    replayed: bool = False
    status: CaseStatus


class Cases:
    """The write path of cases. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, policies: Policies, seats: SeatHolders, boxes: RaterBoxes) -> None:
        self.ledger, self.policies, self.seats, self.boxes = ledger, policies, seats, boxes

    async def handle(
        self, command: CaseCommand, key: str, *, run: str | None = None, at_version: int | None = None
    ) -> CaseAnswer:
        """Decides a command against the log as it stands and appends its events once, however often it is called.

        Who loses a race reads again and decides again. Raises Refusal where the rules say no, and where the case has
        another command under this `key` (RULES C1). `run` is the workflow's run that asks. Whoever looked at the case
        `at_version` is told what happened since instead.
        """
        identity = identify(command, command.case, key)
        return await retried(command.case, lambda: self._try(command, identity, run, at_version))

    async def _try(
        self, command: CaseCommand, identity: Identity, run: str | None, at_version: int | None
    ) -> CaseAnswer:
        kind = kind_named(command.case)
        case, context, rows = await self._read(kind, command.case, command, command.at)
        if earlier := first_answer(identity, rows, context.calendar.timezone):
            recorded = tuple(row.type for row in earlier)
            await self._empty(case.id, recorded)
            return CaseAnswer(events=recorded, replayed=True, status=status(kind, case, context))
        access.require_for_case(kind, command, case, context)
        late = overtaken(case.id, rows, at_version)
        try:
            events = decide(kind, command, case, context)
        except Refusal as refusal:
            raise late or refusal from None
        if events and late:
            raise late
        if events:
            await self.ledger.append(to_appends(events, _versions(case, context), identity, run))
            case = evolved(kind, case, events)
            await self._empty(case.id, [event.type for event in events])
        return CaseAnswer(events=tuple(event.type for event in events), status=status(kind, case, context))

    async def _empty(self, case: str, recorded: Sequence[str]) -> None:
        """The box of an appraisal goes with its end: nobody can say any more whose a token was."""
        if AppraisalEnded.__name__ in recorded:
            await self.boxes.delete([case])

    async def foresee(self, command: CaseCommand, *, anew: bool = False) -> list[Event]:
        """The events a command would lead to as the log stands now, `anew`: if the case were not there; nothing is
        recorded."""
        case, context = await self.around(command, anew=anew)
        return decide(kind_named(command.case), command, case, context)

    async def around(self, command: CaseCommand, *, anew: bool = False) -> tuple[Case, CaseContext]:
        """A case, there or not, and all that a command would be decided by. Refuses who may not give it."""
        kind = kind_named(command.case)
        case, context, _ = await self._read(kind, command.case, command, command.at)
        case = kind.new(command.case) if anew else case
        access.require_for_case(kind, command, case, context)
        return case, context

    async def load(self, name: str, at: datetime | None = None) -> tuple[Case, CaseContext]:
        """A case and what is around it, as the log stands now. Refuses one that is not there."""
        kind = kind_named(name)
        case, context, _ = await self._read(kind, name, None, at)
        require_exists(kind, case)
        return case, context

    async def planned(self, name: str) -> tuple[Case, CaseContext]:
        """A case that may not be there yet, with what is around it: what whoever begins it is asked about."""
        case, context, _ = await self._read(kind_named(name), name, None, None)
        return case, context

    async def states(self, names: Iterable[str]) -> dict[str, Case]:
        """Several cases as the log has them, by name; what is not there or cannot be read is left out."""
        cases: dict[str, Case] = {}
        for name, rows in (await self.ledger.read_streams(list(dict.fromkeys(names)))).items():
            with contextlib.suppress(UnreadableEvent):
                cases[name] = _folded(kind_named(name), name, rows)
        return {name: case for name, case in cases.items() if case.version}

    async def status(
        self, name: str, at: datetime | None = None, later: Iterable[CaseDeadline] = ()
    ) -> CaseStatus:
        """Where a case stands in the log now; `at` is the present by its cycle, `later` what is tried again."""
        case, context = await self.load(name, at)
        return status(kind_named(name), case, context, later)

    async def _read(
        self, kind: CaseKind[Any], name: str, command: CaseCommand | None, at: datetime | None
    ) -> tuple[Case, CaseContext, list[StoredEvent]]:
        cycle_id = cycle_of(name)
        streams = await self.ledger.read_streams([name, f"cycle-{cycle_id}"])
        cycle = fold_cycle(cycle_id, streams[f"cycle-{cycle_id}"])
        if cycle.version == 0:
            raise Refusal("cycle.unknown", field="case", cycle=cycle_id)
        rows = streams[name]
        case = _folded(kind, name, rows)
        goals = list(kind.goals_of(case, command))
        found = await self.ledger.read_streams(goals) if goals else {}
        roster = await self.seats.roster()
        terms = await self.policies.terms(cycle)
        around: dict[str, Any] = {
            "policy": terms.policy,
            "schedule": terms.schedule,
            "at": at or datetime.now(UTC) + timedelta(seconds=cycle.clock_offset),
            "histories": roster.histories,
            "departments": roster.departments,
            "goals": {goal: fold_goal(goal, found[goal]) for goal in goals},
            "cycle": cycle,
            "clock_offset": cycle.clock_offset,
        }
        if isinstance(case, Appraisal) and isinstance(command, KeepCaseDeadline):
            return case, AppraisalContext(boxed=await self._boxed(case), **around), rows
        context = CaseContext(**around)
        names = list(kind.sheets_of(case, command, context))
        if names:
            sheets, position = await self.sheets(names), await self.ledger.sealed_position()
            context = replace(context, sheets=sheets, position=position)
            context = await self._with_beside(kind, case, command, context)
        return case, context, rows

    async def _with_beside(
        self, kind: CaseKind[Any], case: Case, command: CaseCommand | None, context: CaseContext
    ) -> CaseContext:
        """The context with the other cases and goals that are looked at once the sheets are known."""
        cases: dict[str, Case] = {}
        goals = dict(context.goals)
        for part in _in_chunks(kind.cases_beside(case, command, context)):
            cases |= await self.states(part)
        for part in _in_chunks(kind.goals_beside(case, command, context)):
            rows = await self.ledger.read_streams(part)
            goals |= {name: fold_goal(name, rows[name]) for name in part}
        return replace(context, cases=cases, goals=goals)

    async def _boxed(self, case: Appraisal) -> dict[Evaluator, list[BoxedAnswer]]:
        """The unnamed raters' answers that wait beside the log, by role; only the keeping of a deadline reads them."""
        box = await self.boxes.read(case.id)
        if box is None:
            return {}
        return {
            role: [
                BoxedAnswer(answer.ballot, answer.asked, answer.marks, answer.sealed)
                for token, answer in sorted(box.answers.items())
                if answer.given and token in case.raters.get(role, ())
            ]
            for role in case.unnamed
        }

    async def sheets(self, names: Sequence[str]) -> dict[str, Sheet]:
        """These sheets, those that are there."""
        sheets: dict[str, Sheet] = {}
        for start in range(0, len(names), CHUNK):
            found = await self.ledger.read_streams(names[start : start + CHUNK])
            sheets |= {name: fold_sheet(name, rows) for name, rows in found.items() if rows}
        return sheets


def _in_chunks(names: Iterable[str]) -> Iterable[list[str]]:
    found = list(names)
    return (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))


def _versions(case: Case, context: CaseContext) -> dict[str, int]:
    """The streams that a case's command may write to, each at the version that was read."""
    versions = {case.id: case.version, **{name: sheet.version for name, sheet in context.sheets.items()}}
    return versions if context.cycle is None else {**versions, f"cycle-{case.cycle}": context.cycle.version}


def kind_named(name: str) -> CaseKind[Any]:
    """The kind of a case by its stream's name. Refuses a name that is no case's."""
    kind = KINDS.get(kind_of(name))
    if kind is None or len([part for part in name.split("-", 3) if part]) < 4:
        raise Refusal("case.name", field="case", case=name, known=sorted(KINDS))
    return kind


def evolved(kind: CaseKind[Any], case: Case, events: Sequence[Event]) -> Case:
    """The case after more of its events; events of other streams are left out."""
    for event in events:
        if event.stream == case.id:
            case = kind.evolve(case, event)
    return case


def _folded(kind: CaseKind[Any], name: str, rows: Iterable[StoredEvent]) -> Case:
    case: Case = folded(kind.new(name), rows, kind.evolve)
    return case


def read_case_command(name: str, case: str, by: str, at: datetime, fields: dict[str, Any]) -> CaseAction:
    """A command by the name people use, with its fields as they arrived. Refuses unknown names and wrong fields, each
    with its name and what is wrong."""
    commands = kind_named(case).commands
    if name not in commands:
        raise Refusal("command.unknown", field="name", name=name, known=sorted(commands))
    read = read_fields(commands[name], name, fields)
    try:
        return commands[name].model_validate({**read, "case": case, "by": by, "at": at})
    except ValidationError as wrong:
        raise invalid_command(name, wrong) from None


def case_deadline(case: str, phase: str, due: datetime, at: datetime) -> tuple[KeepCaseDeadline, str]:
    """The command of a deadline and its key: `(phase, due)` names it, so a timer that fires twice acts once."""
    command = KeepCaseDeadline(case=case, phase=phase, due=due, by=SYSTEM, at=at)
    return command, f"{SYSTEM_KEYS}{phase}:{due.astimezone(UTC).isoformat()}"
