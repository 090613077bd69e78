"""What the start is doing now, and how a terminal shows it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from cairn.i18n import Language, Message


@dataclass(frozen=True)
class Step:
    """One moment of a start: `name` tells steps apart, `sentence` is what to show, `finished` ends the step."""

    name: str
    sentence: Message
    finished: bool = False


OnStep = Callable[[Step], None]


def quietly(_: Step) -> None:
    """For callers who want to see nothing."""


@contextmanager
def shown_steps(console: Console | None = None, language: Language = "en") -> Iterator[OnStep]:
    """Gives an `on_step` that keeps one line per step on the terminal."""
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: Step) -> None:
            if step.name not in tasks:
                tasks[step.name] = progress.add_task("", total=None)
            task = tasks[step.name]
            progress.update(task, description=step.sentence.text(language))
            if step.finished:
                progress.update(task, total=1, completed=1)
                progress.stop_task(task)

        yield show
