"""Deciding proposed restatements: what was settled changes only so (RULES Y3)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.cycles import Cycles
from cairn.application.goals import TRIES, head_of
from cairn.application.repository import (
    first_answer,
    fold_goal,
    fold_person,
    fold_sheet,
    goal_context,
    to_appends,
)
from cairn.domain.cycle.state import Cycle
from cairn.domain.evaluation.reports import counted, days_above, result_with
from cairn.domain.evaluation.versions import propose, versions
from cairn.domain.event import Event
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal, evolve
from cairn.domain.identity import Identity, digest
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period, local_day
from cairn.domain.sheet.events import RestatementDecided, RestatementProposed, ResultIssued, SheetScored
from cairn.domain.sheet.state import Sheet
from cairn.domain.terms import Terms
from cairn.ledger import AppendConflict, Ledger

EvidenceOf = Callable[[Goal, Sheet, Period], Awaitable[Evidence]]
"""What is known now of what a goal is measured by in a period."""


class Decision(NamedTuple):
    """What somebody decided about a restatement; `heard` is what the person it is about said to it."""

    restatement: str
    accepted: bool
    heard: str
    reason: str
    by: str
    at: datetime


class _Case(NamedTuple):
    sheet: Sheet
    cycle: Cycle
    terms: Terms
    proposed: RestatementProposed


class Restatements:
    """Decides what waits in the streams of sheets. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles = ledger, cycles

    async def decide(self, asked: Decision, key: str, evidence: EvidenceOf) -> tuple[str, ...]:
        """Records a decision, with the next versions where it was accepted; returns the events' names.

        HR decides, but for what lowers something: that is the committee's; nobody decides about themselves. Refuses an
        unknown or decided restatement, and one that would come out otherwise by now: it is proposed anew then."""
        stream = f"sheet-{asked.restatement.rpartition('-R')[0]}"
        content = (asked.restatement, str(asked.accepted), asked.heard, asked.reason)
        identity = Identity(stream, key, "restate", digest("restate", asked.by, *content))
        for _ in range(TRIES):
            try:
                return await self._try(asked, stream, identity, evidence)
            except AppendConflict:
                continue
        raise Refusal("command.stale", stream=stream)

    async def _try(
        self, asked: Decision, stream: str, identity: Identity, evidence: EvidenceOf
    ) -> tuple[str, ...]:
        rows = await self.ledger.read_stream(stream)
        earlier = first_answer(identity, rows)
        if earlier:
            return tuple(row.type for row in earlier)
        case = await self._case(asked, fold_sheet(stream, rows))
        decided = RestatementDecided(
            sheet=stream, restatement=asked.restatement, accepted=asked.accepted, heard=asked.heard,
            reason=asked.reason, by=asked.by, at=asked.at,
        )  # fmt: skip
        if not asked.accepted:
            await self._append([decided], {stream: case.sheet.version}, identity)
            return (decided.type,)
        if case.proposed.goal is not None:
            goal, events, now = await self._of_goal(case, case.proposed.goal, asked.at, evidence)
            known = {goal.id: goal.version, stream: case.sheet.version}
        else:
            events, now = await self._of_subordinate(case, asked.at)
            known = {stream: case.sheet.version}
        if (now.of_goal, now.of_period, now.of_result) != _proposed(case.proposed):
            await self._append(
                [now], {stream: case.sheet.version}, identity._replace(key=f"{identity.key} anew")
            )
            raise Refusal(
                "restatement.otherwise", field="restatement", was=asked.restatement, now=now.restatement
            )
        await self._append([*events, decided], known, identity)
        return tuple(event.type for event in (*events, decided))

    async def _case(self, asked: Decision, sheet: Sheet) -> _Case:
        proposed = sheet.restatements.get(asked.restatement)
        cycle = await self.cycles.load(sheet.cycle)
        if proposed is None or cycle.schedule is None:
            raise Refusal(
                "restatement.unknown", field="restatement", restatement=asked.restatement,
                known=sorted(sheet.restatements),
            )  # fmt: skip
        person = fold_person(await self.ledger.read_stream(f"person-{asked.by}"))
        people = {asked.by: person.on(local_day(asked.at, cycle.schedule.calendar))} if person else {}
        holder = await self._holder(sheet)
        access.require_for_restatement(asked.by, proposed, holder, people, asked.at, cycle.schedule.calendar)
        return _Case(sheet, cycle, await self.cycles.policies.terms(cycle), proposed)

    async def _holder(self, sheet: Sheet) -> str:
        """Whose the sheet is: a department's is its head's (RULES L2)."""
        if sheet.kind != "department":
            return sheet.holder
        rows = await self.ledger.read_stream(f"department-{sheet.holder.removeprefix('department.')}")
        return head_of(rows) or sheet.holder

    async def _of_goal(
        self, case: _Case, name: str, at: datetime, evidence: EvidenceOf
    ) -> tuple[Goal, list[Event], RestatementProposed]:
        """The goal's score as it would be now and what follows from it, with the proposal that would say so."""
        streams = await self.ledger.read_streams(list(case.sheet.weighings))
        goals = {each: fold_goal(each, rows) for each, rows in streams.items()}
        goal, schedule = goals[name], case.cycle.schedule
        period = schedule.period(case.proposed.period) if schedule else None
        if schedule is None or period is None:
            raise Refusal("cycle.unknown", cycle=case.cycle.id)
        found = await evidence(goal, case.sheet, period)
        context = goal_context(case.cycle, case.terms, case.sheet, evidence=found)
        scored = score(goal, period.key, context, at, "restated")
        goals[name] = evolve(goal, scored)
        following = versions(case.sheet, goals, period.key, schedule, case.terms, at, "restated")
        before = goal.scores.get(period.key)
        now = propose(case.sheet, following, period.key, case.proposed.cause, at, scored, before)
        return goal, [scored, *following], now

    async def _of_subordinate(self, case: _Case, at: datetime) -> tuple[list[Event], RestatementProposed]:
        name, schedule = case.proposed.subordinate or "", case.cycle.schedule
        under = fold_sheet(name, await self.ledger.read_stream(name))
        last = case.sheet.result
        if schedule is None or last is None:
            raise Refusal("cycle.unknown", cycle=case.cycle.id)
        history = fold_person(await self.ledger.read_stream(f"person-{under.holder}"))
        days = days_above(under, history, schedule).get(case.sheet.holder, 0) if history else 0
        beside = counted(case.sheet, under, days, schedule)
        policy = case.terms.on(schedule.ends)
        issued = result_with(case.sheet, beside, schedule, policy, at, name, settled=False)
        results = [each for each in issued if isinstance(each, SheetScored | ResultIssued)]
        now = propose(case.sheet, results, "Y", case.proposed.cause, at, subordinate=name)
        return [each.model_copy(update={"cause": "restated"}) for each in results], now

    async def _append(self, events: list[Event], versions: dict[str, int], identity: Identity) -> None:
        await self.ledger.append(to_appends(events, versions, identity))


def _proposed(proposed: RestatementProposed) -> tuple[object, ...]:
    return proposed.of_goal, proposed.of_period, proposed.of_result
