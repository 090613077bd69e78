"""Excel files at the command line: the roster, targets and goals, or templates to fill in."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cairn.i18n import message
from cairn_portal.cli.case.commanding import cycle_named
from cairn_portal.cli.goal.viewing import As
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.reading.workbooks import goals_file, roster_file, targets_file

ENDING = ".xlsx"
File = Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="the file to write")]
Template = Annotated[bool, typer.Option("--template", help="columns and drop-downs alone, to be filled in")]


async def roster(at: Terminal, file: File, template: Template = False) -> None:
    require_excel(file)
    async with session(at) as s:
        write(s, file, await roster_file(s.records, at.language, empty=template))


async def targets(
    at: Terminal,
    file: File,
    cycle: Annotated[str, typer.Option(help="the cycle's id")],
    template: Template = False,
) -> None:
    require_excel(file)
    async with session(at) as s:
        name = cycle.removeprefix("cycle-")
        write(s, file, await targets_file(s.records, name, at.language, empty=template))


async def goals(
    at: Terminal, file: File, cycle: CycleOption = None, template: Template = False, reader: As = None
) -> None:
    require_excel(file)
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        write(s, file, await goals_file(s.records, reader, the, at.language, empty=template))


def require_excel(file: Path) -> None:
    """Refuses a file that Excel would not open for what it is."""
    if file.suffix.lower() != ENDING:
        raise Problem(message("Name a file that ends in .xlsx: {file} does not.", file=file.name), USAGE)


def write(s: Session, file: Path, octets: bytes) -> None:
    """Writes a workbook and says so."""
    try:
        file.write_bytes(octets)
    except OSError as failed:
        raise Problem(
            message("{file} cannot be written: {why}", file=str(file), why=failed.strerror)
        ) from None
    s.at.answer({"file": str(file)}, Text(s.at.say("✓ Written to {file}", file=str(file)), style="green"))
