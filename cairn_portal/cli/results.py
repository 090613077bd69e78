"""How far people are and how they scored: progress, scores, the cascade from strategy to person."""

from datetime import date, datetime
from typing import Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from cairn.domain.cycle.state import Cycle
from cairn.domain.policy import PeriodKind
from cairn_portal.cli.goal_reading import score_table
from cairn_portal.cli.goal_telling import full, row
from cairn_portal.cli.group import Group
from cairn_portal.cli.options import CycleArg, CycleOption
from cairn_portal.cli.problem import Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.words import NOTHING, PERIOD_KINDS, TIERS, bar, grid, number, percent, stage
from projections import cascade as cascades
from projections import dashboard as dashboards
from projections import goal as goals_model
from projections import progress as progress_model
from projections import score as scores_model

Who = Annotated[
    str | None,
    typer.Argument(metavar="[PERSON|GOAL]", envvar="CAIRN_ACTOR", show_envvar=False, help="工号或目标编号 · a person or a goal"),
]
On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="哪一天，缺省今天 · as of a day"),
]


def register(app: Group, panel: str) -> None:
    app.told("progress", "进度：本期完成多少、还剩几天 · how much is done, how many days are left", panel)(progress)
    app.told("scores", "得分与等级：周期、员工或目标 · scores of a cycle, a person or a goal", panel)(scores)
    app.told("cascade", "从战略到个人的目标分解，含缺口 · from strategy to person, with the gaps", panel)(cascade)


async def the_cycle(s: Session, name: str | None, person: str | None = None) -> Cycle:
    """The cycle named, or the latest one (the person's latest, where a person is given)."""
    if name is None:
        known = [each.cycle for each in await dashboards.cycles(s.pool)]
        if person is not None:
            of_person = {sheet.cycle for sheet in await goals_model.sheets(s.pool, holder=person)}
            known = [each for each in known if each in of_person] or known
        if not known:
            raise Problem("还没有周期。", "There is no cycle yet.")
        name = known[-1]
    return await s.cycle(name.removeprefix("cycle-"))


async def progress(at: Terminal, who: Who = None, cycle: CycleOption = None, on: On = None) -> None:
    async with session(at) as s:
        if who is None:
            raise Problem("请写工号或目标编号。", "Name a person or a goal.", 2)
        if who.count("-") >= 2:
            await _of_goal(s, full(who), on)
            return
        person = await s.person(who)
        found = await the_cycle(s, cycle, who)
        today = on.date() if on else await s.today(found)
        lines = await progress_model.progress_of(s.pool, who, today, cycle=found.id, kinds=await _kinds(s, found, person.family))
    title = at.say(f"{person.name} 的进度（{today}）", f"{person.name}'s progress on {today}")
    nothing = Text(at.say("还没有执行中的目标。", "No goal runs yet."))
    at.answer({"person": person, "day": today, "goals": lines}, progress_table(at, lines, title) if lines else nothing)


async def _kinds(s: Session, cycle: Cycle, family: str) -> set[PeriodKind] | None:
    """The kinds of period somebody is evaluated by: what "this month" means to them."""
    known = (await s.policies.version(cycle.policy)).families.get(family)
    return {kind for kind, weight in known.periods.items() if weight > 0} | {"year"} if known else None


async def _of_goal(s: Session, name: str, on: datetime | None) -> None:
    at, found = s.at, await row(s, name)
    cycle = await s.cycle(found.cycle)
    today: date = on.date() if on else await s.today(cycle)
    line = await progress_model.progress_of_goal(s.pool, name, today)
    table = grid(
        at.say("考核期", "period"), at.say("目标", "target"), at.say("实际", "actual"), at.say("达成率", "attainment"), "",
        at.say("数据", "readings"), right=(at.say("目标", "target"), at.say("实际", "actual"), at.say("达成率", "attainment")),
    )  # fmt: skip
    for each in line.periods if line else ():
        now = each.starts <= today <= each.ends
        table.add_row(
            Text(each.period, style="bold" if now else ""), number(each.target), number(each.actual),
            percent(each.attainment), bar(each.done, each.elapsed if now else None), str(each.rows),
        )  # fmt: skip
    said = Text(f"{found.goal}  {found.title}：{progress_model.sentence(line, at.language)}") if line else Text(NOTHING)
    at.answer({"day": today, "progress": line}, said, table)


def progress_table(at: Terminal, lines: list[progress_model.ProgressLine], title: str) -> object:
    """Goals with a bar each and the sentence that says it; `┃` is how much of the period is over."""
    table = grid(
        at.say("目标", "goal"), at.say("权重", "weight"), at.say("实际 / 目标", "actual / target"), "", "",
        title=title, right=(at.say("权重", "weight"), at.say("实际 / 目标", "actual / target")),
    )  # fmt: skip
    for line in lines:
        now = line.current
        figures = f"{number(now.actual)} / {number(now.target)}" if now else ""
        drawn = bar(now.done, now.elapsed) if now else Text("")
        table.add_row(line.title, percent(line.weight), figures, drawn, progress_model.sentence(line, at.language))
    return table


async def scores(
    at: Terminal,
    of: Annotated[str | None, typer.Argument(metavar="[CYCLE|PERSON|GOAL]", help="缺省为最近的周期 · by default the latest cycle")] = None,
    cycle: CycleOption = None,
    period: Annotated[str | None, typer.Option(help="只看一个考核期 · one period only")] = None,
) -> None:
    async with session(at) as s:
        if of is not None and of.count("-") >= 2:
            found = await row(s, full(of))
            table = await scores_model.goal_scores(s.pool, goal=found.goal)
            nothing = Text(at.say("还没有得分。", "Not scored yet."))
            at.answer(table, Text(f"{found.goal}  {found.title}", style="bold"), score_table(at, table) if table else nothing)
        elif of is not None and cycle is None and (await s.cycles.load(of)).version:
            await show_scores(s, of, period)
        elif of is None:
            await show_scores(s, (await the_cycle(s, cycle)).id, period)
        else:
            await _of_person(s, of, (await the_cycle(s, cycle, of)).id)


async def show_scores(s: Session, cycle: str, period: str | None = None) -> None:
    """The results of a cycle, best first; before they are issued, the sheets' scores of periods."""
    at = s.at
    names = await s.names()
    results = await scores_model.results(s.pool, cycle)
    of_periods = await scores_model.sheet_scores(s.pool, cycle=cycle, period=period)
    by_sheet: dict[str, dict[str, scores_model.SheetScore]] = {}
    for score in of_periods:
        by_sheet.setdefault(score.sheet, {})[score.period] = score
    table = _result_table(at, results, names) if results and period is None else _period_table(at, of_periods, names)
    nothing = Text(at.say("还没有得分。", "Not scored yet."))
    at.answer({"results": results, "periods": of_periods}, table if of_periods or results else nothing)


def _holder(at: Terminal, holder: str | None, names: dict[str, str]) -> str:
    if holder == "company":
        return at.say("公司", "the company")
    return f"{holder} {names.get(holder or '', '')}".strip()


def _result_table(at: Terminal, results: list[scores_model.Result], names: dict[str, str]) -> object:
    kinds = [kind for kind in PERIOD_KINDS if any(kind in each.mix for each in results)]
    headers = [at.say(*PERIOD_KINDS[kind]) for kind in kinds]
    end = (at.say("结果", "result"), at.say("系数", "coefficient"))
    table = grid(
        at.say("对象", "holder"), at.say("岗位序列", "family"), *headers, end[0], at.say("等级", "grade"), end[1],
        right=(*headers, *end),
    )  # fmt: skip
    for each in results:
        cells = [_mean(at, each, kind) for kind in kinds]
        grade = Text(each.grade or NOTHING, style="bold")
        table.add_row(
            _holder(at, each.holder, names), each.family or NOTHING, *cells, number(each.rounded), grade,
            number(each.coefficient),
        )  # fmt: skip
    return table


def _mean(at: Terminal, result: scores_model.Result, kind: str) -> Text:
    """The mean of a kind of period, with its weight in the year's result."""
    if kind not in result.mix:
        return Text("")
    given = (
        [part.result for part in result.subordinates]
        if kind == "subordinates"
        else [points for points in result.by_kind.get(kind, ()) if points is not None]
    )
    mean = sum(given) / len(given) if given else None
    return Text(number(mean)).append(f" ×{number(result.mix[kind])}%", style="dim")


def _period_table(at: Terminal, found: list[scores_model.SheetScore], names: dict[str, str]) -> object:
    periods = list(dict.fromkeys(each.period for each in sorted(found, key=lambda each: each.position)))
    table = grid(at.say("对象", "holder"), *periods, right=tuple(periods))
    by_sheet: dict[str, dict[str, scores_model.SheetScore]] = {}
    for each in found:
        by_sheet.setdefault(each.sheet, {})[each.period] = each
    for of in by_sheet.values():
        holder = next(iter(of.values())).holder
        table.add_row(_holder(at, holder, names), *(number(of[key].points) if key in of else "" for key in periods))
    return table


async def _of_person(s: Session, who: str, cycle: str) -> None:
    """A person's sheet: goals by period, the sheet's points below, the year's result last."""
    at = s.at
    if who != "company" and not who.startswith("department."):
        await s.person(who)
    sheet = f"sheet-{cycle}-{who}"
    of_goals = await scores_model.goal_scores(s.pool, sheet=sheet)
    of_sheet = await scores_model.sheet_scores(s.pool, sheet=sheet)
    result = await scores_model.result(s.pool, sheet)
    periods = list(dict.fromkeys(each.period for each in of_goals))
    table = grid(at.say("目标", "goal"), at.say("权重", "weight"), *periods, right=(at.say("权重", "weight"), *periods))
    goals: dict[str, dict[str, scores_model.GoalScore]] = {}
    for each in of_goals:
        goals.setdefault(each.goal, {})[each.period] = each
    for of in goals.values():
        first = next(iter(of.values()))
        table.add_row(first.title, percent(first.weight), *(number(of[key].points) if key in of else "" for key in periods))
    points = {each.period: each.points for each in of_sheet}
    table.add_section()
    table.add_row(Text(at.say("合约", "sheet"), style="bold"), "", *(number(points[key]) if key in points else "" for key in periods))
    lines: list[object] = [table] if of_goals else [Text(at.say("还没有得分。", "Not scored yet."))]
    if result is not None:
        said = at.say("年度结果", "the year's result")
        lines.append(Text(f"{said} {number(result.rounded)}  {result.grade or NOTHING}  ×{number(result.coefficient)}", style="bold"))
    at.answer({"goals": of_goals, "sheet": of_sheet, "result": result}, *lines)  # type: ignore[arg-type]


async def cascade(at: Terminal, name: CycleArg, root: Annotated[str | None, typer.Option(metavar="GOAL", help="只看它以下 · only what is below it")] = None) -> None:
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        found = await cascades.cascade(s.pool, cycle.id, root=full(root) if root else None)
        parts = await cascades.coverage(s.pool, cycle.id)
        names = await s.names()
    tree = Tree(Text(f"{cycle.id}  {cycle.title}", style="bold"), guide_style="dim")
    branches = {-1: tree}
    for each in found:
        if each.depth == 0 and each.tier == "individual" and not each.children:
            continue
        branch = branches[each.depth - 1].add(_leaf(at, each, names))
        branches[each.depth] = branch
        for part in (part for part in parts if part.goal == each.goal):
            branch.add(_part(at, part))
    alone = sum(each.depth == 0 and each.tier == "individual" and not each.children for each in found)
    note = Text(at.say(f"另有 {alone} 个个人目标没有对齐上级目标。", f"{alone} individual goals serve none of the tier above."), style="dim")
    at.answer({"goals": found, "parts": parts}, tree, *([note] if alone else []))


def _leaf(at: Terminal, each: cascades.CascadeGoal, names: dict[str, str]) -> Text:
    text = Text(f"[{at.say(*TIERS[each.tier])}] ", style="dim").append(each.title, style="default")
    text.append(f"  {each.owner} {names.get(each.owner, '')}  ", style="dim").append_text(stage(at, each.stage))
    return text.append(f"  {percent(each.weight)}", style="dim")


def _part(at: Terminal, part: cascades.PartCoverage) -> Text:
    if part.covered:
        return Text(f"✓ {part.department} {part.part_title} {number(part.target)}", style="green")
    gap = at.say("缺口：没有目标承接", "gap: no goal takes it up")
    return Text(f"✗ {part.department} {part.part_title} {number(part.target)} – {gap}", style="red")
