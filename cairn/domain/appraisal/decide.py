"""The decider of appraisals."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, assert_never

from cairn.domain.appraisal.commands import (
    AnyAppraisalAction,
    ChangeQuestions,
    ConfirmRaters,
    DeclineRating,
    DelegateRating,
    DraftAnswer,
    GoOnWithoutAnswers,
    NominateRaters,
    SubmitAnswer,
)
from cairn.domain.appraisal.context import boxed_in
from cairn.domain.appraisal.dates import may_go_on_at
from cairn.domain.appraisal.events import (
    UNNAMED,
    AnswerDrafted,
    AnswerGiven,
    AnswersCollected,
    AppraisalEnded,
    AppraisalWentOn,
    Item,
    QuestionsChanged,
    RaterDeclined,
    RaterDelegated,
    RatersConfirmed,
    RatersNominated,
)
from cairn.domain.appraisal.releasing import release_named, scored, take_in
from cairn.domain.appraisal.rights import in_whose_place
from cairn.domain.appraisal.rules import checked_marks, is_token, require_all
from cairn.domain.appraisal.state import Appraisal, evolve
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.case.rights import CaseParties
from cairn.domain.event import SYSTEM, Event
from cairn.domain.policy import Evaluator, Name
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_moment


def decide(command: AnyAppraisalAction, case: Appraisal, context: CaseContext) -> list[Event]:
    match command:
        case NominateRaters():
            return _nominate(command, case, context)
        case ConfirmRaters():
            return _confirm(command, case)
        case DeclineRating():
            return _decline(command, case, context)
        case DelegateRating():
            return _delegate(command, case, context)
        case DraftAnswer():
            return _draft(command, case, context)
        case SubmitAnswer():
            return _submit(command, case, context)
        case ChangeQuestions():
            return _change_questions(command, case)
        case GoOnWithoutAnswers():
            return _go_on(command, case, context)
        case _:
            assert_never(command)


# ---------------------------------------------------------------- who rates


def _nominate(command: NominateRaters, case: Appraisal, context: CaseContext) -> list[Event]:
    """Of unnamed roles the application has checked who they are, and made the tokens."""
    role, raters = command.role, tuple(sorted(set(command.raters)))
    if role not in case.to_nominate:
        raise Refusal("appraisal.not-nominated", field="role", role=role, known=list(case.to_nominate))
    if case.collections or role in case.raters:
        raise Refusal("appraisal.raters-asked", field="role", role=role)
    if role in UNNAMED and not all(map(is_token, raters)):
        raise Refusal("appraisal.not-a-token", field="raters", role=role)
    if role in UNNAMED and len(raters) < case.threshold:
        raise Refusal("appraisal.too-few", field="raters", role=role, least=case.threshold)
    if role not in UNNAMED:
        for who in raters:
            require_rater(who, case, context)
    if case.nominated.get(role) == raters:
        return []
    return [RatersNominated(case=case.id, role=role, raters=raters, by=command.by, at=command.at)]


def require_rater(who: str, case: Appraisal, context: CaseContext) -> None:
    """Refuses somebody as rater who is not here, or whose appraisal it is."""
    if not context.is_here(who):
        raise Refusal("appraisal.rater-unknown", field="raters", who=who)
    if who == case.holder:
        raise Refusal("appraisal.rater-own", field="raters", who=who)


def _confirm(command: ConfirmRaters, case: Appraisal) -> list[Event]:
    fresh = {role: raters for role, raters in case.nominated.items() if role not in case.raters}
    if not case.nominated:
        raise Refusal("appraisal.nobody-nominated", field="case", known=list(case.to_nominate))
    if case.collections:
        raise Refusal("appraisal.collected", field="case")
    if not fresh:
        return []
    return [RatersConfirmed(case=case.id, raters=fresh, by=command.by, at=command.at)]


def _decline(command: DeclineRating, case: Appraisal, context: CaseContext) -> list[Event]:
    rater = _rater(command, case, context)
    if f"{command.role}:{rater}" in case.declined:
        return []
    declined = RaterDeclined(
        case=case.id, role=command.role, rater=rater, reason=command.reason, by=command.by, at=command.at
    )
    return [declined, *_follow_up(evolve(case, declined), context, command.at)]


def _delegate(command: DelegateRating, case: Appraisal, context: CaseContext) -> list[Event]:
    rater = _rater(command, case, context)
    if command.role not in UNNAMED:
        require_rater(command.to, case, context)
    if command.to in case.raters.get(command.role, ()):
        raise Refusal("appraisal.rater-twice", field="to")
    return [
        RaterDelegated(
            case=case.id,
            role=command.role,
            rater=rater,
            to=command.to,
            reason=command.reason,
            by=command.by,
            at=command.at,
        )
    ]


def _rater(command: DeclineRating | DelegateRating, case: Appraisal, context: CaseContext) -> str:
    """Who does not rate: a token, or the named rater. Refuses one who is not asked, or who has answered; of a token the
    application alone knows that."""
    rater = command.rater if command.by == SYSTEM else _place(command, case, context)
    asked = case.raters.get(command.role, ())
    if rater not in asked:
        raise Refusal("appraisal.not-asked", field="rater", role=command.role)
    if rater in case.answers.get(command.role, {}):
        raise Refusal("appraisal.answered", field="rater", role=command.role)
    return rater


# ---------------------------------------------------------------- answers of named raters


def _place(
    command: DraftAnswer | SubmitAnswer | DeclineRating | DelegateRating,
    case: Appraisal,
    context: CaseContext,
) -> str:
    """Whose answer it is: that of whoever gives it, or of whom they act for."""
    return in_whose_place(command.by, command.role, CaseParties(case, context)) or command.by


def _draft(command: DraftAnswer, case: Appraisal, context: CaseContext) -> list[Event]:
    marks = checked_marks(command.marks, case.items, case.marks, context.policy.scale)
    _check_texts(command.texts, case)
    before = case.drafts.get(command.role, {}).get(command.by)
    whole_marks = {**(before.marks if before else {}), **marks}
    whole_texts = {**(before.texts if before else {}), **command.texts}
    if before and (before.marks, before.texts) == (whole_marks, whole_texts):
        return []
    saved = AnswerDrafted(
        case=case.id, role=command.role, marks=whole_marks, texts=whole_texts, by=command.by, at=command.at
    )  # fmt: skip
    return [saved] if whole_marks or whole_texts else []


def _submit(command: SubmitAnswer, case: Appraisal, context: CaseContext) -> list[Event]:
    """What is handed in: what stands, one's own draft on top of it, and on top of that what is given now. Whoever
    answered earlier questions keeps that answer, and is not asked for the new ones."""
    if command.role in case.releases:
        raise Refusal("appraisal.released", field="role", role=command.role)
    place = _place(command, case, context)
    standing = case.answers.get(command.role, {}).get(place)
    draft = case.drafts.get(command.role, {}).get(command.by)
    _check_texts(command.texts, case)
    given = checked_marks(command.marks, case.items, case.marks, context.policy.scale)
    marks = {**(standing.marks if standing else {}), **(draft.marks if draft else {}), **given}
    known = {item.key for item in case.items}
    marks = {key: mark for key, mark in marks.items() if key in known}
    texts = {**(standing.texts if standing else {}), **(draft.texts if draft else {}), **command.texts}
    if standing and not given and not command.texts and draft is None:
        return []
    require_all(marks, case.items)
    if standing and (standing.marks, standing.texts) == (marks, texts):
        return []
    answer = AnswerGiven(
        case=case.id,
        role=command.role,
        rater=place,
        asked=len(case.questions),
        marks=dict(marks),
        texts=texts,
        late=case.answers_by is not None and command.at > case.answers_by,
        by=command.by,
        at=command.at,
    )
    return [answer, *_follow_up(evolve(case, answer), context, command.at)]


def _check_texts(texts: Mapping[str, str], case: Appraisal) -> None:
    known = {item.key for item in case.items}
    for key in texts:
        if key not in known:
            raise Refusal("appraisal.question", field="texts", key=key, known=sorted(known))


# ---------------------------------------------------------------- questions, omissions, the dates


def _change_questions(command: ChangeQuestions, case: Appraisal) -> list[Event]:
    """Only behaviours change: a goal is asked about as its sheet has it."""
    behaviours = {item.key: item for item in case.items if item.kind == "behaviour"}
    goals = [item for item in case.items if item.kind == "goal"]
    for key in (*command.texts, *command.drop):
        if key in {item.key for item in goals} or (key in command.drop and key not in behaviours):
            raise Refusal("appraisal.question", field="texts", key=key, known=sorted(behaviours))
    for key, words in command.texts.items():
        text = Name(zh=words, en=words)
        known = behaviours.get(key)
        behaviours[key] = (
            known.model_copy(update={"text": text})
            if known
            else Item(key=key, kind="behaviour", text=text, weight=Decimal(0))
        )
    items = (*goals, *(item for key, item in behaviours.items() if key not in command.drop))
    if items == case.items:
        return []
    return [QuestionsChanged(case=case.id, items=items, reason=command.reason, by=command.by, at=command.at)]


def _go_on(command: GoOnWithoutAnswers, case: Appraisal, context: CaseContext) -> list[Event]:
    owed = case.owed()
    since = may_go_on_at(case, context)
    if not case.collections or since is None or since > command.at:
        due = local_moment(since, context.calendar) if since else None
        raise Refusal("appraisal.not-late", field="case", due=due, who=[who for _, who in owed])
    without: tuple[Evaluator, ...] = tuple(dict.fromkeys(role for role, _ in owed))
    if not without:
        return []
    went = AppraisalWentOn(case=case.id, without=without, reason=command.reason, by=command.by, at=command.at)
    return [went, *_follow_up(evolve(case, went), context, command.at)]


def on_deadline(command: KeepCaseDeadline, case: Appraisal, context: CaseContext) -> list[Event]:
    """Takes in what waits of the unnamed roles, whatever it is, and tells what may be told."""
    boxed = boxed_in(context)
    taken = [
        found
        for role in case.unnamed
        if (found := take_in(role, boxed.get(role, ()), case, command.at)) is not None
    ]
    said: dict[str, Any] = {
        "case": case.id,
        "phase": command.phase,
        "due": command.due,
        "by": command.by,
        "at": command.at,
    }
    events: list[Event] = []
    if command.phase == "collect" or taken:
        events.append(AnswersCollected(roles=tuple(each.collected for each in taken), **said))
    events += [each.release for each in taken]
    events += _follow_up(_after(case, events), context, command.at)
    if command.phase == "collect_late":
        events.append(AppraisalEnded(**said))
    return events


def _follow_up(case: Appraisal, context: CaseContext, at: Any) -> list[Event]:
    """Once the first answers were taken in, each complete role is released, and with the last one the whole."""
    if not case.collections:
        return []
    events: list[Event] = [*release_named(case, at)]
    return [*events, *scored(_after(case, events), context.policy.scoring.missing_at("part"), at)]


def _after(case: Appraisal, events: list[Event]) -> Appraisal:
    for event in events:
        case = evolve(case, event)  # type: ignore[arg-type]
    return case
