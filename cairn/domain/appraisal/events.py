"""What can happen to an appraisal. Class names and fields are the storage format.

Whoever rates from below or beside (`UNNAMED`) stands here as a token alone, and none of these events is recorded when
one of them answers: answers are taken in all at once, at a time that the opening names (ADR 0017).
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from cairn.domain.case.events import CaseDeadlineEvent, CaseEvent
from cairn.domain.event import Fact
from cairn.domain.exact import Exact
from cairn.domain.policy import Evaluator, Name
from cairn.domain.private_text import PrivateFacts, PrivateText
from cairn.domain.vocabulary import Percent

UNNAMED: frozenset[Evaluator] = frozenset(("peers", "subordinates", "internal_customers"))
"""The roles whose raters are known by tokens, and whose answers are shown from a threshold on."""
NOMINATED: frozenset[Evaluator] = frozenset(("peers", "internal_customers", "dotted_line_managers"))
"""The roles whose raters are nominated by the employee and confirmed by the manager."""


class Item(Fact):
    """One thing that is rated, as raters read it: a goal of the sheet (by its stream, with its weight there) or a
    behaviour (by its key). `anchors` say what a mark looks like."""

    key: str
    kind: Literal["goal", "behaviour"]
    text: Name
    anchors: dict[str, Name] = Field(default_factory=dict)
    weight: Percent


class ManagedDays(Fact):
    """Somebody who managed the employee, and on how many of the sheet's days."""

    manager: str
    days: int


class AppraisalOpened(CaseEvent):
    """The appraisal of a sheet began: who rates with which weight, what, and until when. `subordinates` are tokens."""

    sheet: str
    family: str
    weights: dict[Evaluator, Percent]
    items: tuple[Item, ...]
    marks: dict[str, Exact]
    threshold: int
    managers: tuple[ManagedDays, ...] = ()
    second_line_manager: str | None = None
    subordinates: tuple[str, ...] = ()
    nominate_by: AwareDatetime
    answers_by: AwareDatetime
    late_by: AwareDatetime


class RatersNominated(CaseEvent):
    """All raters of a role, in place of those nominated before: tokens, of dotted-line managers ids."""

    role: Evaluator
    raters: tuple[str, ...]


class RatersConfirmed(CaseEvent):
    """The manager confirmed who rates: from now on they are asked."""

    raters: dict[Evaluator, tuple[str, ...]]


class RaterDeclined(CaseEvent):
    """A rater does not rate. The reason is read by the employee's manager and HR, which the rater was told before."""

    role: Evaluator
    rater: str
    reason: PrivateText


class RaterDelegated(CaseEvent):
    """Another one (`to`) rates in a rater's place."""

    role: Evaluator
    rater: str
    to: str
    reason: PrivateText


class AnswerDrafted(CaseEvent):
    """A named rater saved what they have so far: it is read by them alone."""

    touching = False

    role: Evaluator
    marks: PrivateFacts = Field(default_factory=dict)
    texts: dict[str, PrivateText] = Field(default_factory=dict)


class AnswerGiven(CaseEvent):
    """A named rater answered the questions as they were then: the `asked`-th of the appraisal's, counted from 1. It is
    `rater`'s, whoever acts for them (`by`)."""

    role: Evaluator
    rater: str
    asked: int
    marks: PrivateFacts
    texts: dict[str, PrivateText] = Field(default_factory=dict)
    late: bool = False


class QuestionsChanged(CaseEvent):
    """HR changed what is asked: whoever answers from now on reads these. Answers stay with the words they answered, and
    nobody is asked twice."""

    items: tuple[Item, ...]
    reason: PrivateText


class SealedAnswer(Fact):
    """An unnamed rater's answer, under a number of its own that says nothing of the rater's token. Which questions it
    answered is sealed with the marks, for that tells when it was given: the holder of the wrapping key alone opens
    it."""

    ballot: str
    sealed: PrivateText


class CollectedRole(Fact):
    """The answers of a role that were taken in together, in the order of their ballots, which are random."""

    role: Evaluator
    answers: tuple[SealedAnswer, ...]


class AnswersCollected(CaseDeadlineEvent):
    """The time had come: of each unnamed role that had enough of them, all answers. What is not enough stays outside
    the log."""

    roles: tuple[CollectedRole, ...] = ()


class RoleReleased(CaseEvent):
    """A role's score is there: of so many `answers` the plain mean of each item, of the manager's by days (RULES E1),
    in points. The `number`-th release holds all answers of the ones before and at least a threshold of new ones."""

    role: Evaluator
    number: int
    answers: int
    means: dict[str, Exact]


class AppraisalScored(CaseEvent):
    """What the released roles come to (RULES E1), in points: each rated goal, and the behaviours together. `counted`
    are the weights with which roles counted, those that did not apply left out. The last one holds."""

    number: int
    goals: dict[str, Exact]
    behaviours: Exact | None = None
    counted: dict[Evaluator, Percent]


class AppraisalWentOn(CaseEvent):
    """HR went on `without` the roles that somebody omitted."""

    without: tuple[Evaluator, ...]
    reason: PrivateText


class AppraisalEnded(CaseDeadlineEvent):
    """What came late was taken in or is left out for good, and nobody can say any more whose a token was."""


AnyAppraisalEvent = (
    AppraisalOpened
    | RatersNominated
    | RatersConfirmed
    | RaterDeclined
    | RaterDelegated
    | AnswerDrafted
    | AnswerGiven
    | QuestionsChanged
    | AnswersCollected
    | RoleReleased
    | AppraisalScored
    | AppraisalWentOn
    | AppraisalEnded
)
