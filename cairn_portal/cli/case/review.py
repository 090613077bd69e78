"""Stage reviews as people write them: draft, hand in, return, reopen, let others read."""

from collections.abc import Sequence
from typing import Annotated, Any, cast
from uuid import uuid4

import typer

from cairn.domain.refusal import Refusal
from cairn.domain.review.events import Side
from cairn.domain.review.state import Review
from cairn.domain.streams import case_name, holder_of
from cairn.i18n import message
from cairn_portal.cli.case.commanding import cycle_named, give_case, require_case
from cairn_portal.cli.goal.attaching import Files, attached
from cairn_portal.cli.options import By, CommandId, CycleOption
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.reviews import said_readers

ReviewName = Annotated[str, typer.Argument(metavar="REVIEW", help="its id, as `cairn review list` shows it")]
Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="QUESTION=TEXT", help="what to write on a question; repeat it"),
]
Base = Annotated[
    int | None, typer.Option(help="the version you had before you, as `cairn review show` tells it")
]
Reason = Annotated[str, typer.Option(help="why")]
WhichSide = Annotated[
    Side | None, typer.Option(help="report or comment; by default the report of one's own review")
]


async def draft(
    at: Terminal,
    name: ReviewName,
    answers: Answers = None,
    by: By = None,
    side: WhichSide = None,
    base: Base = None,
    command_id: CommandId = None,
) -> int:
    who = require_actor(by)
    side = side or ("report" if holder_of(name) == who else "comment")
    async with session(at) as s:
        await _said_before(s, name)
        fields = {"side": side, "texts": texts(answers, "--answer"), "base": base}
        return await _written(s, name, "draft", side, who, fields, command_id)


async def submit(
    at: Terminal,
    name: ReviewName,
    answers: Answers = None,
    by: By = None,
    files: Files = None,
    base: Base = None,
    command_id: CommandId = None,
) -> int:
    async with session(at) as s:
        await _said_before(s, name)
        kept = await attached(at, name, files)
        fields = {"texts": texts(answers, "--answer"), "base": base, "files": kept}
        return await _written(s, name, "submit", "report", require_actor(by), fields, command_id)


async def comment(
    at: Terminal,
    name: ReviewName,
    words: Annotated[str | None, typer.Option(help="the comment on the whole")] = None,
    answers: Answers = None,
    by: By = None,
    base: Base = None,
    command_id: CommandId = None,
) -> int:
    async with session(at) as s:
        await _said_before(s, name)
        given = texts(answers, "--answer") | ({"overall": words} if words is not None else {})
        fields = {"texts": given, "base": base}
        return await _written(s, name, "comment", "comment", require_actor(by), fields, command_id)


async def return_(
    at: Terminal,
    name: ReviewName,
    comments: Annotated[
        list[str], typer.Option("--comment", metavar="QUESTION=TEXT", help="what is missing there; repeat it")
    ],
    by: By = None,
    command_id: CommandId = None,
) -> int:
    async with session(at) as s:
        await require_case(s, "review", name)
        fields = {"comments": texts(comments, "--comment")}
        return await give_case(s, name, "return", require_actor(by), fields, command_id)


async def reopen(
    at: Terminal,
    name: ReviewName,
    sides: Annotated[list[str], typer.Option("--side", help="report or comment; repeat it for both")],
    reason: Reason,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    async with session(at) as s:
        await require_case(s, "review", name)
        fields = {"sides": sides, "reason": reason}
        return await give_case(s, name, "reopen", require_actor(by), fields, command_id)


async def widen(
    at: Terminal,
    name: ReviewName,
    reason: Reason,
    readers: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="READER", help="a kind of reader, as the policy names them"),
    ] = None,
    people: Annotated[
        list[str] | None, typer.Option("--person", metavar="ID", help="somebody by id; repeat it")
    ] = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not readers and not people:
        raise Problem(message("Name who is to read it, with --reader or --person."), USAGE)
    async with session(at) as s:
        await require_case(s, "review", name)
        fields = {"readers": readers or [], "people": people or [], "reason": reason}
        return await give_case(s, name, "widen", require_actor(by), fields, command_id)


async def go_on(
    at: Terminal, name: ReviewName, reason: Reason, by: By = None, command_id: CommandId = None
) -> int:
    async with session(at) as s:
        await require_case(s, "review", name)
        return await give_case(s, name, "go_on", require_actor(by), {"reason": reason}, command_id)


async def open_(
    at: Terminal,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="the id of the person it is about")],
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="a period that is over: M02, Q1, H1")],
    by: By = None,
    cycle: CycleOption = None,
    command_id: CommandId = None,
) -> int:
    key = command_id or str(uuid4())
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        name = case_name("review", of.id, person, period)
        return await give_case(s, name, "open", require_actor(by), {}, key)


def texts(written: Sequence[str] | None, option: str) -> dict[str, str]:
    """`plan=two visits a day` as question and text. Raises Problem where no question is named, or one twice."""
    found: dict[str, str] = {}
    for each in written or ():
        key, sign, words = each.partition("=")
        if not sign or not key.strip() or key.strip() in found:
            wrong = message(
                "{option} names a question once, an equals sign and the text: {written}",
                option=option,
                written=each,
            )
            raise Problem(wrong, USAGE)
        found[key.strip()] = words
    return found


async def _said_before(s: Session, name: str) -> None:
    """Who will read it is told before anything is written down."""
    await require_case(s, "review", name)
    case, _ = await s.application.cases.load(name)
    s.at.remark(said_readers(s.at, cast(Review, case)))


async def _written(
    s: Session, name: str, command: str, side: Side, by: str, fields: dict[str, Any], key: str | None
) -> int:
    """Gives what was written. Where it is stale, the text that stands there now is shown to those who may read it."""
    try:
        return await give_case(s, name, command, by, fields, key)
    except Refusal as refusal:
        if refusal.code == "review.stale":
            case, _ = await s.application.cases.load(name)
            _show_standing(s.at, cast(Review, case), side, by, str(refusal.facts["key"]))
        raise


def _show_standing(at: Terminal, review: Review, side: Side, by: str, key: str) -> None:
    mine, text = review.drafts_of(side, by).get(key), review.texts(side).get(key)
    newest = max(
        (each for each in (mine, text) if each is not None), key=lambda each: each.version, default=None
    )
    if newest is not None:
        at.remark("It says now: {words}", words=newest.words)
