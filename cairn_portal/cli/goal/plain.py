"""Commands that ask for nothing but goals, or for goals and a reason: their functions are made from their rows.

`plain.close` is the function of the command `close`; a command with fields of its own has a function in another file.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer

from cairn.domain.event import Command
from cairn.domain.goal.commands import COMMANDS, GoalCommand
from cairn_portal.cli.goal.commanding import give_command
from cairn_portal.cli.options import By, CommandId, Goals
from cairn_portal.cli.session import require_actor, require_reason
from cairn_portal.cli.terminal import Terminal

Reason = Annotated[str, typer.Option(help="why (required)")]


def __getattr__(name: str) -> Callable[..., Coroutine[Any, Any, int]]:
    """The function of a command. AttributeError where its row cannot say it all."""
    command = COMMANDS.get(name)
    own = (
        set(command.model_fields) - set(GoalCommand.model_fields) - set(Command.model_fields)
        if command
        else None
    )
    if own == set():
        return _asking(name)
    if own == {"reason"}:
        return _asking_with_reason(name)
    raise AttributeError(name)


def _asking(name: str) -> Callable[..., Coroutine[Any, Any, int]]:
    async def ask(at: Terminal, goals: Goals = None, by: By = None, command_id: CommandId = None) -> int:
        return await give_command(at, goals or [], name, require_actor(by), command_id=command_id)

    return ask


def _asking_with_reason(name: str) -> Callable[..., Coroutine[Any, Any, int]]:
    async def ask(
        at: Terminal, goals: Goals = None, reason: Reason = "", by: By = None, command_id: CommandId = None
    ) -> int:
        require_reason(reason)
        return await give_command(
            at, goals or [], name, require_actor(by), {"reason": reason}, command_id=command_id
        )

    return ask
