"""What can be asked of a piece of feedback. `case` is its stream, whose name says whom it is about."""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from pydantic import AwareDatetime, Field

from cairn.domain.case.commands import CaseAction, CaseRow
from cairn.domain.case.rights import HOLDER, LINE, OPENER, OPENER_OR_LINE, CaseParties, CaseRight
from cairn.domain.feedback.events import ActionOutcome, FeedbackKind
from cairn.domain.people import Person


def _colleague(person: Person, of: CaseParties, _: Any) -> bool:
    return person.id != of.case.holder


COLLEAGUE = CaseRight("case_colleague", _colleague)
"""Anybody but the person it is about."""


def _by_kind(of: CaseParties, command: Any) -> CaseRight:
    """Praise is anybody's to give, a problem the manager's or anybody's above."""
    return COLLEAGUE if command.kind == "positive" else LINE


def _to_give(of: CaseParties, command: Any) -> CaseRight:
    """What was observed is told by whoever observed it, or by the line above."""
    return OPENER_OR_LINE if of.case.version else _by_kind(of, command)


OBSERVER = CaseRight("case_observer", lambda p, of, c: _by_kind(of, c).allows(p, of, c), _by_kind)
GIVER = CaseRight("case_giver", lambda p, of, c: _to_give(of, c).allows(p, of, c), _to_give)


class ObserveFeedback(CaseAction):
    """Notes what was seen at `seen_at` (by default now), before it is told: the clock begins."""

    row = CaseRow("observe", OBSERVER, stages=("none",), leads_to="observed")

    kind: FeedbackKind
    note: str = Field(min_length=1)
    seen_at: AwareDatetime | None = None
    goal: str | None = None


class GiveFeedback(CaseAction):
    """Puts on record what was told, one to one: of what was observed before, or at once (`kind`, `seen_at`, `goal` as
    for an observation). A problem needs facts and an action with a day; `insist` keeps words that look like a
    verdict."""

    row = CaseRow("give", GIVER, stages=("none", "observed"), leads_to="given", judges=True)

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

    row = CaseRow("answer", HOLDER, stages=("given", "followed_up"))

    words: str = Field(min_length=1)


class FollowUp(CaseAction):
    """Says what became of the action that was agreed."""

    row = CaseRow(
        "follow_up",
        OPENER_OR_LINE,
        stages=("given",),
        leads_to="followed_up",
        already=("followed_up",),
        judges=True,
    )

    outcome: ActionOutcome
    note: str = ""


class WithdrawFeedback(CaseAction):
    """Takes an observation back that was a mistake, before it is told."""

    row = CaseRow("withdraw", OPENER, stages=("observed",), leads_to="withdrawn", already=("withdrawn",))

    reason: str = Field(min_length=1)


AnyFeedbackAction = ObserveFeedback | GiveFeedback | AnswerFeedback | FollowUp | WithdrawFeedback
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyFeedbackAction)}
