"""Options and arguments that several commands share, each with its one bilingual help."""

from typing import Annotated

import typer

By = Annotated[
    str | None,
    typer.Option("--by", envvar="CAIRN_ACTOR", show_envvar=True, metavar="ID", help="操作人工号 · who acts"),
]
GoalArg = Annotated[str, typer.Argument(metavar="GOAL", help="目标编号，如 goal-2026-E005-1 · a goal's id")]
Goals = Annotated[
    list[str] | None, typer.Argument(metavar="[GOAL]...", help="目标编号，可以多个 · one or more goals")
]
Everything = Annotated[
    bool,
    typer.Option("--all", help="待办中所有可做此操作的目标 · every goal of the inbox that waits for this"),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="不再询问 · do not ask")]
CommandId = Annotated[
    str | None,
    typer.Option("--id", help="命令编号：同一编号重复执行只生效一次 · the same id is never done twice"),
]
CycleArg = Annotated[str, typer.Argument(metavar="CYCLE", help="绩效周期编号，如 2026 · the cycle's id")]
CycleOption = Annotated[str | None, typer.Option("--cycle", help="绩效周期编号 · the cycle's id")]
