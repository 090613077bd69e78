"""The board of a calibration: a unit's people by grade, moved by hand, by keyboard or by a form, each with a reason."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cairn.application.calibrations import Calibrated
from cairn.application.clock import zone_of
from cairn.domain.calibration.distribution import ShareFound, shares
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message, term
from cairn_portal.presenting.words import number, words
from cairn_portal.reading.boards import Board, MoveTold, read_board
from cairn_portal.reading.cases import unknown_case
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.case_fields import awaited_words, holder_words
from cairn_portal.web.case_readers import said_readers_of
from cairn_portal.web.moments import named
from cairn_portal.web.rendering import page
from cairn_portal.web.showing import titled
from cairn_portal.web.typed import whole
from cairn_portal.web.uploads import plain_form

router = APIRouter(include_in_schema=False)


class Rule(NamedTuple):
    """One share of the distribution in words: whose grades, how many there are, how many there may be."""

    grades: str
    people: int
    bounds: str
    verdict: str
    tone: str


class Card(NamedTuple):
    """One person in their column. `earlier` is the grade by points, where it is another one; `grades` are those to
    which whoever looks may move them, empty where they may not."""

    sheet: str
    person: str
    points: str
    manager: str
    grade: str
    earlier: str
    mark: str
    grades: Sequence[str]


class Column(NamedTuple):
    """Everybody with a grade. `now` and `before` also count whoever is not shown."""

    grade: str
    now: int
    before: int
    tone: str
    cards: Sequence[Card]


class Moved(NamedTuple):
    """One line of who moved whom, and of who undid it."""

    id: int
    head: str
    what: str
    happened: str
    reason: str
    undone: str
    undone_reason: str
    can_undo: bool


class Asking(NamedTuple):
    """What is to be done once a reason is given: a move to `grade`, or with `undo` the undoing of one."""

    sheet: str
    number: int
    grade: str
    undo: int = 0
    reason: str = ""
    key: str = ""
    problem: str = ""


@router.get("/cases/{name}/board")
async def board(
    request: Request,
    visit: ByVisitor,
    name: str,
    move: str = "",
    to: str = "",
    version: int = 0,
    undo: int = 0,
) -> Response:
    """The board, and the form that asks why where somebody is about to move or undo something; `version` is that of
    the result they saw."""
    found = await read_board(visit.portal.records, visit.person.id, name)
    return await _page(request, visit, found, _asking(found, move, to, version, undo))


@router.get("/cases/{name}/board/foreseen")
async def foreseen(request: Request, visit: ByVisitor, name: str, sheet: str, grade: str = "") -> Response:
    """What a move would make of the spread, told before it is sent."""
    found = await read_board(visit.portal.records, visit.person.id, name)
    at = visit.reader.in_zone(zone_of(found.read.cycle))
    return page(request, "board_foreseen.html", visit, reader=at, rules=_foreseen(at, found, sheet, grade))


@router.post("/cases/{name}/board/{command}")
async def give(request: Request, visit: ByVisitor, name: str, command: str) -> Response:
    """Moves a grade or undoes a move; a browser without scripts is sent back to the board."""
    form = {key: str(value) for key, value in (await plain_form(request)).items()}
    records, who = visit.portal.records, visit.person.id
    found = await read_board(records, who, name)
    if command not in ("move", "undo"):
        raise unknown_case(name)
    asked = Asking(
        sheet=form.get("sheet", ""),
        number=whole(form.get("number", ""), 9) or 0,
        grade=form.get("grade", ""),
        undo=(whole(form.get("undo", ""), 9) or 0) if command == "undo" else 0,
        reason=form.get("reason", "").strip(),
        key=form.get("key") or str(uuid4()),
    )
    row, fields = _command(found, asked)
    try:
        await visit.portal.commands.case(name, row, who, fields, f"{asked.key}:{name}")
    except Refusal as refusal:
        said = refusal_message(refusal).text(visit.reader.language)
        return await _page(request, visit, found, asked._replace(problem=said), status=422)
    if not request.headers.get("hx-request"):
        return RedirectResponse(f"/cases/{name}/board", 303)
    return await _page(request, visit, await read_board(records, who, name), done=True)


def _command(found: Board, asked: Asking) -> tuple[str, dict[str, Any]]:
    """What is sent: a newer version whose grade stays is kept, every other one is moved."""
    if asked.undo:
        return "undo", {"moves": [asked.undo], "reason": asked.reason}
    person = _person(found, asked.sheet)
    seen = {"sheet": asked.sheet, "number": asked.number}
    if person is not None and person.again and person.grade == asked.grade:
        return "keep", seen
    return "move", {**seen, "grade": asked.grade, "reason": asked.reason}


def _person(found: Board, sheet: str) -> Calibrated | None:
    return next((each for each in found.people if each.sheet == sheet), None)


def _asking(found: Board, move: str, to: str, version: int, undo: int) -> Asking | None:
    """What the page is to ask a reason for; nothing of what whoever looks may not do."""
    if undo:
        of = next((each for each in found.moves if each.move.id == undo and each.can_undo), None)
        return Asking(of.move.sheet, 0, of.move.before, undo=undo, key=str(uuid4())) if of else None
    person = _person(found, move)
    if person is None or person.sheet not in found.movable:
        return None
    grade = to if to in person.open_to else person.grade or ""
    return Asking(person.sheet, version or person.number, grade, key=str(uuid4()))


async def _page(
    request: Request, visit: Visit, found: Board, asked: Asking | None = None, status: int = 200, *,
    done: bool = False,
) -> Response:  # fmt: skip
    names = await visit.portal.records.names()
    read = found.read
    at = visit.reader.in_zone(zone_of(read.cycle))
    person = _person(found, asked.sheet) if asked else None
    problem = asked.problem if asked and person is None else ""
    asked = asked if person is not None else None
    moves = [_moved(at, each, names) for each in found.moves]
    stage = found.calibration.stage
    due = found.calibration.finish_by if stage == "open" else None
    holder, said = holder_words(at, read.case.holder, names), at.say(term("stage", f"calibration.{stage}"))
    return page(
        request, "board.html", visit, status, reader=at, name=read.case.id, holder=holder, stage=said,
        is_open=stage == "open", due=due and (at.moment(due), showing.clock(at, due, read.now)),
        rules=[_rule(at, each) for each in found.shares], is_quota=found.is_quota, hidden=found.hidden,
        columns=_columns(at, found, names), without=_without(found, names), moves=moves, done=done,
        asked=asked, problem=problem,
        about=person and _card(at, found, person, names), meanwhile=_meanwhile(at, found, asked, names),
        foreseen=_foreseen(at, found, asked.sheet, asked.grade) if asked and not asked.undo else [],
        readers=said_readers_of(at, read, names) if asked else "", leniency=_leniency(at, found, names),
    )  # fmt: skip


def _columns(at: PageReader, found: Board, names: dict[str, str]) -> list[Column]:
    outside = {grade for share in found.shares if not share.fits for grade in share.grades}
    return [
        Column(
            grade=grade,
            now=now,
            before=found.before[grade],
            tone="late" if grade in outside and now else "off",
            cards=[_card(at, found, each, names) for each in found.people if each.grade == grade],
        )
        for grade, now in found.now.items()
    ]


def _card(at: PageReader, found: Board, each: Calibrated, names: dict[str, str]) -> Card:
    mark = at.say("calibrate again") if each.again else at.say("shown to the person") if each.shown else ""
    return Card(
        sheet=each.sheet,
        person=named(each.holder, names),
        points=number(Fraction(each.points) if each.points is not None else None),
        manager=named(each.manager, names),
        grade=each.grade or "",
        earlier=each.computed or "" if each.computed != each.grade else "",
        mark=mark,
        grades=each.open_to if each.sheet in found.movable else (),
    )


def _without(found: Board, names: dict[str, str]) -> list[str]:
    """Whoever has no grade yet."""
    return [named(each.holder, names) for each in found.people if each.grade is None]


def _rule(at: PageReader, share: ShareFound) -> Rule:
    bounds = [
        at.say("at most {most}", most=share.most) if share.most is not None else "",
        at.say("at least {least}", least=share.least) if share.least is not None else "",
    ]
    over = share.people - share.most if share.most is not None else 0
    under = share.least - share.people if share.least is not None else 0
    verdict = at.say("fits")
    if over > 0:
        verdict = at.say("{over} too many", over=over)
    elif under > 0:
        verdict = at.say("{under} too few", under=under)
    return Rule(
        grades=" + ".join(share.grades),
        people=share.people,
        bounds=at.say("separator:list").join(filter(None, bounds)),
        verdict=verdict,
        tone="running" if share.fits else "late",
    )


def _foreseen(at: PageReader, found: Board, sheet: str, grade: str) -> list[Rule]:
    """The shares that a move touches, as they would be after it."""
    person = _person(found, sheet)
    if person is None or person.grade is None or grade not in found.now or grade == person.grade:
        return []
    then = dict(found.now)
    then[person.grade] -= 1
    then[grade] += 1
    rules = found.read.context.policy.evaluation
    touched = {grade, person.grade}
    return [_rule(at, share) for share in shares(then, rules) if touched & set(share.grades)]


def _moved(at: PageReader, told: MoveTold, names: dict[str, str]) -> Moved:
    move, undone = told.move, told.undone
    who = awaited_words(at, move.by, names)
    return Moved(
        id=move.id,
        head=at.say("{who} moved {whom}", who=who, whom=named(told.holder, names)),
        what=f"{move.before} → {move.after}",
        happened=at.moment(move.at),
        reason=words(at, told.reason),
        undone=at.say("undone by {who}, {at}", who=named(undone.by, names), at=at.moment(undone.at))
        if undone
        else "",
        undone_reason=words(at, undone.reason) if undone and told.reason else "",
        can_undo=told.can_undo,
    )


def _meanwhile(at: PageReader, found: Board, asked: Asking | None, names: dict[str, str]) -> str:
    """What others did to the result about which a reason is being typed."""
    if asked is None or asked.problem:
        return ""
    if asked.undo:
        of = next((each for each in found.moves if each.move.id == asked.undo), None)
        return _told(at, of, names) if of is not None and of.undone is not None else ""
    person = _person(found, asked.sheet)
    if person is None or person.number == asked.number:
        return ""
    last = next((each for each in found.moves if each.move.sheet == asked.sheet), None)
    return _told(at, last, names) if last else at.say("There is a newer version of this result by now.")


def _told(at: PageReader, last: MoveTold, names: dict[str, str]) -> str:
    whom = named(last.holder, names)
    if last.undone is not None:
        return at.say(
            "{who} has undone the move of {whom} meanwhile.", who=named(last.undone.by, names), whom=whom
        )
    return at.say(
        "{who} has moved {whom} from {before} to {after} meanwhile.",
        who=named(last.move.by, names), whom=whom, before=last.move.before, after=last.move.after,
    )  # fmt: skip


def _leniency(at: PageReader, found: Board, names: dict[str, str]) -> list[tuple[str, int, str, str, str]]:
    """How each manager rated beside the unit: people, mean points, mean coefficient before and after."""
    return [
        (
            titled(at.say("the whole unit")) if each.manager is None else named(each.manager, names),
            each.people,
            number(each.points),
            number(each.before),
            number(each.after),
        )
        for each in found.leniency
    ]
