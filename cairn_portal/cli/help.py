"""Help in the reader's language: the texts of commands, options and panels are ids, said when help is shown."""

import copy
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any, cast, get_args

from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from cairn.i18n import Language, marked, say

SPOKEN: ContextVar[Language] = ContextVar("language of help", default="zh")
FIXED = {
    "ARGUMENTS_PANEL_TITLE": marked("Arguments"),
    "OPTIONS_PANEL_TITLE": marked("Options"),
    "COMMANDS_PANEL_TITLE": marked("Commands"),
    "DEFAULT_STRING": marked("[default: {}]"),
    "ENVVAR_STRING": marked("[env var: {}]"),
    "REQUIRED_LONG_STRING": marked("[required]"),
}
"""Typer's own texts, by the names of the constants that hold them."""
OWN = marked("Show this message and exit.")


def asked_language(typed: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The language that `--lang` or else CAIRN_LANGUAGE names; Chinese where neither names one."""
    named = [typed[n + 1] for n, word in enumerate(typed[:-1]) if word == "--lang"]
    named += [word.removeprefix("--lang=") for word in typed if word.startswith("--lang=")]
    for language in (*named, environment.get("CAIRN_LANGUAGE", "")):
        if language in get_args(Language):
            return cast(Language, language)
    return "zh"


def translated(text: str | None, language: Language) -> str | None:
    """A text of help in a language."""
    return text and say(language, text)


def in_language(command: Any, language: Language) -> Any:
    """A copy of a command whose help, options and commands are said in a language."""
    there = copy.copy(command)
    for name in ("help", "short_help", "rich_help_panel"):
        setattr(there, name, translated(getattr(command, name, None), language))
    there.params = [_parameter(each, language) for each in command.params]
    if hasattr(command, "commands"):
        there.commands = {name: in_language(each, language) for name, each in command.commands.items()}
        there.listing = True
    return there


def _parameter(parameter: Any, language: Language) -> Any:
    there = copy.copy(parameter)
    for name in ("help", "rich_help_panel"):
        setattr(there, name, translated(getattr(parameter, name, None), language))
    return there


class Spoken(TyperCommand):
    """A command whose help is said in the language asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        super(Spoken, translated_command(self, ctx)).format_help(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        usage(self, ctx, formatter)


class SpokenGroup(TyperGroup):
    """A group whose help is said in the language asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        super(SpokenGroup, translated_command(self, ctx)).format_help(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        usage(self, ctx, formatter)


def translated_command(command: Any, ctx: Any) -> Any:
    """The command as its help is to be shown, and Typer's own texts in the same language."""
    language = SPOKEN.get()
    for constant, id in FIXED.items():
        setattr(rich_utils, constant, translated(id, language))
    own = command.get_help_option(ctx)
    if own is not None:
        own.help = translated(OWN, language)
    return in_language(command, language)


def usage(command: Any, ctx: Any, formatter: Any) -> None:
    """The usage line: what may be typed stays as it is."""
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=say(SPOKEN.get(), "Usage: "))
