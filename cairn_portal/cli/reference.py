"""docs/cli.zh.md and docs/cli.en.md from the commands themselves: `python -m cairn_portal.cli.reference docs`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer

from cairn.i18n import Language, say
from cairn_portal.cli import app
from cairn_portal.cli.help import in_language

HEAD = """# cairn

{intro}

| {code} | |
|---|---|
| 0 | {done} |
| 1 | {refused} |
| 2 | {used_wrongly} |
| 3 | {not_running} |
| 130 | {stopped} |
"""
EVERYWHERE = frozenset({"as_json", "lang", "help"})


def reference(language: Language) -> str:
    """The whole reference as Markdown, in one language."""
    root: Any = typer.main.get_command(app)
    told = (
        text
        for name, each in _commands(root)
        for text in _section(name, in_language(each, language), language)
    )
    return "\n".join([_head(language), *told])


def _head(language: Language) -> str:
    return HEAD.format(
        intro=say(
            language,
            "The command line's reference, made from the commands themselves. Every command also takes `--json`, "
            "`--lang zh|en` and `--help`.",
        ),
        code=say(language, "exit code"),
        done=say(language, "done"),
        refused=say(language, "refused, or a problem was found"),
        used_wrongly=say(language, "used wrongly"),
        not_running=say(language, "servers not running"),
        stopped=say(language, "stopped by Ctrl-C"),
    )


def _commands(root: Any, above: str = "cairn") -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups before what is in them, in the order `--help` lists them."""
    context = typer.Context(root)
    for name in root.list_commands(context):
        each = root.get_command(context, name)
        yield f"{above} {name}", each
        if hasattr(each, "commands"):
            yield from _commands(each, f"{above} {name}")


def _section(name: str, command: Any, language: Language) -> Iterator[str]:
    level = "##" if name.count(" ") == 1 else "###"
    yield f"{level} {name}\n"
    yield f"{command.help}\n"
    context = command.make_context(name, [], resilient_parsing=True)
    own = [each for each in command.params if each.name not in EVERYWHERE]
    if own:
        yield "| | |\n|---|---|"
        yield from (f"| {_named(each, context)} | {_notes(each, language)} |" for each in own)
        yield ""


def _named(parameter: Any, context: Any) -> str:
    if parameter.param_type_name == "argument":
        shown = parameter.metavar or str(parameter.name).upper()
    else:
        takes = "" if parameter.is_flag else f" {parameter.metavar or parameter.display_type(context)}"
        shown = ", ".join(parameter.opts) + takes
    return "`" + shown.replace("|", "\\|") + "`"


def _notes(parameter: Any, language: Language) -> str:
    notes = [parameter.help or ""]
    if parameter.required:
        notes.append(say(language, "required"))
    elif parameter.default not in (None, False, "", ()) and not callable(parameter.default):
        notes.append(f"= `{parameter.default}`")
    if parameter.envvar and getattr(parameter, "show_envvar", True):
        notes.append(f"`{parameter.envvar}`")
    return " — ".join(note for note in notes if note).replace("|", "\\|")


def write(folder: Path) -> None:
    """Writes the reference of each language."""
    for language in get_args(Language):
        (folder / f"cli.{language}.md").write_text(reference(language), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
