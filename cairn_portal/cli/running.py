"""How a command runs to its end: its answer, or a sentence and an exit code; never a traceback."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import typer
from rich.text import Text

from cairn.settings import Settings
from cairn_portal.cli.failures import Failure, describe, keep
from cairn_portal.cli.problem import STOPPED, USAGE
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.usage import usage_message


def run(work: Callable[..., Coroutine[Any, Any, int | None]], at: Terminal, given: dict[str, Any]) -> int:
    """Runs a command to its end. Gives its exit code; an error is told, never shown as a traceback."""
    try:
        with asyncio.Runner() as runner:
            return runner.run(_until_stopped(work(at, **given), at.settings)) or 0
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:  # a question that was not answered: nothing was begun
        return show_error(at, KeyboardInterrupt())
    except KeyboardInterrupt:
        return _stopped(at, acting="by" in given)
    except Exception as error:
        return show_error(at, error)


async def _until_stopped(work: Coroutine[Any, Any, int | None], settings: Settings) -> int | None:
    """The work itself. When Ctrl-C ended it, that is its outcome: an error with which a part of it answered to being
    cancelled says nothing to the person who stopped it. Errors that nobody waits for, as Temporal's client leaves them
    of calls that were given up, go to the log file: the answer is the command's own."""
    task, ended = asyncio.current_task(), False

    def stopping() -> bool:
        return ended or (task is not None and task.cancelling() > 0)

    def unawaited(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if stopping() or isinstance(error, asyncio.CancelledError):
            return
        if isinstance(error, Exception):
            keep(error, settings)
        else:
            loop.default_exception_handler(context)

    asyncio.get_running_loop().set_exception_handler(unawaited)
    try:
        return await work
    except (Exception, asyncio.CancelledError) as error:
        ended = stopping()
        if ended:
            raise asyncio.CancelledError from error
        raise


def _stopped(at: Terminal, acting: bool) -> int:
    """Says what is done and, of a command that does something, what may be done all the same."""
    counts = [
        f"{task.description} {int(task.completed)} / {int(task.total)}"
        for bars in at.counted
        for task in bars.tasks
        if task.total
    ]
    done = (at.say("stopped"), *counts)
    said = (
        at.say(
            "{done}. What was sent already may still be done: look before you repeat it; the same --id is never done "
            "twice.",
            done=done,
        )
        if acting
        else at.say("{done}.", done=done)
    )
    return show_failure(at, Failure("stopped", said, STOPPED))


def show_error(at: Terminal, error: BaseException) -> int:
    """Tells an error to whoever asked: a sentence on stderr, or a JSON document on stdout."""
    if isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, BrokenPipeError):
        return 0
    return show_failure(at, describe(error, at.settings))


def show_failure(at: Terminal, failure: Failure) -> int:
    if at.as_json:
        at.answer({"error": failure.name, "sentence": failure.sentence, "field": failure.field})
    else:
        at.err.print(Text.assemble(("✗ ", "bold red"), failure.sentence), soft_wrap=True)
    return failure.code


def show_usage_error(terminal: Terminal, error: Any) -> int:
    """Tells what was typed wrongly; exit code 2."""
    if not terminal.as_json and getattr(error, "ctx", None):
        terminal.err.print(Text(error.ctx.get_usage(), style="dim"))
    show_failure(terminal, Failure("usage", usage_message(error).text(terminal.language), USAGE))
    return USAGE
