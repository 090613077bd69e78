"""A cycle at a glance: where it stands, how departments are doing, who is waited for."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.cases import KINDS
from cairn.application.clock import zone_of
from cairn.domain.cycle.stages import CYCLE_STAGES
from cairn.domain.cycle.status import CycleDeadline, deadlines_of
from cairn.domain.goal.stages import STAGES
from cairn.domain.result.commands import STAGES as RESULT_STAGES
from cairn.i18n import message, say, term
from cairn_portal.cli.cycle.launching import SHOWN
from cairn_portal.cli.problem import Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import (
    NOTHING,
    bar,
    cycle_stage,
    facts,
    grid,
    left,
    number,
    stage,
    task_name,
)
from cairn_portal.reading.cycles import quiet_in
from projections.models import case as case_model
from projections.models import dashboard as dashboards
from projections.models import feedback as feedback_model
from projections.models import inbox as inboxes
from projections.models import result as result_model

RUNNING = frozenset(row.name for row in CYCLE_STAGES if not row.over)
"""Stages of a cycle in which somebody may be waited for."""


async def status(
    at: Terminal,
    name: Annotated[str | None, typer.Argument(metavar="[CYCLE]", help="by default all cycles")] = None,
) -> None:
    async with session(at) as s:
        if name is None:
            await _list(s)
            return
        cycle = await s.cycle(name.removeprefix("cycle-"))
        await show_status(s, cycle.id)


async def _list(s: Session) -> None:
    at = s.at
    table = grid(
        at.say("cycle"),
        at.say("title"),
        at.say("dates"),
        at.say("phase"),
        at.say("goals"),
        at.say("policy"),
        right=(at.say("goals"),),
    )
    found = await dashboards.cycles(s.pool)
    for each in found:
        dates = f"{each.starts} – {each.ends}"
        table.add_row(
            each.cycle, each.title, dates, cycle_stage(at, each.stage), number(each.goals), each.policy
        )
    nothing = Text(at.say("No cycle yet: cairn cycle preview 2026"))
    at.answer(found, table if found else nothing)


async def show_status(s: Session, name: str) -> None:
    """A cycle's dashboard: also what a demo ends with."""
    cycle = await s.cycle(name)
    at = s.at.in_zone(zone_of(cycle))
    now = await s.clock.now(cycle)
    found = await dashboards.dashboard(s.pool, name, now)
    if found is None:
        raise Problem(message("The read model is behind; look again in a moment."))
    trusting = await s.trusting()
    waiting = (
        []
        if cycle.stage in ("closed", "abandoned")
        else await inboxes.waiting(s.pool, name, now, trusting=trusting)
    )
    cases = await case_model.counted(s.pool, name, now)
    of_cases = await case_model.cases_waiting(s.pool, name, now) if cases and cycle.stage in RUNNING else []
    kept = await feedback_model.kept(s.pool, name)
    quiet = (await quiet_in(s.records, cycle)).first if cycle.stage in RUNNING else ()
    due = deadlines_of(cycle, await s.policies.version(cycle.policy))
    by_stage = Counter(each.stage for each in await result_model.results(s.pool, name))
    row = found.cycle
    ahead = f"{_phase(at, due[0])} {at.moment(due[0].at)}" if due else NOTHING
    head = facts(
        (at.say("cycle"), f"{row.cycle}  {row.title}  {row.starts} – {row.ends}"),
        (at.say("phase"), cycle_stage(at, row.stage)),
        (at.say("now"), at.moment(now)),
        (at.say("next"), ahead),
        (at.say("scored"), ", ".join(sorted(row.scored)) or NOTHING),
        (at.say("goals"), _stages(at, found)),
        *([(at.say("calibrations"), ", ".join(cycle.calibrations))] if cycle.calibrations else []),
        *([(at.say("results"), _results(at, by_stage))] if by_stage else []),
    )
    lines = [head, _departments(at, found)]
    if cases:
        lines.append(_cases(at, cases))
    if kept or quiet:
        lines.append(_feedback(at, kept, quiet))
    if waiting or of_cases:
        lines.append(_waiting(at, waiting, of_cases, await s.names(), now))
    facts_for_programs = {
        "dashboard": found,
        "waiting": waiting,
        "cases": cases,
        "cases_waiting": of_cases,
        "feedback": kept,
        "quiet": quiet,
        "now": now,
        "due": due[:1],
        "calibrations": cycle.calibrations,
        "results": dict(by_stage),
    }
    at.answer(facts_for_programs, *lines)


def _results(at: Terminal, by_stage: Counter[str]) -> str:
    """How many results are in each stage."""
    return at.say("separator:list").join(
        f"{at.say(term('stage', f'result.{name}'))} {number(by_stage[name])}"
        for name in RESULT_STAGES
        if by_stage[name]
    )


def _phase(at: Terminal, deadline: CycleDeadline) -> str:
    named = cycle_stage(at, deadline.stage) if deadline.stage else deadline.period or ""
    return f"{say(at.language, f'cycle_phase:{deadline.phase}')} {named}".strip()


def _stages(at: Terminal, found: dashboards.Dashboard) -> Text:
    text = Text()
    for row in STAGES:
        if count := found.stages.get(row.name):
            text.append_text(stage(at, row.name)).append(f" {number(count)}   ")
    return text


def _departments(at: Terminal, found: dashboards.Dashboard) -> RenderableType:
    headers = (at.say("goals"), at.say("waiting"), at.say("overdue"))
    table = grid(
        at.say("department"),
        *headers,
        at.say("stages"),
        at.say("space used"),
        "",
        right=headers,
    )
    for line in found.departments:
        name = f"{line.department} {line.name or ''}" if line.department else at.say("company")
        stages = Text()
        for row in STAGES:
            if count := line.stages.get(row.name):
                stages.append_text(stage(at, row.name)).append(f" {count} ")
        share = line.used * 100 / line.space if line.space else None
        late = Text(str(line.overdue), style="red" if line.overdue else "")
        used = f"{number(line.used)} / {number(line.space)}"
        table.add_row(name, number(line.goals), str(line.waiting), late, stages, bar(share, width=10), used)
    return table


def _cases(at: Terminal, cases: Sequence[case_model.CasesCounted]) -> RenderableType:
    """How many cases of each kind there are, by stage, in the order in which people list the stages."""
    right = (at.say("count"), at.say("overdue"))
    table = grid(at.say("cases"), *right, at.say("stages"), title=at.say("Beside the goals"), right=right)
    for kind in dict.fromkeys(each.kind for each in cases):
        of = sorted((each for each in cases if each.kind == kind), key=_stage_order)
        late = sum(each.overdue for each in of)
        said = "   ".join(
            f"{at.say(term('stage', f'{kind}.{each.stage}'))} {number(each.cases)}" for each in of
        )
        count = number(sum(each.cases for each in of))
        table.add_row(at.say(term("kind", kind)), count, Text(str(late), style="red" if late else ""), said)
    return table


def _stage_order(counted: case_model.CasesCounted) -> int:
    kind = KINDS.get(counted.kind)
    return kind.stages.index(counted.stage) if kind else 0


def _feedback(
    at: Terminal, kept: Sequence[feedback_model.Kept], quiet: Sequence[feedback_model.Quiet]
) -> RenderableType:
    """How the 24 hours were kept, and who has heard nothing for long: they are named before the year ends."""
    late = sum(each.breached for each in kept)
    told = at.say(
        "{observed} observed, {given} told, {open} to be told, {breached} {breached:plural,breach,breaches}",
        observed=sum(each.observed for each in kept),
        given=sum(each.given for each in kept),
        open=sum(each.open for each in kept),
        breached=late,
    )
    named = at.say("separator:list").join(
        f"{each.holder} {each.holder_name or ''}".strip() for each in quiet[:SHOWN]
    )
    more = at.say("… {waiting} more", waiting=len(quiet) - SHOWN) if len(quiet) > SHOWN else ""
    rows = [(at.say("feedback"), Text(told, style="red" if late else ""))] if kept else []
    if quiet:
        rows.append((at.say("heard nothing for long"), Text(f"{named} {more}".strip(), style="yellow")))
    return facts(*rows)


def _waiting(
    at: Terminal,
    waiting: list[inboxes.Waiting],
    of_cases: Sequence[case_model.CasesWaiting],
    names: dict[str, str],
    now: datetime,
) -> RenderableType:
    headers = (at.say("count"), at.say("overdue"))
    table = grid(
        at.say("waited for"),
        at.say("to do"),
        *headers,
        at.say("until"),
        "",
        title=at.say("Waiting"),
        right=headers,
    )
    rows = [(each.awaited, task_name(at, each.act), each.goals, each.overdue, each.until) for each in waiting]
    rows += [
        (each.awaited, at.say(term("turn", f"{each.kind}.{each.step}")), each.cases, each.overdue, each.until)
        for each in of_cases
    ]
    rows.sort(key=lambda row: (-row[3], -row[2], row[0]))
    for awaited, act, count, overdue, until in rows[:SHOWN]:
        who = f"{awaited} {names.get(awaited, '')}"
        table.add_row(who, act, str(count), str(overdue), at.moment(until), left(at, until, now))
    if len(rows) > SHOWN:
        table.add_row(Text(at.say("… {waiting} more", waiting=len(rows) - SHOWN), style="dim"))
    return table
