"""What has left a sheet, and a result that comes when the manager's is settled, count too (RULES W1, Y2, Y3)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from activities.rescoring import Rescorer
from cairn.application.cases import Cases
from cairn.application.corrections import Asked, EvidenceOf
from cairn.application.evaluation import Evaluation
from cairn.application.goals import deadline
from cairn.application.repository import fold_goal, fold_sheet, to_appends
from cairn.application.restatements import Decision, Restatements
from cairn.application.results import Results
from cairn.domain.coverage import Whom
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.events import Changes, GoalAdjusted, GoalCancelled
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import status
from cairn.domain.identity import by_system
from cairn.domain.measure import Kpi
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Period
from cairn.domain.sheet.events import Correction, GoalRemoved, ResultIssued, SheetOpened
from cairn.domain.sheet.state import Sheet
from cairn.privacy import WrappingKeys
from cairn.privacy.rater_boxes import RaterBoxes
from projections.models import reading
from tests.portal.test_recomputing import GOAL, JANUARY, Year, _silent, begun

__all__ = ["begun"]
SHEET, ABOVE = "sheet-2026-E1-1", "sheet-2026-M1-1"
FEBRUARY = datetime(2026, 2, 15, 3, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 2, 1, 3, tzinfo=UTC)


async def recorded(year: Year, key: str, *events: Event) -> None:
    streams = {event.stream for event in events}
    versions = {stream: await year.ledger.version_of(stream) for stream in streams}
    await year.ledger.append(to_appends(list(events), versions, by_system(events[0].stream, key)))
    await year.seal()


async def test_a_goal_that_left_the_sheet_counts_for_its_days_when_the_cycle_scores_it(begun: Year) -> None:
    last = date(2026, 2, 14)
    gone = GoalCancelled(goal=GOAL, reason="r", last=last, by="H1", at=FEBRUARY)
    await recorded(begun, "gone", gone, GoalRemoved(sheet=SHEET, goal=GOAL, by="H1", at=FEBRUARY))
    goal, context = await begun.goals.load(GOAL)
    period = context.schedule.period("Q1") if context.schedule else None
    due = status(goal, context, FEBRUARY).next_deadline
    assert period is not None and due is not None and due.phase == "part_scored"
    whom = Whom(subject="E1", holder="E1", family="sales")
    evidence = await reading.evidence(begun.pool, "sales", whom, period.starts, period.ends)
    command, key = deadline(GOAL, due.phase, due.at, due.period, due.at)
    await begun.goals.handle(command, key, evidence=evidence)
    await Evaluation(begun.ledger, begun.cycles).score_period("2026", "Q1", period.scored_at, _silent)
    sheet = fold_sheet(SHEET, await begun.ledger.read_stream(SHEET))
    [part] = sheet.scores["Q1"].parts
    assert (part.goal, part.weight, part.share) == (GOAL, Decimal(80), Fraction(45, 90))
    assert (await begun.recomputing.cycle("2026", lambda done, of: None)).differences == ()


async def test_a_late_reading_of_a_replaced_metric_scores_the_days_again_on_which_it_counted(
    begun: Year,
) -> None:
    """W1, D5: sales count up to 14 February, what the owner reports from then on; a row of 1 March counts nowhere."""
    goal, _ = await begun.goals.load(GOAL)
    assert isinstance(goal.measure, Kpi)
    since = date(2026, 2, 15)
    reported = goal.measure.model_copy(update={"metric": None, "subject": None, "since": since})
    facts = {
        "adjustment": "a1",
        "reason": "r",
        "draws": Decimal(5),
        "space_left": Decimal(10),
        "since": since,
    }
    filed = {"before": Changes(measure=goal.measure), "after": Changes(measure=reported), **facts}
    await recorded(
        begun, "filed", GoalAdjusted.model_validate({"goal": GOAL, "by": "H1", "at": FEBRUARY, **filed})
    )
    await begun.scored()
    first = fold_goal(GOAL, await begun.ledger.read_stream(GOAL)).scores["Q1"]
    assert [part.actual for part in first.parts] == [100, None]
    boxes = RaterBoxes(begun.pool, begun.pool, WrappingKeys.of(bytes(32)))
    cases = Cases(begun.ledger, begun.cycles.policies, begun.goals.seats, boxes)
    rescorer = Rescorer(
        begun.goals,
        Evaluation(begun.ledger, begun.cycles),
        Results(begun.ledger, begun.cycles, cases),
        begun.pool,
        "",
    )
    for number, (amount, day) in enumerate(((50, date(2026, 2, 5)), (70, date(2026, 3, 1))), start=5):
        await begun.read(amount, day, number)
        [row] = (await begun.ledger.read_sealed(after=0, limit=1000, types=["ReadingsRecorded"]))[-1:]
        await rescorer._take(row)
    again = fold_goal(GOAL, await begun.ledger.read_stream(GOAL)).scores["Q1"]
    assert again.number == 2 and again.cause == "readings" and again.parts[0].actual == 150
    await begun.seal()
    assert (await begun.recomputing.cycle("2026", lambda done, of: None)).differences == ()


async def test_a_result_waits_for_a_goal_that_an_outage_left_unscored(begun: Year) -> None:
    """W2: a goal that is still active when results are due is waited for, never left out for good."""
    due = datetime(2027, 1, 17, 1, tzinfo=UTC)
    found = await Evaluation(begun.ledger, begun.cycles).issue_results("2026", due, _silent)
    assert set(found.waiting) == {GOAL, "goal-2026-E1-2"}
    sheet = fold_sheet(SHEET, await begun.ledger.read_stream(SHEET))
    assert sheet.result is None and "Y" not in sheet.scores


def issued(sheet: str, at: datetime, **more: Any) -> ResultIssued:
    facts = {
        "points": 90,
        "rounded": 90,
        "grade": "A",
        "coefficient": 1,
        "mix": {},
        "periods": (),
        "policy": "p@1",
    }
    return ResultIssued.model_validate({"sheet": sheet, **facts, **more, "by": SYSTEM, "at": at})


async def test_a_result_that_was_open_counts_by_its_days_once_the_restatement_is_accepted(
    begun: Year,
) -> None:
    """The manager's result was issued without it and is settled."""
    opened = SheetOpened(
        sheet=ABOVE, cycle="2026", kind="person", holder="M1", department="D", family="sales",
        since=date(2026, 1, 1), space=Decimal(20), placements=(), policy="tiny", by="H1", at=JANUARY,
    )  # fmt: skip
    await recorded(
        begun,
        "above",
        opened,
        issued(ABOVE, datetime(2027, 1, 4, 3, tzinfo=UTC), waiting=(SHEET,), points=None, rounded=None),
    )
    await recorded(begun, "below", issued(SHEET, NEXT_YEAR))
    assert await Evaluation(begun.ledger, begun.cycles).issue_above(SHEET, NEXT_YEAR) == 1
    asked = Decision("2026-M1-1-R1", True, "好", "补", "H1", NEXT_YEAR)
    done = await Restatements(begun.ledger, begun.cycles).decide(asked, "k", _nothing)
    assert done == ("RestatementHeard", "ResultIssued", "RestatementDecided")
    result = fold_sheet(ABOVE, await begun.ledger.read_stream(ABOVE)).result
    assert result is not None and [part.days for part in result.subordinates] == [365]


async def _nothing(*_: Any) -> Evidence:
    return Evidence()


async def test_a_slip_that_changes_nothing_settled_is_mended_at_once_and_computed_again(begun: Year) -> None:
    """T6, Y3: the first quarter's target was typed wrongly; HR mends it a week after the score was shown."""
    await begun.scored()
    mending = Restatements(begun.ledger, begun.cycles).corrections
    at = datetime(2026, 4, 14, 3, tzinfo=UTC)
    asked = Asked(GOAL, Correction(targets={"Q1": Decimal(200)}), "三百应为二百", "H1", at)
    foreseen = await mending.foresee(asked, _evidence_of(begun))
    for _ in range(2):
        proposed, took_effect = await mending.propose(asked, "k", _evidence_of(begun))
        assert took_effect and proposed == foreseen.proposed
    goal = fold_goal(GOAL, await begun.ledger.read_stream(GOAL))
    sheet = fold_sheet(SHEET, await begun.ledger.read_stream(SHEET))
    assert [goal.scores["Q1"].number, sheet.scores["Q1"].number] == [2, 2]
    assert goal.scores["Q1"].cause == "corrected" and goal.scores["Q1"].target == 200
    assert list(sheet.untold) == [proposed.restatement] and not sheet.restatements
    await begun.seal()
    assert (await begun.recomputing.cycle("2026", lambda done, of: None)).differences == ()


def _evidence_of(year: Year) -> EvidenceOf:
    async def found(goal: Goal, sheet: Sheet, period: Period) -> Evidence:
        return await reading.evidence_of(year.pool, goal, sheet, period)

    return found
