"""A whole year in minutes: rehearse a folder's cycle, or the company that comes along, and show how it ended."""

import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.progress import Progress, TaskID
from rich.text import Text

from cairn.application.audit import Outcome
from cairn_portal import servers
from cairn_portal.cli.group import Group
from cairn_portal.cli.operate.servers import shown_steps
from cairn_portal.cli.problem import REFUSED, USAGE, Problem, refusal_of
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import facts, grid, number, percent, span
from cairn_portal.rehearsal.clock import CannotSkipTime
from cairn_portal.rehearsal.drive import Rehearsal, RehearsalStopped, Report
from cairn_portal.rehearsal.feeding import FeedFailed
from cairn_portal.rehearsal.results import Attained, Ending, attained, ending
from cairn_portal.rehearsal.run import forget, home_of, rehearsal_servers
from cairn_portal.rehearsal.script import RehearsalScript, load_script

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="含 cycle.yaml 的文件夹 · a folder with a cycle.yaml")
]
Data = Annotated[Path | None, typer.Option("--data", help="数据文件夹，缺省同 FOLDER · folder of its data")]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="从头开始，删除上次的排练 · begin anew, forgetting the last one")
]
Keep = Annotated[
    bool, typer.Option("--keep", help="结束后不停止，可继续查询 · leave everything running afterwards")
]
SHOWN_REFUSALS = 5
Show = Callable[[Session, RehearsalScript, Path, Report], Awaitable[int]]


def register(app: Group, panel: str) -> None:
    app.told("rehearse", "在真实引擎上几分钟排练一整年 · play a cycle's whole year in minutes", panel)(
        rehearse
    )


async def rehearse(
    at: Terminal, folder: Folder, data: Data = None, fresh: Fresh = False, keep: Keep = False
) -> int:
    return await play(at, script_of(folder), data or folder, fresh, keep, results)


def script_of(folder: Path) -> RehearsalScript:
    """The folder's cycle.yaml, checked."""
    return load_script(folder / "cycle.yaml")


def existing(folder: Path) -> bool:
    return folder.is_dir()


async def play(at: Terminal, script: RehearsalScript, data: Path, fresh: bool, keep: bool, show: Show) -> int:
    """Plays the year on servers of its own and shows what came of it before they are stopped."""
    if not existing(data):
        raise Problem(f"找不到数据文件夹 {data}。", f"The data folder {data} is not there.", USAGE)
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
        raise Problem(str(failed), str(failed)) from failed
    home = home_of(at.settings, script)
    at.remark(*_nexts(home, keep))
    return code


def _nexts(home: Path, keep: bool) -> tuple[str, str]:
    where = f"CAIRN_HOME={home}"
    if keep:
        return (
            f"继续查询：{where} cairn status；停止：{where} cairn down",
            f"Go on with: {where} cairn status; stop with: {where} cairn down",
        )
    return f"数据在 {home}；继续查询：{where} cairn up", f"The data is in {home}; to go on: {where} cairn up"


class _Shown:
    """One bar for the year, and one for what is going on at the moment."""

    def __init__(self, at: Terminal, bars: Progress) -> None:
        self.at, self.bars = at, bars
        self.year = bars.add_task(at.say("一年", "the year"), total=None)
        self.now: TaskID = bars.add_task(at.say("准备", "preparing"), total=None)

    def __call__(self, label: str, done: int, of: int) -> None:
        words = {
            "workflows": ("流程就绪", "workflows waiting"),
            "clocks": ("各流程的时钟", "every workflow's clock"),
            "submit": ("提交", "submitting"),
            "approve": ("批准", "approving"),
            "adjust": ("申请调整", "adjusting"),
            "confirm": ("确认调整", "confirming"),
            "assess": ("评估", "assessing"),
            "accept": ("验收", "accepting"),
        }
        if label[:4].isdigit() and of < 400 and not self._is_goals(label, of):
            self.bars.update(self.year, description=label, completed=done, total=of)
        else:
            self.bars.update(
                self.now, description=self.at.say(*words.get(label, (label, label))), completed=done, total=of
            )

    def _is_goals(self, label: str, of: int) -> bool:
        """Instants of the year and goals moved to an instant come under the same label: the year's number is fixed."""
        known = self.bars.tasks[self.year].total
        return known is not None and int(known) != of


async def results(s: Session, script: RehearsalScript, data: Path, report: Report) -> int:
    """The end of the year: counts, refusals, scores computed again, and the table plain SQL agrees with."""
    at = s.at
    end = await ending(s.application, script.cycle.id)
    again = await _again(s, script.cycle.id)
    rows = await attained(s.application, script, data)
    lines = [_summary(at, report, end, again)]
    if report.refused:
        lines.append(_refused(at, report))
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
        task = bars.add_task(s.at.say("重算得分", "computing scores again"), total=None)
        return await s.application.audit.cycle(
            cycle, lambda done, of: bars.update(task, completed=done, total=of)
        )


def _summary(at: Terminal, report: Report, end: Ending, again: Outcome) -> RenderableType:
    grades = "  ".join(f"{grade} {count}" for grade, count in sorted(end.grades.items()))
    same = (
        at.say(
            f"✓ {number(again.scores)} 个得分重算后完全一致",
            f"✓ all {number(again.scores)} scores come out the same again",
        )
        if not again.differences
        else at.say(f"✗ {len(again.differences)} 处不同", f"✗ {len(again.differences)} differences")
    )
    resumed = at.say("（接着上次中断处）", " (went on where it was interrupted)") if report.resumed else ""
    return facts(
        (at.say("排练", "rehearsed"), f"{report.cycle}，{span(at, report.seconds)}{resumed}"),
        (at.say("人员", "people"), number(report.people)),
        (at.say("绩效合约", "goal sheets"), number(report.sheets)),
        (
            at.say("目标", "goals"),
            at.say(
                f"{number(report.goals)}，未结束 {end.open}", f"{number(report.goals)}, {end.open} still open"
            ),
        ),
        (
            at.say("操作", "commands"),
            at.say(
                f"{number(report.commands)}，被拒绝 {len(report.refused)}",
                f"{number(report.commands)}, {len(report.refused)} refused",
            ),
        ),
        (at.say("事件", "events"), number(end.events)),
        (at.say("年度结果", "results"), f"{number(end.results)}  {grades}"),
        (at.say("核对", "check"), Text(same, style="red" if again.differences else "green")),
    )


def _refused(at: Terminal, report: Report) -> RenderableType:
    table = grid(
        at.say("行", "line"),
        at.say("操作", "act"),
        at.say("目标", "goal"),
        at.say("为什么被拒绝", "why it was refused"),
    )
    for each in report.refused[:SHOWN_REFUSALS]:
        table.add_row(str(each.line), each.act, each.goal, each.sentence)
    if len(report.refused) > SHOWN_REFUSALS:
        table.add_row(Text(f"… {len(report.refused) - SHOWN_REFUSALS}", style="dim"))
    return table


def _attained(at: Terminal, rows: list[Attained]) -> RenderableType:
    """Every salesperson's attainment by quarter, `≠` where plain SQL over the files says otherwise."""
    quarters = sorted({row.quarter for row in rows})
    wrong = sum(not row.equal for row in rows)
    title = at.say(
        f"销售人员各季度达成率（{len(rows) - wrong} / {len(rows)} 与源文件的 SQL 一致）",
        f"Attainment of every salesperson by quarter ({len(rows) - wrong} of {len(rows)} equal to SQL over the files)",
    )
    table = grid(at.say("销售人员", "salesperson"), *quarters, title=title, right=tuple(quarters))
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
