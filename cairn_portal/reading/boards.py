"""A calibration as its board shows it: a unit's people by grade, what the policy says of the spread, who moved whom."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.calibrations import Calibrated, Overview
from cairn.domain.calibration.commands import MoveGrade
from cairn.domain.calibration.distribution import Leniency, ShareFound
from cairn.domain.calibration.events import MovesUndone
from cairn.domain.calibration.state import Calibration, Move
from cairn.domain.refusal import Refusal
from cairn.domain.streams import holder_of
from cairn_portal.reading.cases import CaseRead, read_case, unknown_case
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import of_holder


class Undone(NamedTuple):
    """Who undid a move, when and why."""

    by: str
    at: datetime
    reason: str


class MoveTold(NamedTuple):
    """One move with why, where whoever reads may know it. `can_undo`: they may undo it now."""

    move: Move
    holder: str
    reason: str
    undone: Undone | None
    can_undo: bool


class Board(NamedTuple):
    """A board as somebody may read it. `people` are those whose result they may read, best points first; `hidden`
    counts the others, who are counted in the spread all the same. `before` and `now` are how many have each grade of
    the policy, best first, by points and as moved. `moves` has the last one first; `movable` are the sheets whose
    grade whoever reads may move. `leniency` is empty where somebody is hidden."""

    read: CaseRead
    calibration: Calibration
    people: Sequence[Calibrated]
    hidden: int
    before: Mapping[str, int]
    now: Mapping[str, int]
    shares: Sequence[ShareFound]
    is_quota: bool
    moves: Sequence[MoveTold]
    movable: frozenset[str]
    leniency: Sequence[Leniency]


async def read_board(records: Records, who: str, name: str) -> Board:
    """The board of a calibration. Of one that somebody may not read they are told what they are of none."""
    read = await read_case(records, who, name)
    if not isinstance(read.case, Calibration):
        raise unknown_case(name)
    found = await records.application.calibrations.overview(name)
    people = [each for each in found.people if _may_read(read, who, each)]
    policy = read.context.policy
    if policy.evaluation.ratings == "final":
        people = [_as_their_own(each) if each.holder == who else each for each in people]
    readable = {each.sheet: each for each in people}
    movable = frozenset(
        each.sheet for each in people if each.open_to and _may_move(read, found, who, each.sheet)
    )
    hidden = len(found.people) - len(people)
    computed = Counter(each.computed for each in found.people)
    return Board(
        read=read,
        calibration=found.calibration,
        people=sorted(people, key=lambda each: (-(each.points or 0), each.holder)),
        hidden=hidden,
        before={grade: computed[grade] for grade in found.grades},
        now=found.grades,
        shares=found.shares,
        is_quota=policy.evaluation.distribution_is == "quota",
        moves=_moves(read, found, who, readable),
        movable=movable,
        leniency=() if hidden else found.leniency,
    )


def _may_read(read: CaseRead, who: str, each: Calibrated) -> bool:
    """Their own result nobody reads here before it is shown to them."""
    if each.holder == who and not each.shown:
        return False
    among = read.view.among
    return among is None or read.view.may("scores", of_holder(each.holder, among.people))


def _as_their_own(each: Calibrated) -> Calibrated:
    """Their own result as the policy lets people read it: without the grade before it was moved."""
    return each.model_copy(update={"computed": each.grade})


def _may_move(read: CaseRead, found: Overview, who: str, sheet: str) -> bool:
    command = MoveGrade.model_construct(
        case=found.calibration.id, by=who, at=found.context.at, sheet=sheet, number=0, grade="", reason=""
    )
    try:
        access.require_for_case(read.kind, command, found.calibration, found.context)
    except Refusal:
        return False
    return True


def _may_know_why(read: CaseRead, found: Overview, who: str, sheet: str) -> bool:
    """Whoever calibrates the result, and whoever may read comments on the person."""
    among = read.view.among
    comments = among is None or read.view.may("comments", of_holder(holder_of(sheet), among.people))
    return comments or _may_move(read, found, who, sheet)


def _moves(read: CaseRead, found: Overview, who: str, readable: Mapping[str, Calibrated]) -> list[MoveTold]:
    """Moves of those who may be read, the last one first; nobody reads here who moved their own grade."""
    undone = {
        id: Undone(event.by, event.at, event.reason)
        for event in (each.said for each in read.story)
        if isinstance(event, MovesUndone)
        for id in event.moves
    }
    last = {move.sheet: move.id for move in found.calibration.standing()}
    return [
        MoveTold(
            move=move,
            holder=holder_of(move.sheet),
            reason=found.reasons.get(move.id, "") if _may_know_why(read, found, who, move.sheet) else "",
            undone=undone.get(move.id),
            can_undo=last.get(move.sheet) == move.id
            and not readable[move.sheet].shown
            and _may_move(read, found, who, move.sheet),
        )
        for move in reversed(found.calibration.moves.values())
        if move.sheet in readable and holder_of(move.sheet) != who
    ]
