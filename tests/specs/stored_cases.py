"""One example of every event of a case, with every field filled."""

from typing import Any

from cairn.domain.case import events as case
from cairn.domain.event import SYSTEM
from cairn.domain.feedback import events as feedback
from tests.specs.company import LIN, REVENUE, WANG, on

BY_SYSTEM: dict[str, Any] = {"by": SYSTEM, "at": on("03-10")}
BY_WANG: dict[str, Any] = {"by": WANG, "at": on("03-10")}
TIMER: dict[str, Any] = {"phase": "remind", "due": on("03-10"), "to": (WANG, "role:hr"), **BY_SYSTEM}
FEEDBACK = "feedback-2026-lin-1"

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
)  # fmt: skip
