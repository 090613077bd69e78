"""The command line: a folder for each area, all commands listed in `commands.py`; nothing here knows a rule."""

import typer

from cairn_portal.cli.group import OPTIONS, Program
from cairn_portal.cli.operate import version

app = typer.Typer(
    cls=Program, help="an event-sourced engine for performance goals", add_completion=False, **OPTIONS
)
version.register(app)


def main() -> None:
    """The entry point of the `cairn` program."""
    app(prog_name="cairn")
