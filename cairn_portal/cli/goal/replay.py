"""Replay: any goal as of any moment, event by event, and every score computed again from what it cites."""

from collections.abc import Sequence
from datetime import timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.text import Text

from cairn.application import access
from cairn.application.audit import Difference, Missing, Outcome, ScoreAudit
from cairn.application.clock import zone_of
from cairn.application.repository import fold_goal
from cairn.domain.goal.state import Goal
from cairn.domain.streams import cycle_of
from cairn.i18n import message
from cairn.i18n.refusals import refusal_message
from cairn.ledger import StoredEvent
from cairn_portal.cli.goal.commanding import goal_id, require_in_log
from cairn_portal.cli.goal.viewing import viewer
from cairn_portal.cli.options import CycleArg
from cairn_portal.cli.problem import REFUSED, Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import moment_or_day_end
from cairn_portal.presenting.story import changes, described, event_name
from cairn_portal.presenting.words import NOTHING, by_period, facts, grid, measure, number, stage
from cairn_portal.reading.history import Bound, history_of
from cairn_portal.reading.viewing import Viewer
from projections.models.history import HistoryEntry


def bound_of(written: str | None, zone: tzinfo) -> Bound:
    """`1234`, `2026-03-31`, `2026-03-31T12:00`, or the same after `recorded:`. A day means its end in the zone."""
    if written is None:
        return Bound()
    text = written.removeprefix("recorded:").strip()
    if text.isascii() and text.isdigit() and len(text) != 8 and len(text) < 19:
        return Bound(position=int(text))
    found = moment_or_day_end(text, zone, "--as-of")
    return Bound(recorded=found) if written.startswith("recorded:") else Bound(occurred=found)


async def replay_goal(
    at: Terminal, name: str, as_of: str | None, step: bool, verify: bool, reader: str | None
) -> int:
    """A goal's story, with what its sheet says of it."""
    async with session(at) as s:
        await s.titles()
        goal = goal_id(name)
        await require_in_log(s, [goal])
        zone = zone_of(await s.cycle(cycle_of(goal)))
        at, bound = at.in_zone(zone), bound_of(as_of, ZoneInfo(zone or "UTC"))
        view = await viewer(s, reader, await s.cycle(cycle_of(goal)))
        told = await history_of(s.records, view, goal, bound)
        rows, story, now = told.rows, told.story, told.goal
        outcome = await ScoreAudit(s.ledger, s.cycles).goal(goal, rows) if verify else None
        names = await s.names()
    if not rows:
        raise Problem(message("There was no goal {goal} then.", goal=goal))
    weight = told.weight
    if step and not at.as_json:
        _step(at, story, rows, names)
    else:
        shown: list[RenderableType] = [_table(at, story, names), _state(at, now, number(weight))]
        at.answer(
            {
                "goal": goal,
                "as_of": bound._asdict(),
                "events": story,
                "state": now,
                "weight": weight,
                "verified": outcome,
            },
            Text(f"{goal}  {at.title(now.title)}", style="bold"),
            *shown,
            *([verdict(at, outcome)] if outcome else []),
        )
    if step and outcome is not None:
        at.answer(outcome, verdict(at, outcome))
    return REFUSED if outcome and not outcome.sound else 0


async def show_history(s: Session, goal: str) -> None:
    """A goal's story as a table: what a demo ends with."""
    told = await history_of(s.records, Viewer(None, None), goal)
    story, title = told.story, Text(f"{goal}  {told.goal.title}", style="bold")
    at = s.at.in_zone(zone_of(await s.cycle(cycle_of(goal))))
    at.answer(story, title, _table(at, story, await s.names()))


def _table(at: Terminal, story: Sequence[HistoryEntry], names: dict[str, str]) -> RenderableType:
    table = grid(
        at.say("position"),
        at.say("time"),
        at.say("who"),
        at.say("what happened"),
        at.say("what changed, what was said"),
        right=(at.say("position"),),
    )
    cited = None
    for each in story:
        policy = each.facts.get("policy")
        lines = _details(at, each)
        if isinstance(policy, str) and policy != cited:
            lines.append(at.say("under the policy {policy}", policy=policy))
            cited = policy
        who = at.say("system") if each.actor == "system" else f"{each.actor} {names.get(each.actor, '')}"
        table.add_row(
            str(each.position or NOTHING), _when(at, each), who, event_name(at, each.type), "\n".join(lines)
        )
    return table


def _details(at: Terminal, each: HistoryEntry) -> list[str]:
    given = described(at, each.type, dict(each.facts))
    return [*changes(at, dict(each.before), dict(each.after)), *([given] if given else [])]


def _when(at: Terminal, each: HistoryEntry) -> Text:
    """When it happened, and when it was recorded where that was another day. A rehearsal's year is recorded in
    minutes: its clock says nothing (`--step` and `--json` tell it all the same)."""
    text = Text(at.moment(each.occurred_at))
    if timedelta(days=1) < each.recorded_at - each.occurred_at < timedelta(days=14):
        text.append(f"\n⟲ {at.moment(each.recorded_at)}", style="dim")
    return text


def _state(at: Terminal, goal: Goal, weight: str) -> RenderableType:
    """Where the goal stands after the last event that was replayed."""
    points = [f"{key} {number(goal.scores[key].points)}" for key in sorted(goal.scores, key=by_period)]
    scored = ", ".join(points) or NOTHING
    return facts(
        (at.say("the goal then"), stage(at, goal.stage)),
        (at.say("title"), at.title(goal.title)),
        (at.say("measured by"), measure(at, goal.measure.model_dump(mode="json"))),
        (at.say("weight"), f"{weight}%"),
        (at.say("manager"), goal.manager or NOTHING),
        (at.say("scores"), scored),
        (at.say("policy"), goal.policy),
    )


def _step(
    at: Terminal, story: Sequence[HistoryEntry], rows: Sequence[StoredEvent], names: dict[str, str]
) -> None:
    """One event after the other, with the state it left; somebody at the terminal says when to go on."""
    for number_, each in enumerate(story, 1):
        at.out.rule(
            Text(f"{number_} / {len(story)}  {event_name(at, each.type)}", style="bold"), align="left"
        )
        who = f"{each.actor} {names.get(each.actor, '')}"
        at.out.print(
            facts(
                (at.say("who"), who),
                (at.say("happened"), at.moment(each.occurred_at)),
                (at.say("recorded"), at.moment(each.recorded_at)),
                (at.say("position"), each.position or NOTHING),
            )
        )
        for line in _details(at, each):
            at.out.print(f"  {line}")
        upto = [row for row in rows if row.version <= _version_then(story[:number_])]
        goal = fold_goal(upto[0].stream if upto else "", upto)
        at.out.print(Text("→ ").append_text(stage(at, goal.stage)).append(f"  {goal.title}"))
        if (
            number_ < len(story)
            and at.interactive
            and typer.prompt("⏎ / q", default="", show_default=False, err=True) == "q"
        ):
            return


def _version_then(story: Sequence[HistoryEntry]) -> int:
    """The goal's own version after the last of these events, of its own or of its sheet."""
    return max((each.version for each in story if each.stream.startswith("goal-")), default=0)


async def verify_scores(
    at: Terminal,
    name: CycleArg,
    by: Annotated[
        str | None, typer.Option(metavar="ID", help="put it on record that this auditor, or HR, had it done")
    ] = None,
) -> int:
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        if by is not None:
            access.require_audits(await s.records.person(by))
        now = await s.clock.now(cycle)
        with at.progress() as bars:
            task = bars.add_task(at.say("computing again"), total=cycle.sheets)

            def progress(done: int, of: int) -> None:
                bars.update(task, completed=done, total=of)

            if by is None:
                outcome = await s.application.audit.cycle(cycle.id, progress, now)
            else:
                outcome = await s.application.verifications.run(cycle.id, by, now, progress)
    differing = [differences_table(at, outcome.differences)] if outcome.differences else []
    missing = [_missing(at.in_zone(zone_of(cycle)), outcome.missing)] if outcome.missing else []
    at.answer(outcome, *differing, *missing, *_lacking(at, outcome), verdict(at, outcome))
    return 0 if outcome.sound else REFUSED


def _missing(at: Terminal, found: Sequence[Missing]) -> RenderableType:
    table = grid(at.say("goal or sheet"), at.say("period"), at.say("due"), title=at.say("Missing"))
    for each in found:
        table.add_row(each.of, each.period, at.moment(each.due))
    return table


def _lacking(at: Terminal, outcome: Outcome) -> list[Text]:
    lines = []
    if outcome.missing:
        lines.append(
            at.say(
                "✗ {count} {count:plural,score is,scores are} due and not there, though nothing is waited for: `cairn "
                "status` says which workflows are lost, `cairn recover` begins them again.",
                count=len(outcome.missing),
            )
        )
    return [Text(line, style="bold red") for line in lines]


def differences_table(at: Terminal, found: Sequence[Difference]) -> RenderableType:
    table = grid(
        at.say("goal or sheet"),
        at.say("period"),
        at.say("version"),
        at.say("field"),
        at.say("as recorded"),
        at.say("computed again"),
    )
    for each in found:
        table.add_row(each.of, each.period, str(each.version), each.field, each.recorded, each.recomputed)
    return table


def verdict(at: Terminal, outcome: Outcome) -> RenderableType:
    if not outcome.unread:
        return _counted(at, outcome)
    told = {(each.stream, each.code): refusal_message(each) for each in outcome.unread}
    waits = at.say(
        "✗ {count} {count:plural,goal or sheet,goals or sheets} could not be computed again: {of}",
        count=len(outcome.unread),
        of=", ".join(dict.fromkeys(each.of for each in outcome.unread)),
    )
    lines = [Text(waits, style="bold red"), *(Text(f"  {at.say(each)}") for each in told.values())]
    return Lines(*lines, _counted(at, outcome))


def _counted(at: Terminal, outcome: Outcome) -> RenderableType:
    if outcome.differences:
        count = len({(each.of, each.version) for each in outcome.differences})
        said_ = at.say(
            "✗ {count} of {scores} scores differ from what is recorded", count=count, scores=outcome.scores
        )
        return Text(said_, style="bold red")
    counts = at.say(
        "goals {goals:number}, sheets {sheets:number}, results {results:number}",
        goals=outcome.goals,
        sheets=outcome.sheets,
        results=outcome.results,
    )
    if outcome.appraisals:
        appraisals = at.say("appraisals {appraisals:number}", appraisals=outcome.appraisals)
        counts = at.say("{counts}, {more}", counts=counts, more=appraisals)
    same = at.say("✓ all {scores:number} scores come out the same", scores=outcome.scores)
    return Text(at.say("{same} ({counts})", same=same, counts=counts), style="bold green")
