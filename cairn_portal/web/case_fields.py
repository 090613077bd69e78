"""What the fields of a case's commands choose from, and what they hold at first: questions, checkpoints, grades."""

from collections.abc import Mapping, Sequence
from typing import Any

from cairn.domain.appraisal.state import Appraisal
from cairn.domain.calibration.state import Calibration
from cairn.domain.case.state import Case
from cairn.domain.coaching.events import CheckpointSet
from cairn.domain.coaching.state import Coaching
from cairn.domain.feedback.state import Feedback
from cairn.domain.policy import OVERALL
from cairn.domain.promise.state import Promise
from cairn.domain.request.state import Request
from cairn.domain.result.state import Result
from cairn.domain.review.events import Side
from cairn.domain.review.state import Review
from cairn.i18n import term
from cairn_portal.presenting.words import number, words
from cairn_portal.reading.cases import CaseRead
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.forms import Known, Option
from projections.models.case import CaseRow, Turn


def known_of(at: PageReader, read: CaseRead, command: str, who: str) -> Known:
    """What is known about a command's fields in a case as somebody reads it."""
    match read.case:
        case Coaching() as plan:
            return _coaching(at, read, plan)
        case Review() as review:
            return _review(at, review, command, who)
        case Appraisal() as appraisal:
            return _appraisal(at, read, appraisal, command, who)
        case Result() as result:
            return _result(at, read, result)
        case Calibration():
            return Known(options={"grade": _grades(read)})
        case Feedback() as feedback:
            return Known(values={"kind": feedback.kind, "goal": feedback.goal})
        case Request() as request:
            return Known(values={"promised": request.needed_by, "needed_by": request.needed_by})
        case Promise() | Case():
            return Known()


def _coaching(at: PageReader, read: CaseRead, plan: Coaching) -> Known:
    expected = {
        each.said.checkpoint: words(at, each.said.expected)
        for each in read.story
        if isinstance(each.said, CheckpointSet)
    }
    points = [
        Option(str(each.number), f"{each.number} · {expected.get(each.number, '')} · {each.until}")
        for each in plan.checkpoints
    ]
    support = [
        Option(str(each.number), f"{each.number} · {words(at, each.what)} · {each.until}")
        for each in plan.support
    ]
    options = {"checkpoint": points, "support": support, "instead_of": support}
    return Known(options={name: found for name, found in options.items() if plan.version})


def _review(at: PageReader, review: Review, command: str, who: str) -> Known:
    asked = {question.key: question.text.text(at.language) for question in review.questions}
    questions = [Option(key, words) for key, words in asked.items()]
    if command == "return":
        return Known(keys={"comments": questions})
    side: Side = "comment" if command == "comment" else "report"
    fields = questions if side == "report" else [Option(OVERALL, at.say("on the whole")), *questions]
    written = {key: text.words for key, text in review.texts(side).items()}
    drafted = {key: draft.words for key, draft in review.drafts_of(side, who).items()}
    return Known(
        keys={"texts": fields}, values={"texts": {**written, **drafted}}, fixed={"base": str(review.version)}
    )


def _appraisal(at: PageReader, read: CaseRead, appraisal: Appraisal, command: str, who: str) -> Known:
    items = [Option(each.key, each.text.text(at.language)) for each in appraisal.items]
    options: dict[str, Sequence[Option]] = {"marks": ()}
    if command == "nominate":
        options["role"] = [Option(role, at.say(term("role", role))) for role in appraisal.to_nominate]
    for each in appraisal.items:
        anchors = each.anchors
        marks = list(appraisal.marks) if each.kind == "behaviour" else []
        options[f"marks.{each.key}"] = [
            Option(mark, mark, anchors[mark].text(at.language) if mark in anchors else "") for mark in marks
        ]
    own = next(
        (
            answers[who]
            for kept in (appraisal.drafts, appraisal.answers)
            for answers in kept.values()
            if who in answers
        ),
        None,
    )
    values: Mapping[str, Any] = {"marks": own.marks, "texts": own.texts} if own else {}
    without = {"rater"} if read.rater is None else {"rater", "texts", "role"}
    return Known(
        options=options, keys={"marks": items, "texts": items}, values=values, without=frozenset(without)
    )


def _result(at: PageReader, read: CaseRead, result: Result) -> Known:
    return Known(
        options={"grade": _grades(read)},
        values={"agrees": True},
        fixed={"number": str(result.number)},
        hints={"grade": at.say("none: what stands is upheld")},
    )


def _grades(read: CaseRead) -> list[Option]:
    return [
        Option(each.grade, f"{each.grade} · ≥ {number(each.points)}") for each in read.context.policy.grades
    ]


def holder_words(at: PageReader, holder: str, names: Mapping[str, str]) -> str:
    """Whom a case is about, in words."""
    if holder == "company":
        return at.say("the company")
    return f"{holder.removeprefix('department.')} {names.get(holder, '')}".strip()


def about_words(at: PageReader, each: Turn | CaseRow, names: Mapping[str, str]) -> str:
    """Whom a case is about, and of a stage review also which period, for they have one for each."""
    who = holder_words(at, each.holder, names)
    return f"{who} · {each.name.rpartition('-')[2]}" if each.kind == "review" else who


def awaited_words(at: PageReader, who: str, names: Mapping[str, str]) -> str:
    """Who is waited for: somebody by id and name, or a place."""
    return at.say(term("awaited", who)) if ":" in who else f"{who} {names.get(who, '')}".strip()
