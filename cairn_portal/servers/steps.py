"""What the start is doing now, and how a terminal shows it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)


@dataclass(frozen=True)
class Step:
    """One moment of a start: `name` tells steps apart, `text` is what to show.

    `done` of `total` counts pieces of work (None: cannot be counted); `finished` ends the step.
    """

    name: str
    text: str
    done: int | None = None
    total: int | None = None
    finished: bool = False


OnStep = Callable[[Step], None]


def quietly(_: Step) -> None:
    """For callers who want to see nothing."""


@contextmanager
def shown_steps(console: Console | None = None) -> Iterator[OnStep]:
    """Gives an `on_step` that keeps one line per step on the terminal, with a bar where work is counted."""
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: Step) -> None:
            if step.name not in tasks:
                tasks[step.name] = progress.add_task(step.text, total=None)
            task = tasks[step.name]
            total = step.total or (1 if step.finished else None)
            done = total if step.finished else step.done or 0
            progress.update(task, description=step.text, total=total, completed=done)
            if step.finished:
                progress.stop_task(task)

        yield show
