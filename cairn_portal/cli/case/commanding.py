"""Giving a case a command, and beginning a new one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from rich.text import Text

from activities.inputs import CaseOutcome
from cairn.application.clock import zone_of
from cairn.domain.cycle.state import Cycle
from cairn.domain.identity import digest
from cairn.domain.refusal import Refusal
from cairn.domain.streams import case_name, kind_of
from cairn.i18n import message, term
from cairn_portal.cli.problem import USAGE, Problem, refusal_of
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import moment_or_day_end
from cairn_portal.presenting.story import event_name
from cairn_portal.reading.current import current_cycles
from cairn_portal.reading.knowing import case_refusal, require_knows_case


async def cycle_named(s: Session, name: str | None) -> Cycle:
    """The cycle that is named, without a name the one that runs now; where several do, it has to be named."""
    if name is not None:
        return await s.cycle(name)
    found = await current_cycles(s.records)
    if not found:
        raise Problem(message("There is no cycle yet."))
    if len(found) > 1:
        raise Problem(message("Name the cycle with --cycle: {cycles} run now.", cycles=tuple(found)), USAGE)
    return await s.cycle(found[0])


def new_case(kind: str, cycle: str, holder: str, command_id: str) -> str:
    """The name of a case that a command begins: given again under the same id, it is the same case."""
    return case_name(kind, cycle, holder, digest(command_id, kind, holder)[:8])


async def require_case(s: Session, kind: str, name: str, reader: str | None = None) -> None:
    """Refuses a case that is not in the log, no workflow is begun for a slip, and one that the `reader` may not know of
    in the same words."""
    if kind_of(name) != kind or not await s.ledger.read_stream(name, upto=1):
        raise Refusal("case.unknown", field="case", kind=kind, case=name)
    await require_knows_case(s.records, reader, name)


def moment(cycle: Cycle, written: str | None, option: str) -> str | None:
    """A moment as typed, in the cycle's zone where it has no offset; ISO 8601, as commands carry it."""
    if written is None:
        return None
    found: datetime = moment_or_day_end(written, ZoneInfo(zone_of(cycle) or "UTC"), option)
    return found.isoformat()


async def give_to_case(
    kind: str, at: Terminal, name: str, command: str, by: str | None, key: str | None, **fields: Any
) -> int:
    """Gives a command to a case of a kind that is there."""
    async with session(at) as s:
        await require_case(s, kind, name)
        return await give_case(s, name, command, require_actor(by), fields, key)


async def ask_case(
    s: Session, case: str, name: str, by: str, fields: Mapping[str, Any], key: str
) -> CaseOutcome:
    """Gives a command to a case and waits until what came of it can be read. Raises Problem where it is refused."""
    given = {field: value for field, value in fields.items() if value is not None}
    cycle = await s.cycle(case.split("-")[1])
    gateway = await s.gateway()
    outcome = await gateway.case(case, name, by, given, f"{key}:{case}", cycle.clock_offset)
    if outcome.refused is not None:
        refused = refusal_of(outcome.refused)
        raise await case_refusal(s.records, by, case, name, given, refused)
    if outcome.status is not None:
        await s.seen(case, outcome.status.version, kind_of(case), "history")
    return outcome


async def give_case(
    s: Session, case: str, name: str, by: str, fields: Mapping[str, Any], command_id: str | None = None
) -> int:
    """Gives a command to a case, which it may begin; tells what came of it. Raises Problem where it is refused."""
    at, key = s.at, command_id or str(uuid4())
    outcome = await ask_case(s, case, name, by, fields, key)
    cycle, status = await s.cycle(case.split("-")[1]), outcome.status
    events = at.say("separator:clause").join(event_name(at, event) for event in outcome.events)
    if not events:
        events = at.say("nothing to do (it is so already)")
    elif outcome.replayed:
        events = at.say("done before: {events}", events=events)
    line = Text("✓ ", style="green").append(f"{case}  ", style="bold").append(events)
    if status is not None:
        line.append(f" → {at.say(term('stage', f'{kind_of(case)}.{status.stage}'))}")
        if status.awaited:
            who = at.say("separator:list").join(at.say(term("awaited", each)) for each in status.awaited)
            line.append(at.say(", waiting for {who}", who=who))
    at.answer({"case": case, "events": outcome.events, "status": status, "command_id": key}, line)
    if status is not None and status.next_deadline is not None:
        local = at.in_zone(zone_of(cycle))
        phase = at.say(term("phase", f"{kind_of(case)}.{status.next_deadline.phase}"))
        at.remark("Next: {phase}, {at}.", phase=phase, at=local.moment(status.next_deadline.at))
    return 0
