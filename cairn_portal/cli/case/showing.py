"""A case as people read it: what happened in it, event by event, for whoever may read it."""

from typing import Any

from rich.console import RenderableType
from rich.text import Text

from cairn.application.cases import kind_named
from cairn.application.clock import zone_of
from cairn.application.stored_events import to_events
from cairn.domain.case.kind import status
from cairn.domain.streams import kind_of
from cairn.i18n import term
from cairn_portal.cli.goal.viewing import viewer
from cairn_portal.cli.session import Session
from cairn_portal.presenting.cases import told
from cairn_portal.presenting.story import event_name
from cairn_portal.reading.viewing import require_may_read_case


async def show_case(s: Session, name: str, reader: str | None) -> None:
    """A case's head and its story. Refuses somebody who is neither party, nor above the person, nor HR (RULES L12)."""
    case, context = await s.application.cases.load(name)
    cycle = await s.cycle(case.cycle)
    at = s.at.in_zone(zone_of(cycle))
    view = await viewer(s, reader, cycle)
    require_may_read_case(view, case, context)
    names, now = await s.names(), status(kind_named(name), case, context)
    rows = await s.ledger.read_stream(name)
    events = list(zip(rows, to_events(rows), strict=True))
    kind = kind_of(name)
    lines: list[RenderableType] = [
        Text(f"{name}  ", style="bold").append(at.say(term("stage", f"{kind}.{case.stage}"))),
        Text(f"  {case.holder} {names.get(case.holder, '')}"),
    ]
    story: list[dict[str, Any]] = []
    for row, event in events:
        who = (
            at.say(term("awaited", row.actor))
            if row.actor == "system"
            else f"{row.actor} {names.get(row.actor, '')}"
        )
        head = Text(f"  {at.moment(row.occurred_at)}  ", style="dim")
        lines.append(
            head.append(f"{event_name(at, row.type)}  ", style="bold").append(who.strip(), style="cyan")
        )
        lines += [Text(f"      {line}") for line in told(at, kind, event)]
        story.append({"type": row.type, "at": row.occurred_at, "by": row.actor, "facts": event})
    if now.awaited:
        who = at.say("separator:list").join(
            f"{at.say(term('awaited', each))} {names.get(each, '')}".strip() for each in now.awaited
        )
        lines.append(Text("  " + at.say("waiting for {who}", who=who), style="yellow"))
    at.answer({"case": name, "stage": case.stage, "status": now, "events": story}, *lines)
