"""The roster at the command line: check a file and bring it into the log, all rows or none."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.moves import RefusedMove
from cairn.application.people import RosterChanges, RosterImport
from cairn.domain.launch.consequences import Consequences
from cairn.domain.policy import Policy
from cairn.i18n import message, refusal_message
from cairn.policies import load
from cairn.roster.known import Known
from cairn.roster.reading import RosterInvalid, RosterRead, Stated, read_roster
from cairn_portal.cli.mistakes import show_mistakes, show_remarks
from cairn_portal.cli.options import By, Dates, Encoding, MatchZeros, Yes
from cairn_portal.cli.people.moving import moves, present
from cairn_portal.cli.people.showing import consequences
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import day, order
from cairn_portal.presenting.mistakes import mistake_facts
from cairn_portal.presenting.words import facts, number


async def imported(
    at: Terminal,
    file: Annotated[Path, typer.Argument(help="file, or folder of data")],
    by: By = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="how other files become a roster"),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="the mapping's data folder")] = None,
    sheet: Annotated[str | None, typer.Option(help="the workbook's sheet")] = None,
    departments: Annotated[Path | None, typer.Option(help="a file of departments")] = None,
    policy_file: Annotated[
        Path | None,
        typer.Option("--policy", help="check job families against this file"),
    ] = None,
    encoding: Encoding = None,
    dates: Dates = None,
    match_zeros: MatchZeros = False,
    last_day: Annotated[
        str | None,
        typer.Option("--last-day", metavar="YYYY-MM-DD", help="who is not in the file leaves with this day"),
    ] = None,
    yes: Yes = False,
    check_only: Annotated[bool, typer.Option("--check-only", help="check, import nothing")] = False,
) -> int:
    if file.suffix in (".yaml", ".yml") and mapping is None:
        mapping, file = file, data or file.parent
    latest, known, today = await _standing(at, by or "", needed=not check_only)
    rules = load(policy_file) if policy_file else latest
    stated = Stated(encoding, order(dates), match_zeros, today)
    source = data if mapping and data else file
    try:
        found = read_roster(
            source, mapping, sheet=sheet, departments=departments, policy=rules, stated=stated, known=known
        )
    except RosterInvalid as invalid:
        return _show_mistakes(at, invalid)
    show_remarks(at, found.remarks)
    if rules is None:
        at.remark(
            "No policy is there yet, so job families are kept as the file calls them. The policy of a cycle knows them "
            "by key and by name; whom it does not know is named in the preview of the launch."
        )
    gone_with = day(last_day, "--last-day")
    if check_only:
        _show_roster(at, found, None)
        return 0
    async with session(at) as s:
        return await _import(s, found, require_actor(by), gone_with, yes)


async def _standing(at: Terminal, by: str, needed: bool) -> tuple[Policy | None, Known | None, date | None]:
    """The policy whose families the roster must name, and who is known already; a mere check does without servers."""
    try:
        async with session(at) as s:
            policies, (now, today) = s.application.policies, await present(s)
            rules = await policies.version(await policies.choose(None)) if await policies.adopted() else None
            return rules, await s.application.people.known(by, now), today
    except Problem:
        if needed:
            raise
        return None, None, None


async def _import(s: Session, read: RosterRead, by: str, last_day: date | None, yes: bool) -> int:
    """Says who is new, gone, moved and changed and what follows in the cycles under way, asks, and does it all."""
    people, (now, today) = s.application.people, await present(s)
    changes = await people.differences(read.roster, by, now, last_day)
    for new, known in changes.second:
        s.at.remark(
            "{new} is another department than {known}, which is called so too: "
            "if it is the same one, write {known} or hand in the table of departments.",
            new=new,
            known=known,
        )
    follows = await moves(s).preview_events(changes.events, today)
    if follows or (changes.gone and last_day):
        await _agree(s, changes, follows, yes)
    elif changes.gone:
        s.at.remark(
            "Not in the file, and left as they are: {people}. To let them go, add --last-day YYYY-MM-DD.",
            people=s.at.say("separator:list").join(changes.gone),
        )
    recorded = await people.import_roster(read.roster, by, now, last_day)
    if recorded.last:
        await s.seen(*recorded.last, "person")
    refused: Sequence[RefusedMove] = ()
    if follows:
        key = f"roster:{now.isoformat()}"
        follows, refused = await moves(s).follow_up(changes.events, today, by, key, await s.gateway())
        for stream in sorted({f"cycle-{each.cycle}" for each in follows}):
            await s.seen(stream, await s.ledger.version_of(stream), "goal")
    _show_roster(s.at, read, recorded, changes, follows)
    for each in refused:
        why = refusal_message(each.refused).text(s.at.language)
        s.at.err.print(Text(s.at.say("! {stream}: {why}", stream=each.stream, why=why), style="yellow"))
    return REFUSED if refused else 0


async def _agree(s: Session, changes: RosterChanges, follows: Sequence[Consequences], yes: bool) -> None:
    """Shows what would follow and asks; for scripts, --yes agrees."""
    if yes:
        return
    names = await s.names()
    for line in (_changes(s.at, changes), *consequences(s.at, follows, names)):
        s.at.err.print(line)
    if not s.at.interactive:
        raise Problem(
            message("This changes sheets and goals that are under way: look at what follows and say --yes."),
            USAGE,
        )
    typer.confirm(s.at.say("Import it, and do all of this?"), abort=True, err=True)


def _changes(at: Terminal, changes: RosterChanges) -> RenderableType:
    """Who is new, moved, changed, leaves or is gone, by id."""
    rows = {
        at.say("new"): changes.joined,
        at.say("moved"): changes.moved,
        at.say("changed"): changes.changed,
        at.say("leaving"): changes.left,
        at.say("not in the file"): changes.gone,
    }
    told = [(name, at.say("separator:list").join(people)) for name, people in rows.items() if people]
    return facts(*told)


def _show_mistakes(at: Terminal, invalid: RosterInvalid) -> int:
    facts = {"source": invalid.source, "count": len(invalid.mistakes)}
    heading = at.say("✗ {source} has {count} {count:plural,mistake,mistakes}; nothing was imported", **facts)
    return show_mistakes(at, invalid, heading, ("--match-zeros", "--encoding", "--dates"))


def _show_roster(
    at: Terminal,
    read: RosterRead,
    recorded: RosterImport | None,
    changes: RosterChanges | None = None,
    follows: Sequence[Consequences] = (),
) -> None:
    found = read.roster
    today = datetime.now(UTC).date()
    here = sum(person.here_on(today) for person in found.people)
    families: dict[str, int] = {}
    for person in found.people:
        families[person.family] = families.get(person.family, 0) + 1
    if recorded is None:
        outcome = at.say("✓ Checked; nothing imported (--check-only)")
    elif recorded.same:
        outcome = at.say("✓ The same as before; nothing changed")
    else:
        outcome = at.say(
            "✓ Imported; {changes} {changes:plural,change,changes} recorded", changes=recorded.changes
        )
    split = at.say("separator:clause").join(f"{name} {count}" for name, count in sorted(families.items()))
    at.answer(
        {
            "people": len(found.people),
            "here": here,
            "departments": len(found.departments),
            "families": families,
            "events": recorded.changes if recorded else None,
            "changes": changes._asdict() | {"events": None} if changes else None,
            "consequences": list(follows),
            "remarks": [mistake_facts(at, each) for each in read.remarks],
        },
        Text(outcome, style="green"),
        facts(
            (at.say("people here"), number(here)),
            (at.say("departments"), number(len(found.departments))),
            (at.say("job families"), split),
        ),
        *([_changes(at, changes)] if changes and changes.joined != tuple(read.roster.by_id()) else []),
        *(consequences(at, follows, {}) if follows else []),
    )
