"""What the start is doing now, and how a terminal shows it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


@dataclass(frozen=True)
class Step:
    """One moment of a start: `name` tells steps apart, `text` is what to show, `finished` ends the step."""

    name: str
    text: str
    finished: bool = False


OnStep = Callable[[Step], None]


def quietly(_: Step) -> None:
    """For callers who want to see nothing."""


@contextmanager
def shown_steps(console: Console | None = None) -> Iterator[OnStep]:
    """Gives an `on_step` that keeps one line per step on the terminal."""
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: Step) -> None:
            if step.name not in tasks:
                tasks[step.name] = progress.add_task(step.text, total=None)
            task = tasks[step.name]
            progress.update(task, description=step.text)
            if step.finished:
                progress.update(task, total=1, completed=1)
                progress.stop_task(task)

        yield show
