"""What a demo leaves to do: a cycle under way today, and what waits in it for whom one may sign in as."""

from datetime import UTC, datetime
from pathlib import Path

from cairn.domain.people import Person
from cairn.domain.schedule import local_day
from cairn.i18n import term
from cairn_portal.cli.session import Session
from cairn_portal.cli.setup.rehearse import refused_table, step_name
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import task_name
from cairn_portal.reading.beginning import to_begin_with
from cairn_portal.reading.inbox import inbox_of
from cairn_portal.rehearsal.script import CycleDates
from cairn_portal.rehearsal.under_way import FOLDER, bring_under_way, write_script
from cairn_portal.servers import portal
from cairn_portal.servers.ports import HOST
from projections.models import inbox as inboxes
from projections.models import person as people_model

BETWEEN = " · "
"""Between things that have commas of their own."""


async def leave_under_way(s: Session, company: Path) -> CycleDates:
    """Brings the company's other cycle under way and shows what the rules refused of it; returns its days."""
    at = s.at
    script = write_script(company, at.settings.home / FOLDER)
    with at.progress() as bars:
        shown = bars.add_task(at.say("a cycle under way today"), total=None)

        def on_progress(label: str, done: int, of: int) -> None:
            bars.update(shown, description=at.say(step_name(label)), completed=done, total=of)

        refused = await bring_under_way(at.settings, script, s.application, await s.client(), on_progress)
        bars.update(shown, visible=False)
    if refused:
        at.remark("Not all of the cycle under way could be done as its script says:")
        at.err.print(refused_table(at, refused))
    return script.cycle


async def where_to_sign_in(s: Session, closed: str, running: CycleDates) -> str:
    """Where both cycles can be looked at on pages, as whom to sign in, and what waits for each of them."""
    at, settings = s.at, s.at.settings
    address = portal.shown_address(settings, f"{HOST}:{portal.choose_port(settings)}")
    lines = [
        at.say(
            "{closed} is closed. {running} ({starts} to {ends}) is under way today: its work waits to be done.",
            closed=closed,
            running=running.id,
            starts=running.starts,
            ends=running.ends,
        ),
        at.say("After `cairn up` open {address} and sign in as", address=address),
    ]
    await s.titles()
    schedule = (await s.cycle(running.id)).schedule
    today = local_day(datetime.now(UTC), schedule.calendar) if schedule else datetime.now(UTC).date()
    people = await people_model.people(s.pool, day=today)
    for each, part in to_begin_with(each for each in people if each.here_on(today)):
        lines += [f"  {each.id} {each.name}  {at.say(part)}", f"    {await _waiting(s, each)}"]
    return "\n".join(lines)


async def _waiting(s: Session, person: Person) -> str:
    """What waits for somebody, most urgent first: each thing once, with its goal or with how many there are of it."""
    at, found = s.at, (await inbox_of(s.records, person)).waiting
    titles: dict[str, list[str]] = {}
    for each in found:
        if isinstance(each, inboxes.Task):
            titles.setdefault(task_name(at, each.act), []).append(at.title(each.title))
        else:
            titles.setdefault(at.say(term("turn", f"{each.kind}.{each.step}")), []).append("")
    if not titles:
        return at.say("✓ Nothing waits for you.")
    return at.say("waiting: {what}", what=BETWEEN.join(_thing(at, *each) for each in titles.items()))


def _thing(at: Terminal, what: str, of: list[str]) -> str:
    if len(of) > 1:
        return f"{what} × {len(of)}"
    return at.say("{what}: {name}", what=what, name=of[0]) if of[0] else what
