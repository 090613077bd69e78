"""The examples of W1, W2, D5, Y3 and U2 as they happen: goals that change, and scores that come late."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from cairn.domain.evaluation.correcting import Case, Mended, Slip, mended, right_facts
from cairn.domain.evaluation.scores import Beside, issue_result, score_sheet
from cairn.domain.evaluation.versions import is_result_settled, next_restatement
from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.scoring import score
from cairn.domain.measure import Capability, Kpi
from cairn.domain.policy import Committee
from cairn.domain.reading import Reading
from cairn.domain.sheet import events as sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from tests.specs.casework import Casework
from tests.specs.company import (
    CHEN,
    HUA,
    LEARNING,
    LI,
    LIN,
    REVENUE,
    SHEET,
    VISITS,
    WANG,
    ZHAO,
    D,
    drafted,
    fact,
    in_force,
    on,
    opened,
    plan,
    reading,
    schedule,
)
from tests.specs.given import World, given, please
from tests.specs.handovers import FIRST, IN_MARCH, made, sums
from tests.specs.handovers import restated as restated_after_payment
from tests.specs.results import CASE, issued, recomputed, results_out, show, steps, with_result
from tests.specs.results import told as result_shown
from tests.specs.rules import Example

REST, SATISFACTION = REVENUE, "goal-2026-lin-5"
DATES = schedule()


def placed(*weights: tuple[str, int]) -> list[Any]:
    return [{"goal": goal, "dimension": "duties", "weight": weight} for goal, weight in weights]


def points_of(goal: str, period: str, value: Any) -> did.GoalScored:
    """A score of so many points, wherever they come from."""
    found = DATES.period(period)
    assert found is not None
    return fact(
        did.GoalScored, SYSTEM, on("2027-01-15"), goal, period=period, starts=found.starts, ends=found.ends,
        actual=None, target=None, attainment=None, points=D(value), rounded=D(value),
        formula=did.Note(code="counted"), inputs=did.Inputs(version=2), policy="plan@1",
    )  # fmt: skip


def sheet_points(world: World, period: str) -> Any:
    goals = {name: world.goal(name) for name in world.sheet().weighings}
    [scored] = score_sheet(world.sheet(), goals, period, DATES, plan(), on("2027-01-17"))
    return scored.points


def superseded(period: str, *points: int) -> Any:
    """Visits (10) end in favour of satisfaction (10), confirmed on 15 April; the rest has 90."""
    confirmed = {"by": HUA, "at": on("04-15")}
    placement = sheet.Placement(goal=SATISFACTION, dimension="duties", weight=D(10))
    gone = {"replacement": SATISFACTION, "reason": "r", "last": date(2026, 4, 14)}
    world = given(
        opened(placements=placed((VISITS, 10), (REST, 90))),
        in_force(VISITS, REST),
        drafted(SATISFACTION, since=date(2026, 4, 15)),
        fact(did.GoalApproved, WANG, on("04-15"), SATISFACTION),
        fact(did.GoalSuperseded, HUA, on("04-15"), VISITS, **gone),
        sheet.GoalRemoved(sheet=SHEET, goal=VISITS, **confirmed),
        sheet.GoalPlaced(sheet=SHEET, placement=placement, **confirmed),
        [
            points_of(goal, period, each)
            for goal, each in zip((VISITS, SATISFACTION, REST), points, strict=True)
        ],
    )
    return sheet_points(world, period)


def another_metric(period: str, *points: int) -> Any:
    """The same goal of weight 10 has another metric from 15 April on: each measure counts for its days."""
    ratio = {"aggregation": "mean", "target": D(100), "curve": "ratio", "subject": LIN}
    visits, satisfaction = (
        Kpi.model_validate({"metric": name, **ratio}) for name in ("visits", "satisfaction")
    )
    after = did.Changes(measure=satisfaction.model_copy(update={"since": date(2026, 4, 15)}))
    changed = {"adjustment": "a1", "before": did.Changes(measure=visits), "after": after, "reason": "r"}
    filed = {**changed, "draws": D(5), "space_left": D(10), "since": date(2026, 4, 15)}
    world = given(
        opened(placements=placed((VISITS, 10), (REST, 90))),
        in_force(VISITS, measure=visits),
        in_force(REST),
        fact(did.GoalActivated, SYSTEM, on("01-06"), VISITS),
        fact(did.GoalAdjusted, HUA, on("04-15"), VISITS, **filed),
        points_of(REST, period, points[2]),
    ).with_readings(
        reading("04-03", str(points[0]), metric="visits"),
        reading("04-20", str(points[1]), metric="satisfaction"),
    )
    due = DATES.period(period)
    assert due is not None
    at = due.scored_at if period != "Y" else on("2027-01-16")
    scored = score(world.goal(VISITS), period, world.context(VISITS), at)
    return sheet_points(given(world.events, scored), period)


W1 = (
    Example("W1", "visits (10) replaced by satisfaction (10) on 15 April, the rest 90: April with 40, 120 and 90",
            "89.2667", lambda: superseded("M04", 40, 120, 90)),
    Example("W1", "the same: the year with 50, 110 and 100", "99.2904", lambda: superseded("Y", 50, 110, 100)),
    Example("W1", "the goal stays and has another metric from 15 April on: April", "89.2667",
            lambda: another_metric("M04", 40, 120, 90)),
    Example("W1", "the same: the year", "99.2904", lambda: another_metric("Y", 50, 110, 100)),
)  # fmt: skip


class Year:
    """Lin's year as it happens: what is due fires by itself, each command and each reading on its day."""

    def __init__(self, *weights: tuple[str, int], **measures: Any) -> None:
        names = [goal for goal, _ in weights]
        made = [drafted(goal, **({"measure": measures[goal]} if goal in measures else {})) for goal in names]
        self.world = given(opened(placements=placed(*weights)), made)

    def approve(self, goal: str, day: str) -> "Year":
        facts = [fact(did.GoalSubmitted, LIN, on(day), goal), fact(did.GoalApproved, WANG, on(day), goal)]
        return self._with([*facts, fact(did.GoalActivated, SYSTEM, on(day), goal)])

    def read(self, *readings: Reading) -> "Year":
        """Readings that are in the log from now on."""
        self.world = self.world.under(evidence=self.world.evidence.model_copy(
            update={"readings": (*self.world.evidence.readings, *readings), "upto": self.world.evidence.upto + 1}
        ))  # fmt: skip
        return self

    def upto(self, moment: datetime) -> "Year":
        """All timers of goals until a moment, in order; the cycle's own scores of sheets a day after its goals."""
        for _ in range(500):
            due = [
                (deadline, goal)
                for goal in self.world.sheet().weighings
                if (deadline := self.world.status(goal, moment).next_deadline) and deadline.at <= moment
            ]
            if not due:
                break
            deadline, goal = min(due, key=lambda each: (each[0].at, each[1]))
            facts = {"phase": deadline.phase, "due": deadline.at, "period": deadline.period}
            last = max(event.at for event in self.world.events)
            self.world = self.world.having(
                please(ask.KeepDeadline, SYSTEM, max(deadline.at, last), goal, **facts)
            )
        return self

    def cycle_scores(self, period: str, moment: datetime) -> "Year":
        goals = {name: self.world.goal(name) for name in self.world.sheet().weighings}
        return self._with(score_sheet(self.world.sheet(), goals, period, DATES, plan(), moment))

    def result(self, moment: datetime) -> "Year":
        self.cycle_scores("Y", moment)
        return self._with(issue_result(self.world.sheet(), Beside(leads=False), DATES, plan(), moment))

    def do(self, command: ask.GoalCommand) -> "Year":
        self.world = self.world.having(command)
        return self

    def again(self, goal: str, period: str, day: str) -> "Year":
        """The readings of a scored period have changed."""
        upto = self.world.evidence.upto
        return self.do(please(ask.ScoreAgain, SYSTEM, on(day), goal, period=period, upto=upto))

    def _with(self, events: Any) -> "Year":
        self.world = given(self.world.events, list(events), evidence=self.world.evidence)
        return self

    def chain(self, period: str) -> list[tuple[int, str, Fraction | None]]:
        """The versions of the sheet's score of a period: number, cause and points."""
        found = [e for e in self.world.events if isinstance(e, sheet.SheetScored) and e.period == period]
        return [(each.number, each.cause, each.points) for each in found]

    def proposed(self) -> list[sheet.RestatementProposed]:
        return [event for event in self.world.events if isinstance(event, sheet.RestatementProposed)]


BY_HAND = Capability(outcomes=("a",))
SALES = Kpi(target=D(1200), metric="sales", subject=LIN, curve="ratio", whole_cycle=True)


def sales(day: str, value: str, position: int = 1) -> Reading:
    return reading(day, value, position)


def shown(chain: list[tuple[int, str, Any]]) -> list[Any]:
    return [points for _, _, points in chain]


def late_approval() -> Any:
    """Sales (60) approved in time, visits (40) on 10 February, when January's scores are out."""
    year = Year((REVENUE, 60), (VISITS, 40), **{REVENUE: SALES, VISITS: SALES})
    year.approve(REVENUE, "01-06").read(sales("01-10", "100")).upto(on("02-07"))
    year.cycle_scores("M01", on("02-07"))
    before = year.chain("M01")
    year.approve(VISITS, "02-10").upto(on("02-11"))
    return [*shown(before), *[number for number, _, _ in year.chain("M01")]]


def late_assessment() -> Any:
    """Sales (60) at 100; learning (40) is assessed at 40 for January on 8 February, after the sheet's score."""
    year = Year((REVENUE, 60), (LEARNING, 40), **{REVENUE: SALES})
    year.approve(REVENUE, "01-06").approve(LEARNING, "01-06").read(sales("01-10", "100")).upto(on("02-07"))
    year.cycle_scores("M01", on("02-07"))
    year.do(please(ask.AssessGoal, WANG, "02-08", LEARNING, period="M01", points=40)).upto(on("02-08", 11))
    return shown(year.chain("M01"))


def late_launch() -> Any:
    """Goals approved on 20 March: January and February are scored then, the sheet with them."""
    year = Year((REVENUE, 100), **{REVENUE: SALES}).read(sales("01-10", "100"), sales("02-10", "50"))
    for period, day in (("M01", "02-07"), ("M02", "03-07")):
        year.cycle_scores(period, on(day))
    year.approve(REVENUE, "03-20").upto(on("03-20", 11))
    return [*shown(year.chain("M01")), *shown(year.chain("M02"))]


W2 = (
    Example("W2", "a goal of weight 40 approved on 10 February: January's score before, its versions after",
            "100, 1, 2", late_approval),
    Example("W2", "learning (40) assessed at 40 on 8 February, sales (60) at 100: January's versions", "100, 76",
            late_assessment),
    Example("W2", "launched and approved in March: January at 100, February at 50", "100, 50", late_launch),
)  # fmt: skip


def corrected(day: str, first: str | None = "50") -> "Year":
    """January at 50 of 100, or without any row; a correction to 80 that comes on a day."""
    year = Year((REVENUE, 100), **{REVENUE: SALES}).approve(REVENUE, "01-06")
    year.read(*([sales("01-10", first)] if first else [])).upto(on("02-07")).cycle_scores("M01", on("02-07"))
    year.world = year.world.under(evidence=year.world.evidence.model_copy(update={"readings": ()}))
    return year.read(sales("01-10", "80", 2)).again(REVENUE, "M01", day)


D5 = (
    Example("D5", "January at 50, corrected to 80 on 20 February: its versions", "50, 80",
            lambda: shown(corrected("02-20").chain("M01"))),
    Example("D5", "corrected on 20 March, when the score is settled: its versions", "50",
            lambda: shown(corrected("03-20").chain("M01"))),
    Example("D5", "January was scored without any row, 80 come on 20 February: its versions", "none, 80",
            lambda: shown(corrected("02-20", first=None).chain("M01"))),
)  # fmt: skip


def restated(day: str) -> Any:
    [proposed] = corrected(day).proposed()
    assert proposed.of_goal and proposed.of_period
    return [
        proposed.of_goal.before,
        proposed.of_goal.after,
        proposed.of_period.before,
        proposed.of_period.after,
    ]


def of_the_result() -> Any:
    """The year's result counts the correction as its next version, with the month's."""
    year = Year((REVENUE, 100), **{REVENUE: SALES})
    months = [sales(f"{month:02d}-10", "100") for month in range(1, 13)]
    year.approve(REVENUE, "01-06").read(*months)
    for month in range(1, 13):
        period = DATES.period(f"M{month:02d}")
        assert period is not None
        year.upto(period.scored_at).cycle_scores(period.key, period.scored_at)
    year.upto(on("2027-01-16")).result(on("2027-01-18"))
    first = year.world.sheet().result
    kept = tuple(each for each in year.world.evidence.readings if each.on.month != 12)
    year.world = year.world.under(evidence=year.world.evidence.model_copy(update={"readings": kept}))
    year.read(sales("12-10", "40", 2)).again(REVENUE, "M12", "2027-01-20").again(REVENUE, "Y", "2027-01-20")
    last = year.world.sheet().result
    assert first and last
    return [first.points, last.number, last.points]


def slip(year: "Year", day: str, goal: str = REVENUE, **right: Any) -> Slip:
    """What HR corrects on a day."""
    correction = sheet.Correction.model_validate(right)
    name = next_restatement(year.world.sheet())
    return Slip(goal, correction, name, "typed wrongly", HUA, on(day))


def case_of(world: World) -> Case:
    goals = {name: world.goal(name) for name in world.sheet().weighings}
    return Case(world.sheet(), goals, world.context(REVENUE))


def mend(year: "Year", asked: Slip) -> Mended:
    """What a correction comes to, every period by what is known of the metric now."""
    case = case_of(year.world)
    known = {period.key: year.world.evidence for period in DATES.periods}
    return mended(asked, case, right_facts(asked, case), known, "corrected")


def mend_at_once(year: "Year", asked: Slip) -> "Year":
    """The year after a correction that changes nothing that is settled."""
    found = mend(year, asked)
    assert not found.settled
    return year._with([found.proposed, *found.facts, *found.versions])


def typed_wrongly(**measure: Any) -> "Year":
    """January's target was typed as 200 for 100; 100 were sold."""
    months = {f"M{number:02d}": 100 for number in range(1, 13)}
    wrong = SALES.model_copy(update={"target": None, "targets": {**months, "M01": 200}})
    year = Year((REVENUE, 100), **{REVENUE: wrong}).approve(REVENUE, "01-06").read(sales("01-10", "100"))
    return year.upto(on("02-07")).cycle_scores("M01", on("02-07"))


def mended_target(day: str) -> Any:
    year = typed_wrongly()
    return shown(mend_at_once(year, slip(year, day, targets={"M01": 100})).chain("M01"))


def proposed_target(day: str) -> Any:
    """What a correction proposes once the score is settled: the sheet's points before and after."""
    year = typed_wrongly()
    found = mend(year, slip(year, day, targets={"M01": 100}))
    assert found.settled
    [changed] = found.proposed.scores
    assert changed.of_period
    return [changed.of_period.before, changed.of_period.after]


def mended_rating() -> Any:
    """Sales (60) at 100, learning (40) given 40 where Wang meant 90."""
    year = Year((REVENUE, 60), (LEARNING, 40), **{REVENUE: SALES})
    year.approve(REVENUE, "01-06").approve(LEARNING, "01-06").read(sales("01-10", "100"))
    year.do(please(ask.AssessGoal, WANG, "02-01", LEARNING, period="M01", points=40)).upto(on("02-07"))
    year.cycle_scores("M01", on("02-07"))
    asked = slip(year, "02-10", LEARNING, assessments={"M01": {WANG: 90}})
    return shown(mend_at_once(year, asked).chain("M01"))


REPORTED = Kpi(target=D(1200), curve="ratio", whole_cycle=True)


def reported() -> "Year":
    """10 confirmed for January where Lin had sold 80."""
    year = Year((REVENUE, 100), **{REVENUE: REPORTED}).approve(REVENUE, "01-06")
    year.do(please(ask.CheckIn, LIN, "01-31", value=D(10))).do(please(ask.ConfirmCheckIns, WANG, "02-01"))
    return year.upto(on("02-07")).cycle_scores("M01", on("02-07"))


def mended_report() -> Any:
    year = reported()
    return shown(mend_at_once(year, slip(year, "02-10", check_ins={1: 80})).chain("M01"))


def weighed_wrongly() -> "Year":
    """Sales has 60 and learning 40, the other way round than was meant: the year at 100 and at 50."""
    year = Year((REVENUE, 60), (LEARNING, 40), **{REVENUE: SALES}).read(sales("06-10", "1200"))
    year.approve(REVENUE, "01-06").approve(LEARNING, "01-06")
    year.upto(on("2027-01-04")).do(
        please(ask.AssessGoal, WANG, "2027-01-04", LEARNING, period="Y", points=50)
    )
    return year.upto(on("2027-01-16")).cycle_scores("Y", on("2027-01-17"))


def mended_weights(day: str) -> Any:
    year = weighed_wrongly()
    asked = slip(year, day, weights={REVENUE: 40, LEARNING: 60})
    return shown(mend_at_once(year, asked).chain("Y"))


SESSION = "calibration-2026-department.sales-1"


def settled(work: Casework, *days: str) -> str:
    """Whether Lin's result is settled on these days."""
    sheet_of = (work.sheets or {})[SHEET]
    return ", ".join(
        "settled" if is_result_settled(sheet_of, work.policy, on(day)) else "open" for day in days
    )


def signed() -> Casework:
    """A result of 80 points, a B, shown on 18 January and signed on the 20th."""
    return result_shown().asked("acknowledge", LIN, "2027-01-20", number=1)


def signed_and_restated() -> Any:
    """The same, restated to 70 points: the version whose signature is asked for, until when an appeal is possible."""
    again = show(recomputed(signed(), issued(70, "C", 2, cause="restated")), "2027-03-01").just[0]
    return f"{again.number}, {again.appeal_by:%m-%d}"


def appealed(*votes: tuple[str, str | None]) -> str:
    """Number, grade and points of the last version once all of the committee have voted on an appeal against a B."""
    policy = steps().model_copy(update={"committee": Committee(quorum="all")})
    work = result_shown(policy=policy).asked("appeal", LIN, "2027-01-21", grounds="March is missing")
    for who, grade in votes:
        work = work.asked("vote", who, "2027-01-25", grade=grade, reason="r")
    last = (work.sheets or {})[SHEET].result
    assert last is not None and last.points is not None
    return f"{last.number}, {last.grade}, {last.points}"


def appealed_for_worse() -> None:
    result_shown().asked("appeal", LIN, "2027-01-21", grounds="x").asked(
        "vote", CHEN, "2027-01-25", grade="C", reason="r"
    )


def calibrated() -> str:
    """Grade and points of a B that was moved to an A, and the grade by points."""
    last = shown_after_calibration()
    return f"{last.grade}, {last.rounded}, {last.computed}"


def shown_after_calibration() -> Any:
    """What Lin is shown of a result that a calibration moved from B to A."""
    policy = steps()
    session = Casework(
        SESSION,
        policy=policy,
        sheets={SHEET: with_result()},
        cycle=results_out(policy),
    ).asked("open", HUA, "2027-01-19")
    moved = session.asked("move", HUA, "2027-01-19", sheet=SHEET, number=1, grade="A", reason="two regions")
    return show(Casework(CASE, policy=policy, sheets=moved.sheets), "2027-01-25").just[0]


def calibrated_then_recomputed() -> str:
    """Whether a version that is computed after a calibration is shown."""
    sheet_of = with_result()
    for version in (
        issued(80, "A", 2, cause="calibrated", moved={"case": SESSION, "computed": "B", "by": HUA}),
        issued(82, "B", 3, cause="corrected"),
    ):
        sheet_of = evolve_sheet(sheet_of, version)
    seen = show(Casework(CASE, policy=steps(), sheets={SHEET: sheet_of}), "2027-02-01").just
    return "shown" if seen else "waits"


def paid_after(points: int, grade: str, *agreeing: str) -> str:
    """What Lin has been handed over, of 10,000 times the coefficient, once a result that was paid is restated."""
    work = made(restated_after_payment(FIRST, points, grade))
    for who in agreeing:
        work = work.asked("agree", who, IN_MARCH, proposal=1)
    return f"{sums(work)[LIN, 'pay']}, {len(work.state.proposals)} waits"


Y3 = (
    Example("Y3", "the proposal made on 20 March: the goal's points before and after, the sheet's", "50, 80, 50, 80",
            lambda: restated("03-20")),
    Example("Y3", "December corrected from 100 to 40 after the result: the first, number and points of the last",
            "100, 3, 95", of_the_result),
    Example("Y3", "January's target was typed as 200 for 100; HR corrects it on 20 February: its versions", "50, 100",
            lambda: mended_target("02-20")),
    Example("Y3", "the same on 20 March, when the score is settled: what is proposed, before and after", "50, 100",
            lambda: proposed_target("03-20")),
    Example("Y3", "40 for learning (40) where 90 were meant, sales (60) at 100: January's versions", "76, 96",
            mended_rating),
    Example("Y3", "a confirmed report of 10 that should have said 80: January's versions", "10, 80", mended_report),
    Example("Y3", "weights of 60 and 40 the wrong way round, the year at 100 and 50: its versions", "80, 70",
            lambda: mended_weights("2027-01-20")),
    Example("Y3", "the same in October, while the sheet runs", "refused: restatement.sheet-running",
            lambda: mended_weights("10-20")),
    Example("Y3", "the target of a month that has not ended", "refused: restatement.running",
            lambda: mend(typed_wrongly(), slip(typed_wrongly(), "02-20", targets={"M02": 90}))),
    Example("Y3", "a result shown on 18 January and signed on the 20th: on the 20th", "settled",
            lambda: settled(signed(), "2027-01-20")),
    Example("Y3", "the same without a signature: on 12 and on 15 February", "open, settled",
            lambda: settled(result_shown(), "2027-02-12", "2027-02-15")),
    Example("Y3", "signed, restated and shown on 1 March: the version to sign, until when it can be appealed",
            "2, 03-15", signed_and_restated),
    Example("Y3", "an appeal against 80 points, a B; one member for S, two for A: the version that follows", "2, A, 80",
            lambda: appealed((CHEN, "A"), (ZHAO, "S"), (LI, "A"))),
    Example("Y3", "the same, for what stands", "1, B, 80", lambda: appealed((CHEN, None), (ZHAO, None))),
    Example("Y3", "a vote for a C", "refused: result.worse", appealed_for_worse),
    Example("Y3", "calibrated from B to A: what the person is shown, with the grade by points", "A, 80, B", calibrated),
    Example("Y3", "a version that is computed after the calibration", "waits", calibrated_then_recomputed),
    Example("Y3", "10,000.00 were handed over for a B; restated to an A (1.2): what was handed over then, what waits",
            "12000.00, 0 waits", lambda: paid_after(92, "A")),
    Example("Y3", "the same, restated to a C (0.8)", "10000.00, 1 waits", lambda: paid_after(65, "C")),
    Example("Y3", "the same, once HR has agreed", "10000.00, 1 waits", lambda: paid_after(65, "C", HUA)),
    Example("Y3", "the same, once HR and the committee have", "8000.00, 0 waits",
            lambda: paid_after(65, "C", HUA, CHEN)),
)  # fmt: skip


def owed(day: str, *then: ask.GoalCommand) -> World:
    """Learning, which nobody has assessed when the year is over; what is due fires until a day."""
    year = Year((REVENUE, 60), (LEARNING, 40), **{REVENUE: SALES}).read(sales("06-10", "1200"))
    year.approve(REVENUE, "01-06").approve(LEARNING, "01-06").upto(on(day))
    for command in then:
        year.do(command).upto(command.at)
    return year.world


def told(day: str) -> str:
    """What happened to the goal since its review opened, and to whom it was told."""
    found = [event for event in owed(day).events if event.stream == LEARNING and event.at > on("2027-01-02")]
    return "; ".join(f"{each.phase} {', '.join(each.to)} {each.at:%m-%d}" for each in found
                     if isinstance(each, did.ReminderSent | did.DeadlineMissed))  # fmt: skip


def omitted(day: str) -> Any:
    without = please(ask.ScoreWithout, HUA, day, LEARNING, period="Y", reason="Wang has left")
    return owed(day, without).sheet().scores["Y"].points


U2 = (
    Example("U2", "nobody has assessed a goal for the year: on 1 February 2027 it is still waited for",
            "judgement_remind wang 01-12; judgement_due zhao 01-20; judgement_lapses role:hr 01-29",
            lambda: told("2027-02-01")),
    Example("U2", "assessed at 40 on 18 January, three days late; sales (60) at 100",
            "76", lambda: owed("2027-01-18", please(
                ask.AssessGoal, WANG, "2027-01-18", LEARNING, period="Y", points=40)).sheet().scores["Y"].points),
    Example("U2", "HR goes on without it on 18 January", "refused: score-without.too-early",
            lambda: omitted("2027-01-18")),
    Example("U2", "HR goes on without it on 1 February: left out, never zero", "100", lambda: omitted("2027-02-01")),
)  # fmt: skip

VERSIONS = (W1, W2, D5, Y3, U2)
