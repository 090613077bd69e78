"""An appraisal as its events make it, and the fold."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from pydantic import Field

from cairn.domain.appraisal.events import (
    NOMINATED,
    UNNAMED,
    AnswerDrafted,
    AnswerGiven,
    AnswersCollected,
    AnyAppraisalEvent,
    AppraisalEnded,
    AppraisalOpened,
    AppraisalScored,
    AppraisalWentOn,
    Item,
    ManagedDays,
    QuestionsChanged,
    RaterDeclined,
    RaterDelegated,
    RatersConfirmed,
    RatersNominated,
    RoleReleased,
    SealedAnswer,
)
from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.event import Fact
from cairn.domain.policy import Evaluator
from cairn.domain.private_text import Unreadable

Raters = dict[Evaluator, tuple[str, ...]]


class Answer(Fact):
    """What a named rater wrote: marks by item, as they were typed, and texts. `asked` numbers the questions they read,
    0 for a draft. Marks whose key is gone are none."""

    asked: int
    marks: dict[str, str]
    texts: dict[str, str]
    at: datetime


class Appraisal(Case):
    """The appraisal of one sheet. `questions` are all that were ever asked, the last ones today's."""

    sheet: str = ""
    family: str = ""
    weights: dict[Evaluator, Decimal] = Field(default_factory=dict)
    questions: tuple[tuple[Item, ...], ...] = ()
    marks: dict[str, Fraction] = Field(default_factory=dict, description="a behaviour's mark in points")
    threshold: int = 3
    managers: tuple[ManagedDays, ...] = ()
    second_line_manager: str | None = None
    nominate_by: datetime | None = None
    answers_by: datetime | None = None
    late_by: datetime | None = None
    nominated: Raters = Field(default_factory=dict)
    raters: Raters = Field(
        default_factory=dict, description="who is asked: confirmed, and those below by their place"
    )
    first: Raters = Field(default_factory=dict, description="who was confirmed, before anybody delegated")
    declined: frozenset[str] = Field(default=frozenset(), description="`role:rater` of those who do not rate")
    drafts: dict[Evaluator, dict[str, Answer]] = Field(default_factory=dict)
    answers: dict[Evaluator, dict[str, Answer]] = Field(default_factory=dict)
    collected: dict[Evaluator, tuple[SealedAnswer, ...]] = Field(default_factory=dict)
    collections: int = 0
    releases: dict[Evaluator, tuple[RoleReleased, ...]] = Field(default_factory=dict)
    without: frozenset[Evaluator] = frozenset()
    scored: AppraisalScored | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """What is asked today."""
        return self.questions[-1] if self.questions else ()

    @property
    def to_nominate(self) -> tuple[Evaluator, ...]:
        """The roles whose raters are nominated."""
        return tuple(role for role in self.weights if role in NOMINATED)

    @property
    def unnamed(self) -> tuple[Evaluator, ...]:
        return tuple(role for role in self.weights if role in UNNAMED)

    @property
    def confirmed(self) -> bool:
        """Whether everybody who was nominated is asked, or nobody had to be."""
        return all(self.nominated.get(role) == self.first.get(role) for role in self.to_nominate)

    def named(self) -> Iterable[tuple[Evaluator, str]]:
        """(role, id) of every rater who is known by name and has not declined."""
        found: list[tuple[Evaluator, str]] = []
        for role in self.weights:
            match role:
                case "self":
                    found.append((role, self.holder))
                case "manager":
                    found += [(role, each.manager) for each in self.managers]
                case "second_line_manager":
                    found += [(role, each) for each in self.raters.get(role, ())]
                case "dotted_line_managers":
                    found += [(role, each) for each in self.raters.get(role, ())]
                case "peers" | "subordinates" | "internal_customers":
                    pass
                case _:
                    assert_never(role)
        return [pair for pair in found if f"{pair[0]}:{pair[1]}" not in self.declined]

    def owed(self) -> tuple[tuple[Evaluator, str], ...]:
        """(role, id) of the named raters whose answer is not there, and was not gone on without."""
        return tuple(
            (role, who)
            for role, who in self.named()
            if role not in self.without and who not in self.answers.get(role, {})
        )


def evolve(case: Appraisal, event: AnyAppraisalEvent | AnyCaseEvent) -> Appraisal:
    """The appraisal after one more event."""
    match event:
        case AppraisalOpened():
            return _opened(case, event)
        case RatersNominated():
            return evolved(case, event, nominated={**case.nominated, event.role: event.raters})
        case RatersConfirmed():
            raters = {**case.raters, **event.raters}
            return evolved(case, event, raters=raters, first={**case.first, **event.raters})
        case RaterDeclined():
            declined = f"{event.role}:{event.rater}"
            return evolved(case, event, declined=case.declined | {declined})
        case RaterDelegated():
            others = case.raters.get(event.role, ())
            those = tuple(event.to if each == event.rater else each for each in others)
            return evolved(case, event, raters={**case.raters, event.role: those})
        case AnswerDrafted():
            mine = Answer(asked=0, marks=_marks(event.marks), texts=_texts(event.texts), at=event.at)
            drafts = {**case.drafts.get(event.role, {}), event.by: mine}
            return evolved(case, event, drafts={**case.drafts, event.role: drafts})
        case AnswerGiven():
            return _given(case, event)
        case QuestionsChanged():
            return evolved(case, event, questions=(*case.questions, event.items))
        case AnswersCollected():
            collected = dict(case.collected)
            for each in event.roles:
                collected[each.role] = (*collected.get(each.role, ()), *each.answers)
            return evolved(case, event, collected=collected, collections=case.collections + 1)
        case RoleReleased():
            releases = {**case.releases, event.role: (*case.releases.get(event.role, ()), event)}
            return evolved(case, event, releases=releases)
        case AppraisalScored():
            return evolved(case, event, "scored", scored=event)
        case AppraisalWentOn():
            return evolved(case, event, without=case.without | {*event.without})
        case AppraisalEnded():
            return evolved(case, event, "ended" if case.scored else None)
        case CaseReminded() | CaseEscalated() | CaseSignalRefused():
            return evolved(case, event)
        case _:
            assert_never(event)


def _opened(case: Appraisal, event: AppraisalOpened) -> Appraisal:
    raters: Raters = {}
    if event.subordinates:
        raters["subordinates"] = event.subordinates
    if event.second_line_manager:
        raters["second_line_manager"] = (event.second_line_manager,)
    return evolved(
        case,
        event,
        "open",
        sheet=event.sheet,
        family=event.family,
        weights=event.weights,
        questions=(event.items,),
        marks=event.marks,
        threshold=event.threshold,
        managers=event.managers,
        second_line_manager=event.second_line_manager,
        raters=raters,
        nominate_by=event.nominate_by,
        answers_by=event.answers_by,
        late_by=event.late_by,
    )


def _given(case: Appraisal, event: AnswerGiven) -> Appraisal:
    """Whoever handed it in has no draft of it any more."""
    mine = Answer(asked=event.asked, marks=_marks(event.marks), texts=_texts(event.texts), at=event.at)
    answers = {**case.answers.get(event.role, {}), event.rater: mine}
    drafts = {who: draft for who, draft in case.drafts.get(event.role, {}).items() if who != event.by}
    return evolved(
        case, event, answers={**case.answers, event.role: answers}, drafts={**case.drafts, event.role: drafts}
    )


def _marks(marks: object) -> dict[str, str]:
    return dict(marks) if isinstance(marks, Mapping) else {}


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: words for key, words in texts.items() if not isinstance(words, Unreadable)}
