"""How a function becomes a command: the terminal first, `--json` and `--lang` everywhere, errors as sentences."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import typer
from rich.text import Text
from typer.core import TyperGroup

from cairn.settings import Settings
from cairn_portal.cli.problem import STOPPED, Told, told
from cairn_portal.cli.terminal import Terminal

EVERYWHERE = "通用 · Everywhere"
AsJson = Annotated[
    bool, typer.Option("--json", help="输出 JSON，供程序读取 · answer as JSON", rich_help_panel=EVERYWHERE)
]
Language = Annotated[
    Literal["zh", "en"] | None,
    typer.Option(
        "--lang", help="语言，缺省取 CAIRN_LANGUAGE · language of the answer", rich_help_panel=EVERYWHERE
    ),
]
Work = TypeVar("Work", bound=Callable[..., Coroutine[Any, Any, int | None]])


class InOrder(TyperGroup):
    """Lists commands in the order of `ORDER`, others after them as they were told."""

    ORDER: ClassVar[tuple[str, ...]] = (
        "demo",
        "rehearse",
        "up",
        "down",
        "status",
        "doctor",
        "migrate",
        "recover",
        "projections",
        "policy",
        "roster",
        "targets",
        "cycle",
        "goal",
        "inbox",
        "feed",
        "progress",
        "scores",
        "cascade",
        "replay",
        "verify-scores",
    )

    def list_commands(self, ctx: Any) -> list[str]:
        first = [name for name in self.ORDER if name in self.commands] if ctx.parent is None else []
        return [*first, *(name for name in self.commands if name not in first)]


class Group(typer.Typer):
    """A Typer whose commands are coroutines: `(at: Terminal, …options) -> exit code or None`."""

    def __init__(self, help: str) -> None:  # Typer's own word
        super().__init__(
            help=help,
            cls=InOrder,
            no_args_is_help=True,
            add_completion=False,
            rich_markup_mode="rich",
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def told(self, name: str, help: str, panel: str | None = None) -> Callable[[Work], Work]:
        """Registers a coroutine function under a name, with its bilingual help."""

        def register(work: Work) -> Work:
            self.command(name, help=help, rich_help_panel=panel)(_command(work))
            return work

        return register


def _command(work: Callable[..., Coroutine[Any, Any, int | None]]) -> Callable[..., None]:
    """The function Typer sees: the coroutine's own parameters and those every command has."""
    own = list(inspect.signature(work, eval_str=True).parameters.values())[1:]
    common = [
        inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson),
        inspect.Parameter("lang", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Language),
    ]

    def command(as_json: bool, lang: Literal["zh", "en"] | None, **given: Any) -> None:
        settings = Settings()
        if lang is not None:
            settings = settings.model_copy(update={"language": lang})
        raise typer.Exit(run(work, Terminal.opened(settings, as_json), given))

    named = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    command.__signature__ = inspect.Signature([*named, *common])  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in [*named, *common]}
    return command


def run(work: Callable[..., Coroutine[Any, Any, int | None]], at: Terminal, given: dict[str, Any]) -> int:
    """Runs a command to its end. Gives its exit code; an error is told, never shown as a traceback."""
    try:
        with asyncio.Runner() as runner:
            return runner.run(_until_stopped(work(at, **given))) or 0
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:  # a question that was not answered: nothing was begun
        return told_to(at, KeyboardInterrupt())
    except KeyboardInterrupt:
        return _stopped(at, acting="by" in given)
    except Exception as error:
        return told_to(at, error)


async def _until_stopped(work: Coroutine[Any, Any, int | None]) -> int | None:
    """The work itself. When Ctrl-C ended it, that is its outcome: an error with which a part of it answered to being
    cancelled says nothing to the person who stopped it, nor does one that nobody waits for any more."""
    task, ended = asyncio.current_task(), False

    def stopping() -> bool:
        return ended or (task is not None and task.cancelling() > 0)

    def unawaited(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not stopping():
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
    done = at.say("已停止", "Stopped") + "".join(at.say(f"，{each}", f", {each}") for each in counts)
    if acting:
        said = at.say(
            f"{done}。已发出的操作可能仍会完成：请先查看，再重试；同一 --id 不会做两遍。",
            f"{done}. What was sent already may still be done: look before you repeat it; the same --id is never done "
            "twice.",
        )
    else:
        said = at.say(f"{done}。", f"{done}.")
    return _tell(at, Told("stopped", said, STOPPED))


def told_to(at: Terminal, error: BaseException) -> int:
    """Tells an error to whoever asked: a sentence on stderr, or a JSON document on stdout."""
    if isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, BrokenPipeError):
        return 0
    return _tell(at, told(error, at.settings))


def _tell(at: Terminal, failure: Told) -> int:
    if at.as_json:
        at.answer({"error": failure.name, "sentence": failure.sentence, "field": failure.field})
    else:
        at.err.print(Text.assemble(("✗ ", "bold red"), failure.sentence), soft_wrap=True)
    return failure.code
