"""One example of every event of a case, with every field filled."""

from typing import Any

from cairn.domain.attachment import Attachment
from cairn.domain.case import events as case
from cairn.domain.event import SYSTEM
from cairn.domain.feedback import events as feedback
from cairn.domain.policy import QUESTIONS
from cairn.domain.review import events as review
from tests.specs.company import LIN, REVENUE, WANG, on

BY_SYSTEM: dict[str, Any] = {"by": SYSTEM, "at": on("03-10")}
BY_WANG: dict[str, Any] = {"by": WANG, "at": on("03-10")}
TIMER: dict[str, Any] = {"phase": "remind", "due": on("03-10"), "to": (WANG, "role:hr"), **BY_SYSTEM}
FEEDBACK = "feedback-2026-lin-1"
REVIEW = "review-2026-lin-M02"
FILE = Attachment(sha256="ab" * 32, name="visits.csv", size=120)

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
)  # fmt: skip
