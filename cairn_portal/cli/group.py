"""How a function becomes a command: the terminal first, `--json` and `--lang` everywhere, errors as sentences."""

import asyncio
import inspect
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import typer
from rich.text import Text

from cairn.i18n import marked
from cairn.settings import Settings
from cairn_portal.cli.help import SPOKEN, Spoken, SpokenGroup, asked_language
from cairn_portal.cli.problem import STOPPED, USAGE, Told, told
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.usage import usage_message

EVERYWHERE = marked("Everywhere")
AsJson = Annotated[bool, typer.Option("--json", help="answer as JSON", rich_help_panel=EVERYWHERE)]
Language = Annotated[
    Literal["zh", "en"] | None,
    typer.Option("--lang", help="language of the answer", rich_help_panel=EVERYWHERE),
]
Work = TypeVar("Work", bound=Callable[..., Coroutine[Any, Any, int | None]])


class InOrder(SpokenGroup):
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

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Runs what was typed. What was typed wrongly is told in the reader's language, with exit code 2."""
        typed = list(sys.argv[1:] if args is None else args)
        SPOKEN.set(asked_language(typed, os.environ))
        try:
            code = super().main(typed, *rest, **{**options, "standalone_mode": False})
        except typer.Abort:
            code = STOPPED
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            code = told_usage(error, "--json" in typed)
        sys.exit(code)


def told_usage(error: Any, as_json: bool) -> int:
    """Tells what was typed wrongly. Help that was asked for by typing nothing has been shown already."""
    terminal = Terminal.opened(Settings(language=SPOKEN.get()), as_json)
    if type(error).__name__ == "NoArgsIsHelpError":
        return int(error.exit_code)
    if not as_json and error.ctx:
        terminal.err.print(Text(error.ctx.get_usage(), style="dim"))
    told_failure(terminal, Told("usage", usage_message(error).text(SPOKEN.get()), USAGE))
    return USAGE


def spoken_by(lang: Language = None) -> None:
    """What every group takes: `cairn --lang en goal list`. Help reads it from what was typed; commands, here."""
    if lang is not None:
        SPOKEN.set(lang)


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
        self.callback()(spoken_by)

    def told(self, name: str, help: str, panel: str | None = None) -> Callable[[Work], Work]:
        """Registers a coroutine function under a name, with its bilingual help."""

        def register(work: Work) -> Work:
            self.command(name, cls=Spoken, help=help, rich_help_panel=panel)(_command(work))
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
        settings = Settings(language=lang or SPOKEN.get())
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
    return told_failure(at, Told("stopped", said, STOPPED))


def told_to(at: Terminal, error: BaseException) -> int:
    """Tells an error to whoever asked: a sentence on stderr, or a JSON document on stdout."""
    if isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, BrokenPipeError):
        return 0
    return told_failure(at, told(error, at.settings))


def told_failure(at: Terminal, failure: Told) -> int:
    if at.as_json:
        at.answer({"error": failure.name, "sentence": failure.sentence, "field": failure.field})
    else:
        at.err.print(Text.assemble(("✗ ", "bold red"), failure.sentence), soft_wrap=True)
    return failure.code
