"""Replay of any stream: who did what, when by both clocks, what it changed, under which policy."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import BaseModel
from rich.console import RenderableType
from rich.text import Text

from cairn.application.audit import ScoreAudit
from cairn.application.clock import zone_of
from cairn.application.replays import REPLAYED, Recorded
from cairn.domain.event import SYSTEM
from cairn.domain.person_history import PersonHistory
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import IN_CYCLE, cycle_of, kind_of
from cairn.i18n import message
from cairn_portal.cli.goal.replay import bound_of, differences_table, replay_goal, verdict
from cairn_portal.cli.goal.viewing import As
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.recorded import lines_of
from cairn_portal.presenting.story import event_name
from cairn_portal.presenting.words import NOTHING, facts, grid, number
from cairn_portal.reading.replays import replay_of


async def replay(
    at: Terminal,
    name: Annotated[
        str,
        typer.Argument(
            metavar="GOAL|STREAM",
            help="a goal's id, or a stream: sheet-…, appraisal-…, feedback-…, handover-…, person-…, policy-…, feed-…",
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar='POSITION|DATE|"recorded:DATE"',
            help="a position, when it happened, or when it was recorded",
        ),
    ] = None,
    step: Annotated[
        bool,
        typer.Option("--step", help="event by event, with the state after each (goals)"),
    ] = False,
    verify: Annotated[bool, typer.Option("--verify", help="compute every score again and compare")] = False,
    reader: As = None,
) -> int:
    if kind_of(name) not in REPLAYED:
        return await replay_goal(at, name, as_of, step, verify, reader)
    if step:
        raise Problem(message("--step goes through a goal; of other streams every event is listed."), USAGE)
    if verify and kind_of(name) != "sheet":
        raise Problem(message("--verify computes scores again, which goals and sheets have."), USAGE)
    async with session(at) as s:
        at = at.in_zone(await _zone(s, name))
        bound = bound_of(as_of, ZoneInfo(at.zone or "UTC"))
        found = await replay_of(s.records, reader, name, bound)
        outcome = await ScoreAudit(s.ledger, s.cycles).sheet(name, found.rows) if verify else None
        names = await s.names() | {SYSTEM: at.say("system")}
    if not found.events:
        raise Problem(message("Nothing was recorded in {stream} then.", stream=name))
    told = {
        "stream": name, "as_of": bound._asdict(), "events": found.events, "state": found.state, "verified": outcome,
    }  # fmt: skip
    lines: list[RenderableType] = [Text(name, style="bold"), _table(at, found.events, names)]
    lines += [_state(at, found.state)] if isinstance(found.state, Sheet | PersonHistory) else []
    if outcome is not None:
        lines += [differences_table(at, outcome.differences)] if outcome.differences else []
        lines.append(verdict(at, outcome))
    at.answer(told, *lines)
    return REFUSED if outcome is not None and not outcome.sound else 0


async def _zone(s: Session, stream: str) -> str | None:
    """The zone of the stream's cycle; of what is in none the terminal's own."""
    if kind_of(stream) not in IN_CYCLE:
        return None
    return zone_of(await s.cycle(cycle_of(stream)))


def _table(at: Terminal, events: Sequence[Recorded], names: Mapping[str, str]) -> RenderableType:
    table = grid(
        at.say("position"),
        at.say("happened"),
        at.say("recorded"),
        at.say("who"),
        at.say("what happened"),
        at.say("what changed, what was said"),
        right=(at.say("position"),),
    )
    cited = None
    for each in events:
        lines = lines_of(at, each)
        if each.policy is not None and each.policy != cited:
            lines.append(at.say("under the policy {policy}", policy=each.policy))
            cited = each.policy
        name = names.get(each.actor, "")
        who = name if each.actor == SYSTEM else f"{each.actor} {name}".strip()
        table.add_row(
            str(each.position or NOTHING), at.moment(each.occurred_at), at.moment(each.recorded_at), who,
            event_name(at, each.type), "\n".join(lines),
        )  # fmt: skip
    return table


def _state(at: Terminal, state: BaseModel) -> RenderableType:
    """What the events made of it."""
    if isinstance(state, PersonHistory):
        last = max((change.since for change in state.changes), default=state.joined.hired)
        person = state.on(last)
        return facts(
            (at.say("then"), person.name),
            (at.say("department"), person.department),
            (at.say("manager"), person.manager or NOTHING),
            (at.say("family"), person.family),
        )
    assert isinstance(state, Sheet)
    result = state.result
    return facts(
        (at.say("then"), state.holder),
        (at.say("goals"), str(len(state.placements))),
        (at.say("weight"), f"{number(state.weight)}%"),
        (at.say("flexible space"), number(state.space_left)),
        (at.say("result"), f"{number(result.rounded)} {result.grade or ''}".strip() if result else NOTHING),
    )
