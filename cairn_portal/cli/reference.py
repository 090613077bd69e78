"""docs/cli.md from the commands themselves: `python -m cairn_portal.cli.reference > docs/cli.md`."""

from collections.abc import Iterator
from typing import Any

import typer

from cairn_portal.cli import app

HEAD = """# cairn

命令行参考，由命令本身生成。中文在前，英文在后。每条命令都有 `--json`（输出 JSON）、`--lang zh|en`（语言）和 `--help`。

The command line's reference, made from the commands themselves. Every command also takes `--json`, `--lang zh|en`
and `--help`.

| 退出码 · exit code | |
|---|---|
| 0 | 完成 · done |
| 1 | 被拒绝，或发现了问题 · refused, or a problem was found |
| 2 | 用法不对 · used wrongly |
| 3 | 服务没有运行 · servers not running |
| 130 | 按 Ctrl-C 停止 · stopped by Ctrl-C |
"""
EVERYWHERE = frozenset({"as_json", "lang", "help"})


def reference() -> str:
    """The whole reference as Markdown."""
    root: Any = typer.main.get_command(app)
    parts = [HEAD, *(text for name, each in _commands(root) for text in _told(name, each))]
    return "\n".join(parts)


def _commands(root: Any, above: str = "cairn") -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups before what is in them, in the order `--help` lists them."""
    for name in root.list_commands(typer.Context(root)):
        each = root.commands[name]
        yield f"{above} {name}", each
        if hasattr(each, "commands"):
            yield from _commands(each, f"{above} {name}")


def _told(name: str, command: Any) -> Iterator[str]:
    level = "##" if name.count(" ") == 1 else "###"
    yield f"{level} {name}\n"
    yield f"{command.help}\n"
    context = command.make_context(name, [], resilient_parsing=True)
    own = [each for each in command.params if each.name not in EVERYWHERE]
    if own:
        yield "| | |\n|---|---|"
        yield from (f"| {_named(each, context)} | {_said(each)} |" for each in own)
        yield ""


def _named(parameter: Any, context: Any) -> str:
    if parameter.param_type_name == "argument":
        shown = parameter.metavar or str(parameter.name).upper()
    else:
        takes = "" if parameter.is_flag else f" {parameter.metavar or parameter.display_type(context)}"
        shown = ", ".join(parameter.opts) + takes
    return "`" + shown.replace("|", "\\|") + "`"


def _said(parameter: Any) -> str:
    notes = [parameter.help or ""]
    if parameter.required:
        notes.append("必填 · required")
    elif parameter.default not in (None, False, "", ()) and not callable(parameter.default):
        notes.append(f"= `{parameter.default}`")
    if parameter.envvar and getattr(parameter, "show_envvar", True):
        notes.append(f"`{parameter.envvar}`")
    return " — ".join(note for note in notes if note).replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
