"""What raters say, taken into their goals and into the year's result (RULES E1, U2, Y3)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from cairn.application.corrections import EvidenceOf
from cairn.application.cycles import Cycles
from cairn.application.repository import TRIES, fold_goal, fold_sheet, goal_context, to_appends
from cairn.application.stored_events import folded
from cairn.domain.appraisal.kind import KIND
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.evaluation.rating import Around, Rated, ratings_of, taken_in
from cairn.domain.evaluation.scores import Beside, Rating
from cairn.domain.identity import by_system
from cairn.domain.policy import Policy, ResultPart
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import appraisal_of
from cairn.ledger import AppendConflict, Ledger, StoredEvent


class OfRaters(NamedTuple):
    """The parts of a result that raters judge, and the appraisal that it has to wait for, None where it is done."""

    parts: Mapping[ResultPart, Rating]
    waits_for: str | None = None


NO_RATERS = OfRaters({})


def rated_by(appraisal: Appraisal) -> Rated | None:
    """What an appraisal came to, None before it is scored."""
    scored = appraisal.scored
    if scored is None:
        return None
    asked = {item.key: None for items in appraisal.questions for item in items if item.kind == "goal"}
    return Rated(appraisal.id, scored.number, tuple(asked), scored.goals, scored.behaviours)


def fold_appraisal(name: str, rows: Iterable[StoredEvent]) -> Appraisal:
    """An appraisal from its rows; of version 0 where there is none."""
    appraisal: Appraisal = folded(KIND.new(name), rows, KIND.evolve)
    return appraisal


class Ratings:
    """Takes in what appraisals come to. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles = ledger, cycles

    async def of_result(self, sheet: Sheet, policy: Policy) -> OfRaters:
        """What the result of a sheet takes in. The first one waits for an appraisal whose named raters are not done;
        whoever has none is rated by nobody. What is said after it is taken in by itself, with its own cause."""
        if sheet.result is not None:
            return OfRaters(Beside.of(sheet.result).ratings)
        if not ratings_of(None, policy):
            return NO_RATERS
        name = appraisal_of(sheet.id)
        appraisal = fold_appraisal(name, await self.ledger.read_stream(name))
        if appraisal.version and appraisal.scored is None:
            return OfRaters({}, waits_for=name)
        return OfRaters(ratings_of(rated_by(appraisal), policy))

    async def take_in(self, appraisal: str, at: datetime, key: str, evidence: EvidenceOf) -> tuple[str, ...]:
        """Has the last score of an appraisal counted in its goals, and in the result of its sheet where there is one;
        again it does nothing. Returns the events' names."""
        for _ in range(TRIES):
            found = await self.around(appraisal, evidence)
            if found is None:
                return ()
            rated, around = found
            events, sheet = taken_in(rated, around, at), around.sheet
            versions = {name: goal.version for name, goal in around.goals.items()}
            try:
                if events:
                    known = {sheet.id: sheet.version, **versions}
                    await self.ledger.append(to_appends(events, known, by_system(sheet.id, key)))
                return tuple(event.type for event in events)
            except AppendConflict:
                continue
        raise Refusal("command.stale", stream=appraisal)

    async def around(self, appraisal: str, evidence: EvidenceOf) -> tuple[Rated, Around] | None:
        """What an appraisal came to, and all that taking it in looks at; None before it is scored."""
        case = fold_appraisal(appraisal, await self.ledger.read_stream(appraisal))
        rated = rated_by(case)
        if rated is None:
            return None
        sheet = fold_sheet(case.sheet, await self.ledger.read_stream(case.sheet))
        streams = await self.ledger.read_streams(list(sheet.weighings))
        goals = {goal: fold_goal(goal, rows) for goal, rows in streams.items()}
        cycle = await self.cycles.load(sheet.cycle)
        terms, schedule = await self.cycles.policies.terms(cycle), cycle.schedule
        year = schedule.period("Y") if schedule else None
        if schedule is None or year is None:
            return None
        contexts = {}
        for name, goal in goals.items():  # readings count where an earlier measure of it was fed
            known = await evidence(goal, sheet, year) if goal.formerly_fed else Evidence()
            contexts[name] = goal_context(cycle, terms, sheet, evidence=known)
        return rated, Around(sheet, goals, contexts, schedule, terms)
