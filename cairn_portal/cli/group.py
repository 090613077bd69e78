"""The program `cairn`: commands by name, loaded when they are needed, with help in the reader's language."""

import inspect
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand
from typer.models import CommandInfo

from cairn.i18n import marked
from cairn.settings import Settings
from cairn_portal.cli.commands import COMMANDS, Command, CommandGroup
from cairn_portal.cli.help import SPOKEN, Spoken, SpokenGroup, asked_language
from cairn_portal.cli.terminal import Terminal

STOPPED = 130
EVERYWHERE = marked("Everywhere")
AsJson = Annotated[bool, typer.Option("--json", help="answer as JSON", rich_help_panel=EVERYWHERE)]
Language = Annotated[
    Literal["zh", "en"] | None,
    typer.Option("--lang", help="language of the answer", rich_help_panel=EVERYWHERE),
]
OPTIONS: dict[str, Any] = {
    "no_args_is_help": True,
    "rich_markup_mode": "rich",
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class LoadingGroup(SpokenGroup):
    """A group whose commands are rows of `cairn_portal.cli.commands`. Listing them imports nothing; each command's
    module is imported when the command is run or asked for its own help."""

    listing = False
    """Whether this is the copy of the group that a list of its commands is made from."""

    def of_rows(self, rows: Sequence[Command | CommandGroup]) -> "LoadingGroup":
        self.rows = {row.name: row for row in rows}
        self.commands = {row.name: _listed(row) for row in rows}
        return self

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if self.listing:
            return self.commands.get(cmd_name)
        row = self.rows.get(cmd_name)
        return row and load(row)


class Program(LoadingGroup):
    """`cairn` itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.of_rows(COMMANDS)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Runs what was typed. What was typed or set wrongly is told in the reader's language, with exit code 2."""
        typed = list(sys.argv[1:] if args is None else args)
        SPOKEN.set(asked_language(typed, os.environ))
        try:
            code = super().main(typed, *rest, **{**options, "standalone_mode": False})
        except typer.Abort:
            code = STOPPED
        except Exception as error:
            if not hasattr(error, "format_message") and getattr(error, "title", "") != Settings.__name__:
                raise
            code = _show_usage_error(error, "--json" in typed)
        sys.exit(code)


def _listed(row: Command | CommandGroup) -> TyperCommand:
    """What a list of commands shows of a row."""
    return TyperCommand(row.name, help=row.help, rich_help_panel=row.panel, rich_markup_mode="rich")


def load(row: Command | CommandGroup) -> Any:
    """The command of a row, its module imported; of a group, the group, with nothing imported."""
    if isinstance(row, CommandGroup):
        return _group(row)
    module, _, function = row.function.partition(":")
    work = getattr(import_module(f"cairn_portal.cli.{module}"), function)
    info = CommandInfo(
        name=row.name, cls=Spoken, help=row.help, callback=_command(work), rich_help_panel=row.panel,
        context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    return typer.main.get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode="rich")


def _group(row: CommandGroup) -> LoadingGroup:
    made = typer.Typer(name=row.name, cls=LoadingGroup, help=row.help, add_completion=False, **OPTIONS)
    made.callback()(spoken_by)
    group = typer.main.get_command(made)
    assert isinstance(group, LoadingGroup)
    return group.of_rows(row.commands)


def _show_usage_error(error: Any, as_json: bool) -> int:
    """Tells what was typed or set wrongly. Help that was asked for by typing nothing has been shown already."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return int(error.exit_code)
    from cairn_portal.cli.running import show_usage_error

    settings = Settings.model_construct(language=SPOKEN.get())  # a setting may be what is wrong
    return show_usage_error(Terminal.opened(settings, as_json), error)


def spoken_by(lang: Language = None) -> None:
    """What every group takes: `cairn --lang en goal list`. Help reads it from what was typed; commands, here."""
    if lang is not None:
        SPOKEN.set(lang)


def _command(work: Callable[..., Coroutine[Any, Any, int | None]]) -> Callable[..., None]:
    """The function Typer sees of a coroutine `(at: Terminal, …options) -> exit code or None`: the coroutine's own
    parameters and those every command has."""
    own = list(inspect.signature(work, eval_str=True).parameters.values())[1:]
    common = [
        inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson),
        inspect.Parameter("lang", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Language),
    ]

    def command(as_json: bool, lang: Literal["zh", "en"] | None, **given: Any) -> None:
        from cairn_portal.cli.running import run

        settings = Settings(language=lang or SPOKEN.get())
        raise typer.Exit(run(work, Terminal.opened(settings, as_json), given))

    named = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    command.__signature__ = inspect.Signature([*named, *common])  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in [*named, *common]}
    return command
