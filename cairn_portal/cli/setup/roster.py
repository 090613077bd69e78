"""The roster at the command line: check a file and bring it into the log, all rows or none."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cairn.application.people import RosterImport
from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.policies import RosterInvalid, load
from cairn.roster.reading import read_roster
from cairn_portal.cli.group import Group
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import REFUSED, Problem
from cairn_portal.cli.session import acting, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import facts, grid, number

roster = Group("the roster: check, import")


@roster.told("import", "import a roster: all rows or, if one is bad, none")
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
    check_only: Annotated[bool, typer.Option("--check-only", help="check, import nothing")] = False,
) -> int:
    if file.suffix in (".yaml", ".yml") and mapping is None:
        mapping, file = file, data or file.parent
    rules = load(policy_file) if policy_file else await _latest_policy(at, needed=not check_only)
    try:
        source = data if mapping and data else file
        found = read_roster(source, mapping, sheet=sheet, departments=departments, policy=rules)
    except RosterInvalid as invalid:
        return _tell_rows(at, invalid)
    recorded = None if check_only else await _import(at, found, acting(by))
    _tell_roster(at, found, recorded)
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


def _tell_rows(at: Terminal, invalid: RosterInvalid) -> int:
    table = grid(at.say("where"), at.say("problem"))
    for each in invalid.problems:
        table.add_row(each.place(at.language), each.text(at.language))
    count = len(invalid.problems)
    heading = at.say(
        "✗ {source} has {count} mistakes; nothing was imported", source=invalid.source, count=count
    )
    at.answer(
        {"source": invalid.source, "problems": invalid.problems}, Text(heading, style="bold red"), table
    )
    return REFUSED


def _tell_roster(at: Terminal, found: Roster, recorded: RosterImport | None) -> None:
    here = sum(person.here for person in found.people)
    families: dict[str, int] = {}
    for person in found.people:
        families[person.family] = families.get(person.family, 0) + 1
    if recorded is None:
        outcome = at.say("✓ Checked; nothing imported (--check-only)")
    elif recorded.same:
        outcome = at.say("✓ The same as before; nothing changed")
    else:
        outcome = at.say("✓ Imported; {changes} changes recorded", changes=recorded.changes)
    split = at.say("separator:clause").join(f"{name} {count}" for name, count in sorted(families.items()))
    at.answer(
        {
            "people": len(found.people),
            "here": here,
            "departments": len(found.departments),
            "families": families,
            "events": recorded.changes if recorded else None,
        },
        Text(outcome, style="green"),
        facts(
            (at.say("people here"), number(here)),
            (at.say("departments"), number(len(found.departments))),
            (at.say("job families"), split),
        ),
    )
