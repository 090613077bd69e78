"""The performance plan as data: families, templates, periods and weights, curves, grades, deadlines, calendar.

The shapes only. Reading the YAML and explaining its mistakes is `cairn.policies`. Percentages are written
as people write them (15 means 15 %), weights in a sheet or in a mix of periods sum to 100.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from cairn.domain.event import Fact
from cairn.domain.invalid import schema_error
from cairn.domain.quantity import Normalised
from cairn.domain.result_rules import Caps, Form, Gate, HandoverRules, Incident, Multiplier, Pay, Perspective
from cairn.domain.result_rules import GradeBand as GradeBand
from cairn.domain.vocabulary import Limit, Percent
from cairn.domain.vocabulary import Name as Name
from cairn.domain.vocabulary import PeriodKind as PeriodKind

Tier = Literal["strategic", "department", "individual"]
Dimension = Literal["duties", "capability"]
Direction = Literal["higher", "lower", "range", "on_off"]
Aggregation = Literal["sum", "last", "mean", "ratio"]
Draw = Literal["weight", "target", "metric"]
Evaluator = Literal[
    "self",
    "manager",
    "second_line_manager",
    "dotted_line_managers",
    "peers",
    "subordinates",
    "internal_customers",
]
"""The roles that rate somebody. Peers, subordinates and internal customers rate unnamed (RULES E1, C4)."""
Missing = Literal["reweight", "zero"]
ResultPart = Literal["goals", "behaviours", "self", "feedback"]
"""What a result is made of: the goals' mix, rated behaviours, the self rating, the feedback of others."""
ONLY_GOALS: dict[ResultPart, Decimal] = {"goals": Decimal(100)}
Level = Literal["criterion", "measure", "goal", "period", "part"]
"""Where something can be missing: a criterion of an evaluation, a measure of a perspective, a goal of a period, a
period of the year, a part of the result."""


class Scale(Fact):
    """The scale of a policy's points: where it begins, where it ends (`none`: nowhere) and what 100 % is on it."""

    model_config = ConfigDict(populate_by_name=True)

    least: Decimal = Field(default=Decimal(0), alias="from")
    to: Limit = Decimal(120)
    full: Decimal = Decimal(100)

    @model_validator(mode="after")
    def _in_order(self) -> "Scale":
        if not self.least < self.full or (self.to is not None and self.to < self.full):
            to = "none" if self.to is None else self.to
            raise schema_error("scale_order", least=self.least, full=self.full, to=to)
        return self


class LinearCurve(Fact):
    """Points at threshold, target and stretch, linear between; below the threshold `below` points.

    A KPI without a threshold starts from its baseline (or zero) with `below` points; one without a stretch goes on
    past the target by a hundredth of the target's points for each percent, up to `cap` (RULES M4).
    """

    kind: Literal["linear"]
    below: Decimal = Decimal(0)
    threshold: Decimal = Decimal(60)
    target: Decimal = Decimal(100)
    stretch: Decimal = Decimal(120)
    cap: Limit = Decimal(120)


class RatioCurve(Fact):
    """Points are the attainment (比率法): `full` points at 100 %, in proportion below and above, capped."""

    kind: Literal["ratio"]
    full: Decimal = Field(default=Decimal(100), gt=0)
    cap: Limit = Decimal(120)


class Band(Fact):
    """From this attainment (percent) on, these points."""

    attainment: Decimal
    points: Decimal


class BandsCurve(Fact):
    """Steps by attainment (层差法): the highest band reached counts, `below` points under the lowest."""

    kind: Literal["bands"]
    bands: tuple[Band, ...] = Field(min_length=1)
    below: Decimal = Decimal(0)


class AllOrNothingCurve(Fact):
    """The target reached or not (非此即彼法)."""

    kind: Literal["all_or_nothing"]
    reached: Decimal = Decimal(100)
    missed: Decimal = Decimal(0)


class DeductionCurve(Fact):
    """From `start` points, `per_step` off for every whole or part `step` that is missing (减分法).

    With `step_of: attainment` a step is in percent of attainment, with `step_of: value` in the KPI's own unit: five
    points off for each error.
    """

    kind: Literal["deduction"]
    start: Decimal = Decimal(100)
    step: Decimal = Field(default=Decimal(1), gt=0)
    step_of: Literal["attainment", "value"] = "attainment"
    per_step: Decimal = Field(default=Decimal(1), ge=0)
    floor: Decimal = Decimal(0)


class Piece(Fact):
    """From this attainment (percent) on, these points and so many more for each further percent."""

    attainment: Decimal
    points: Decimal
    per_percent: Decimal = Field(default=Decimal(0), ge=0)


class PiecesCurve(Fact):
    """Straight pieces, for accelerators and decelerators; a jump belongs to the piece that is reached. `below` points
    under the lowest piece."""

    kind: Literal["pieces"]
    pieces: tuple[Piece, ...] = Field(min_length=1)
    below: Decimal = Decimal(0)
    cap: Limit = Decimal(120)


Curve = Annotated[
    LinearCurve | RatioCurve | BandsCurve | AllOrNothingCurve | DeductionCurve | PiecesCurve,
    Field(discriminator="kind"),
]


class SubordinatesOnGoal(Fact):
    """The share of the subordinates, in percent, whose result of the year reaches a value (RULES M6)."""

    subordinates_on_goal: Decimal


Computed = Literal["children"] | SubordinatesOnGoal
"""What a KPI is computed from in place of readings: the attainments of the goals that serve it, or the results of the
subordinates (RULES M6)."""


class TemplateGoal(Fact):
    """One goal a family (or a department) starts with. KPIs name unit, direction, target and metric;
    key tasks name criteria; capability goals name outcomes."""

    key: Normalised
    dimension: Dimension = "duties"
    kind: Literal["kpi", "key_task", "capability"]
    title: Name
    weight: Percent
    unit: Normalised = ""
    direction: Direction = "higher"
    aggregation: Aggregation = "sum"
    baseline: Decimal | None = None
    threshold: Decimal | None = None
    target: Decimal | None = None
    stretch: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    metric: Normalised | None = Field(
        default=None, description="the feed's metric; without one, check-ins count"
    )
    subject: Literal["person", "department", "company"] = "person"
    computed: Computed | None = Field(
        default=None, description="what it is computed from, in place of readings and check-ins"
    )
    curve: str | None = Field(
        default=None,
        description="for a KPI `standard` where none is named; for other goals a straight line over the scale",
    )
    possible: tuple[Decimal, ...] = Field(
        default=(),
        description="of a KPI the least and the most its value can be; of a judged goal the ratings there are",
    )
    scored_in: tuple[PeriodKind, ...] = Field(
        default=(), description="the kinds of period it is scored in; empty: all that the family has"
    )
    due: date | None = Field(
        default=None, description="the day a key task or capability goal is due; none: the cycle's last"
    )
    criteria: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    serves: Normalised | None = Field(default=None, description="key of the goal it serves in the tier above")
    serves_weight: Decimal | None = Field(
        default=None,
        gt=0,
        description="what it counts there, where that one is computed: children; none: as each",
    )
    perspective: Normalised | None = Field(
        default=None, description="the family's perspective that it belongs to"
    )
    form: str | None = Field(
        default=None,
        description="the form by which single pieces of work are evaluated: their mean is the period's value",
    )
    least_readings: int | None = Field(
        default=None, ge=1, description="so many readings a period needs: with fewer the KPI does not apply"
    )


Reader = Literal[
    "everybody", "participants", "department", "holder", "manager", "line", "hr", "committee", "auditors"
]  # fmt: skip
"""Who reads: everybody in the roster, those with a sheet in the cycle, colleagues of the holder's department, the
holder of the goal or sheet, their manager, everybody above them in the reporting lines, or whoever has a role; the
company's management reads what the committee does."""
ReviewInterval = Literal["month", "quarter", "half_year", "none"]
Share = Literal["together", "at_once"]
"""When each side of a review reads the other's words: once both are handed in, or each as it is."""
OVERALL = "overall"
"""The manager's comment on a whole report, beside those on each of its questions."""


class ReviewQuestion(Fact):
    """One question that the employee's report answers."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    text: Name


QUESTIONS = (
    ReviewQuestion(key="progress", text=Name(zh="进展", en="Progress")),
    ReviewQuestion(key="obstacles", text=Name(zh="遇到的困难", en="Obstacles")),
    ReviewQuestion(key="plan", text=Name(zh="改进计划", en="Improvement plan")),
)
WorkingDays = Annotated[int, Field(ge=1, le=60)]


class FamilyReviews(Fact):
    """Stage reviews (复盘) of a family: of which periods, what is asked, who reads it. Clocks count working days."""

    every: ReviewInterval = "none"
    questions: tuple[ReviewQuestion, ...] = Field(default=QUESTIONS, min_length=1)
    report: WorkingDays = Field(default=5, description="from the opening until the employee's report is due")
    comment: WorkingDays = Field(default=5, description="after that until the manager's comment is due")
    remind: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2, description="before it is due; 0 is not at all"
    )
    escalate: WorkingDays = Field(default=3, description="after it was due until it is told further up")
    share: Share = "together"
    readers: tuple[Reader, ...] = Field(default=("holder", "manager", "hr"), min_length=1)

    @model_validator(mode="after")
    def _questions_are_told_apart(self) -> "FamilyReviews":
        keys = [question.key for question in self.questions]
        for key in keys:
            if key == OVERALL or keys.count(key) > 1:
                raise schema_error("review_question", key=key)
        return self


class Family(Fact):
    """A job family: its periods and their weights in the year's result, its template and evaluators."""

    name: Name
    periods: dict[PeriodKind, Percent] = Field(description="weight of each kind of period; the year included")
    subordinates: Percent = Field(default=Decimal(0), description="weight of the subordinates' mean result")
    evaluators: dict[Evaluator, Percent] = Field(default_factory=dict)
    capability_weight: tuple[Percent, Percent] = (Decimal(5), Decimal(50))
    template: tuple[TemplateGoal, ...] = Field(min_length=1)
    perspectives: dict[str, Perspective] = Field(
        default_factory=dict, description="of a scorecard with sub-scores, by key"
    )
    reviews: FamilyReviews = FamilyReviews()

    @model_validator(mode="after")
    def _weights_make_one_hundred(self) -> "Family":
        mix = sum(self.periods.values()) + self.subordinates
        if mix != 100:
            raise schema_error("weights_not_whole", family_part="periods", sum=mix)
        goals = sum(goal.weight for goal in self.template)
        if goals != 100:
            raise schema_error("weights_not_whole", family_part="template", sum=goals)
        judged = sum(self.evaluators.values())
        if self.evaluators and judged != 100:
            raise schema_error("weights_not_whole", family_part="evaluators", sum=judged)
        return self


class Behaviour(Fact):
    """One behaviour of the catalogue: what it is called, and what it looks like at a mark (the anchors)."""

    title: Name
    anchors: dict[str, Name] = Field(default_factory=dict)


MARKS = {str(mark): Decimal(20 * mark) for mark in range(1, 6)}
Rated = Literal["capability", "key_task"]


class AppraisalRules(Fact):
    """Appraisals by the families' `evaluators`: what is rated, how, and how unnamed raters are kept unnamed. Clocks
    count working days from the opening of the year's review."""

    behaviours: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Behaviour] = Field(
        default_factory=dict
    )
    marks: dict[str, Decimal] = Field(
        default=MARKS, min_length=2, description="what each mark of a behaviour is in points"
    )
    rates: tuple[Rated, ...] = Field(default=("capability",), description="the kinds of goals that are rated")
    threshold: Annotated[int, Field(ge=2, le=50)] = Field(
        default=3, description="so many answers of an unnamed role at least are shown together"
    )
    nominate: WorkingDays = Field(default=3, description="until raters are nominated and confirmed")
    window: WorkingDays = Field(default=10, description="until the answers are due")
    late: WorkingDays = Field(default=5, description="after that until what came late is taken in, once")
    remind: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2, description="before answers are due that those who owe one are reminded; 0 is not at all"
    )
    escalate: WorkingDays = Field(default=3, description="after they were due until it is told further up")
    most: Annotated[int, Field(ge=1, le=200)] = Field(
        default=6, description="colleagues whom one person is asked to rate in a cycle, as an unnamed rater"
    )
    alike: Annotated[int, Field(ge=50, le=100)] = Field(
        default=90,
        description="percent from which on two texts of one rater are told to them as nearly equal",
    )

    @model_validator(mode="after")
    def _anchors_are_of_marks(self) -> "AppraisalRules":
        for key, behaviour in self.behaviours.items():
            for mark in behaviour.anchors:
                if mark not in self.marks:
                    raise schema_error("anchor_of_no_mark", key=key, mark=mark, known=", ".join(self.marks))
        return self


class FlexibleSpace(Fact):
    """What is left for quarterly fine-tuning, in points of the sheet's 100 (the plan: 10 to 15).

    `draws` says what uses it up: moved weight (points moved), a changed target (the goal's weight times the
    relative change of the period targets touched, a period's share of the year), a replaced metric
    (`metric_change` points).
    """

    percent: Annotated[Decimal, Field(ge=10, le=15)] = Decimal(15)
    draws: tuple[Draw, ...] = ("weight", "target", "metric")
    metric_change: Percent = Decimal(5)


class Adjusting(Fact):
    """When adjustments may be asked for and how long a request waits for both confirmations."""

    window_days: int | None = Field(
        default=None, ge=1, description="days from each quarter's start; none = always"
    )
    expires_after: int = Field(
        default=10, ge=1, description="working days until an unconfirmed request expires"
    )


Majority = Literal["simple", "two_thirds", "unanimous"]


class Committee(Fact):
    """How the performance committee decides (RULES L12): so many of its members have to vote, and so many of those who
    vote have to be for it. `quorum` is `half` (rounded up), `all`, or a number of members."""

    quorum: Literal["half", "all"] | Annotated[int, Field(ge=1)] = "half"
    majority: Majority = "simple"


class Transparency(Fact):
    """Who may read what (RULES L12). Each list names readers; nobody else is shown that kind of thing."""

    goals: tuple[Reader, ...] = ("participants", "line", "hr", "committee", "auditors")
    scores: tuple[Reader, ...] = ("holder", "line", "hr", "committee", "auditors")
    comments: tuple[Reader, ...] = ("holder", "manager", "hr")


IN_ORDER = (
    ("drafts_due", "approvals_due"),
    ("period_scores_after", "scores_due"),
    ("review_opens", "scores_due"),
    ("scores_due", "results_due"),
    ("results_due", "closes"),
)
"""Deadlines that follow each other; the year is scored after its last period."""


class Deadlines(Fact):
    """Days count from the cycle's start (goal setting) or end (review to close); `remind` and `escalate`
    are working days before and after a deadline."""

    drafts_due: int = Field(default=15, ge=1)
    approvals_due: int = Field(default=25, ge=1)
    execution_starts: int = Field(default=0, ge=0)
    remind_before: int = Field(default=3, ge=0)
    escalate_after: int = Field(default=3, ge=0)
    period_scores_after: int = Field(default=5, ge=1, description="days after a period's last day")
    review_opens: int = Field(default=1, ge=1)
    scores_due: int = Field(default=15, ge=2)
    results_due: int = Field(default=17, ge=3)
    closes: int = Field(default=30, ge=4)

    @model_validator(mode="after")
    def _in_order(self) -> "Deadlines":
        for first, then in IN_ORDER:
            if not getattr(self, first) < getattr(self, then):
                raise schema_error("deadlines_order", first=first, then=then)
        return self


CheckInsCount = Literal["confirmed", "trusted"]
"""Whether what people report themselves counts once the manager has confirmed it, or at once (RULES D6)."""


class ScoringRules(Fact):
    """Rounding happens once, at the end, half up, to `places`; `missing` says what a part does that is due and unknown
    (RULES U1), `missing_on` where a level says otherwise."""

    places: int = Field(default=2, ge=0, le=6)
    settles_after: int = Field(
        default=20, ge=0, description="working days after which a score that was shown is settled (RULES Y3)"
    )
    missing: Missing = "reweight"
    missing_on: dict[Level, Missing] = Field(default_factory=dict)
    not_assessed_from: dict[PeriodKind, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict,
        description="working days of leave from which on a period of a kind does not count in the year",
    )

    def missing_at(self, level: Level) -> Missing:
        """What something missing does on a level."""
        return self.missing_on.get(level, self.missing)


Step = Literal["calibration", "interview", "acknowledgement", "appeal"]
"""What a result goes through after it was computed, in this order."""


class GradeShare(Fact):
    """Of the people of a unit at most, and at least, so many percent get one of these grades."""

    grades: tuple[str, ...] = Field(min_length=1)
    most: Percent | None = None
    least: Percent | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "GradeShare":
        if self.most is None and self.least is None:
            raise schema_error("share_most_or_least")
        return self


class EvaluationRules(Fact):
    """What a result goes through until it is closed (RULES Y3, L8). Without `steps` it is shown as it is computed and
    time alone settles it. Windows count working days."""

    steps: tuple[Step, ...] = ()
    calibration: WorkingDays = Field(
        default=5, description="from the day results are due until they are shown"
    )
    interview: WorkingDays = Field(
        default=5, description="after a result was shown until the interview on it is due"
    )
    acknowledgement: WorkingDays = Field(
        default=5, description="after a result was shown until the person's signature is due"
    )
    appeal: WorkingDays = Field(
        default=10, description="after a result was shown during which the person may appeal"
    )
    decision: WorkingDays = Field(
        default=10, description="after an appeal until the committee's decision is due"
    )
    remind: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2, description="working days before any of these is due; 0 is not at all"
    )
    distribution: tuple[GradeShare, ...] = ()
    distribution_is: Literal["guidance", "quota"] = Field(
        default="guidance", description="whether no calibration ends outside the distribution"
    )
    ratings: Literal["both", "final"] = Field(
        default="both",
        description="whether the person sees the grade before people moved it, who did and why",
    )

    def has(self, step: Step) -> bool:
        """Whether results go through a step."""
        return step in self.steps


class Least(Fact):
    """The least time a sheet has to cover to have a result: days, or months from day to day."""

    days: int | None = Field(default=None, ge=1)
    months: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _is_one(self) -> "Least":
        if (self.days is None) == (self.months is None):
            raise schema_error("least_days_or_months")
        return self


class Judgements(Fact):
    """How long a judgement that somebody owes is waited for (RULES U2)."""

    wait: int = Field(
        default=10, ge=1, description="working days after which HR may go on without it, with a reason"
    )


class WorkingCalendar(Fact):
    """Weekend days (1 = Monday … 7 = Sunday), holidays, and weekend days worked (调休)."""

    timezone: str = "Asia/Shanghai"
    weekend: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (6, 7)
    holidays: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()
    opens: Annotated[int, Field(ge=0, le=23)] = 9


class FeedbackRules(Fact):
    """Feedback after an observation (RULES K1). `within` is in working days: 1 is "within 24 hours"."""

    within: Annotated[int, Field(ge=1, le=60)] = 1
    remind_before: Annotated[int, Field(ge=0, le=240)] = Field(
        default=4, description="hours before it is due that whoever observed is reminded"
    )
    facts: Literal["ask", "advise"] = Field(
        default="ask",
        description="what a problem told as a verdict gets: asked back for the facts, or a hint",
    )
    action_remind: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2, description="working days before an agreed action is due that its owner is reminded"
    )
    quiet_months: Annotated[int, Field(ge=1, le=12)] = Field(
        default=3, description="months without any feedback or report after which somebody is named"
    )


class RequestRules(Fact):
    """Requests to another department: clocks in working days."""

    answer_within: Annotated[int, Field(ge=1, le=60)] = Field(
        default=3, description="working days within which whoever is asked answers"
    )
    remind_before: Annotated[int, Field(ge=0, le=60)] = Field(
        default=1, description="working days before an answer is due that its owner is reminded"
    )
    promise_remind: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2, description="working days before a promised day that the department is reminded"
    )


class PromiseRules(Fact):
    """Promises to a person: clocks in working days."""

    remind_before: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2, description="working days before a promise is due that whoever made it is reminded"
    )


class CoachingRules(Fact):
    """Coaching plans: clocks in working days."""

    answer: Annotated[int, Field(ge=1, le=60)] = Field(
        default=3,
        description="working days within which a plan is read and answered, and an objection decided",
    )
    remind: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2,
        description="working days before a checkpoint or what is promised is due that a reminder is sent",
    )
    statement: Annotated[int, Field(ge=1, le=60)] = Field(
        default=5, description="working days the person has for a statement to a plan that failed"
    )


class AttachmentRules(Fact):
    """Files that may be attached as evidence."""

    most: Annotated[int, Field(ge=0, le=50)] = Field(default=10, description="files at once; 0 takes none")
    largest: Annotated[int, Field(ge=1, le=1000)] = Field(default=20, description="megabytes of one file")
    kinds: tuple[Annotated[str, Field(pattern=r"^[a-z0-9]+$")], ...] = Field(
        default=("csv", "docx", "eml", "jpeg", "jpg", "md", "pdf", "png", "pptx", "txt", "xlsx"),
        description="ends of file names",
    )


class Policy(Fact):
    """One version of the plan. `version` is made from the content: the same text, the same version."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.]+$")
    title: Name
    version: str = ""
    families: dict[str, Family] = Field(min_length=1)
    department_template: tuple[TemplateGoal, ...] = ()
    department_templates: dict[str, tuple[TemplateGoal, ...]] = Field(
        default_factory=dict, description="by department id, in place of department_template"
    )
    strategic: tuple[TemplateGoal, ...] = ()
    scale: Scale = Scale()
    curves: dict[str, Curve] = Field(min_length=1)
    grades: tuple[GradeBand, ...] = ()
    graded: tuple[PeriodKind, ...] = Field(
        default=("year",), description="the scores that have a grade; year is the result; empty: none has"
    )
    result: dict[ResultPart, Annotated[Decimal, Field(ge=0)]] = Field(
        default=ONLY_GOALS,
        description="the parts of the result with their shares, which count in proportion",
    )
    incidents: dict[str, Incident] = Field(
        default_factory=dict, description="what happens and counts beside the goals, by key"
    )
    caps: dict[PeriodKind, Caps] = Field(
        default_factory=dict, description="the most that incidents gain and lose in a score of a kind"
    )
    gates: dict[str, Gate] = Field(
        default_factory=dict, description="what bounds a grade or sets a part's points, by key"
    )
    forms: dict[str, Form] = Field(
        default_factory=dict, description="how single pieces of work are evaluated, by key"
    )
    multipliers: dict[str, Multiplier] = Field(
        default_factory=dict, description="results of others that multiply points or pay, by key"
    )
    pay: Pay | None = Field(default=None, description="what is paid from results; none: nothing")
    handover: HandoverRules | None = Field(
        default=None, description="what is handed over to payroll; none: nothing"
    )
    flexible_space: FlexibleSpace = FlexibleSpace()
    adjusting: Adjusting = Adjusting()
    committee: Committee = Committee()
    transparency: Transparency = Transparency()
    deadlines: Deadlines = Deadlines()
    scoring: ScoringRules = ScoringRules()
    judgements: Judgements = Judgements()
    evaluation: EvaluationRules = EvaluationRules()
    feedback: FeedbackRules = FeedbackRules()
    requests: RequestRules = RequestRules()
    promises: PromiseRules = PromiseRules()
    coaching: CoachingRules = CoachingRules()
    attachments: AttachmentRules = AttachmentRules()
    appraisal: AppraisalRules | None = Field(
        default=None, description="without it the families' evaluators are asked for nothing"
    )
    check_ins: CheckInsCount = Field(
        default="confirmed",
        description="whether a report counts once the manager has confirmed it, or at once",
    )
    smart: Literal["advisory", "strict"] = Field(
        default="advisory",
        description="what a strategic goal that looks unfinished gets when it is submitted: hints, or a refusal",
    )
    goal_interview: Literal["optional", "required"] = Field(
        default="optional", description="whether a person's goal is approved without an interview on record"
    )
    calendar: WorkingCalendar = WorkingCalendar()
    leavers: Literal["part_year", "none"] = Field(
        default="part_year",
        description="what somebody who left has: a result for their part of the year, or none",
    )
    minimum: Least | None = Field(
        default=None, description="a sheet that covers less has no result and no weight (RULES L7)"
    )
    exclude: tuple["Exclusion", ...] = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> "Policy":
        for where, goals in self.goal_lists():
            for goal in goals:
                curve = goal.curve or ("standard" if goal.kind == "kpi" else None)
                if curve is not None and curve not in self.curves:
                    raise schema_error("curve_not_defined", place=where, key=goal.key, curve=curve)
        self._check_grades()
        known = [band.grade for band in self.grades]
        for share in self.evaluation.distribution:
            for name in share.grades:
                if name not in known:
                    raise schema_error("share_grade", grade=name, known=known)
        return self

    def _check_grades(self) -> None:
        """From the best down; those that no points reach come last."""
        points = [band.points for band in self.grades if band.points is not None]
        first = [band.points for band in self.grades[: len(points)]]
        if first != sorted(points, reverse=True) or len(set(points)) != len(points):
            raise schema_error("grades_order")
        if self.graded and len(points) < 2:
            raise schema_error("grades_needed")

    def template_titles(self) -> list[Name]:
        """The title of every goal that it starts somebody with."""
        families = (family.template for family in self.families.values())
        templates = (self.strategic, self.department_template, *self.department_templates.values(), *families)
        return [goal.title for template in templates for goal in template]

    def family_key(self, called: str) -> str | None:
        """The key of a job family by its key or its name in either language; None where there is none of that name."""
        if called in self.families:
            return called
        wanted = called.casefold()
        for key, family in self.families.items():
            if wanted in (key.casefold(), family.name.zh.casefold(), family.name.en.casefold()):
                return key
        return None

    def appraises(self, family: str | None) -> bool:
        """Whether raters judge the people of a family: the policy has appraisals, and the family says who rates."""
        found = self.families.get(family or "")
        return self.appraisal is not None and found is not None and bool(found.evaluators)

    def kinds_of(self, family: str | None) -> frozenset[PeriodKind]:
        """The kinds of period a family has scores for, those without weight among them (RULES Y1), and always the year;
        the year alone for what is no family's."""
        found = self.families.get(family or "")
        return frozenset(found.periods if found else ()) | {"year"}

    def perspectives_of(self, family: str | None) -> dict[str, Perspective]:
        """The perspectives of a family's scorecard, by key; none where its goals count side by side."""
        found = self.families.get(family or "")
        return found.perspectives if found else {}

    def perspective_of(self, family: str | None, goal: str) -> str | None:
        """The perspective of a family's goal by the goal's key; None where it has none."""
        found = self.families.get(family or "")
        placed = found.template if found and found.perspectives else ()
        return next((each.perspective for each in placed if each.key == goal), None)

    @model_validator(mode="after")
    def _marks_lie_on_the_scale(self) -> "Policy":
        scale = self.scale
        for mark, points in self.appraisal.marks.items() if self.appraisal else ():
            if points < scale.least or (scale.to is not None and points > scale.to):
                to = "none" if scale.to is None else scale.to
                raise schema_error("mark_off_scale", mark=mark, points=points, least=scale.least, to=to)
        return self

    def dimensions_of(self, family: str | None) -> tuple[Dimension, ...]:
        """The dimensions that sheets of a family have to have: both, unless it leaves no weight for capability."""
        known = self.families.get(family or "")
        if known is not None and known.capability_weight[1] == 0:
            return ("duties",)
        return ("duties", "capability")

    def goal_lists(self) -> list[tuple[str, tuple[TemplateGoal, ...]]]:
        """Every list of template goals with its path."""
        lists = [(f"families.{key}.template", family.template) for key, family in self.families.items()]
        lists.append(("department_template", self.department_template))
        lists += [(f"department_templates.{key}", goals) for key, goals in self.department_templates.items()]
        return [*lists, ("strategic", self.strategic)]

    def template_goals(self) -> list[TemplateGoal]:
        """The goals of every template."""
        return [goal for _, goals in self.goal_lists() for goal in goals]


class Exclusion(Fact):
    """Who takes no part in the cycle, and why, in words people will read."""

    reason: Name
    titles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    hired_after: date | None = Field(default=None, description="joined too late in the cycle to be evaluated")


Policy.model_rebuild()
