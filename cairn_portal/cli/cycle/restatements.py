"""Restatements: what would change a settled score waits to be heard, decided and told."""

from collections.abc import Iterable, Mapping
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.application.corrections import EvidenceOf
from cairn.application.repository import fold_sheet
from cairn.application.restatements import Decision
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.state import Goal
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Period
from cairn.domain.sheet.events import Restated, RestatementProposed
from cairn.domain.sheet.state import Sheet
from cairn.domain.voting import Ballot
from cairn.i18n import message, term
from cairn_portal.cli.goal.progress import the_cycle
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import By, CommandId
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number
from cairn_portal.reading.results import owners
from projections.models import score as scores_model
from projections.models.reading import evidence_of

RestatementArg = Annotated[str, typer.Argument(metavar="RESTATEMENT", help="the restatement's id")]
Heard = Annotated[str, typer.Option(help="what the person said to it")]
Why = Annotated[str, typer.Option("--reason", help="why")]


class Waiting(scores_model.OpenRestatement):
    """A restatement with what the log says of it besides: what was heard, how the committee has voted."""

    proposed: RestatementProposed
    heard: str | None = None
    ballots: tuple[Ballot, ...] = ()


async def listed(
    at: Terminal,
    name: Annotated[
        str | None, typer.Argument(metavar="[CYCLE]", help="by default the one that runs now")
    ] = None,
    untold: Annotated[
        bool, typer.Option("--untold", help="those decided of which the person was not told yet")
    ] = False,
    reader: As = None,
) -> None:
    async with session(at) as s:
        cycle = await the_cycle(s, name)
        view, owned = await viewer(s, reader, cycle), await owners(s.records)
        found = [
            each
            for each in await scores_model.restatements(s.pool, cycle.id, decided=untold)
            if view.may("scores", owned(each.holder or ""))
        ]
        shown = await _waiting(s, found)
        names = await s.names()
    at = at.in_zone(zone_of(cycle))
    if untold:
        none = at.say("✓ Everybody was told what was decided in cycle {cycle}.", cycle=cycle.id)
    else:
        none = at.say("✓ No restatement waits for a decision in cycle {cycle}.", cycle=cycle.id)
    at.answer(shown, _table(at, shown, names) if shown else Text(none, style="green"))


async def _waiting(s: Session, found: Iterable[scores_model.OpenRestatement]) -> list[Waiting]:
    """The restatements with their hearings and votes, from the sheets themselves."""
    rows = list(found)
    streams = await s.ledger.read_streams(sorted({each.sheet for each in rows}))
    sheets = {name: fold_sheet(name, events) for name, events in streams.items()}
    return [_with_log(each, sheets[each.sheet]) for each in rows]


def _with_log(row: scores_model.OpenRestatement, sheet: Sheet) -> Waiting:
    proposed = sheet.restatements.get(row.restatement) or RestatementProposed.model_validate(
        row.model_dump(include=set(RestatementProposed.model_fields)) | {"by": "-"}
    )
    decided = sheet.untold.get(row.restatement)
    ballots = sheet.ballots.get(row.restatement, {})
    return Waiting(
        **row.model_dump(),
        proposed=proposed,
        heard=decided.heard if decided else sheet.hearings.get(row.restatement),
        ballots=tuple(ballots.values()),
    )


async def hear(
    at: Terminal,
    restatement: RestatementArg,
    said: Annotated[str, typer.Option(help="what the person said to it")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    if not said.strip():
        raise Problem(message("Say what the person said to it: --said '…'."), USAGE)
    async with session(at) as s:
        cycle, key = await _cycle_of(s, restatement), command_id or uuid4().hex
        now = await s.clock.now(cycle)
        await s.application.restatements.hear(restatement, said.strip(), require_actor(by), now, key)
        done = at.say("✓ Recorded what was said to {restatement}.", restatement=restatement)
        at.answer({"restatement": restatement, "heard": said.strip()}, Text(done, style="green"))


async def tell(
    at: Terminal, restatement: RestatementArg, by: By = None, command_id: CommandId = None
) -> None:
    async with session(at) as s:
        cycle, key = await _cycle_of(s, restatement), command_id or uuid4().hex
        now = await s.clock.now(cycle)
        await s.application.restatements.tell(restatement, require_actor(by), now, key)
        await _seen(s, restatement)
        done = at.say("✓ The person was told of {restatement}.", restatement=restatement)
        at.answer({"restatement": restatement, "told": True}, Text(done, style="green"))


async def accept(
    at: Terminal,
    restatement: RestatementArg,
    heard: Heard = "",
    reason: Why = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    await _decide(at, restatement, True, heard, reason, by, command_id)


async def decline(
    at: Terminal,
    restatement: RestatementArg,
    heard: Heard = "",
    reason: Why = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    await _decide(at, restatement, False, heard, reason, by, command_id)


async def _decide(
    at: Terminal,
    restatement: str,
    accepted: bool,
    heard: str,
    reason: str,
    by: str | None,
    command_id: str | None,
) -> None:
    if not reason.strip():
        raise Problem(message("Say why: --reason '…'."), USAGE)
    async with session(at) as s:
        cycle = await _cycle_of(s, restatement)
        asked = Decision(restatement, accepted, heard, reason, require_actor(by), await s.clock.now(cycle))
        key = command_id or uuid4().hex
        events = await s.application.restatements.decide(asked, key, evidence_from(s))
        sheet = await _seen(s, restatement)
        decided = sheet.untold.get(restatement)
        facts = {
            "restatement": restatement,
            "decided": decided is not None,
            "accepted": decided.accepted if decided else None,
            "events": list(events),
        }
        at.answer(facts, *_said(at.in_zone(zone_of(cycle)), sheet, restatement))


def _said(at: Terminal, sheet: Sheet, restatement: str) -> list[RenderableType]:
    """What a decision or a vote has come to."""
    decided = sheet.untold.get(restatement)
    if decided is None:
        said = at.say("✓ Your vote on {restatement} counts; not decided yet.", restatement=restatement)
        return [Text(said, style="green"), *votes(at, sheet.ballots.get(restatement, {}).values())]
    if decided.accepted:
        said = at.say("✓ {restatement} takes effect.", restatement=restatement)
    else:
        said = at.say("✓ {restatement} is declined: nothing changes.", restatement=restatement)
    told = at.say("Tell the person: cairn restatements tell {restatement}", restatement=restatement)
    minutes = votes(at, decided.minutes.ballots) if decided.minutes else []
    return [Text(said, style="green"), *minutes, Text(told, style="dim")]


def votes(at: Terminal, ballots: Iterable[Ballot]) -> list[RenderableType]:
    """Who has voted what and when."""
    return [
        Text(f"  {each.by}: {at.say(term('vote', each.vote))}  {at.moment(each.at)}  {each.comment}".rstrip())
        for each in ballots
    ]


async def _cycle_of(s: Session, restatement: str) -> Cycle:
    return await s.cycle(restatement.partition("-")[0])


async def _seen(s: Session, restatement: str) -> Sheet:
    """The sheet of a restatement, once people read what was recorded."""
    name = f"sheet-{restatement.rpartition('-R')[0]}"
    rows = await s.ledger.read_stream(name)
    await s.seen(name, len(rows), "score")
    return fold_sheet(name, rows)


def evidence_from(s: Session) -> EvidenceOf:
    """What the read model of readings knows of a goal's metrics."""

    async def found(goal: Goal, sheet: Sheet, period: Period) -> Evidence:
        return await evidence_of(s.pool, goal, sheet, period)

    return found


def _table(at: Terminal, found: list[Waiting], names: Mapping[str, str]) -> RenderableType:
    changes = (at.say("goal's points"), at.say("sheet's points"), at.say("result"))
    table = grid(
        at.say("restatement"), at.say("holder"), at.say("period"), at.say("because of"), *changes, at.say("decided by"),
        at.say("heard"), at.say("since"), right=changes,
    )  # fmt: skip
    for each in found:
        holder = f"{each.holder or NOTHING} {names.get(each.holder or '', '')}".strip()
        proposed = each.proposed
        rows = [(score.period, score.of_goal, score.of_period) for score in proposed.scores]
        for place, (period, of_goal, of_period) in enumerate(
            rows or [(each.period, each.of_goal, each.of_period)]
        ):
            first = place == 0
            table.add_row(
                each.restatement if first else "",
                holder if first else "",
                period,
                (proposed.reason or at.say(f"cause:{each.cause}")) if first else "",
                change(of_goal),
                change(of_period),
                change(each.of_result) if first else "",
                _decided_by(at, each) if first else "",
                (each.heard or NOTHING) if first else "",
                at.moment(each.decided_at or each.at) if first else "",
            )
    return table


def _decided_by(at: Terminal, each: Waiting) -> str:
    """Who decides, with the votes so far; what was decided."""
    if each.decided_at is not None:
        return at.say("accepted") if each.accepted else at.say("declined")
    who = at.say("the committee") if each.proposed.lowers else "HR"
    votes = [f"{vote.by} {at.say(term('vote', vote.vote))}" for vote in each.ballots]
    return at.say("separator:clause").join([who, *votes])


def change(restated: Restated | None) -> str:
    """Before and after, with the grades where they differ."""
    if restated is None:
        return NOTHING
    before, after = number(restated.before), number(restated.after)
    if restated.grade_before != restated.grade_after:
        before, after = (
            f"{before} {restated.grade_before or NOTHING}",
            f"{after} {restated.grade_after or NOTHING}",
        )
    return f"{before} → {after}"
