"""A cycle from preview to close: the preview is the plan that is launched, and a launch says what came of it."""

import asyncio
from datetime import date, datetime
from typing import Annotated, NamedTuple

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.domain.cycle.events import LaunchFailure
from cairn.domain.launch.plan import LaunchPlan
from cairn_portal.cli.group import Group
from cairn_portal.cli.options import By, CommandId, CycleArg, Yes
from cairn_portal.cli.problem import REFUSED, USAGE, Problem, refusal_of
from cairn_portal.cli.session import Session, acting, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting import reasons
from cairn_portal.presenting.words import NOTHING, facts, grid, moment, number
from projections.models import goal as goals_model

Day = typer.Option(
    formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="缺省为周期编号那一年 · by default the year the id names"
)
Title = Annotated[str | None, typer.Option(help="周期名称 · the cycle's title")]
Starts = Annotated[datetime | None, Day]
Ends = Annotated[datetime | None, Day]
PolicyOption = Annotated[
    str | None, typer.Option("--policy", help="制度名或 名@版本，缺省为最近采用的 · name or name@version")
]
SHOWN = 12  # rows of a preview before it says how many more there are

cycle = Group("绩效周期：预览、启动、状态、关闭 · a cycle: preview, launch, status, close")


class Asked(NamedTuple):
    """What a preview and its launch are made from."""

    cycle: str
    title: str
    starts: date
    ends: date
    policy: str


async def _asked(
    s: Session,
    cycle: str,
    title: str | None,
    starts: datetime | None,
    ends: datetime | None,
    policy: str | None,
) -> Asked:
    name = cycle.removeprefix("cycle-")
    if not all(sign.isalnum() or sign in "._" for sign in name):
        raise Problem(
            f"周期编号“{name}”只能用字母、数字、点和下划线。",
            f"The cycle's id '{name}' may only have letters, digits, dots and underscores.",
            USAGE,
        )
    year = int(name) if name.isdigit() and len(name) == 4 else None
    if year is None and (starts is None or ends is None):
        raise Problem(
            "请写明 --starts 和 --ends（如 2026-01-01）。",
            "Say --starts and --ends (such as 2026-01-01).",
            USAGE,
        )
    first = starts.date() if starts else date(year or 1, 1, 1)
    last = ends.date() if ends else date(year or 1, 12, 31)
    if last <= first:
        raise Problem("周期的结束日必须晚于开始日。", "A cycle ends after it starts.", USAGE)
    return Asked(
        name, title or s.at.say(f"{name} 年度绩效", f"{name}"), first, last, await s.policies.choose(policy)
    )


@cycle.told(
    "preview", "启动前预览：谁参加、谁不参加及原因、缺什么 · who is in, who is out and why, what is missing"
)
async def preview(
    at: Terminal,
    name: CycleArg,
    title: Title = None,
    starts: Starts = None,
    ends: Ends = None,
    policy: PolicyOption = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="列出每一份合约 · list every sheet")] = False,
) -> int:
    async with session(at) as s:
        asked = await _asked(s, name, title, starts, ends, policy)
        plan, position = await _plan(s, asked)
        people = await s.names()
    _show(at, plan, position, people, everybody)
    hint = f"cairn cycle launch {asked.cycle} --seen {plan.digest} --by …"
    at.remark(f"启动：{hint}", f"To launch it: {hint}")
    return 0 if plan.sheets else REFUSED


async def _plan(s: Session, asked: Asked) -> tuple[LaunchPlan, int]:
    return await s.cycles.preview(
        asked.cycle, asked.title, asked.starts, asked.ends, asked.policy, s.at.language
    )


def _show(at: Terminal, plan: LaunchPlan, position: int, people: dict[str, str], everybody: bool) -> None:
    schedule = plan.schedule
    summary = facts(
        (at.say("周期", "cycle"), f"{plan.cycle}  {plan.title}  {schedule.starts} – {schedule.ends}"),
        (at.say("制度", "policy"), plan.policy),
        (at.say("绩效合约", "goal sheets"), f"{number(len(plan.sheets))}{_by_kind(at, plan)}"),
        (at.say("目标", "goals"), number(plan.goals)),
        (at.say("不参加", "left out"), number(len(plan.left_out))),
        (at.say("草稿截止", "drafts due"), moment(schedule.drafts_due)),
        (at.say("审批截止", "approvals due"), moment(schedule.approvals_due)),
        (at.say("方案摘要", "digest"), Text(plan.digest, style="bold cyan")),
    )
    lines = [
        Text(at.say("启动预览", "Preview of the launch"), style="bold"),
        summary,
        _sheets(at, plan, people, everybody),
    ]
    if plan.left_out:
        lines.append(_left_out(at, plan, people))
    if missing := _missing(at, plan):
        lines.append(missing)
    facts_for_programs = {
        "digest": plan.digest,
        "position": position,
        "goals": plan.goals,
        "sheets": plan.sheets,
        "left_out": plan.left_out,
        "policy": plan.policy,
    }
    at.answer(facts_for_programs, *lines)


def _by_kind(at: Terminal, plan: LaunchPlan) -> str:
    counts = {
        kind: sum(sheet.kind == kind for sheet in plan.sheets) for kind in ("company", "department", "person")
    }
    return at.say(
        f"（公司 {counts['company']}，部门 {counts['department']}，员工 {counts['person']}）",
        f" (company {counts['company']}, departments {counts['department']}, people {counts['person']})",
    )


def _sheets(at: Terminal, plan: LaunchPlan, people: dict[str, str], everybody: bool) -> RenderableType:
    table = grid(
        at.say("对象", "holder"),
        at.say("岗位序列", "family"),
        at.say("审批人", "approver"),
        at.say("自", "since"),
        at.say("目标", "goals"),
        at.say("缺少", "missing"),
        title=at.say("参加", "In"),
        right=(at.say("目标", "goals"),),
    )
    listed = plan.sheets if everybody else plan.sheets[:SHOWN]
    committee = at.say("绩效委员会", "the committee")
    for sheet in listed:
        name = people.get(sheet.holder, at.say("公司", "the company") if sheet.kind == "company" else "")
        approver = f"{sheet.manager} {people.get(sheet.manager, '')}" if sheet.manager else committee
        table.add_row(
            f"{sheet.holder} {name}",
            sheet.family or NOTHING,
            approver,
            sheet.since.isoformat(),
            str(len(sheet.goals)),
            Text("; ".join(reasons.missing(at, each) for each in sheet.missing), style="yellow"),
        )
    if len(listed) < len(plan.sheets):
        more = len(plan.sheets) - len(listed)
        table.add_row(
            Text(at.say(f"… 还有 {more} 份（--everybody）", f"… {more} more (--everybody)"), style="dim")
        )
    return table


def _left_out(at: Terminal, plan: LaunchPlan, people: dict[str, str]) -> RenderableType:
    table = grid(at.say("人员", "person"), at.say("原因", "why"), title=at.say("不参加", "Out"))
    for each in plan.left_out:
        table.add_row(f"{each.person} {people.get(each.person, '')}", reasons.left_out(at, each))
    return table


def _missing(at: Terminal, plan: LaunchPlan) -> Text | None:
    lacking = sum(1 for sheet in plan.sheets if sheet.missing)
    if not lacking:
        return None
    return Text(
        at.say(
            f"! {lacking} 份合约有目标缺少目标值，启动后由责任人补上，或先 cairn targets import。",
            f"! {lacking} sheets have goals without a target: their owners fill them in, "
            "or use `cairn targets import` first.",
        ),
        style="yellow",
    )


@cycle.told(
    "launch",
    "启动看过的方案；重复启动不会重复建目标 · launch the plan that was seen; twice makes no duplicate",
)
async def launch(
    at: Terminal,
    name: CycleArg,
    by: By = None,
    title: Title = None,
    starts: Starts = None,
    ends: Ends = None,
    policy: PolicyOption = None,
    seen: Annotated[
        str | None, typer.Option(help="看过的预览的摘要 · the digest of the preview you saw")
    ] = None,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    async with session(at) as s:
        asked = await _asked(s, name, title, starts, ends, policy)
        gateway = await s.gateway()
        known = await s.cycles.load(asked.cycle)
        digest = known.plan if known.version and seen is None else seen or await _agreed(s, asked, yes)
        fields = {
            "title": asked.title,
            "starts": asked.starts.isoformat(),
            "ends": asked.ends.isoformat(),
            "policy": asked.policy,
            "seen": digest,
            "language": at.language,
        }
        outcome = await gateway.cycle(asked.cycle, "launch", acting(by), fields, command_id)
        if outcome.refused:
            raise refusal_of(outcome.refused)
        return await _told_launch(s, asked.cycle, again=bool(known.version))


async def _agreed(s: Session, asked: Asked, yes: bool) -> str:
    """The digest of the plan as it is now, shown and agreed to."""
    plan, position = await _plan(s, asked)
    if not s.at.as_json:
        _show(s.at, plan, position, await s.names(), everybody=False)
    if not yes:
        if not s.at.interactive:
            raise Problem(
                "请写明看过哪份方案：--seen 摘要（见 cairn cycle preview），或用 --yes 直接启动。",
                "Say which plan you saw: --seen DIGEST (see `cairn cycle preview`), or --yes to launch at once.",
                USAGE,
            )
        question = s.at.say(f"启动这 {plan.goals} 个目标？", f"Launch these {plan.goals} goals?")
        typer.confirm(question, abort=True, err=True)
    return plan.digest


async def _told_launch(s: Session, name: str, again: bool) -> int:
    at = s.at
    await _followed(s, name)
    cycle = await s.cycle(name)
    plan = await s.cycles.launched_plan(name)
    failures = cycle.launch.failures if cycle.launch else ()
    failed = {failure.sheet for failure in failures}
    goals = sum(len(sheet.goals) for sheet in plan.sheets if sheet.sheet not in failed)
    await s.seen(f"cycle-{name}", cycle.version, "goal", "dashboard")
    opened, sheets = number(len(plan.sheets) - len(failed)), number(len(plan.sheets))
    said = at.say(
        f"已启动 {number(goals)} / {number(plan.goals)} 个目标（{opened} / {sheets} 份合约）",
        f"Launched {number(goals)} of {number(plan.goals)} goals ({opened} of {sheets} sheets)",
    )
    before = (
        at.say("（此前已经启动，没有重复建立）", " (it was launched before; nothing was made twice)")
        if again
        else ""
    )
    facts_for_programs = {
        "cycle": name,
        "goals": goals,
        "planned": plan.goals,
        "failures": failures,
        "again": again,
    }
    lines = [Text(f"{'✓' if not failed else '!'} {said}{before}", style="green" if not failed else "yellow")]
    at.answer(facts_for_programs, *lines, *([_failures(at, failures)] if failures else []))
    return REFUSED if failed else 0


def _failures(at: Terminal, failures: tuple[LaunchFailure, ...]) -> RenderableType:
    table = grid(at.say("合约", "sheet"), at.say("原因", "why"))
    for failure in failures:
        table.add_row(failure.sheet, reasons.launch_failure(at, failure))
    return table


async def _followed(s: Session, name: str) -> None:
    """Shows how goals come into the log and their workflows begin, until every one waits."""
    client = await s.client()
    planned = (await s.cycle(name)).goals
    with s.at.progress() as bars:
        recorded = bars.add_task(s.at.say("写入日志", "into the log"), total=planned)
        waiting = bars.add_task(s.at.say("流程就绪", "workflows waiting"), total=planned)
        while True:
            cycle = await s.cycle(name)
            failed = len(cycle.launch.failures) if cycle.launch else 0
            written = sum((await goals_model.count_by_stage(s.pool, name)).values())
            begun = (await client.count_workflows(f"CairnCycle = '{name}' and WorkflowType = 'Goal'")).count
            bars.update(recorded, completed=planned if cycle.launch else min(written, planned))
            bars.update(waiting, completed=min(begun, planned))
            if cycle.launch and (begun >= planned or (failed and begun >= written)):
                return
            await asyncio.sleep(0.2)


@cycle.told("close", "关闭周期；所有目标关闭后才可以 · close a cycle once all its goals are")
async def close(at: Terminal, name: CycleArg, by: By = None, command_id: CommandId = None) -> None:
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        outcome = await (await s.gateway()).cycle(cycle.id, "close", acting(by), {}, command_id)
        if outcome.refused:
            raise refusal_of(outcome.refused)
        if outcome.status:
            await s.seen(f"cycle-{cycle.id}", outcome.status.version, "dashboard")
    at.answer(
        outcome.status,
        Text(at.say(f"✓ 周期 {cycle.id} 已关闭", f"✓ Cycle {cycle.id} is closed"), style="green"),
    )
