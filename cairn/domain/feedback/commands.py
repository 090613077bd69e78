"""What can be asked of a piece of feedback. `case` is its stream, whose name says whom it is about."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, get_args

from pydantic import AwareDatetime, Field

from cairn.domain.attachment import Attachment
from cairn.domain.case.commands import CaseAction, CaseRow
from cairn.domain.case.rights import (
    CaseParties,
    case_colleague,
    case_holder,
    case_line,
    case_opener,
    case_opener_or_line,
)
from cairn.domain.feedback.events import ActionOutcome, FeedbackKind
from cairn.domain.rights import Right, by_case


@by_case
def case_observer(_: CaseParties, command: Any) -> Right[CaseParties]:
    """Praise is anybody's to give, a problem the manager's or anybody's above."""
    return case_colleague if command.kind == "positive" else case_line


@by_case
def case_giver(of: CaseParties, _: Any) -> Right[CaseParties]:
    """What was observed is told by whoever observed it, or by the line above; the rest as it is observed."""
    return case_opener_or_line if of.case.version else case_observer


class ObserveFeedback(CaseAction):
    """Notes what was seen at `seen_at` (by default now), before it is told: the clock begins."""

    row = CaseRow("observe", case_observer, stages=("none",), leads_to="observed")

    kind: FeedbackKind
    note: str = Field(min_length=1)
    seen_at: AwareDatetime | None = None
    goal: str | None = None


class GiveFeedback(CaseAction):
    """Puts on record what was told, one to one: of what was observed before, or at once (`kind`, `seen_at`, `goal` as
    for an observation). A problem needs facts and an action with a day; `insist` keeps words that look like a
    verdict."""

    row = CaseRow("give", case_giver, stages=("none", "observed"), leads_to="given", judges=True)
    asked_where: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("behaviour", "value"), "kind=positive"),
        **dict.fromkeys(("facts", "action", "action_due", "insist"), "kind=problem"),
    }

    kind: FeedbackKind | None = None
    seen_at: AwareDatetime | None = None
    goal: str | None = None
    behaviour: str = ""
    value: str = ""
    facts: str = ""
    action: str = ""
    action_due: date | None = None
    insist: bool = False


class AnswerFeedback(CaseAction):
    """Says something to it, as the person it is about."""

    row = CaseRow("answer", case_holder, stages=("given", "followed_up"))

    words: str = Field(min_length=1)


class FollowUp(CaseAction):
    """Says what became of the action that was agreed."""

    row = CaseRow(
        "follow_up",
        case_opener_or_line,
        stages=("given",),
        leads_to="followed_up",
        already=("followed_up",),
        judges=True,
    )

    outcome: ActionOutcome
    note: str = ""
    files: tuple[Attachment, ...] = ()


class WithdrawFeedback(CaseAction):
    """Takes an observation back that was a mistake, before it is told."""

    row = CaseRow("withdraw", case_opener, stages=("observed",), leads_to="withdrawn", already=("withdrawn",))

    reason: str = Field(min_length=1)


AnyFeedbackAction = ObserveFeedback | GiveFeedback | AnswerFeedback | FollowUp | WithdrawFeedback
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyFeedbackAction)}
