"""The decider of stage reviews."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NoReturn, assert_never

from cairn.domain.attachment import check_attachments
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.event import Event
from cairn.domain.policy import OVERALL
from cairn.domain.refusal import Refusal
from cairn.domain.review.commands import (
    AnyReviewAction,
    CommentReview,
    DraftReview,
    GoOnWithoutReview,
    OpenReview,
    ReopenReview,
    ReturnReview,
    SubmitReview,
    WidenReview,
)
from cairn.domain.review.dates import (
    due,
    rules_of,
    side_of,
    sides_awaited,
    turn_of,
    turns_at,
    working_days_after,
)
from cairn.domain.review.events import (
    ReviewCommented,
    ReviewDrafted,
    ReviewOverdue,
    ReviewReopened,
    ReviewReported,
    ReviewReturned,
    ReviewWentOn,
    ReviewWidened,
    Side,
)
from cairn.domain.review.opening import opened
from cairn.domain.review.reading import is_open
from cairn.domain.review.state import SIDES, Review
from cairn.domain.schedule import local_moment


def decide(command: AnyReviewAction, review: Review, context: CaseContext) -> list[Event]:
    match command:
        case OpenReview():
            return [_open(command, review, context)]
        case DraftReview():
            return _draft(command, review, context)
        case SubmitReview():
            return _submit(command, review, context)
        case CommentReview():
            return _comment(command, review, context)
        case ReturnReview():
            return [_return(command, review, context)]
        case ReopenReview():
            return [_reopen(command, review, context)]
        case WidenReview():
            return _widen(command, review, context)
        case GoOnWithoutReview():
            return [_go_on(command, review, context)]
        case _:
            assert_never(command)


def _open(command: OpenReview, review: Review, context: CaseContext) -> Event:
    """The name of a review ends with its period, so there is one of each."""
    key = review.id.rpartition("-")[2]
    period = context.schedule.period(key) if context.schedule else None
    history = context.histories.get(review.holder)
    if period is None or period.kind == "year":
        raise Refusal("review.period", field="case", period=key)
    if period.ends >= context.today:
        raise Refusal("review.not-over", field="case", period=key, ends=period.ends)
    if history is None or not context.is_here(review.holder):
        raise Refusal("case.holder-unknown", field="case", holder=review.holder)
    if context.manager_of(review.holder) is None:
        raise Refusal("review.no-manager", field="case", holder=review.holder)
    called = history.on(period.ends).family
    family = context.policy.family_key(called) or called
    return opened(review.id, period, family, context.policy, command.by, command.at)


# ---------------------------------------------------------------- writing


def _draft(command: DraftReview, review: Review, context: CaseContext) -> list[Event]:
    """What is as it was saved before is not saved again."""
    _check_fields(command.texts, review.fields_of(command.side))
    mine = review.drafts_of(command.side, command.by)
    texts = {
        key: words for key, words in command.texts.items() if key not in mine or mine[key].words != words
    }
    _check_base(command.side, texts, command.base, command.by, review, context)
    saved = ReviewDrafted(case=review.id, side=command.side, texts=texts, by=command.by, at=command.at)
    return [saved] if texts else []


def _submit(command: SubmitReview, review: Review, context: CaseContext) -> list[Event]:
    check_attachments(command.files, context.policy.attachments)
    texts = _whole("report", command, review, context)
    missing = [key for key in review.keys if not texts.get(key, "").strip()]
    if missing:
        raise Refusal("review.unanswered", field="texts", missing=missing)
    if review.report_in and not command.files and _as_it_was("report", texts, review):
        return []
    rules = rules_of(context.policy, review.family)
    follows = working_days_after(command.at, rules.comment, context.calendar)
    reported = ReviewReported(
        case=review.id,
        author=review.holder,
        texts=texts,
        comment_by=max(follows, review.comment_by or follows),
        late=_is_late("report", review, context, command.at),
        files=command.files,
        by=command.by,
        at=command.at,
    )
    return [reported]


def _comment(command: CommentReview, review: Review, context: CaseContext) -> list[Event]:
    texts = _whole("comment", command, review, context)
    if not texts.get(OVERALL, "").strip():
        raise Refusal("review.uncommented", field="texts", key=OVERALL)
    if review.comment_in and _as_it_was("comment", texts, review):
        return []
    late = _is_late("comment", review, context, command.at)
    return [ReviewCommented(case=review.id, texts=texts, late=late, by=command.by, at=command.at)]


def _whole(
    side: Side, command: SubmitReview | CommentReview, review: Review, context: CaseContext
) -> dict[str, str]:
    """What is handed in with this: what stands, one's own draft on top of it, and on top of that what is given now."""
    _check_fields(command.texts, review.fields_of(side))
    standing = {key: text.words for key, text in review.texts(side).items()}
    drafted = review.drafts_of(side, command.by)
    for key, draft in drafted.items():
        if key not in command.texts:
            seen = max(draft.version, command.base or 0)
            _check_base(side, {key: draft.words}, seen, command.by, review, context)
    _check_base(side, command.texts, command.base, command.by, review, context)
    own = {key: draft.words for key, draft in drafted.items()}
    whole = {**standing, **own, **command.texts}
    return {
        key: whole[key] for key in review.fields_of(side) if whole.get(key, "").strip() or key in standing
    }


def _as_it_was(side: Side, texts: Mapping[str, str], review: Review) -> bool:
    return texts == {key: text.words for key, text in review.texts(side).items()}


def _is_late(side: Side, review: Review, context: CaseContext, at: datetime) -> bool:
    by = due(side, review, context)
    return by is not None and at > by


def _check_fields(texts: Iterable[str], known: tuple[str, ...]) -> None:
    for key in texts:
        if key not in known:
            raise Refusal("review.question", field="texts", key=key, known=known)


def _check_base(
    side: Side, texts: Mapping[str, str], base: int | None, by: str, review: Review, context: CaseContext
) -> None:
    """Refuses a text whose own question was saved since the writer read it: by somebody else, or by themselves at
    another place. What was saved on other questions takes nothing away from this one. Nobody has read a version that
    is not there yet."""
    if base is None:
        return
    if base > review.version:
        raise Refusal("review.base-ahead", field="base", base=base, version=review.version)
    for key, words in texts.items():
        mine = review.drafts_of(side, by).get(key)
        if mine is not None and mine.version > base and mine.words != words:
            _stale(key, by, local_moment(mine.at, context.calendar), mine.version, base)
        text = review.texts(side).get(key)
        if text is not None and text.by != by and text.version > base and text.words != words:
            _stale(key, text.by, local_moment(text.at, context.calendar), text.version, base)


def _stale(key: str, by: str, at: datetime, version: int, base: int) -> NoReturn:
    """No word of a text stands in a refusal: refusals of signals are kept where others read them."""
    raise Refusal("review.stale", field="texts", key=key, who=by, saved=at, version=version, base=base)


# ---------------------------------------------------------------- what comes after


def _return(command: ReturnReview, review: Review, context: CaseContext) -> Event:
    _check_fields(command.comments, review.keys)
    if not is_open("report", review):
        raise Refusal("review.unread", field="case")
    if not all(words.strip() for words in command.comments.values()):
        raise Refusal("review.empty-comment", field="comments")
    days = rules_of(context.policy, review.family).report
    return ReviewReturned(
        case=review.id,
        comments=command.comments,
        report_by=working_days_after(command.at, days, context.calendar),
        by=command.by,
        at=command.at,
    )


def _reopen(command: ReopenReview, review: Review, context: CaseContext) -> Event:
    """Both are asked for anew where it had ended, whatever of it was handed in."""
    sides = tuple(side for side in SIDES if side in command.sides)
    if not any(review.is_in(side) for side in sides) and review.stage != "ended":
        raise Refusal("review.not-in", field="sides", sides=[f"review.{side}" for side in sides])
    rules = rules_of(context.policy, review.family)
    asked = [side for side in SIDES if side in sides or not review.is_in(side)]
    report_by = working_days_after(command.at, rules.report, context.calendar) if "report" in asked else None
    begins = report_by or command.at
    comment_by = working_days_after(begins, rules.comment, context.calendar) if "comment" in asked else None
    return ReviewReopened(
        case=review.id,
        sides=sides,
        reason=command.reason,
        report_by=report_by,
        comment_by=comment_by,
        by=command.by,
        at=command.at,
    )


def _widen(command: WidenReview, review: Review, context: CaseContext) -> list[Event]:
    for who in command.people:
        if context.person(who) is None:
            raise Refusal("person.unknown", field="people", by=who)
    readers = tuple(each for each in dict.fromkeys(command.readers) if each not in review.readers)
    people = tuple(each for each in dict.fromkeys(command.people) if each not in review.people)
    if not readers and not people:
        return []
    drafting = {who for side in SIDES for who, drafts in review.drafts.get(side, {}).items() if drafts}
    writers = {review.holder, *review.writers("report"), *review.writers("comment"), *drafting}
    widened = ReviewWidened(
        case=review.id,
        readers=readers,
        people=people,
        reason=command.reason,
        to=tuple(sorted(writers)),
        by=command.by,
        at=command.at,
    )
    return [widened]


def _go_on(command: GoOnWithoutReview, review: Review, context: CaseContext) -> Event:
    """What is missing has to be overdue, unless nobody is there any more to write it."""
    without = tuple(side for side in SIDES if not review.is_in(side))
    for side in sides_awaited(review):
        by, who = due(side, review, context), turn_of(side, review, context)
        if by is not None and by > command.at and who in context.histories:
            told = local_moment(by, context.calendar)
            raise Refusal("review.not-late", field="case", side=f"review.{side}", due=told, who=who)
    return ReviewWentOn(case=review.id, without=without, reason=command.reason, by=command.by, at=command.at)


def on_deadline(command: KeepCaseDeadline, review: Review, context: CaseContext) -> list[Event]:
    """A side is overdue: on record and told. Whatever was drafted of it stays where it is."""
    side = side_of(command.phase)
    return [
        ReviewOverdue(
            case=review.id,
            phase=command.phase,
            due=command.due,
            side=side,
            drafted=review.has_draft(side),
            to=context.acting(turns_at(review, context, command.phase, command.due), review.holder),
            by=command.by,
            at=command.at,
        )
    ]
