"""One example of every event of a case, with every field filled."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from cairn.domain.appraisal import events as appraisal
from cairn.domain.attachment import Attachment
from cairn.domain.calibration import events as calibration
from cairn.domain.case import events as case
from cairn.domain.coaching import events as coaching
from cairn.domain.event import SYSTEM
from cairn.domain.feedback import events as feedback
from cairn.domain.handover import events as handover
from cairn.domain.policy import QUESTIONS, Name
from cairn.domain.promise import events as promise
from cairn.domain.request import events as request
from cairn.domain.result import events as result
from cairn.domain.review import events as review
from tests.specs.company import CHEN, LI, LIN, QIAN, REVENUE, WANG, D, on

BY_SYSTEM: dict[str, Any] = {"by": SYSTEM, "at": on("03-10")}
BY_WANG: dict[str, Any] = {"by": WANG, "at": on("03-10")}
TIMER: dict[str, Any] = {"phase": "remind", "due": on("03-10"), "to": (WANG, "role:hr"), **BY_SYSTEM}
BY_LI: dict[str, Any] = {"by": LI, "at": on("03-10")}
FEEDBACK = "feedback-2026-lin-1"
REQUEST = "request-2026-department.rnd-1"
PROMISE = "promise-2026-lin-1"
ANSWER: dict[str, Any] = {"case": REQUEST, "answer_by": on("03-13", 9)}
DAY = on("03-20").date()
REVIEW = "review-2026-lin-M02"
APPRAISAL = "appraisal-2026-lin-1"
ITEM = appraisal.Item(
    key="teamwork", kind="behaviour", text=Name(zh="协作", en="Teamwork"), anchors={"5": Name(zh="补位", en="Helps")},
    weight=Decimal(0),
)  # fmt: skip
SEALED = appraisal.SealedAnswer(ballot="d1d2", sealed="k.c2VhbGVk")
RESULT = "result-2026-lin-1"
CALIBRATION = "calibration-2026-department.sales-1"
HANDOVER = "handover-2026-company-1"
ENTRY: dict[str, Any] = {"person": LIN, "sheet": "sheet-2026-lin-1", "version": 2, "element": "pay"}
SOON = on("03-13", 9)
BALLOT = result.AppealBallot(by=LI, grade="A", reason="the order is of March", at=on("03-12"))
COACHING = "coaching-2026-lin-1"
SPRING = on("03-16").date()

FILE = Attachment(sha256="0" * 64, name="test.pdf", size=1)

CASE_EXAMPLES = (
    case.CaseReminded(case=FEEDBACK, **TIMER),
    case.CaseEscalated(case=FEEDBACK, **TIMER),
    case.CaseSignalRefused(
        case=FEEDBACK, name="give", code="case.not-yours", field="by", facts={"who": "case_line"}, **BY_WANG
    ),
    feedback.FeedbackObserved(
        case=FEEDBACK, kind="problem", note="old prices", seen_at=on("03-09"), answer_by=on("03-10"), goal=REVENUE,
        **BY_WANG,
    ),
    feedback.FeedbackGiven(
        case=FEEDBACK, kind="problem", behaviour="b", value="v", facts="3 quotes", action="check",
        action_due=on("03-16").date(), late=True, insisted=True, **BY_WANG,
    ),
    feedback.FeedbackOverdue(case=FEEDBACK, **TIMER),
    feedback.FeedbackAnswered(case=FEEDBACK, words="yes", by=LIN, at=on("03-11")),
    feedback.FeedbackFollowedUp(case=FEEDBACK, outcome="partly", note="twice", **BY_WANG),
    feedback.FeedbackWithdrawn(case=FEEDBACK, reason="another Lin", **BY_WANG),
    coaching.CoachingOpened(
        case=COACHING, aim="needs analysis", ends=on("04-30").date(), facts="2 of 5 offers", gap="skill", mentor=QIAN,
        goal=REVENUE, diagnosis=1, insisted=True, **BY_WANG,
    ),
    coaching.CheckpointSet(
        case=COACHING, checkpoint=1, expected="a report", until=SPRING, shown_by="the report", reason="more", **BY_WANG,
    ),
    coaching.SupportPromised(
        case=COACHING, support=2, kind="session", what="a visit", until=SPRING, instead_of=1, reason="ill", **BY_WANG,
    ),
    coaching.AgreementAsked(case=COACHING, answer_by=SPRING, **BY_WANG),
    coaching.CoachingRead(case=COACHING, role="mentor", by=QIAN, at=on("03-11")),
    coaching.CoachingAgreed(case=COACHING, words="gladly", by=LIN, at=on("03-11")),
    coaching.CoachingObjected(case=COACHING, words="too early", decide_by=SPRING, by=LIN, at=on("03-11")),
    coaching.CoachingWentOn(case=COACHING, reason="the visit is in April", objected=True, **BY_WANG),
    coaching.CoachingCommented(case=COACHING, words="as I see it", by=LIN, at=on("03-11")),
    coaching.CheckpointReported(
        case=COACHING, checkpoint=1, evidence="test: 41", note="second try", late=True, files=(FILE,), by=LIN,
        at=on("03-17"),
    ),
    coaching.CheckpointMissed(case=COACHING, checkpoint=1, **TIMER),
    coaching.CheckpointJudged(case=COACHING, checkpoint=1, outcome="not_met", comment="60 are needed", **BY_WANG),
    coaching.CheckpointMoved(
        case=COACHING, checkpoint=1, before=SPRING, until=on("03-30").date(), reason="ill", **BY_WANG,
    ),
    coaching.SupportRecorded(
        case=COACHING, support=2, outcome="held", files=(FILE,), on=SPRING, note="visited", late=True, **BY_WANG,
    ),
    coaching.SupportOverdue(case=COACHING, support=1, **TIMER),
    coaching.MentorNamed(case=COACHING, mentor=CHEN, before=QIAN, reason="moved", confirm_by=SPRING, **BY_WANG),
    coaching.MentorLeft(case=COACHING, mentor=QIAN, **TIMER),
    coaching.CoachingExtended(
        case=COACHING, before=on("04-30").date(), ends=on("05-29").date(), reason="put off", **BY_WANG,
    ),
    coaching.CoachingConcluded(
        case=COACHING, outcome="failed", facts="41 points", insisted=True, statement_by=SPRING, **BY_WANG,
    ),
    coaching.CoachingStated(case=COACHING, words="called off", late=True, by=LIN, at=on("05-08")),
    coaching.StatementLapsed(case=COACHING, phase="statement_over", due=on("05-14"), **BY_SYSTEM),
    coaching.CoachingLapsed(case=COACHING, phase="left", due=on("03-07"), last=on("03-06").date(), **BY_SYSTEM),
    coaching.CoachingCancelled(case=COACHING, reason="another post", **BY_WANG),
    request.RequestOpened(
        goal=REVENUE, need="two benches", needed_by=DAY, reason="a late supplier", diagnosis=1, **ANSWER, **BY_WANG
    ),
    request.RequestAccepted(case=REQUEST, promised=DAY, note="from building 2", **BY_LI),
    request.RequestOffered(promised=on("04-10").date(), note="both", **ANSWER, **BY_LI),
    request.RequestAgreed(case=REQUEST, promised=on("04-10").date(), **BY_WANG),
    request.RequestAskedBack(question="which ones?", **ANSWER, **BY_LI),
    request.RequestReplied(words="for motors", needed_by=DAY, **ANSWER, **BY_WANG),
    request.RequestDeclined(case=REQUEST, reason="none is free", **BY_LI),
    request.RequestDelivered(what="two benches", on=on("06-07").date(), days_late=79, **ANSWER, **BY_LI),
    request.RequestIncomplete(case=REQUEST, missing="a cable", **BY_WANG),
    request.RequestReceived(case=REQUEST, note="they run", **BY_WANG),
    request.RequestWithdrawn(case=REQUEST, reason="the supplier delivered", **BY_WANG),
    request.RequestOverdue(case=REQUEST, **TIMER),
    promise.PromiseMade(
        case=PROMISE, kind="resource", what="a bench", promised_by=WANG, due=DAY, goal=REVENUE, note="in the interview",
        **BY_WANG,
    ),
    promise.PromiseKept(case=PROMISE, on=on("06-07").date(), shown="it is there", days_late=79, **BY_WANG),
    promise.PromiseContested(case=PROMISE, missing="a cable", by=LIN, at=on("06-08")),
    promise.PromiseReleased(case=PROMISE, reason="lent by a colleague", by=LIN, at=on("06-08")),
    promise.PromiseOverdue(case=PROMISE, **TIMER),
    review.ReviewAsked(
        case=REVIEW, period="M02", starts=on("02-01").date(), ends=on("02-28").date(), family="sales",
        questions=QUESTIONS, share="together", readers=("holder", "manager"), report_by=on("03-09"),
        comment_by=on("03-16"), **BY_SYSTEM,
    ),
    review.ReviewDrafted(case=REVIEW, side="report", texts={"plan": "two a day"}, by=LIN, at=on("03-02")),
    review.ReviewReported(
        case=REVIEW, author=LIN, texts={"plan": "two a day"}, comment_by=on("03-16"), late=True, files=(FILE,),
        by=LIN, at=on("03-03"),
    ),
    review.ReviewCommented(case=REVIEW, texts={"overall": "12 of 20"}, late=True, **BY_WANG),
    review.ReviewReturned(case=REVIEW, comments={"plan": "how?"}, report_by=on("03-17"), **BY_WANG),
    review.ReviewReopened(
        case=REVIEW, sides=("report", "comment"), reason="the wrong month", report_by=on("03-17"),
        comment_by=on("03-24"), **BY_WANG,
    ),
    review.ReviewWidened(
        case=REVIEW, readers=("line",), people=("chen",), reason="a promotion", to=(LIN, WANG), **BY_WANG
    ),
    review.ReviewWentOn(case=REVIEW, without=("comment",), reason="it is May", **BY_WANG),
    review.ReviewOverdue(case=REVIEW, side="report", drafted=True, **TIMER),
    appraisal.AppraisalOpened(
        case=APPRAISAL, sheet="sheet-2026-lin-1", family="sales", weights={"self": Decimal(10), "peers": Decimal(90)},
        items=(ITEM,), marks={"1": Fraction(20), "5": Fraction(100)}, threshold=3,
        managers=(appraisal.ManagedDays(manager=WANG, days=365),), second_line_manager="zhao", subordinates=("c3d4",),
        nominate_by=on("03-13"), answers_by=on("03-20"), late_by=on("03-27"), **BY_SYSTEM,
    ),
    appraisal.RatersNominated(case=APPRAISAL, role="peers", raters=("a1b2", "e5f6", "a7b8"), by=LIN, at=on("03-11")),
    appraisal.RatersConfirmed(case=APPRAISAL, raters={"peers": ("a1b2", "e5f6", "a7b8")}, **BY_WANG),
    appraisal.RaterDeclined(case=APPRAISAL, role="peers", rater="a1b2", reason="we never met", **BY_SYSTEM),
    appraisal.RaterDelegated(
        case=APPRAISAL, role="peers", rater="a1b2", to="c9d0", reason="knows better", **BY_SYSTEM
    ),
    appraisal.AnswerDrafted(
        case=APPRAISAL, role="manager", marks={"teamwork": "5"}, texts={"teamwork": "x"}, **BY_WANG
    ),
    appraisal.AnswerGiven(
        case=APPRAISAL, role="manager", rater=WANG, asked=1, marks={"teamwork": "5"}, texts={"teamwork": "helps"},
        late=True, **BY_WANG,
    ),
    appraisal.QuestionsChanged(case=APPRAISAL, items=(ITEM,), reason="clearer", **BY_WANG),
    appraisal.AnswersCollected(
        case=APPRAISAL, phase="collect", due=on("03-20"), **BY_SYSTEM,
        roles=(appraisal.CollectedRole(role="peers", answers=(SEALED,)),),
    ),
    appraisal.RoleReleased(
        case=APPRAISAL, role="peers", number=1, answers=3, means={"teamwork": Fraction(260, 3)}, **BY_SYSTEM
    ),
    appraisal.AppraisalScored(
        case=APPRAISAL, number=1, goals={"goal-2026-lin-2": Fraction(325, 4)}, behaviours=Fraction(80),
        counted={"peers": Decimal(90)}, **BY_SYSTEM,
    ),
    appraisal.AppraisalWentOn(case=APPRAISAL, without=("manager",), reason="it is May", **BY_WANG),
    appraisal.AppraisalEnded(case=APPRAISAL, phase="collect_late", due=on("03-27"), **BY_SYSTEM),
    result.ResultShown(
        case=RESULT, number=2, cause="calibrated", rounded=D("92.25"), grade="A", computed="B", acknowledge_by=SOON,
        interview_by=SOON, appeal_by=SOON, **BY_SYSTEM,
    ),
    result.InterviewRecorded(case=RESULT, number=2, on=DAY, agreed="one more region", **BY_WANG),
    result.InterviewMissed(case=RESULT, number=2, **TIMER),
    result.ResultAcknowledged(
        case=RESULT, number=2, agrees=False, words="March is missing", late=True, by=LIN, at=on("03-10")
    ),
    result.ResultNotAcknowledged(case=RESULT, number=2, **TIMER),
    result.ResultWentOn(case=RESULT, number=2, reason="abroad for a year", **BY_LI),
    result.ResultAppealed(
        case=RESULT, appeal=1, number=2, grounds="March is missing", files=(FILE,), position=700, decide_by=SOON,
        by=LIN, at=on("03-10"),
    ),
    result.AppealWithdrawn(case=RESULT, appeal=1, acknowledge_by=SOON, by=LIN, at=on("03-11")),
    result.AppealVoted(case=RESULT, appeal=1, grade="A", reason="the order is of March", **BY_LI),
    result.AppealOverdue(case=RESULT, appeal=1, **TIMER),
    result.AppealDecided(
        case=RESULT, appeal=1, number=2, outcome="raised", before="B", after="A", ballots=(BALLOT,), members=2,
        quorum=1, majority="simple", acknowledge_by=SOON, **BY_LI,
    ),
    result.ResultClosed(case=RESULT, number=2, phase="appeal_over", due=on("03-13", 9), **BY_SYSTEM),
    calibration.CalibrationOpened(case=CALIBRATION, finish_by=SOON, **BY_LI),
    calibration.GradeMoved(
        case=CALIBRATION, move=1, sheet="sheet-2026-lin-1", number=1, made=2, before="B", after="A", **BY_LI
    ),
    calibration.GradeKept(case=CALIBRATION, sheet="sheet-2026-lin-1", number=3, **BY_LI),
    calibration.MovesUndone(case=CALIBRATION, moves=(1,), reason="the wrong Lin", **BY_LI),
    calibration.CalibrationWentOn(
        case=CALIBRATION, without=("sheet-2026-qian-1",), reason="no rater left", **BY_WANG
    ),
    calibration.CalibrationFinished(case=CALIBRATION, grades={"A": 1, "B": 2}, **BY_LI),
    calibration.CalibrationCancelled(case=CALIBRATION, reason="merged with another", **BY_LI),
    calibration.CalibrationOverdue(case=CALIBRATION, **TIMER),
    handover.HandoverMade(
        case=HANDOVER, batch=2, proposal=2, digest="0a1b2c3d4e5f6071", entries=2,
        pots={"sales": handover.PotShared(value=Fraction(1000, 3), cap=Decimal("1900.00"))}, **BY_LI,
    ),
    handover.EntriesMade(
        case=HANDOVER, batch=2, part=3, way="file", confirm_by=SOON,
        entries=(
            handover.Entry(number=8, amount=Decimal("-10000.00"), reverses=2, **ENTRY),
            handover.Entry(number=9, amount=Decimal("9000.00"), **ENTRY),
        ), **BY_LI,
    ),
    handover.LoweringProposed(
        case=HANDOVER, proposal=2, person=LIN, sheet="sheet-2026-lin-1", version=2, decide_by=SOON, replaces=1,
        changes=(handover.Change(element="pay", before=Decimal("10000.00"), after=Decimal("9000.00")),), **BY_LI,
    ),
    handover.LoweringWithdrawn(case=HANDOVER, proposal=1, **BY_LI),
    handover.LoweringAgreed(case=HANDOVER, proposal=2, role="committee", **BY_LI),
    handover.LoweringDeclined(case=HANDOVER, proposal=3, **BY_LI),
    handover.MessageTaken(case=HANDOVER, part=3, way="webhook", status=204, **BY_SYSTEM),
    handover.HandoverReconciled(
        case=HANDOVER, table="0" * 64, compared=3, differing=1, differences=(handover.SumDiffering(
            kind="other", person=LIN, element="pay", ours=D("10000.00"), theirs=D("9000"), row=2),), **BY_WANG,
    ),
    handover.MessageNotTaken(case=HANDOVER, part=4, why="status", status=500, **BY_SYSTEM),
)  # fmt: skip
