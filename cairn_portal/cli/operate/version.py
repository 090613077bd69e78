"""`cairn --version`: the version that is installed, which pyproject.toml alone states."""

from importlib import metadata
from typing import Annotated

import typer

from cairn_portal.cli.group import Language, spoken_by


def register(app: typer.Typer) -> None:
    @app.callback()
    def everywhere(
        version: Annotated[
            bool,
            typer.Option("--version", is_eager=True, callback=show, help="show the version"),
        ] = False,
        lang: Language = None,
    ) -> None:
        spoken_by(lang)


def show(wanted: bool) -> None:
    """Writes `cairn 0.1.0` and ends the program."""
    if wanted:
        typer.echo(f"cairn {metadata.version('cairn')}")
        raise typer.Exit
