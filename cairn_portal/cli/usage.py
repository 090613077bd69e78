"""What was typed wrongly, in words of our own: Typer's errors by their class."""

import re
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from cairn.i18n import Message, message
from cairn.i18n.schema import schema_message

NO_COMMAND = re.compile(r"No such command '(.*?)'\.")
EXTRA = re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)")
CHOICES = re.compile(r"'(.*)' is not one of (.*)\.")
FORMATS = re.compile(r"'(.*)' does not match the formats? (.*)\.")


def usage_message(error: Any) -> Message:
    """The message of an error of usage: what is wrong and what may be typed instead."""
    if isinstance(error, ValidationError):  # of the settings
        first = error.errors(include_url=False)[0]
        return schema_message(first, "_".join(["CAIRN", *map(str, first["loc"])]).upper())
    match type(error).__name__:
        case "NoSuchOption":
            return _no_option(error)
        case "MissingParameter":
            return message("{what} is missing: add it.", what=_hint(error))
        case "BadParameter":
            return _bad_value(error)
        case "BadOptionUsage" if "does not take" in error.message:
            return message("The option {option} takes no value.", option=error.option_name)
        case "BadOptionUsage":
            return message("The option {option} needs a value.", option=error.option_name)
    if found := NO_COMMAND.match(error.message):
        return _no_command(error, found[1])
    if found := EXTRA.match(error.message):
        return message("There is more than the command takes: {extra}.", extra=found[1])
    return message("This cannot be understood: see `{command} --help`.", command=_path(error))


def _no_option(error: Any) -> Message:
    if error.possibilities:
        near = sorted(error.possibilities)
        return message(
            "There is no option {option}. Did you mean {near}?", option=error.option_name, near=near
        )
    return message("There is no option {option}.", option=error.option_name)


def _no_command(error: Any, name: str) -> Message:
    known = list(getattr(error.ctx.command, "commands", {})) if error.ctx else []
    near = get_close_matches(name, known, n=3)
    if near:
        return message("There is no command {name}. Did you mean {near}?", name=name, near=near)
    return message("There is no command {name}; there are: {known}.", name=name, known=known)


def _bad_value(error: Any) -> Message:
    what = _hint(error)
    if isinstance(error.__cause__, ValidationError):
        first = error.__cause__.errors(include_url=False)[0]
        if first["type"] != "value_error":
            return schema_message(first, what)
    if found := CHOICES.search(error.message):
        known = [choice.strip(" '") for choice in found[2].split(",")]
        return message("{what} cannot be {value}: it may be {known}.", what=what, value=found[1], known=known)
    if found := FORMATS.search(error.message):
        return message("{what} needs a date such as 2026-01-31, not {value}.", what=what, value=found[1])
    return message("{what} cannot be used so: see `{command} --help`.", what=what, command=_path(error))


def _path(error: Any) -> str:
    return error.ctx.command_path if error.ctx else "cairn"


def _hint(error: Any) -> str:
    """What the person calls the parameter."""
    hint = error.param_hint or (error.param.get_error_hint() if error.param else "")
    words = [hint] if isinstance(hint, str) else list(hint)
    return " / ".join(word.replace("'", "") for word in words)
