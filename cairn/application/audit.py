"""Every score again from what it cites, by the same pure functions: the numbers must come out the same."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

from cairn.application.audit_of_raters import (
    compare_appraisal,
    compare_goal,
    compare_result,
    not_taken_in,
    raters_of,
)
from cairn.application.computing import of_goal, of_result
from cairn.application.cycles import Cycles
from cairn.application.goals import with_evidence
from cairn.application.repository import fold_goal, fold_sheet, goal_context
from cairn.application.stored_events import UnreadableEvent, readable, to_event, to_events
from cairn.domain.coverage import Statement, Whom, coverage_of
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.status import AFTER_THE_GOALS
from cairn.domain.evaluation.moving import grades_open_to, moved
from cairn.domain.evaluation.scores import Beside, issue_result, score_sheet
from cairn.domain.event import Event, Fact
from cairn.domain.goal.events import GoalRated, GoalScored
from cairn.domain.goal.evidence import days_of, lacking, whom_of
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import unscored
from cairn.domain.measure import Kpi
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence, FeedCompleted, Reading, ReadingsRecorded
from cairn.domain.refusal import FactValue
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.events import (
    EarlierPart,
    GoalPlaced,
    MultiplierPart,
    ResultIssued,
    SheetCause,
    SheetOpened,
    SheetScored,
    SubordinatePart,
)
from cairn.domain.sheet.state import Sheet
from cairn.domain.skipping import EventSkipped
from cairn.domain.streams import appraisal_of, cycle_of, sheet_of
from cairn.ledger import Ledger, StoredEvent

CHUNK = 40
PAGE = 500
LATE = timedelta(hours=1)
"""From when on a score that is not there is missing: timers and tries of their own bring it until then."""
Subject = tuple[str, str]
Results = dict[str, list[tuple[int, ResultIssued]]]
Folded = TypeVar("Folded")
OnProgress = Callable[[int, int], None]


class Difference(Fact):
    """A score that does not come out as recorded: `of` is a goal or a sheet, `field` what differs."""

    of: str
    period: str
    version: int
    field: str
    recorded: str
    recomputed: str


class Missing(Fact):
    """A score that was due and is not there, though nothing was waited for: `of` is a goal or a sheet."""

    of: str
    period: str
    due: datetime


class Unread(Fact):
    """A goal or sheet (`of`) whose scores cannot be computed again: an event of `stream` cannot be read. `code` and
    `facts` are those of its refusal."""

    of: str
    stream: str
    code: str
    facts: dict[str, FactValue]


class Outcome(Fact):
    """How many scores were computed again, every difference found, every score that is missing, and what
    could not be read."""

    goals: int = 0
    sheets: int = 0
    results: int = 0
    appraisals: int = 0
    differences: tuple[Difference, ...] = ()
    missing: tuple[Missing, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether every score is there, was computed again and came out the same."""
        return not (self.differences or self.missing or self.unread)

    @property
    def scores(self) -> int:
        return self.goals + self.sheets + self.results + self.appraisals

    def plus(self, other: "Outcome") -> "Outcome":
        return Outcome(
            goals=self.goals + other.goals,
            sheets=self.sheets + other.sheets,
            results=self.results + other.results,
            appraisals=self.appraisals + other.appraisals,
            differences=(*self.differences, *other.differences),
            missing=(*self.missing, *other.missing),
            unread=(*self.unread, *other.unread),
        )

    @classmethod
    def waiting_for(cls, of: str, unread: UnreadableEvent) -> "Outcome":
        """Of a goal or sheet whose scores cannot be computed again."""
        return cls(unread=(Unread(of=of, stream=unread.stream, code=unread.code, facts=unread.facts),))


class Readings:
    """What feeds said, with the sealed positions of it, in the order of the log: every row, and every statement."""

    def __init__(self) -> None:
        self._rows: dict[Subject, list[tuple[str, Reading]]] = defaultdict(list)
        self._said: list[Statement] = []
        self._brought: dict[str, dict[str, int]] = defaultdict(dict)
        self.last = 0

    def add(self, position: int, event: Event) -> None:
        """Takes in an event of a feed; others say nothing here. `last` is the position up to which all is known."""
        self.last = max(self.last, position)
        if isinstance(event, FeedCompleted):
            self._said.append(Statement(position=position, said=event))
        if not isinstance(event, ReadingsRecorded):
            return
        for row in event.rows:
            told = row.model_dump() | {"position": position}
            self._rows[row.metric, row.subject].append((event.feed, Reading.model_validate(told)))
            self._brought[row.metric].setdefault(event.feed, position)

    def as_of(
        self, metric: str, whom: Whom, days: tuple[date, date], upto: int, unread: Mapping[str, int]
    ) -> Evidence:
        """What the log said up to a position: of each day the row that came last, and what feeds had stated.

        Of the feeds in `unread` the events from a position on are left out.
        """

        def counts(feed: str, position: int) -> bool:
            return position <= upto and position < unread.get(feed, position + 1)

        rows = [(feed, row) for feed, row in self._rows[metric, whom.subject] if counts(feed, row.position)]
        latest = {row.on: row for _, row in rows if days[0] <= row.on <= days[1]}
        said = {each.said.feed: each for each in self._said if counts(each.said.feed, each.position)}
        brought = [feed for feed, first in self._brought[metric].items() if counts(feed, first)]
        found = coverage_of(metric, whom, days, list(said.values()), {feed for feed, _ in rows} or brought)
        return Evidence(
            readings=tuple(latest[day] for day in sorted(latest)),
            upto=upto,
            complete_through=found.complete_through,
            covered=found.covered,
            feeds=found.feeds,
            coverage=found.positions,
            unread=unread,
        )

    def rows_as_of(
        self, subjects: Iterable[Subject], days: tuple[date, date], upto: int
    ) -> tuple[Reading, ...]:
        """The rows of metrics and subjects on days, as the log said up to a position: of each day the last one."""
        latest: dict[tuple[Subject, date], Reading] = {}
        for subject in subjects:
            for _, row in self._rows[subject]:
                if row.position <= upto and days[0] <= row.on <= days[1]:
                    latest[subject, row.on] = row
        return tuple(latest[key] for key in sorted(latest, key=lambda key: (key[1], key[0])))


class ScoreAudit:
    """Computes scores of one ledger again. Reads the log only: no read model is believed."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles = ledger, cycles

    async def goal(self, name: str, rows: Sequence[StoredEvent] | None = None) -> Outcome:
        """Every score of one goal, or of the prefix of its stream that is given."""
        cycle = await self.cycles.load(cycle_of(name))
        found = list(rows) if rows is not None else await self.ledger.read_stream(name)
        try:
            sheet = fold_sheet(sheet_of(name), await self.ledger.read_stream(sheet_of(name)))
            return await self._goal(name, found, cycle, sheet, await self.readings())
        except UnreadableEvent as unread:
            return Outcome.waiting_for(name, unread)

    async def sheet(self, name: str, rows: Sequence[StoredEvent]) -> Outcome:
        """Every score and result of one sheet, or of the prefix of its stream that is given."""
        cycle = await self.cycles.load(cycle_of(name))
        goals = await self.ledger.read_streams(sorted(placed_goals(rows)))
        try:
            cited = {part.sheet for event in to_events(rows) for part in _cited(event)}
            return await self._sheet(name, rows, goals, cycle, await self._results(sorted(cited)))
        except UnreadableEvent as unread:
            return Outcome.waiting_for(name, unread)

    async def cycle(self, name: str, on_progress: OnProgress, at: datetime | None = None) -> Outcome:
        """Every goal's and sheet's score and every result of a cycle; with `at`, the cycle's present, also what is
        missing by then. What cannot be read is named, all else is computed."""
        cycle, readings = await self.cycles.load(name), await self.readings()
        upto = await self.ledger.sealed_position()
        sheets = await self.cycles.sheets(name)
        total, results = Outcome(), await self._results(sheets)
        for start in range(0, len(sheets), CHUNK):
            part = sheets[start : start + CHUNK]
            streams = await self.ledger.read_streams(part)
            goals = await self.ledger.read_streams(
                sorted({g for each in streams.values() for g in placed_goals(each)})
            )
            appraisals = await self.ledger.read_streams(list(map(appraisal_of, part)))
            for sheet in part:
                of_sheet = {goal: rows for goal, rows in goals.items() if sheet_of(goal) == sheet}
                try:
                    folded = fold_sheet(sheet, streams[sheet])
                except UnreadableEvent as unread:
                    total = total.plus(Outcome.waiting_for(sheet, unread))
                    continue
                total = total.plus(
                    await self._whole_sheet(folded, streams[sheet], of_sheet, cycle, readings, results)
                )
                rated = appraisals[appraisal_of(sheet)]
                total = total.plus(await self._raters(folded, streams[sheet], of_sheet, rated, cycle, at))
                if at is not None:
                    total = total.plus(await self._missing(folded, of_sheet, cycle, readings, upto, at))
            on_progress(min(start + CHUNK, len(sheets)), len(sheets))
        return total

    async def _missing(
        self,
        sheet: Sheet,
        streams: Mapping[str, Sequence[StoredEvent]],
        cycle: Cycle,
        readings: Readings,
        upto: int,
        at: datetime,
    ) -> Outcome:
        """The scores of a sheet and its goals that should be there by now: those of goals that wait for no feed, and
        the sheet's own where no goal is waited for. What cannot be read is named elsewhere."""
        terms, schedule, due_by = await self.cycles.policies.terms(cycle), cycle.schedule, at - LATE
        goals, unread = readable(streams, fold_goal)
        if schedule is None:
            return Outcome()
        found: list[Missing] = []
        waits: set[str] = set()
        for goal in goals.values():
            context = goal_context(cycle, terms, sheet)
            for due in unscored(goal, context, at):
                period = due.period or "Y"
                waits.add(period)
                evidence = evidence_now(goal, period, schedule, sheet, readings, upto)
                if due.at <= due_by and not lacking(goal, period, with_evidence(context, evidence)):
                    found.append(Missing(of=goal.id, period=period, due=due.at))
        for span in schedule.periods:
            due_at = span.scored_at + AFTER_THE_GOALS
            if span.kind == "year" or span.key in sheet.scores or span.key in waits or due_at > due_by:
                continue
            if not unread and score_sheet(sheet, goals, span.key, schedule, terms.on(span.ends), at):
                found.append(Missing(of=sheet.id, period=span.key, due=due_at))
        return Outcome(missing=tuple(found))

    async def _raters(
        self,
        sheet: Sheet,
        rows: Sequence[StoredEvent],
        goals: Mapping[str, Sequence[StoredEvent]],
        rated: Sequence[StoredEvent],
        cycle: Cycle,
        at: datetime | None,
    ) -> Outcome:
        """The sheet's appraisal from what it cites, what its goals and results took in of it, and what they did not by
        now."""
        if not rated:
            return Outcome()
        raters = raters_of(appraisal_of(sheet.id), rated)
        if raters.unread is not None:
            return Outcome.waiting_for(raters.name, raters.unread)
        found: list[Difference] = []

        def tell(of: str, version: int, field: str, recorded: object, again: object) -> None:
            found.append(_difference(of, "Y", version, field, recorded, again))

        policy = (await self.cycles.policies.terms(cycle)).policy
        compare_appraisal(raters.name, rated, policy.scoring.missing_at("part"), tell)
        for _name, stream in goals.items():
            for row in stream:
                if isinstance(event := _read(row), GoalRated):
                    compare_goal(event, row.version, raters, tell)
        for row in rows:
            if isinstance(event := _read(row), ResultIssued):
                compare_result(event, row.version, raters, tell)
        missing: list[Missing] = []
        if at is not None:
            folded, _ = readable(goals, fold_goal)
            missing = [
                Missing(of=of, period="Y", due=since)
                for of, since in not_taken_in(raters, sheet, rows, folded)
                if since <= at - LATE
            ]
        return Outcome(appraisals=len(raters.scored), differences=tuple(found), missing=tuple(missing))

    async def _whole_sheet(
        self,
        sheet: Sheet,
        rows: Sequence[StoredEvent],
        goals: Mapping[str, Sequence[StoredEvent]],
        cycle: Cycle,
        readings: Readings,
        results: Results,
    ) -> Outcome:
        """A sheet and its goals, each by itself where one of them cannot be read."""
        total = Outcome()
        for goal, stream in goals.items():
            try:
                total = total.plus(await self._goal(goal, stream, cycle, sheet, readings))
            except UnreadableEvent as unread:
                total = total.plus(Outcome.waiting_for(goal, unread))
        try:
            return total.plus(await self._sheet(sheet.id, rows, goals, cycle, results))
        except UnreadableEvent as unread:
            return total.plus(Outcome.waiting_for(sheet.id, unread))

    async def readings(self) -> Readings:
        """All readings and statements of feeds in the log, but for what was left out of the read model for good."""
        found, upto = Readings(), await self.ledger.sealed_position()
        skipped = {
            event.position
            for event in to_events(await self.ledger.read_stream("projection-reading"))
            if isinstance(event, EventSkipped)
        }
        pages = self.ledger.pages_of(
            ["ReadingsRecorded", "FeedCompleted"], upto=upto, placed=True, limit=PAGE
        )
        async for page in pages:
            for row in page:
                if row.position not in skipped and (event := _read(row)) is not None:
                    found.add(row.position or 0, event)
        return found

    async def _goal(
        self, name: str, rows: Sequence[StoredEvent], cycle: Cycle, sheet: Sheet, readings: Readings
    ) -> Outcome:
        scored = [
            (row.version, event)
            for row, event in zip(rows, to_events(rows), strict=True)
            if isinstance(event, GoalScored)
        ]
        found: list[Difference] = []
        for version, event in scored:
            goal = fold_goal(name, rows[: event.inputs.version])
            policy = await self.cycles.policies.version(event.policy)
            policy = policy.model_copy(update={"check_ins": event.inputs.check_ins})
            evidence = evidence_of(goal, event, cycle, sheet, readings)
            if event.inputs.sources:
                found += await self._sources(name, version, event)
                evidence = evidence.model_copy(update={"sources": event.inputs.sources})
            context = goal_context(cycle, policy, sheet, evidence=evidence)
            found += differences(
                name, event.period, version, event, score(goal, event.period, context, event.at, event.cause)
            )
        return Outcome(goals=len(scored), differences=tuple(found))

    async def _sources(self, name: str, version: int, event: GoalScored) -> list[Difference]:
        """What a computed score counted, looked up again at the versions that it cites (RULES M6)."""
        found: list[Difference] = []
        streams = await self.ledger.read_streams([each.stream for each in event.inputs.sources])
        for cited in event.inputs.sources:
            rows = streams[cited.stream][: cited.version]
            policy = await self.cycles.policies.version(event.policy)
            again = (
                of_result(fold_sheet(cited.stream, rows), cited.days)
                if cited.stream.startswith("sheet-")
                else of_goal(fold_goal(cited.stream, rows), event.period, policy)
            )
            if again != cited:
                said = str(again.value) if again else "-"
                found.append(
                    _difference(name, event.period, version, f"sources.{cited.stream}", cited.value, said)
                )
        return found

    async def _results(self, sheets: Sequence[str]) -> Results:
        """Every result with its version, by sheet: what other results cite."""
        found: Results = defaultdict(list)
        for start in range(0, len(sheets), CHUNK):
            for name, rows in (await self.ledger.read_streams(sheets[start : start + CHUNK])).items():
                for row in rows:
                    if isinstance(event := _read(row), ResultIssued):
                        found[name].append((row.version, event))
        return found

    async def _sheet(
        self,
        name: str,
        rows: Sequence[StoredEvent],
        goals: Mapping[str, Sequence[StoredEvent]],
        cycle: Cycle,
        results: Results,
    ) -> Outcome:
        total = Outcome()
        for row, event in zip(rows, to_events(rows), strict=True):
            before = fold_sheet(name, rows[: row.version - 1])
            if isinstance(event, SheetScored):
                again: Sequence[Event] = await self._sheet_score(before, event, row, goals, cycle)
                found = differences(name, event.period, row.version, event, again[0] if again else None)
                total = total.plus(Outcome(sheets=1, differences=tuple(found)))
            if isinstance(event, ResultIssued):
                found = await self._result(before, event, row.version, cycle, results)
                total = total.plus(Outcome(results=1, differences=tuple(found)))
        return total

    async def _sheet_score(
        self,
        before: Sheet,
        event: SheetScored,
        row: StoredEvent,
        goals: Mapping[str, Sequence[StoredEvent]],
        cycle: Cycle,
    ) -> Sequence[Event]:
        """From its goals as they were: the cited ones at the cited version, others as recorded before it."""
        cited = {part.goal: part.version for part in event.parts}
        known = {
            goal: fold_goal(goal, [each for each in stream if _counts(each, cited.get(goal), row)])
            for goal, stream in goals.items()
        }
        policy = await self.cycles.policies.version(event.policy)
        if cycle.schedule is None:
            return []
        return score_sheet(before, known, event.period, cycle.schedule, policy, event.at, event.cause)

    async def _result(
        self,
        before: Sheet,
        event: ResultIssued,
        version: int,
        cycle: Cycle,
        results: Results,
    ) -> list[Difference]:
        if cycle.schedule is None:
            return []
        policy = await self.cycles.policies.version(event.policy)
        again = _moved_again(before, event, policy) or issue_result(
            before, Beside.of(event), cycle.schedule, policy, event.at, cast(SheetCause, event.cause)
        )
        found = differences(before.id, "Y", version, event, again[0] if again else None)
        for part in _cited(event):
            upto = [each for at, each in results.get(part.sheet, ()) if at <= part.version]
            issued = upto[-1] if upto else None
            if issued is None or issued.of_sheet != part.result:
                said = str(issued.of_sheet) if issued else "-"
                found.append(_difference(before.id, "Y", version, f"results.{part.sheet}", part.result, said))
        return found


def _cited(event: Event) -> tuple[SubordinatePart | EarlierPart | MultiplierPart, ...]:
    """The results of other sheets that a result counts."""
    if not isinstance(event, ResultIssued):
        return ()
    there = tuple(part for part in event.multipliers if part.result is not None)
    return (*event.subordinates, *event.earlier, *there)


def _moved_again(before: Sheet, event: ResultIssued, policy: Policy) -> list[ResultIssued]:
    """A version with a grade that people moved, from the version before it and what the policy leaves open; [] of one
    that was computed."""
    last, move = before.result, event.moved
    if last is None or event.cause not in ("calibrated", "uncalibrated", "appealed"):
        return []
    grade = event.grade if event.grade in grades_open_to(last, policy) else None
    if move is not None:
        move = move.model_copy(update={"computed": last.computed_grade})
    elif grade != last.computed_grade:
        grade = last.computed_grade
    return [moved(last, grade, move, event.cause, policy, event.by, event.at)]


def _read(row: StoredEvent) -> Event | None:
    """An event; None where it is none that this program can read: what is parked is named where its stream is read."""
    try:
        return to_event(row)
    except UnreadableEvent:
        return None


def evidence_now(
    goal: Goal, period: str, schedule: Schedule, sheet: Sheet, readings: Readings, upto: int
) -> Evidence:
    """What is known of a goal's metric in a period by now."""
    kpi, whom, span = goal.measure, whom_of(goal, sheet), schedule.period(period)
    if whom is None or span is None or not isinstance(kpi, Kpi) or kpi.metric is None:
        return Evidence(upto=upto)
    return readings.as_of(kpi.metric, whom, days_of(goal, kpi, span), upto, {})


def evidence_of(goal: Goal, event: GoalScored, cycle: Cycle, sheet: Sheet, readings: Readings) -> Evidence:
    """What was known of a goal's metric when it was scored."""
    kpi, whom = goal.measure, whom_of(goal, sheet)
    upto = event.inputs.upto
    period = cycle.schedule.period(event.period) if cycle.schedule else None
    if period is None:
        return Evidence(upto=upto)
    found = Evidence(upto=upto)
    if whom is not None and isinstance(kpi, Kpi) and kpi.metric is not None:
        found = readings.as_of(kpi.metric, whom, days_of(goal, kpi, period), upto, event.inputs.unread)
    former = readings.rows_as_of(goal.formerly_fed, (period.starts, period.ends), upto)
    return found.model_copy(update={"readings": (*found.readings, *former)})


def _counts(row: StoredEvent, version: int | None, scored: StoredEvent) -> bool:
    return row.version <= version if version is not None else row.recorded_at < scored.recorded_at


def placed_goals(rows: Sequence[StoredEvent]) -> set[str]:
    """Every goal that ever stood in a sheet."""
    goals: set[str] = set()
    for event in map(_read, rows):
        match event:
            case SheetOpened():
                goals |= {placement.goal for placement in event.placements}
            case GoalPlaced():
                goals.add(event.placement.goal)
    return goals


CITED = frozenset({"restatement"})
"""What a version only cites: it is no part of what is computed."""


def differences(of: str, period: str, version: int, recorded: Event, again: Event | None) -> list[Difference]:
    """Field by field what differs between an event as recorded and as it comes out now."""
    if again is None:
        return [_difference(of, period, version, recorded.type, "recorded", "-")]
    first, second = _without_words(recorded.model_dump()), _without_words(again.model_dump())
    names = [name for name in {**first, **second} if name not in CITED]
    return [
        _difference(of, period, version, name, first.get(name), second.get(name))
        for name in names
        if first.get(name) != second.get(name)
    ]


def _without_words(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with their notes' codes and numbers alone: earlier programs quoted HR's reason in some of them."""
    return {
        name: _without_reason(each) if name in ("why", "marks") else each for name, each in fields.items()
    }


def _without_reason(note: Any) -> Any:
    match note:
        case list() | tuple():
            return [_without_reason(each) for each in note]
        case {"facts": dict(facts)}:
            return {**note, "facts": {name: each for name, each in facts.items() if name != "reason"}}
        case _:
            return note


def _difference(of: str, period: str, version: int, field: str, recorded: Any, recomputed: Any) -> Difference:
    return Difference(
        of=of, period=period, version=version, field=field, recorded=str(recorded), recomputed=str(recomputed)
    )
