"""Goals as people read them: one with everything about it, many in a list, and what waits for somebody."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.appraisals import RaterTask
from cairn.application.clock import is_past, zone_of
from cairn.domain.goal.events import GoalInterviewHeld
from cairn.domain.goal.stages import ExistingStage
from cairn.domain.measure import Capability, KeyTask
from cairn.domain.people import Person
from cairn.domain.streams import IN_CYCLE, cycle_of, kind_of
from cairn.i18n import marked, term
from cairn.settings import SettingsProblem
from cairn_portal.cli.case.owing import beside_scores, owed
from cairn_portal.cli.goal.commanding import goal_row
from cairn_portal.cli.goal.committee import of_committee
from cairn_portal.cli.goal.diagnosing import diagnosis_lines
from cairn_portal.cli.goal.origin import target_from, told_origin
from cairn_portal.cli.goal.progress import drawn, line_of
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import By, CycleOption, GoalArg
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.hints import hints_of, sentence
from cairn_portal.presenting.story import event_name, note
from cairn_portal.presenting.words import (
    NOTHING,
    by_period,
    day,
    facts,
    grid,
    left,
    measure,
    number,
    percent,
    stage,
    task_name,
    words,
)
from cairn_portal.reading.goals import in_words
from cairn_portal.reading.inbox import inbox_of
from cairn_portal.reading.notices import told_to
from cairn_portal.reading.viewing import Viewer, of_goal
from projections.models import coaching as coaching_model
from projections.models import goal as goals_model
from projections.models import inbox as inboxes
from projections.models import progress as progress_model
from projections.models import request as request_model
from projections.models import score as scores_model

PANEL = marked("Looking")


async def show(at: Terminal, name: GoalArg, reader: As = None) -> None:
    async with session(at) as s:
        await show_goal(s, name, reader)


async def show_goal(s: Session, name: str, reader: str | None = None) -> None:
    found = await goal_row(s, name)
    cycle = await s.cycle(found.cycle)
    view, of = await viewer(s, reader, cycle), of_goal(found)
    view.require("goals", of)
    at = s.at.in_zone(zone_of(cycle))
    await s.titles()
    now, names = await s.clock.now(cycle), await s.names()
    progress, scores = None, []
    if view.may("scores", of):
        progress = await line_of(s, cycle, found.goal, await s.clock.today(cycle))
        scores = view.of_goals(await scores_model.goal_scores(s.pool, goal=found.goal))
    tasks = await inboxes.tasks_of_goal(s.pool, found.goal, now, trusting=await s.trusting())
    state, context = await s.goals.load(found.goal)
    hints, state = hints_of(state, context), view.in_words(state, of)
    found = in_words(found, state)
    sheet = (await goals_model.sheets(s.pool, sheet=found.sheet))[0]
    lines: list[RenderableType] = [
        Text(f"{found.goal}  {at.title(found.title)}", style="bold"),
        _head(at, found, names, sheet, state.parent_weight),
    ]
    came = await target_from(s, state)
    lines += [Text("  " + line, style="dim") for line in told_origin(at, came, names)]
    lines += [_interview(at, held, names) for held in state.interviews]
    words = view.may("comments", of)
    asked = await request_model.requests(s.pool, found.cycle, goal=found.goal)
    plans = await coaching_model.plans(s.pool, found.cycle, goal=found.goal) if words else []
    lines += diagnosis_lines(at, state, asked, plans, words)
    lines += [Text("  SMART  " + sentence(at, hint), style="yellow") for hint in hints]
    over = is_past(cycle, now)
    if progress is not None and (done := progress.to_date if over else progress.current) is not None:
        told = Text(at.say(progress_model.sentence(progress, over=over)))
        time = None if over else done.elapsed
        lines.append(Text("  ").append_text(drawn(done, time)).append("  ").append_text(told))
    lines += [_task(at, task, names, now) for task in tasks]
    if found.awaiting is not None:
        lines.append(_pending(at, found))
    lines += await of_committee(s, at, found, words)
    if scores:
        lines.append(score_table(at, scores))
    debts = await owed(s, cycle, goal=found.goal) if view.may("scores", of) else []
    lines += await beside_scores(s, debts, scores, words=words)
    at.answer(
        {
            "goal": found,
            "sheet": sheet,
            "progress": progress,
            "scores": scores,
            "awaited": tasks,
            "interviews": state.interviews,
            "target_from": came,
            "carried_from": state.carried_from,
            "hints": hints,
            "diagnoses": state.diagnoses if words else [],
            "requests": asked,
            "coaching": plans,
            "owed": debts,
        },
        *lines,
    )
    if not view.may("scores", of):
        at.remark("Progress and scores are left out: {who} may not read them.", who=reader)
    at.remark("Its history: cairn replay {goal}", goal=found.goal)


def _head(
    at: Terminal,
    found: goals_model.GoalRow,
    names: dict[str, str],
    sheet: goals_model.SheetRow,
    counts: Decimal | None,
) -> RenderableType:
    """The goal's facts; `counts` is its weight in the goal that it serves."""
    manager = f"{found.manager} {names.get(found.manager, '')}" if found.manager else at.say("the committee")
    rows: list[tuple[str, object]] = [
        (at.say("stage"), stage(at, found.stage).append(f"  {at.moment(found.entered)}", style="dim")),
        (at.say("tier"), at.say(term("tier", found.tier))),
        (at.say("owner"), f"{found.owner} {names.get(found.owner, '')}"),
        (at.say("approver"), manager),
        (at.say("weight"), percent(found.weight)),
        (at.say("measured by"), measure(at, found.measure.model_dump(mode="json"))),
        (
            at.say("flexible space"),
            at.say(
                "{space_left:number} of {space:number} points left",
                space_left=sheet.space_left,
                space=sheet.space,
            ),
        ),
        (at.say("serves"), _served(at, found.parent, counts)),
        (at.say("policy"), found.policy),
    ]
    if isinstance(found.measure, KeyTask | Capability):
        listed = found.measure.criteria if isinstance(found.measure, KeyTask) else found.measure.outcomes
        rows += [
            (f"  {n}", f"{'✓' if n in found.accepted else '□'} {text}") for n, text in enumerate(listed, 1)
        ]
        if found.measure.due is not None:
            rows.append((at.say("due"), found.measure.due.isoformat()))
    if found.parts:
        rows += [
            (at.say("part"), f"{part.department} {part.title} {number(part.target)}") for part in found.parts
        ]
    return facts(*rows)


def _served(at: Terminal, parent: str | None, counts: Decimal | None) -> str:
    if parent is None or counts is None:
        return parent or NOTHING
    return at.say("{parent}, where its weight is {counts:number}", parent=parent, counts=counts)


def _interview(at: Terminal, held: GoalInterviewHeld, names: dict[str, str]) -> Text:
    people = tuple(f"{who} {names.get(who, '')}".strip() for who in held.participants)
    said = at.say(
        "  interview on {on} with {people}: {agreed}",
        on=held.on,
        people=people,
        agreed=words(at, held.agreed),
    )
    return Text(said)


def _task(at: Terminal, task: inboxes.Task, names: dict[str, str], now: datetime) -> Text:
    who = at.say(term("awaited", task.awaited)) if ":" in task.awaited else task.awaited
    act = task_name(at, task.act)
    said = at.say(
        "  waiting for {who} {names} to {act}, ", who=who, names=names.get(task.awaited, ""), act=act
    )
    until = at.say("until {until}  ", until=at.moment(task.until))
    return Text(said + until, style="yellow").append_text(left(at, task.until, now))


def _pending(at: Terminal, found: goals_model.GoalRow) -> Text:
    pending = found.awaiting
    assert pending is not None
    given = (
        at.say("separator:list").join(f"{role} {who}" for role, who in pending.confirmed.items()) or NOTHING
    )
    draws, expires = number(pending.draws), at.moment(pending.expires_at)
    return Text(
        at.say(
            "  adjustment waiting: {reason} (draws {draws} points; confirmed: {given}; expires {expires})",
            reason=words(at, pending.reason),
            draws=draws,
            given=given,
            expires=expires,
        )
    )


def score_table(at: Terminal, scores: list[scores_model.GoalScore]) -> RenderableType:
    """A goal's scores by period, with what they were computed from."""
    right = (
        at.say("actual"),
        at.say("target"),
        at.say("attainment"),
        at.say("points"),
    )
    table = grid(at.say("period"), at.say("dates"), *right, at.say("note"), right=right)
    for each in sorted(scores, key=lambda each: by_period(each.period)):
        told = note(at, each.why or each.formula)
        table.add_row(
            each.period,
            f"{each.starts} – {each.ends}",
            number(each.actual),
            number(each.target),
            percent(each.attainment),
            number(each.points),
            Text(told, style="dim"),
        )
    return table


async def listed(
    at: Terminal,
    owner: Annotated[str | None, typer.Option(metavar="ID", help="owner")] = None,
    cycle: CycleOption = None,
    department: Annotated[str | None, typer.Option(metavar="ID", help="department")] = None,
    stage_is: Annotated[ExistingStage | None, typer.Option("--stage", help="stage")] = None,
    limit: Annotated[int, typer.Option(min=1, help="rows at most")] = 100,
    reader: As = None,
) -> None:
    async with session(at) as s:
        found = await goals_model.goals(
            s.pool, owners=[owner] if owner else None, cycle=cycle, department=department, stage=stage_is,
            limit=limit + 1 if reader is None else None,
        )  # fmt: skip
        found = await _readable(s, found, reader)
        names = await s.names()
        await s.titles()
    right = (at.say("weight"),)
    table = grid(
        at.say("goal"),
        at.say("title"),
        at.say("owner"),
        *right,
        at.say("stage"),
        at.say("measured by"),
        right=right,
    )
    for each in found[:limit]:
        owner_name = f"{each.owner} {names.get(each.owner, '')}"
        text = measure(at, each.measure.model_dump(mode="json"))
        table.add_row(
            each.goal, at.title(each.title), owner_name, percent(each.weight), stage(at, each.stage), text
        )
    nothing = Text(at.say("No goal fits."))
    at.answer(found[:limit], table if found else nothing)
    if len(found) > limit:
        at.remark("Only the first {limit} are shown (--limit).", limit=limit)


async def _readable(
    s: Session, found: list[goals_model.GoalRow], reader: str | None
) -> list[goals_model.GoalRow]:
    """Those of the goals that somebody may read, without words."""
    if reader is None:
        return [Viewer(None, None).row(each) for each in found]
    views = {name: await viewer(s, reader, await s.cycle(name)) for name in {each.cycle for each in found}}
    may = [each for each in found if views[each.cycle].may("goals", of_goal(each))]
    return [views[each.cycle].row(each) for each in may]


async def notices(
    at: Terminal,
    by: By = None,
    cycle: CycleOption = None,
    limit: Annotated[int, typer.Option(min=1, help="rows at most")] = 30,
) -> None:
    async with session(at) as s:
        person = await s.person(require_actor(by))
        found = (await told_to(s.records, person, cycle=cycle, limit=limit)).items
        zones = await s.records.zones()
    table = grid(at.say("when"), at.say("what"), at.say("of"), at.say("about"), at.say("done by"))
    for each in found:
        by_whom = f"{each.by} {each.by_name or ''}" if each.by else NOTHING
        about = f"{each.about} {each.about_name or ''}"
        local = at.in_zone(zones.get(cycle_of(each.stream))) if kind_of(each.stream) in IN_CYCLE else at
        table.add_row(local.moment(each.at), event_name(at, each.type), each.stream, about, by_whom)
    at.answer(found, table if found else Text(at.say("There is nothing to tell you.")))


async def inbox(at: Terminal, by: By = None, cycle: CycleOption = None) -> None:
    async with session(at) as s:
        person = await s.person(require_actor(by))
        found = await inbox_of(s.records, person, cycle)
        rated = await _to_rate(s, person, cycle)
        await s.titles()
        names = await s.names() if rated else {}
        zones = await s.records.zones() if rated else {}
    tasks, turns, cycles, nows = found.tasks, found.turns, found.cycles, found.nows
    table = grid(
        at.say("to do"),
        at.say("goal"),
        at.say("title"),
        at.say("owner"),
        at.say("since"),
        at.say("until"),
        "",
        title=at.say("Inbox of {person}", person=person.name),
    )
    for open_one in found.waiting:
        local = at.in_zone(zone_of(cycles[open_one.cycle]))
        since, until = day(local.local_day(open_one.since)), local.moment(open_one.until)
        if isinstance(open_one, inboxes.Task):
            what, name, title = task_name(at, open_one.act), open_one.goal, at.title(open_one.title)
            whose = f"{open_one.owner} {open_one.owner_name or ''}"
        else:
            what, name = at.say(term("turn", f"{open_one.kind}.{open_one.step}")), open_one.name
            title = at.say(term("stage", f"{open_one.kind}.{open_one.stage}"))
            whose = f"{open_one.holder} {open_one.holder_name or ''}"
        table.add_row(what, name, title, whose, since, until, left(at, open_one.until, nows[open_one.cycle]))
    for each in rated:
        table.add_row(
            at.say(term("turn", "appraisal.unnamed")),
            each.appraisal,
            at.say(term("role", each.role)),
            f"{each.holder} {names.get(each.holder, '')}",
            NOTHING,
            at.in_zone(zones.get(cycle_of(each.appraisal))).moment(each.until),
            "",
        )
    nothing = Text(at.say("✓ Nothing waits for you."), style="green")
    facts = [*tasks, *turns, *(each._asdict() for each in rated)]
    at.answer(facts, table if facts else nothing)
    if tasks:
        act = tasks[0].act
        verb = "confirm-check-ins" if act == "confirm_check_ins" else act.partition("_")[0]
        at.remark("To do it: cairn goal {verb} {goal}", verb=verb, goal=tasks[0].goal)
    elif turns:
        first = turns[0]
        if first.kind == "amendment":
            at.remark("To do it: cairn cycle {verb} {cycle}", verb=first.step, cycle=first.cycle)
        else:
            at.remark("To do it: cairn {kind} --help, {name}", kind=first.kind, name=first.name)


async def _to_rate(s: Session, person: Person, cycle: str | None) -> list[RaterTask]:
    """Whom somebody is still asked to rate as an unnamed rater. Where that cannot be read here, the rest is shown."""
    try:
        found = await s.application.appraisals.tasks(person.id, cycle=cycle)
    except SettingsProblem as problem:
        s.at.remark(problem.sentence)
        return []
    return [task for task in found if task.state != "answered"]
