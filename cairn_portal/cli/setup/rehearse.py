"""A whole year in minutes: rehearse a folder's cycle, or the company that comes along, and show how it ended."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.progress import Progress, TaskID
from rich.text import Text

from cairn.application.audit import Outcome
from cairn.domain.goal.commands import COMMANDS
from cairn.i18n import Message, message, term
from cairn_portal import servers
from cairn_portal.cli.operate.servers import shown_steps
from cairn_portal.cli.problem import REFUSED, USAGE, Problem, refusal_of
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.year.page import print_year
from cairn_portal.presenting.words import facts, grid, number, percent, span
from cairn_portal.rehearsal.acts import RefusedCommand
from cairn_portal.rehearsal.clock import CannotSkipTime
from cairn_portal.rehearsal.drive import Rehearsal, RehearsalStopped, Report
from cairn_portal.rehearsal.feeding import FeedFailed
from cairn_portal.rehearsal.results import Attained, Ending, attained, ending
from cairn_portal.rehearsal.run import forget, home_of, rehearsal_servers
from cairn_portal.rehearsal.script import RehearsalScript, load_script

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="a folder with a cycle.yaml")]
Data = Annotated[Path | None, typer.Option("--data", help="folder of its data")]
Fresh = Annotated[bool, typer.Option("--fresh", help="begin anew, forgetting the last one")]
Keep = Annotated[bool, typer.Option("--keep", help="leave everything running afterwards")]
SHOWN_REFUSALS = 5
Show = Callable[[Session, RehearsalScript, Path, Report], Awaitable[int]]


async def rehearse(
    at: Terminal, folder: Folder, data: Data = None, fresh: Fresh = False, keep: Keep = False
) -> int:
    return await play(at, script_of(folder), data or folder, fresh, keep, _told)


async def _told(s: Session, script: RehearsalScript, data: Path, report: Report) -> int:
    """What a rehearsal ends with: its results, and what went on beside goals and scores."""
    code = await results(s, script, data, report)
    if not s.at.as_json:
        await print_year(s, await s.cycle(script.cycle.id))
    return code


def script_of(folder: Path) -> RehearsalScript:
    """The folder's cycle.yaml, checked."""
    return load_script(folder / "cycle.yaml")


def existing(folder: Path) -> bool:
    return folder.is_dir()


async def play(at: Terminal, script: RehearsalScript, data: Path, fresh: bool, keep: bool, show: Show) -> int:
    """Plays the year on servers of its own and shows what came of it before they are stopped."""
    if not existing(data):
        raise Problem(message("The data folder {data} is not there.", data=data), USAGE)
    if fresh:
        forget(at.settings, script)
    try:
        async with contextlib.AsyncExitStack() as staged:
            with shown_steps(at) as on_step:
                own, application, client = await staged.enter_async_context(
                    rehearsal_servers(at.settings, script, on_step, keep=keep)
                )
            with at.progress() as bars:
                shown = _Shown(at, bars)
                report = await Rehearsal(own, script, data, application, client, shown).run()
                bars.update(shown.now, visible=False)
            there = Terminal(own, at.as_json, at.out, at.err)
            s = Session(there, servers.Addresses(own.database or "", own.temporal_address or ""), application)
            code = await show(s, script, data, report)
    except RehearsalStopped as stopped:
        raise refusal_of(stopped.refused) from stopped
    except (CannotSkipTime, FeedFailed) as failed:
        raise Problem(failed.sentence) from failed
    home = home_of(at.settings, script)
    at.remark(_nexts(home, keep))
    return code


def _nexts(home: Path, keep: bool) -> Message:
    where = f"CAIRN_HOME={home}"
    if keep:
        return message("Go on with: {where} cairn status; stop with: {where} cairn down", where=where)
    return message("The data is in {home}; to go on: {where} cairn up", home=home, where=where)


class _Shown:
    """One bar for the year, and one for what is going on at the moment."""

    def __init__(self, at: Terminal, bars: Progress) -> None:
        self.at, self.bars = at, bars
        self.year = bars.add_task(at.say("the year"), total=None)
        self.now: TaskID = bars.add_task(at.say("preparing"), total=None)

    def __call__(self, label: str, done: int, of: int) -> None:
        if label[:4].isdigit() and of < 400 and not self._is_goals(label, of):
            self.bars.update(self.year, description=label, completed=done, total=of)
        else:
            self.bars.update(
                self.now,
                description=self.at.say(step_name(label)),
                completed=done,
                total=of,
            )

    def _is_goals(self, label: str, of: int) -> bool:
        """Instants of the year and goals moved to an instant come under the same label: the year's number is fixed."""
        known = self.bars.tasks[self.year].total
        return known is not None and int(known) != of


def step_name(label: str) -> Message:
    """What is going on: a command, of a goal or of a case (`review submit`), or a step of the rehearsal."""
    kind, _, name = label.partition(" ")
    if name:
        return term("command", f"{kind}.{name}")
    return term("command" if label in COMMANDS else "step", label)


async def results(s: Session, script: RehearsalScript, data: Path, report: Report) -> int:
    """The end of the year: counts, refusals, scores computed again, and the table plain SQL agrees with."""
    at = s.at
    end = await ending(s.application, script.cycle.id)
    again = await _again(s, script.cycle.id)
    rows = await attained(s.application, script, data)
    lines = [_summary(at, report, end, again)]
    if report.refused:
        lines.append(refused_table(at, report.refused))
    if rows:
        lines.append(_attained(at, rows))
    differing = sum(not row.equal for row in rows)
    facts_for_programs = {
        "report": report,
        "ending": end,
        "verified": again,
        "attained": rows,
        "differing": differing,
    }
    at.answer(facts_for_programs, *lines)
    return REFUSED if differing or again.differences or end.open else 0


async def _again(s: Session, cycle: str) -> Outcome:
    with s.at.progress() as bars:
        task = bars.add_task(s.at.say("computing scores again"), total=None)
        return await s.application.audit.cycle(
            cycle, lambda done, of: bars.update(task, completed=done, total=of)
        )


def _summary(at: Terminal, report: Report, end: Ending, again: Outcome) -> RenderableType:
    grades = "  ".join(f"{grade} {count}" for grade, count in sorted(end.grades.items()))
    same = (
        at.say("✓ all {scores:number} scores come out the same again", scores=again.scores)
        if not again.differences
        else at.say(
            "✗ {differences} {differences:plural,difference,differences}", differences=len(again.differences)
        )
    )
    resumed = at.say(" (went on where it was interrupted)") if report.resumed else ""
    return facts(
        (at.say("rehearsed"), report.cycle + at.say("separator:clause") + span(at, report.seconds) + resumed),
        (at.say("people"), number(report.people)),
        (at.say("goal sheets"), number(report.sheets)),
        (
            at.say("goals"),
            at.say("{goals:number}, {open} still open", goals=report.goals, open=end.open),
        ),
        (
            at.say("commands"),
            at.say(
                "{commands:number}, {refused} refused", commands=report.commands, refused=len(report.refused)
            ),
        ),
        (at.say("events"), number(end.events)),
        (at.say("results"), f"{number(end.results)}  {grades}"),
        (at.say("verified"), Text(same, style="red" if again.differences else "green")),
    )


def refused_table(at: Terminal, refused: Sequence[RefusedCommand]) -> RenderableType:
    table = grid(
        at.say("line"),
        at.say("act"),
        at.say("goal"),
        at.say("why it was refused"),
    )
    for each in refused[:SHOWN_REFUSALS]:
        table.add_row(str(each.line), each.act, each.goal, each.sentence)
    if len(refused) > SHOWN_REFUSALS:
        table.add_row(Text(f"… {len(refused) - SHOWN_REFUSALS}", style="dim"))
    return table


def _attained(at: Terminal, rows: list[Attained]) -> RenderableType:
    """Every salesperson's attainment by quarter, `≠` where plain SQL over the files says otherwise."""
    quarters = sorted({row.quarter for row in rows})
    wrong = sum(not row.equal for row in rows)
    title = at.say(
        "Attainment of every salesperson by quarter ({rows} of {rows2} equal to SQL over the files)",
        rows=len(rows) - wrong,
        rows2=len(rows),
    )
    table = grid(at.say("salesperson"), *quarters, title=title, right=tuple(quarters))
    people = list(dict.fromkeys((row.person, row.name) for row in rows))
    found = {(row.person, row.quarter): row for row in rows}
    for person, name in people:
        cells = [_cell(found.get((person, quarter))) for quarter in quarters]
        table.add_row(f"{person} {name}", *cells)
    return table


def _cell(row: Attained | None) -> Text:
    if row is None:
        return Text("–", style="dim")
    return Text(
        percent(row.attainment) + (" ✓" if row.equal else " ≠"), style="" if row.equal else "bold red"
    )
