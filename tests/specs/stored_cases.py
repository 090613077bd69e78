"""One example of every event of a case, with every field filled."""

from typing import Any

from cairn.domain.case import events as case
from cairn.domain.event import SYSTEM
from cairn.domain.feedback import events as feedback
from cairn.domain.promise import events as promise
from cairn.domain.request import events as request
from tests.specs.company import LI, LIN, REVENUE, WANG, on

BY_SYSTEM: dict[str, Any] = {"by": SYSTEM, "at": on("03-10")}
BY_WANG: dict[str, Any] = {"by": WANG, "at": on("03-10")}
TIMER: dict[str, Any] = {"phase": "remind", "due": on("03-10"), "to": (WANG, "role:hr"), **BY_SYSTEM}
BY_LI: dict[str, Any] = {"by": LI, "at": on("03-10")}
FEEDBACK = "feedback-2026-lin-1"
REQUEST = "request-2026-department.rnd-1"
PROMISE = "promise-2026-lin-1"
ANSWER: dict[str, Any] = {"case": REQUEST, "answer_by": on("03-13", 9)}
DAY = on("03-20").date()

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
)  # fmt: skip
