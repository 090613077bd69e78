"""A cycle from preview to close: the preview is the plan that is launched, and a launch says what came of it."""

import asyncio
import shlex
from datetime import UTC, date, datetime
from typing import Annotated, NamedTuple

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.domain.cycle.events import LaunchFailure
from cairn.domain.launch.lateness import GOAL_SETTING, Passed, passed_dates
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.schedule import local_day
from cairn.i18n import message, term
from cairn.settings import Settings
from cairn_portal.cli.options import By, CommandId, CycleArg, Yes
from cairn_portal.cli.problem import DOWN, REFUSED, USAGE, Problem, refusal_of
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import day
from cairn_portal.presenting import reasons
from cairn_portal.presenting.words import NOTHING, facts, grid, number
from projections.models import goal as goals_model

Day = typer.Option(metavar="YYYY-MM-DD", help="by default the year the id names")
Title = Annotated[str | None, typer.Option(help="the cycle's title")]
Starts = Annotated[str | None, Day]
Ends = Annotated[str | None, Day]
PolicyOption = Annotated[str | None, typer.Option("--policy", help="name or name@version")]
Shift = Annotated[
    str | None,
    typer.Option(
        "--shift",
        metavar="today|YYYY-MM-DD",
        help="move passed dates of goal setting to working days after this one",
    ),
]
STANDS_STILL = 30.0
"""Seconds after which a launch in which nothing happens is left to itself."""
SHOWN = 12  # rows of a preview before it says how many more there are


class LaunchTerms(NamedTuple):
    """What a preview and its launch are made from."""

    cycle: str
    title: str
    starts: date
    ends: date
    policy: str
    shift: date | None = None


async def _launch_terms(
    s: Session,
    cycle: str,
    title: str | None,
    starts: date | None,
    ends: date | None,
    policy: str | None,
    shift: str | None = None,
) -> LaunchTerms:
    name = cycle.removeprefix("cycle-")
    if not all(sign.isalnum() or sign in "._" for sign in name):
        raise Problem(
            message(
                "The cycle's id '{name}' may only have letters, digits, dots and underscores.", name=name
            ),
            USAGE,
        )
    known = await s.cycles.load(name)
    if known.schedule is not None:  # launched: what is not said is as it was
        title, policy = title or known.title, policy or known.launch_policy
        starts, ends = starts or known.schedule.starts, ends or known.schedule.ends
    year = int(name) if name.isdigit() and len(name) == 4 else None
    if year is None and (starts is None or ends is None):
        raise Problem(
            message("Say --starts and --ends (such as 2026-01-01)."),
            USAGE,
        )
    first = starts or date(year or 1, 1, 1)
    last = ends or date(year or 1, 12, 31)
    if last <= first:
        raise Problem(message("A cycle ends after it starts."), USAGE)
    chosen = await s.policies.choose(policy)
    moved = await _shift(s, chosen, shift)
    return LaunchTerms(name, title or s.at.say("{name}", name=name), first, last, chosen, moved)


async def _shift(s: Session, policy: str, typed: str | None) -> date | None:
    """The day after which passed dates come: `today` is that of the policy's time zone."""
    if typed != "today":
        return day(typed, "--shift")
    return local_day(datetime.now(UTC), (await s.policies.version(policy)).calendar)


async def preview(
    at: Terminal,
    name: CycleArg,
    title: Title = None,
    starts: Starts = None,
    ends: Ends = None,
    policy: PolicyOption = None,
    shift: Shift = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="list every sheet")] = False,
) -> int:
    first, last = day(starts, "--starts"), day(ends, "--ends")
    async with session(at) as s:
        asked = await _launch_terms(s, name, title, first, last, policy, shift)
        plan, position = await _plan(s, asked)
        passed = await _passed(s, asked, plan)
        people = await s.names()
        hr = await s.application.people.hr(datetime.now(UTC))
    _show(at, plan, position, people, everybody, passed)
    if hr and not at.as_json:
        line = _launch_line(at, asked, plan.digest, hr[0])
        at.err.print(Text(at.say("To launch it: {line}", line=line), style="dim"), soft_wrap=True)
    return 0 if plan.sheets else REFUSED


def _launch_line(at: Terminal, asked: LaunchTerms, digest: str, by: str) -> str:
    """The command that launches this very plan, to be typed as it is."""
    words = ["cairn", "cycle", "launch", asked.cycle, "--title", asked.title]
    words += ["--starts", asked.starts.isoformat(), "--ends", asked.ends.isoformat()]
    words += ["--shift", asked.shift.isoformat()] if asked.shift else []
    words += ["--policy", asked.policy, "--seen", digest, "--by", by]
    if at.language != Settings().language:
        words += ["--lang", at.language]
    return shlex.join(words)


async def _plan(s: Session, asked: LaunchTerms) -> tuple[LaunchPlan, int]:
    return await s.cycles.preview(
        asked.cycle, asked.title, asked.starts, asked.ends, asked.policy, s.at.language, shift=asked.shift
    )


async def _passed(s: Session, asked: LaunchTerms, plan: LaunchPlan) -> tuple[Passed, ...]:
    """The dates of the plan that have passed; none once it is launched."""
    if (await s.cycles.load(asked.cycle)).version:
        return ()
    return passed_dates(plan.schedule, await s.policies.version(asked.policy), datetime.now(UTC))


def _show(
    at: Terminal,
    plan: LaunchPlan,
    position: int,
    people: dict[str, str],
    everybody: bool,
    passed: tuple[Passed, ...] = (),
) -> None:
    schedule = plan.schedule
    at = at.in_zone(schedule.calendar.timezone)
    summary = facts(
        (at.say("cycle"), f"{plan.cycle}  {plan.title}  {schedule.starts} – {schedule.ends}"),
        (at.say("policy"), plan.policy),
        (at.say("goal sheets"), f"{number(len(plan.sheets))}{_by_kind(at, plan)}"),
        (at.say("goals"), number(plan.goals)),
        (at.say("left out"), number(len(plan.left_out))),
        (at.say("drafts due"), at.moment(schedule.drafts_due)),
        (at.say("approvals due"), at.moment(schedule.approvals_due)),
        (at.say("digest"), Text(plan.digest, style="bold cyan")),
    )
    lines = [
        Text(at.say("Preview of the launch"), style="bold"),
        summary,
        _sheets(at, plan, people, everybody),
    ]
    if plan.left_out:
        lines.append(_left_out(at, plan, people))
    if missing := _missing(at, plan):
        lines.append(missing)
    if passed:
        lines.append(_late(at, passed))
    facts_for_programs = {
        "digest": plan.digest,
        "position": position,
        "goals": plan.goals,
        "sheets": plan.sheets,
        "left_out": plan.left_out,
        "policy": plan.policy,
        "schedule": schedule,
        "passed": passed,
        "unmatched": plan.unmatched,
    }
    at.answer(facts_for_programs, *lines)


def _late(at: Terminal, passed: tuple[Passed, ...]) -> Text:
    """What has passed already, and how goal setting is moved on."""
    dates = [each for each in passed if each.period is None]
    periods = tuple(each.period for each in passed if each.period is not None)
    lines = []
    if dates:
        told = tuple(f"{at.say(term('field', each.name))} {at.moment(each.at)}" for each in dates)
        lines.append(at.say("! These dates have passed already: {dates}.", dates=told))
    if any(each.name in GOAL_SETTING for each in dates):
        lines.append(
            at.say("  `--shift today` gives goal setting the days that the policy gives it, from today on.")
        )
    if periods:
        lines.append(
            at.say(
                "! Periods that have ended are scored once their goals are approved: {periods}.",
                periods=periods,
            )
        )
    return Text("\n".join(lines), style="yellow")


def _by_kind(at: Terminal, plan: LaunchPlan) -> str:
    counts = {
        kind: sum(sheet.kind == kind for sheet in plan.sheets) for kind in ("company", "department", "person")
    }
    return at.say(
        " (company {company}, departments {department}, people {person})",
        company=counts["company"],
        department=counts["department"],
        person=counts["person"],
    )


def _sheets(at: Terminal, plan: LaunchPlan, people: dict[str, str], everybody: bool) -> RenderableType:
    table = grid(
        at.say("holder"),
        at.say("family"),
        at.say("approver"),
        at.say("since"),
        at.say("goals"),
        at.say("missing"),
        title=at.say("In"),
        right=(at.say("goals"),),
    )
    listed = plan.sheets if everybody else plan.sheets[:SHOWN]
    committee = at.say("the committee")
    for sheet in listed:
        name = people.get(sheet.holder, at.say("the company") if sheet.kind == "company" else "")
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
        table.add_row(Text(at.say("… {more} more (--everybody)", more=more), style="dim"))
    return table


def _left_out(at: Terminal, plan: LaunchPlan, people: dict[str, str]) -> RenderableType:
    table = grid(at.say("person"), at.say("why"), title=at.say("Out"))
    for each in plan.left_out:
        table.add_row(f"{each.person} {people.get(each.person, '')}", reasons.left_out(at, each))
    return table


def _missing(at: Terminal, plan: LaunchPlan) -> Text | None:
    lacking, unjudged = _sheets_without(plan, "target"), _sheets_without(plan, "committee")
    lines = []
    if lacking:
        lines.append(
            at.say(
                "! {lacking} {lacking:plural,sheet has,sheets have} goals without a target: their owners fill "
                "them in, or use `cairn targets import` first.",
                lacking=lacking,
            )
        )
    if unjudged:
        lines.append(
            at.say(
                "! {unjudged} {unjudged:plural,sheet waits,sheets wait} for the committee, and nobody in the roster "
                "could decide there: give somebody else the role committee or executive first.",
                unjudged=unjudged,
            )
        )
    if plan.unmatched:
        listed = tuple(f"{each.holder} {each.goal}" for each in plan.unmatched)
        lines.append(
            at.say(
                "! Targets for goals that nobody in this cycle has count nowhere: {listed}.", listed=listed
            )
        )
    return Text("\n".join(lines), style="yellow") if lines else None


def _sheets_without(plan: LaunchPlan, what: str) -> int:
    return sum(any(each.code == what for each in sheet.missing) for sheet in plan.sheets)


async def launch(
    at: Terminal,
    name: CycleArg,
    by: By = None,
    title: Title = None,
    starts: Starts = None,
    ends: Ends = None,
    policy: PolicyOption = None,
    shift: Shift = None,
    seen: Annotated[str | None, typer.Option(help="the digest of the preview you saw")] = None,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    first, last = day(starts, "--starts"), day(ends, "--ends")
    async with session(at) as s:
        asked = await _launch_terms(s, name, title, first, last, policy, shift)
        gateway = await s.gateway()
        known = await s.cycles.load(asked.cycle)
        digest = (
            known.plan if known.version and seen is None else seen or await _confirmed_digest(s, asked, yes)
        )
        fields = {
            "title": asked.title,
            "starts": asked.starts.isoformat(),
            "ends": asked.ends.isoformat(),
            "policy": asked.policy,
            "seen": digest,
            "language": at.language,
        }
        if asked.shift is not None:
            fields["shift"] = asked.shift.isoformat()
        outcome = await gateway.cycle(asked.cycle, "launch", require_actor(by), fields, command_id)
        if outcome.refused:
            raise refusal_of(outcome.refused)
        return await _show_launch(s, asked.cycle, again=bool(known.version))


async def _confirmed_digest(s: Session, asked: LaunchTerms, yes: bool) -> str:
    """The digest of the plan as it is now, shown and agreed to."""
    plan, position = await _plan(s, asked)
    if not s.at.as_json:
        passed = await _passed(s, asked, plan)
        _show(s.at, plan, position, await s.names(), everybody=False, passed=passed)
    if not yes:
        if not s.at.interactive:
            raise Problem(
                message(
                    "Say which plan you saw: --seen DIGEST (see `cairn cycle preview`), or --yes to "
                    "launch at once."
                ),
                USAGE,
            )
        question = s.at.say("Launch {goals} {goals:plural,goal,goals}?", goals=plan.goals)
        typer.confirm(question, abort=True, err=True)
    return plan.digest


async def _show_launch(s: Session, name: str, again: bool) -> int:
    at = s.at
    await _follow_launch(s, name)
    cycle = await s.cycle(name)
    plan = await s.cycles.launched_plan(name)
    failures = cycle.launch.failures if cycle.launch else ()
    failed = {failure.sheet for failure in failures}
    goals = sum(len(sheet.goals) for sheet in plan.sheets if sheet.sheet not in failed)
    await s.seen(f"cycle-{name}", cycle.version, "goal", "dashboard")
    opened, sheets = number(len(plan.sheets) - len(failed)), number(len(plan.sheets))
    said = at.say(
        "Launched {goals:number} of {goals2:number} goals ({opened} of {sheets} sheets)",
        goals=goals,
        goals2=plan.goals,
        opened=opened,
        sheets=sheets,
    )
    before = at.say(" (it was launched before; nothing was made twice)") if again else ""
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
    table = grid(at.say("sheet"), at.say("why"))
    for failure in failures:
        table.add_row(failure.sheet, reasons.launch_failure(at, failure))
    return table


async def _follow_launch(s: Session, name: str) -> None:
    """Shows how goals come into the log and their workflows begin, until every one waits."""
    client = await s.client()
    planned = (await s.cycle(name)).goals
    with s.at.progress() as bars:
        recorded = bars.add_task(s.at.say("into the log"), total=planned)
        waiting = bars.add_task(s.at.say("workflows ready"), total=planned)
        now = asyncio.get_running_loop().time
        seen, since = (-1, -1), now()
        while True:
            cycle = await s.cycle(name)
            failed = len(cycle.launch.failures) if cycle.launch else 0
            written = sum((await goals_model.count_by_stage(s.pool, name)).values())
            begun = (await client.count_workflows(f"CairnCycle = '{name}' and WorkflowType = 'Goal'")).count
            bars.update(recorded, completed=planned if cycle.launch else min(written, planned))
            bars.update(waiting, completed=min(begun, planned))
            if cycle.launch and (begun >= planned or (failed and begun >= written)):
                return
            if (written, begun) != seen:
                seen, since = (written, begun), now()
            elif now() - since > STANDS_STILL:
                raise _unfinished(name, planned, written, begun)
            await asyncio.sleep(0.2)


def _unfinished(name: str, planned: int, written: int, begun: int) -> Problem:
    return Problem(
        message(
            "The launch of {cycle} is recorded and stands still: {written} of {planned} goals can be seen, {begun} of "
            "their workflows wait. It goes on by itself when a worker serves it: see `cairn status`, and `cairn cycle "
            "status {cycle}` for how far it is.",
            cycle=name,
            written=written,
            planned=planned,
            begun=begun,
        ),
        DOWN,
        "no-answer",
    )


async def close(
    at: Terminal,
    name: CycleArg,
    without: Annotated[
        str,
        typer.Option("--without", metavar="REASON", help="go on without results that are not done, and why"),
    ] = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        outcome = await (await s.gateway()).cycle(
            cycle.id, "close", require_actor(by), {"reason": without} if without else {}, command_id
        )
        if outcome.refused:
            raise refusal_of(outcome.refused)
        if outcome.status:
            await s.seen(f"cycle-{cycle.id}", outcome.status.version, "dashboard")
    at.answer(
        outcome.status,
        Text(at.say("✓ Cycle {id} is closed", id=cycle.id), style="green"),
    )
