"""Options and arguments that several commands share, each with its one bilingual help."""

from typing import Annotated

import typer

By = Annotated[
    str | None,
    typer.Option("--by", envvar="CAIRN_ACTOR", show_envvar=True, metavar="ID", help="who acts"),
]
GoalArg = Annotated[str, typer.Argument(metavar="GOAL", help="a goal's id")]
Goals = Annotated[list[str] | None, typer.Argument(metavar="[GOAL]...", help="one or more goals")]
Everything = Annotated[
    bool,
    typer.Option("--all", help="every goal of the inbox that waits for this"),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="do not ask")]
Partly = Annotated[bool, typer.Option("--partly", help="do the other rows where some are refused")]
CommandId = Annotated[
    str | None,
    typer.Option("--id", help="the same id is never done twice"),
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="the encoding of text files, such as gb18030 or cp1252")
]
Dates = Annotated[
    str | None, typer.Option("--dates", help="the order of dates, such as dmy, where the file leaves it open")
]
MatchZeros = Annotated[
    bool, typer.Option("--match-zeros", help="match ids of managers and heads that lost their leading zeros")
]
DiagnosisNumber = Annotated[
    int | None, typer.Option("--diagnosis", min=1, help="the number of the goal's diagnosis that it answers")
]
CycleArg = Annotated[str, typer.Argument(metavar="CYCLE", help="the cycle's id")]
CycleOption = Annotated[str | None, typer.Option("--cycle", help="the cycle's id")]
