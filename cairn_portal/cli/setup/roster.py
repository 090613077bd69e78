"""The roster at the command line: check a file and bring it into the log, all rows or none."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cairn.application.people import RosterImport
from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.policies import load
from cairn.roster.reading import RosterInvalid, RosterRead, Stated, read_roster
from cairn_portal.cli.mistakes import mistake_facts, show_mistakes, show_remarks
from cairn_portal.cli.options import By, Dates, Encoding, MatchZeros
from cairn_portal.cli.problem import Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import order
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
    check_only: Annotated[bool, typer.Option("--check-only", help="check, import nothing")] = False,
) -> int:
    if file.suffix in (".yaml", ".yml") and mapping is None:
        mapping, file = file, data or file.parent
    rules = load(policy_file) if policy_file else await _latest_policy(at, needed=not check_only)
    stated = Stated(encoding, order(dates), match_zeros)
    source = data if mapping and data else file
    try:
        found = read_roster(
            source, mapping, sheet=sheet, departments=departments, policy=rules, stated=stated
        )
    except RosterInvalid as invalid:
        return _show_mistakes(at, invalid)
    show_remarks(at, found.remarks)
    recorded = None if check_only else await _import(at, found.roster, require_actor(by))
    _show_roster(at, found, recorded)
    return 0


async def _latest_policy(at: Terminal, needed: bool) -> Policy | None:
    """The policy whose families the roster must name; a mere check does without servers."""
    try:
        async with session(at) as s:
            policies = s.application.policies
            return await policies.version(await policies.choose(None)) if await policies.adopted() else None
    except Problem:
        if needed:
            raise
        return None


async def _import(at: Terminal, found: Roster, by: str) -> RosterImport:
    async with session(at) as s:
        recorded = await s.application.people.import_roster(found, by, datetime.now(UTC))
        if recorded.last:
            await s.seen(*recorded.last, "person")
    return recorded


def _show_mistakes(at: Terminal, invalid: RosterInvalid) -> int:
    facts = {"source": invalid.source, "count": len(invalid.mistakes)}
    heading = at.say("✗ {source} has {count} {count:plural,mistake,mistakes}; nothing was imported", **facts)
    return show_mistakes(at, invalid, heading, ("--match-zeros", "--encoding", "--dates"))


def _show_roster(at: Terminal, read: RosterRead, recorded: RosterImport | None) -> None:
    found = read.roster
    here = sum(person.here for person in found.people)
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
            "remarks": [mistake_facts(at, each) for each in read.remarks],
        },
        Text(outcome, style="green"),
        facts(
            (at.say("people here"), number(here)),
            (at.say("departments"), number(len(found.departments))),
            (at.say("job families"), split),
        ),
    )
