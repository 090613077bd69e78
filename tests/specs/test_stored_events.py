"""Every event there is comes back from its stored form, and that form is written down: golden/<EventType>.json.

A golden file is never edited. A changed field name fails here: it needs an upcaster, and a golden file of its own for
the new form beside the old one.
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.domain.cycle import events as cycle
from cairn.domain.erasure import ErasureOrdered
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal import events as did
from cairn.domain.measure import Kpi
from cairn.domain.operating import (
    BegunAgain,
    FeedScheduled,
    FeedUnscheduled,
    ScoresVerified,
    WebhookGivenUp,
    WebhookRegistered,
    WebhookRemoved,
    WebhookResumed,
    WorkflowsBegunAgain,
)
from cairn.domain.people import (
    DelegateNamed,
    Department,
    DepartmentNamed,
    LeavingWithdrawn,
    PersonAway,
    PersonChanged,
    PersonJoined,
    PersonLeft,
    PersonReturned,
)
from cairn.domain.policy import Name
from cairn.domain.reading import Covers, FeedCompleted, ReadingsRecorded, Row
from cairn.domain.registry import EVENTS, decode
from cairn.domain.schedule import Days
from cairn.domain.sheet import events as sheet
from cairn.domain.skipping import EventSkipped
from cairn.domain.viewing import PersonViewed
from cairn.domain.voting import Ballot
from tests.specs.company import (
    CHEN,
    HUA,
    LI,
    LIN,
    MEASURES,
    PEOPLE,
    REVENUE,
    SHEET,
    WANG,
    D,
    drafted,
    fact,
    launched,
    on,
    opened,
    requested,
    score,
)
from tests.specs.given import for_all
from tests.specs.stored_cases import CASE_EXAMPLES

GOLDEN = Path(__file__).parent / "golden"
AT: dict[str, Any] = {"by": HUA, "at": on("03-01")}
FACTS: dict[str, Any] = {"who": "approver", "when": ("draft", "returned")}
FAILED = cycle.LaunchFailure(sheet=SHEET, code="exists", facts={"streams": (SHEET,)})
LEFT_OUT = cycle.LeftOut(
    person="gone", code="excluded", facts={"on": "2025-12-31"}, reason=Name(zh="已离职", en="left")
)
TIMER: dict[str, Any] = {"phase": "drafts_due", "due": on("01-16", 9)}
OF_SHEET: dict[str, Any] = {"sheet": SHEET, **AT}
OF_CYCLE: dict[str, Any] = {"cycle": "2026", **AT}
CHANGES = did.Changes(
    title="new", target=D("1320.5"), targets={"M05": D(130)}, measure=Kpi(target=D(3)), weight=D(60),
    counterweights={"goal-2026-lin-2": D(10)},
)  # fmt: skip
AWAY = Days(first=on("04-01").date(), last=on("06-30").date())
PART = did.MeasurePart(
    first=on("04-01").date(), last=on("04-14").date(), days=14, actual=D(4), target=D(10), attainment=D(40),
    points=D(40), formula=did.Note(code="counted"), why=did.Note(code="no_readings"),
)  # fmt: skip
RESTATED = sheet.Restated(before=D(90), after=Fraction(277, 3), grade_before="B", grade_after="A")
ADDED = sheet.Added(
    before=D("93.45"),
    incidents=(sheet.IncidentPart(kind="merit", times=7, points=D(7)),),
    gained=D(5),
    lost=D(0),
)
BOUNDS = sheet.GradeBounds(best="B", worst="D", met=("disciplined",), by_points="A")
BALLOT = Ballot(by=CHEN, vote="for", comment="serves growth", at=on("01-20"))
SMART = did.Smart(specific="a", measurable="b", achievable="c", relevant="d", time_bound="e")
DEPARTMENT = Department(id="sales", name="销售部", head="zhao")

EXAMPLES: tuple[Event, ...] = (
    drafted(parent="goal-2026-department.sales-1"),
    fact(did.GoalRevised, title="新标题", measure=MEASURES[REVENUE]),
    fact(did.SmartChecked, check=SMART),
    fact(did.GoalDecomposed, parts=[did.Part(title="主营A", department="sales", target=D(15))]),
    fact(did.GoalAligned, parent="goal-2026-company-1"),
    fact(did.GoalInterviewHeld, WANG, on="2026-01-08", participants=[LIN, WANG], agreed="1,200 a year"),
    fact(did.GoalSubmitted, acting_for=WANG),
    fact(did.GoalReturned, WANG, comment="?", acting_for=HUA),
    fact(did.GoalApproved, WANG, comment="good", acting_for=HUA),
    fact(did.GoalSteppedBack, HUA, stage="submitted", reason="the wrong one", told=False),
    fact(did.GoalUrged, LIN, to=[WANG, "role:hr"], note="the quarter is near"),
    fact(did.GoalActivated, SYSTEM),
    fact(did.GoalPaused, HUA, reason="parental leave", away_since="2026-04-01"),
    fact(did.GoalResumed, HUA),
    fact(did.LastDaySet, HUA, last="2026-06-30", cause="left", reason="r"),
    fact(did.AbsencesSet, HUA, absences=[AWAY]),
    requested(CHANGES).model_copy(update={"diagnosis": 1}),
    fact(did.AdjustmentConfirmed, HUA, adjustment="a1", role="hr", acting_for=WANG),
    fact(did.AdjustmentDeclined, WANG, adjustment="a1", role="manager", reason="no", acting_for=HUA),
    fact(did.CommitteeVoted, CHEN, adjustment="a1", vote="against", comment="too little"),
    fact(
        did.CommitteeDecided, LI, adjustment=None, outcome="for", members=3, quorum=2, majority="simple",
        ballots=[BALLOT, BALLOT.model_copy(update={"by": LI})],
    ),
    fact(did.AdjustmentWithdrawn, adjustment="a1"),
    fact(did.AdjustmentExpired, SYSTEM, adjustment="a1"),
    fact(
        did.GoalAdjusted, HUA, adjustment="a1", before=did.Changes(), after=CHANGES, reason="r", draws=D(5),
        space_left=D(10), since="2026-07-15", diagnosis=1,
    ),
    did.GoalDiagnosed(
        goal=REVENUE, diagnosis=1, kind="external_obstacle", facts="delivered 6 weeks late",
        since=on("02-20").date(), by=WANG, at=on("03-10"),
    ),
    fact(did.DiagnosisClosed, WANG, diagnosis=1, reason="delivered since"),
    fact(did.CheckedIn, on="2026-02-01", value=D(95), base=D(100), note="n"),
    fact(did.CheckInsConfirmed, WANG, check_ins=[1, 2]),
    fact(did.CheckInWithdrawn, LIN, check_in=3, reason="the wrong month"),
    fact(did.EvidenceWaived, HUA, period="M01", reason="the till was broken"),
    fact(did.CriterionAccepted, WANG, criterion=1, evidence="release notes", acting_for=HUA),
    fact(
        did.WorkEvaluated, WANG, evaluation=3, on="2026-03-02", marks={"greeting": D("0.5"), "close": None}, errors=2,
        fatal=True, note="read out a card number", acting_for=HUA,
    ),
    fact(did.EvaluationWithdrawn, WANG, evaluation=3, reason="another agent's call", acting_for=HUA),
    fact(did.GoalAssessed, WANG, period="Y", points=D(90), comment="c", acting_for=HUA),
    fact(did.ManagerChanged, HUA, former=WANG, manager=None, effective="2026-04-01", reason="r"),
    fact(did.ReminderSent, SYSTEM, to=[LIN], **TIMER),
    fact(did.DeadlineMissed, SYSTEM, awaited=[LIN], to=["role:hr"], **TIMER),
    score(
        inputs=did.Inputs(
            readings=(4, 5), upto=9, version=5, complete_through=on("01-31").date(), covered=True, coverage=(6,),
            unread={"crm": 7}, check_ins="confirmed",
        ),
        why=did.Note(code="no_readings"),
        marks=[did.Note(code="approved_later", facts={"on": "2026-02-10"})], number=2, cause="goal", parts=[PART],
    ),
    fact(did.ScoreHeldBack, SYSTEM, period="M01", restatement="2026-lin-1-R1"),
    fact(did.ReviewOpened, SYSTEM),
    fact(did.GoalRated, SYSTEM, period="Y", points=D("81.25"), appraisal="appraisal-2026-lin-1", number=2),
    fact(did.GoalCancelled, HUA, cause="asked", reason="r", last="2026-07-14"),
    fact(did.GoalSuperseded, HUA, replacement="goal-2026-lin-2", reason="r", last="2026-07-14"),
    fact(did.GoalClosed, SYSTEM),
    fact(did.SignalRefused, name="approve", code="goal.own", field="by", facts=FACTS),
    opened(),
    sheet.GoalPlaced(placement=sheet.Placement(goal=REVENUE, dimension="duties", weight=D("12.5")), **OF_SHEET),
    sheet.GoalWeighted(goal=REVENUE, before=D(50), after=D(40), **OF_SHEET),
    sheet.GoalRemoved(goal=REVENUE, **OF_SHEET),
    sheet.SheetLastDaySet(last=on("06-30").date(), cause="family", **OF_SHEET),
    sheet.SheetAbsencesSet(absences=(AWAY,), **OF_SHEET),
    sheet.SheetExtended(until=on("03-20").date(), reason="on a training", **OF_SHEET),
    sheet.DimensionWaived(dimension="capability", role="committee", reason="seconded", decided=True, **OF_SHEET),
    sheet.IncidentRecorded(
        incident=2, kind="merit", on=on("03-20").date(), period="M03", times=3, reason="saved the fair", **OF_SHEET
    ),
    sheet.IncidentWithdrawn(incident=2, reason="told twice", **OF_SHEET),
    sheet.FlexibleSpaceUsed(goal=REVENUE, adjustment="a1", used=D(5), left=D(10), **OF_SHEET),
    sheet.SheetScored(
        period="Y", points=Fraction(277, 3), rounded=D("92.33"), policy="plan@1", **OF_SHEET,
        number=2, cause="readings",
        parts=(sheet.ScorePart(goal=REVENUE, version=7, weight=D(50), share=Fraction(14, 30), points=None),),
    ),
    sheet.ResultIssued(
        points=D("92.254"), rounded=D("92.25"), grade="B", coefficient=D(1), mix={"month": D(40), "year": D(60)},
        policy="plan@1", leads=True, **OF_SHEET,
        periods=(sheet.PeriodPart(period="M03", kind="month", months=Fraction(16, 31), points=None),),
        subordinates=(sheet.SubordinatePart(sheet="sheet-2026-qian-1", version=9, result=D(88), days=181),),
        number=3, cause="subordinates", waiting=("sheet-2026-sun-1",), own=D(80), withheld="minimum",
        earlier=(sheet.EarlierPart(sheet="sheet-2026-lin-1", version=7, months=Fraction(77, 31), result=D(110)),),
    ),
    sheet.VersionCalibrated(number=2, calibration="calibration-2026-company-1", **OF_SHEET),
    sheet.VersionShown(number=2, **OF_SHEET),
    sheet.VersionSigned(number=2, **OF_SHEET),
    sheet.VersionHandedOver(number=2, handover="handover-2026-company-1", **OF_SHEET),
    sheet.RestatementProposed(
        restatement="2026-lin-1-R1", cause="readings", goal=REVENUE, period="M01", replaces="2026-lin-1-R0",
        subordinate="sheet-2026-qian-1", of_goal=RESTATED, of_period=RESTATED, of_result=RESTATED, **OF_SHEET,
    ),
    sheet.RestatementHeard(restatement="2026-lin-1-R1", said="agreed", **OF_SHEET),
    sheet.RestatementVoted(restatement="2026-lin-1-R1", vote="against", comment="too little", **OF_SHEET),
    sheet.RestatementDecided(
        restatement="2026-lin-1-R1", accepted=True, heard="agreed", reason="r", **OF_SHEET,
    ),
    sheet.RestatementTold(restatement="2026-lin-1-R1", **OF_SHEET),
    launched().model_copy(
        update={"left_out": (LEFT_OUT,), "clock_offset": -3.5}
    ),
    cycle.LaunchFinished(sheets=3, goals=9, failures=(FAILED,), **OF_CYCLE),
    cycle.SheetsAdded(plan="1a2b", roster=9, sheets=("sheet-2026-new-1",), goals=2, **OF_CYCLE),
    cycle.StageReached(stage="review", due=on("03-01"), **OF_CYCLE),
    cycle.PeriodScored(period="M01", sheets=3, due=on("03-01"), **OF_CYCLE),
    cycle.AppraisalsOpened(
        appraisals=3, left_out=(cycle.ReviewLeftOut(person=LIN, code="left"),), due=on("03-01"), **OF_CYCLE
    ),
    cycle.ReviewsOpened(
        period="M01",
        reviews=3,
        left_out=(cycle.ReviewLeftOut(person=LIN, code="away"),),
        due=on("02-02"),
        **OF_CYCLE,
    ),
    cycle.ResultsIssued(sheets=3, **OF_CYCLE),
    cycle.CalibrationBegun(calibration="calibration-2026-company-1", **OF_CYCLE),
    cycle.CalibrationEnded(calibration="calibration-2026-company-1", **OF_CYCLE),
    cycle.ResultsShown(results=3, waiting=("sheet-2026-lin-1",), **OF_CYCLE),
    cycle.CycleClosed(goals=9, **OF_CYCLE),
    cycle.CycleAbandoned(reason="merged", open_goals=7, goals=9, sheets=3, results=False, **OF_CYCLE),
    cycle.CycleSignalRefused(name="close", code="cycle.not-hr", field="by", facts=FACTS, **OF_CYCLE),
    cycle.PolicyAmendmentProposed(
        amendment="2026-P1", before="plan@1", after="plan@2", reason="r", replaces="2026-P0", **OF_CYCLE,
        changes=(cycle.PolicyChange(field="calendar.holidays", before=(), after=("2026-10-08",)),),
        moves=(
            cycle.DeadlineMove(
                name="period_scored", period="M01", before=on("02-05"), after=on("02-10"), goals=9, people=3
            ),
        ),
    ),
    cycle.PolicyAmendmentVoted(amendment="2026-P1", vote="against", comment="too late", **OF_CYCLE),
    cycle.PolicyAmendmentDecided(
        amendment="2026-P1", outcome="for", ballots=(BALLOT,), members=2, quorum=1, majority="simple", **OF_CYCLE
    ),
    cycle.PolicyAmended(
        amendment="2026-P1", before="plan@1", after="plan@2", schedule=launched().schedule, heard="meeting",
        heard_on=on("01-08").date(), told="notice", told_on=on("01-20").date(), **OF_CYCLE,
    ),
    cycle.PolicyAdopted(name="plan", version="1a2b", text="name: plan", effective=on("01-01").date(), **AT),
    cycle.RehearsalAdvanced(instant=on("03-01"), **OF_CYCLE),
    cycle.TargetsProposed(
        rows=(cycle.TargetRow(holder=LIN, goal="revenue", period="Q1", target=D("10.5")),), source="crm", **OF_CYCLE
    ),
    cycle.TargetsWithdrawn(
        rows=(cycle.TargetRow(holder=LIN, goal="revenue", period="Q1", target=D("10.5")),), **OF_CYCLE
    ),
    PersonJoined(person=LIN, details=PEOPLE[LIN], **AT),
    PersonChanged(person=LIN, details=PEOPLE[LIN], effective=on("04-01").date(), reason="r", changed=("title",), **AT),
    PersonLeft(person=LIN, effective=on("04-01").date(), reason="r", **AT),
    LeavingWithdrawn(person=LIN, reason="r", **AT),
    PersonAway(person=LIN, first=on("04-01").date(), last=on("06-30").date(), reason="r", **AT),
    PersonReturned(person=LIN, effective=on("06-01").date(), reason="r", **AT),
    DelegateNamed(person=WANG, delegate=LIN, first=on("04-01").date(), last=on("04-30").date(), reason="r", **AT),
    DepartmentNamed(department=DEPARTMENT, **AT),
    ReadingsRecorded(
        feed="crm", window_from=on("01-01"), window_upto=on("02-01"), content="sha", correction=True, **AT,
        rows=(Row(metric="sales", subject=LIN, on=on("01-10").date(), value=D("33.33"), base=D(100)),),
    ),
    FeedCompleted(
        feed="crm", through=on("01-31").date(), **AT,
        covers=(
            Covers(
                metric="sales", since=on("01-01").date(), until=on("12-31").date(), everybody=False,
                subjects=("company",), families=("sales",), departments=("sales",),
            ),
        ),
    ),
    EventSkipped(
        projection="goal", position=7, event_stream=REVENUE, event_type="AdjustmentRequested",
        reason="written by a broken importer", **AT,
    ),
    FeedScheduled(
        feed="crm", path="/plan/feeds/crm.yaml", base="/plan", crons=("0 6 * * *",), timezone="Asia/Shanghai", **AT
    ),
    FeedUnscheduled(feed="crm", **AT),
    WebhookRegistered(
        webhook="warehouse", url="https://hooks.example/told", kinds=("goal", "result"), after=10, **AT
    ),
    WebhookGivenUp(webhook="warehouse", position=12, why="status", status=500, **AT),
    WebhookResumed(webhook="warehouse", after=11, **AT),
    WebhookRemoved(webhook="warehouse", **AT),
    ScoresVerified(
        cycle="2026", upto=9000, goals=4, sheets=2, results=1, appraisals=1, differing=1, missing=0, unread=0, **AT
    ),
    WorkflowsBegunAgain(workflows=(BegunAgain(workflow=REVENUE, loss="terminated"),), **AT),
    ErasureOrdered(
        owner=LIN, keys=("0d6c1d0a-5a3c-4b0e-9f63-6f7f3f1f5a01",), texts=12, reason="asked for it", **AT
    ),
    PersonViewed(person=LIN, reason="asked how it looks to them", **AT),
    *CASE_EXAMPLES,
)  # fmt: skip
"""One example of every event, with every field filled that it had when it was first stored."""
MENDED = sheet.Correction(
    targets={"M01": D("100.5")},
    check_ins={3: D(80)},
    assessments={"Y": {WANG: D(90)}},
    weights={REVENUE: D(40)},
)
CITED: dict[str, Any] = {"restatement": "2026-lin-1-R2"}
LATER: tuple[Event, ...] = (
    fact(did.GoalRevised, title="t", measure=MEASURES[REVENUE], **CITED),
    score().model_copy(update=CITED),
    sheet.GoalWeighted(goal=REVENUE, before=D(50), after=D(40), **CITED, **OF_SHEET),
    sheet.SheetScored(
        period="Y", points=D(90), rounded=D(90), parts=(), policy="plan@1", cause="corrected", **CITED, **OF_SHEET
    ),
    sheet.SheetScored(
        period="M03", points=D(0), rounded=D(0), policy="plan@1",
        parts=(
            sheet.ScorePart(goal=REVENUE, version=7, weight=D(50), points=D(0), gate="injured", reached=D(90)),
        ),
        perspectives=(sheet.PerspectivePart(perspective="customer", weight=D(20), points=D(120), applies=True),),
        added=ADDED, gate="fatal", grade="B", coefficient=D(0), bounds=BOUNDS, **CITED, **OF_SHEET,
    ),
    sheet.ResultIssued(
        points=D("98.45"), rounded=D("98.45"), grade="B", coefficient=D(1), mix={"year": D(100)}, periods=(),
        policy="plan@1", ratings=(sheet.RatingPart(
            part="behaviours", share=D(20), points=D(60), appraisal="appraisal-2026-lin-1", number=2),), added=ADDED,
        bounds=BOUNDS, **CITED, **OF_SHEET,
        multipliers=(
            sheet.MultiplierPart(
                key="unit", of="pay", unit="department.sales", sheet="sheet-2026-department.sales-1", version=9,
                result=D(82), factor=D("0.82"),
            ),
        ),
    ),
    sheet.RestatementProposed(
        **CITED, cause="corrected", goal=REVENUE, period="M01", correction=MENDED, reason="typed wrongly",
        scores=(sheet.RestatedScore(period="M01", of_goal=RESTATED, of_period=RESTATED),), **OF_SHEET,
    ),
    sheet.RestatementDecided(
        **CITED, accepted=True, heard="agreed", reason="r", **OF_SHEET,
        minutes=sheet.Minutes(ballots=(BALLOT,), members=3, quorum=2, majority="simple"),
    ),
)  # fmt: skip
"""Events with fields they got later: stored only where they say something."""
BY_NAME = {event.type: event for event in EXAMPLES}


def test_every_event_there_is_has_an_example() -> None:
    assert set(BY_NAME) == set(EVENTS) and len(BY_NAME) == len(EXAMPLES)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_it_comes_back_from_its_stored_form(name: str) -> None:
    event = BY_NAME[name]
    assert decode(name, event.model_dump_json()) == event
    assert decode(name, event.model_dump_json().encode()).stream == event.stream


@pytest.mark.parametrize("event", LATER, ids=lambda event: event.type)
def test_a_field_that_came_later_is_stored_where_it_says_something(event: Event) -> None:
    text = event.model_dump_json()
    assert decode(event.type, text) == event
    assert "2026-lin-1-R2" in text and "2026-lin-1-R2" not in BY_NAME[event.type].model_dump_json()


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_what_was_stored_before_is_still_read_and_stored_the_same_way(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    text = BY_NAME[name].model_dump_json()
    assert path.is_file(), f"no golden file of {name} yet: save as {path.name}\n{text}"
    stored = path.read_text(encoding="utf-8")
    assert decode(name, stored) == BY_NAME[name]
    assert json.loads(text) == json.loads(stored)


def test_no_golden_file_is_left_of_an_event_that_is_gone() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} <= set(EVENTS)


def test_an_unknown_field_is_refused_not_dropped() -> None:
    stored = json.loads(BY_NAME["GoalSubmitted"].model_dump_json()) | {"mood": "good"}
    with pytest.raises(ValueError, match="mood"):
        decode("GoalSubmitted", json.dumps(stored))


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_a_moment_without_a_time_zone_is_refused(name: str) -> None:
    stored = json.loads(BY_NAME[name].model_dump_json()) | {"at": "2026-03-01T10:00:00"}
    with pytest.raises(ValueError, match="timezone"):
        decode(name, json.dumps(stored))


@for_all(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12))
def test_no_number_loses_a_digit_on_the_way(number: Any) -> None:
    event = fact(did.CheckedIn, on="2026-02-01", value=number)
    back = decode("CheckedIn", event.model_dump_json())
    assert isinstance(back, did.CheckedIn) and back.value == number
