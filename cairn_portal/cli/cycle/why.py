"""Why something waits: on whom, since when, what comes next by itself, and what was tried."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.cases import KINDS, kind_named
from cairn.application.clock import zone_of
from cairn.application.stored_events import to_events
from cairn.domain.case.kind import deadlines_of as case_deadlines
from cairn.domain.cycle.state import Cycle
from cairn.domain.event import Event
from cairn.domain.goal.status import deadlines_of
from cairn.domain.refusal import Refusal
from cairn.domain.streams import kind_of
from cairn.i18n import message, refusal_message, term
from cairn_portal.cli.cycle.waiting import waiting_scores
from cairn_portal.cli.goal.commanding import goal_row
from cairn_portal.cli.problem import Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.reasons import lack_said
from cairn_portal.presenting.story import event_name
from cairn_portal.presenting.words import task_name
from projections.models import case as case_model
from projections.models import inbox as inboxes

TRIED = frozenset(
    {
        "ReminderSent", "DeadlineMissed", "GoalUrged", "SignalRefused", "ScoreHeldBack", "CommitteeVoted",
        "AdjustmentConfirmed", "CaseReminded", "CaseEscalated", "CaseSignalRefused", "RequestOverdue",
        "PromiseOverdue", "CheckpointMissed", "SupportOverdue", "ReviewOverdue",
        "InterviewMissed", "ResultNotAcknowledged", "AppealVoted", "AppealOverdue", "CalibrationOverdue",
    }
)  # fmt: skip
"""Events that tried to bring it on and left it where it was."""
AHEAD = 3


class On(NamedTuple):
    """One person or place that is waited for, and what they have to do."""

    who: str
    act: str
    since: datetime
    until: datetime | None


class Next(NamedTuple):
    """What happens by itself, and when."""

    phase: str
    at: datetime
    period: str | None = None


class Tried(NamedTuple):
    """What was done about it since it waits."""

    at: datetime
    type: str
    by: str
    to: tuple[str, ...]
    why: str


class Waiting(NamedTuple):
    """Why a goal or a case waits; nobody is in `on` where it runs by itself or is over."""

    name: str
    title: str
    stage: str
    since: datetime | None
    on: Sequence[On]
    lacks: Sequence[str]
    next: Sequence[Next]
    tried: Sequence[Tried]


async def why(
    at: Terminal, name: Annotated[str, typer.Argument(metavar="NAME", help="a goal's or a case's id")]
) -> None:
    async with session(at) as s:
        if kind_of(name) in KINDS:
            cycle, found = await _of_case(s, name)
        elif kind_of(name) in ("sheet", "cycle", "person", "feed"):
            raise Problem(
                message(
                    "`cairn why` is for goals and cases; for the rest there are `cairn sheet show`, "
                    "`cairn cycle status` and `cairn status`."
                )
            )
        else:
            cycle, found = await _of_goal(s, name)
        names = await s.names()
    local = at.in_zone(zone_of(cycle))
    at.answer(_facts(found), *_lines(local, found, names))


async def _of_goal(s: Session, name: str) -> tuple[Cycle, Waiting]:
    row = await goal_row(s, name)
    cycle = await s.cycle(row.cycle)
    now = await s.clock.now(cycle)
    goal, context = await s.goals.load(row.goal)
    await s.titles()
    tasks = await inboxes.tasks_of_goal(s.pool, goal.id, now, trusting=await s.trusting())
    lacks = [
        f"{each.period}: {lack_said(s.at, each.lack)}"
        for each in await waiting_scores(s)
        if each.goal == goal.id
    ]
    ahead = [Next(each.phase, each.acts_at, each.period) for each in deadlines_of(goal, context)]
    return cycle, Waiting(
        name=goal.id, title=s.at.title(goal.title), stage=goal.stage, since=goal.entered,
        on=[On(each.awaited, task_name(s.at, each.act), each.since, each.until) for each in tasks],
        lacks=lacks, next=ahead[:AHEAD], tried=await _tried(s, goal.id, goal.entered),
    )  # fmt: skip


async def _of_case(s: Session, name: str) -> tuple[Cycle, Waiting]:
    case, context = await s.application.cases.load(name)
    cycle, kind = await s.cycle(case.cycle), kind_named(name)
    now = await s.clock.now(cycle)
    turns = [each for each in await case_model.turns(s.pool, now, cycle=cycle.id) if each.name == name]
    ahead = [Next(f"{kind.name}.{each.phase}", each.acts_at) for each in case_deadlines(kind, case, context)]
    stage = f"{kind.name}.{case.stage}"
    return cycle, Waiting(
        name=name, title=case.holder, stage=stage, since=case.entered,
        on=[
            On(each.awaited, s.at.say(term("turn", f"{kind.name}.{each.step}")), each.since, each.until)
            for each in turns
        ],
        lacks=(), next=ahead[:AHEAD], tried=await _tried(s, name, case.entered),
    )  # fmt: skip


async def _tried(s: Session, name: str, since: datetime | None) -> list[Tried]:
    rows = await s.ledger.read_stream(name)
    return [
        Tried(event.at, row.type, row.actor, tuple(getattr(event, "to", ())), _reason(s.at, event))
        for row, event in zip(rows, to_events(rows), strict=True)
        if row.type in TRIED and (since is None or event.at >= since)
    ]


def _reason(at: Terminal, event: Event) -> str:
    """What an event says beyond its name: a note, or why it was refused."""
    code = getattr(event, "code", None)
    if code is not None:
        refused = Refusal(code, field=getattr(event, "field", None), **getattr(event, "facts", {}))
        return refusal_message(refused).text(at.language)
    return str(getattr(event, "note", None) or getattr(event, "comment", None) or "")


def _facts(found: Waiting) -> dict[str, Any]:
    return {
        **found._asdict(),
        **{name: [each._asdict() for each in getattr(found, name)] for name in ("on", "next", "tried")},
    }


def _lines(at: Terminal, found: Waiting, names: dict[str, str]) -> list[RenderableType]:
    def who(each: str) -> str:
        return f"{at.say(term('awaited', each))} {names.get(each, '')}".strip()

    head = Text(f"{found.name}  {found.title}  ", style="bold").append(at.say(term("stage", found.stage)))
    lines: list[RenderableType] = [head]
    if not found.on and not found.lacks:
        lines.append(Text("  " + at.say("It waits for nobody."), style="green"))
    for each in found.on:
        said = at.say(
            "waits for {who}: {act}, since {since}",
            who=who(each.who),
            act=each.act,
            since=at.moment(each.since),
        )
        if each.until:
            said = at.say("{said}, until {until}", said=said, until=at.moment(each.until))
        lines.append(Text("  " + said, style="yellow"))
    lines += [
        Text("  " + at.say("waits for data: {lack}", lack=lack), style="yellow") for lack in found.lacks
    ]
    for ahead in found.next:
        phase = at.say(term("phase", ahead.phase)) + (f" {ahead.period}" if ahead.period else "")
        lines.append(
            Text("  " + at.say("by itself: {moment} {phase}", moment=at.moment(ahead.at), phase=phase))
        )
    for tried in found.tried:
        people = at.say("separator:list").join(map(who, tried.to))
        line = Text(f"  {at.moment(tried.at)}  ", style="dim").append(
            f"{event_name(at, tried.type)}  ", style="bold"
        )
        line.append(who(tried.by))
        if people:
            line.append(f" → {people}")
        if tried.why:
            line.append(f"  {tried.why}")
        lines.append(line)
    return lines
