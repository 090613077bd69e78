"""One goal: what it is, how far it is, and what can be done with it."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application.clock import zone_of
from cairn.domain.measure import Capability, KeyTask, Kpi
from cairn.domain.voting import Ballot
from cairn.i18n import refusal_message, term
from cairn_portal.presenting.adjustments import Changed
from cairn_portal.presenting.contributions import carried
from cairn_portal.presenting.hints import hints_of, sentence
from cairn_portal.presenting.words import by_period, measure, number, percent, words
from cairn_portal.reading.committee import CommitteeRead, read_committee
from cairn_portal.reading.goal_desk import GoalDesk, desk_of
from cairn_portal.reading.goals import GoalRead, read_goal
from cairn_portal.reading.inbox import inbox_on_goal
from cairn_portal.reading.viewing import of_goal
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.files import shown_files
from cairn_portal.web.forms import Form
from cairn_portal.web.goal_forms import Asked, forms_of
from cairn_portal.web.pending import CONFIRMING, asked_changes, asked_for, asked_lines
from cairn_portal.web.rendering import page
from cairn_portal.web.tasks import ShownTask, behind, shown_task
from cairn_portal.web.trend import trend
from projections.models import goal as goals_model
from projections.models.progress import PeriodProgress

router = APIRouter(include_in_schema=False)


@router.get("/goals/{goal}")
async def goal(request: Request, visit: ByVisitor, goal: str, form: str = "") -> Response:
    return await goal_page(request, visit, goal, opened=form)


async def goal_page(
    request: Request, visit: Visit, goal: str, *, asked: Asked | None = None, done: str = "", opened: str = ""
) -> Response:
    """A goal's page, with a form for each command that is theirs to give; that of `opened` is open."""
    records = visit.portal.records
    read = await read_goal(records, visit.person.id, goal)
    at = visit.reader.in_zone(zone_of(read.cycle))
    names, tasks = await records.names(), await _own_tasks(at, visit, read)
    desk = await desk_of(records, visit.person.id, goal)
    in_place = frozenset(act.name for task in tasks for act in task.acts)
    siblings = await goals_model.goals(records.pool, sheet=read.row.sheet)
    readers = read.view.among.rules.comments if read.view.among else ()
    read_by = at.say("read by: {who}", who=tuple(at.say(term("reader", each)) for each in readers))
    titles = {each.goal: at.title(each.title) for each in siblings}
    forms = forms_of(at, desk, titles, read_by, asked, in_place, opened)
    pending = None
    if "confirm" not in in_place:  # whoever decides about it has it as a task
        pending = await _pending(at, visit, read, desk, names, forms)
    return page(
        request,
        "goal.html",
        visit,
        422 if asked else 200,
        reader=at,
        goal=read.row,
        tone=showing.tone(read.row.stage),
        facts=_facts(at, read, names),
        above=await _above(at, visit, read),
        listed=_listed(read),
        progress=showing.progress(at, read.progress, over=read.over),
        periods=_periods(at, read),
        trend=trend(at, read.progress),
        scores=sorted(read.scores or (), key=lambda each: by_period(each.period)),
        waits=_waits(at, read, names, without=CONFIRMING if pending else frozenset()),
        committee=_committee(at, await read_committee(records, read), names),
        tasks=tasks,
        hints=[sentence(at, hint) for hint in hints_of(desk.goal, desk.context)],
        pending=pending,
        forms=[form for form in forms if pending is None or form is not pending.withdrawal],
        done=done,
        problem=_untold(at, asked, forms),
        files=await shown_files(at, visit, goal, f"/goals/{goal}"),
    )


def _untold(at: PageReader, asked: Asked | None, forms: Sequence[Form]) -> str:
    """Why something was not done whose form is not there any more, for others did something meanwhile."""
    if asked is None or any(form.problem for form in forms):
        return ""
    return refusal_message(asked.refusal).text(at.language)


def _named(at: PageReader, who: str | None, names: dict[str, str]) -> str:
    return f"{who} {names.get(who, '')}".strip() if who else at.say("the committee")


def _facts(at: PageReader, read: GoalRead, names: dict[str, str]) -> list[tuple[str, str]]:
    row, sheet = read.row, read.sheet
    found = [
        (at.say("tier"), at.say(term("tier", row.tier))),
        (at.say("owner"), _named(at, row.owner, names)),
        (at.say("approver"), _named(at, row.manager, names)),
        (at.say("weight"), percent(row.weight)),
        (at.say("measured by"), measure(at, row.measure.model_dump(mode="json"))),
    ]
    if sheet is not None:
        left = at.say(
            "{space_left:number} of {space:number} points left",
            space_left=sheet.space_left,
            space=sheet.space,
        )
        found.append((at.say("flexible space"), left))
    if isinstance(row.measure, KeyTask | Capability) and row.measure.due:
        found.append((at.say("due"), row.measure.due.isoformat()))
    return [*found, (at.say("policy"), row.policy)]


async def _above(at: PageReader, visit: Visit, read: GoalRead) -> tuple[str, str] | None:
    """The goal that this one serves, with its title for whoever may read it."""
    parent = read.row.parent
    row = await goals_model.goal(visit.portal.records.pool, parent) if parent else None
    if parent is None or row is None:
        return None
    return parent, at.title(row.title) if read.view.may("goals", of_goal(row)) else ""


def _listed(read: GoalRead) -> list[tuple[int, str, bool]]:
    """Criteria or outcomes, each with its number and whether it is accepted."""
    goal = read.row.measure
    if isinstance(goal, Kpi):
        return []
    return [(n, text, n in read.row.accepted) for n, text in enumerate(goal.listed, 1)]


class Voted(NamedTuple):
    """A vote of a member: who, how, when, and the comment as far as it may be read."""

    who: str
    vote: str
    tone: str
    happened: str
    comment: str


class Committee(NamedTuple):
    """What the committee has said: how far the goal carries its parts, votes so far, and the minutes of decisions."""

    carries: Sequence[str]
    votes: Sequence[Voted]
    minutes: Sequence[tuple[str, str, Sequence[Voted]]]


def _committee(at: PageReader, found: CommitteeRead | None, names: dict[str, str]) -> Committee | None:
    if found is None or not any(found):
        return None
    return Committee(
        carries=[carried(at, each) for each in found.carries],
        votes=[_voted(at, each, names) for each in found.ballots],
        minutes=[
            (
                at.moment(each.at),
                at.say(
                    "{outcome:vote}: {voted} of {members} voted, {quorum} had to",
                    outcome=each.outcome, voted=len(each.ballots), members=each.members, quorum=each.quorum,
                ),
                [_voted(at, ballot, names) for ballot in each.ballots],
            )
            for each in found.minutes
        ],
    )  # fmt: skip


def _voted(at: PageReader, ballot: Ballot, names: dict[str, str]) -> Voted:
    return Voted(
        who=f"{ballot.by} {names.get(ballot.by, '')}".strip(),
        vote=at.say(term("vote", ballot.vote)),
        tone="running" if ballot.vote == "for" else "late",
        happened=at.moment(ballot.at),
        comment=words(at, ballot.comment) if ballot.comment else "",
    )


class Period(NamedTuple):
    """One period's figures."""

    key: str
    dates: str
    target: str
    actual: str
    attainment: str
    bar: showing.Bar | None
    now: bool


def _periods(at: PageReader, read: GoalRead) -> list[Period]:
    line = read.progress
    if line is None:
        return []
    today = read.now.astimezone(ZoneInfo(at.zone or "UTC")).date()
    return [
        Period(
            key=each.period,
            dates=f"{each.starts:%m-%d} – {each.ends:%m-%d}",
            target=number(each.target),
            actual=number(each.actual),
            attainment=percent(each.attainment),
            bar=showing.bar(each, running=_runs(each, today, read)),
            now=_runs(each, today, read),
        )
        for each in sorted(line.periods, key=lambda each: by_period(each.period))
        if each.starts <= today
    ]


def _runs(period: PeriodProgress, today: date, read: GoalRead) -> bool:
    return period.starts <= today <= period.ends and not read.over


class Pending(NamedTuple):
    """An adjustment that waits, as everybody who may read the goal sees it: who asked since when, the `lines` that say
    why and at what price, what changes, who is still waited for, until when, and the form by which it is withdrawn."""

    about: str
    lines: Sequence[str]
    changes: Sequence[Changed]
    waits: Sequence[str]
    clock: showing.Clock | None
    withdrawal: Form | None


async def _pending(
    at: PageReader, visit: Visit, read: GoalRead, desk: GoalDesk, names: dict[str, str], forms: Sequence[Form]
) -> Pending | None:
    """The adjustment that waits, None where none does; its words as far as they may be read."""
    goal = read.view.in_words(desk.goal, read.of)
    asked = await asked_for(visit.portal.records, goal, desk.context.sheet)
    if asked is None:
        return None
    until = asked.pending.expires_at
    told = [
        at.say("asked for by {who}", who=_named(at, asked.pending.requested_by, names)),
        at.say("since {since}", since=at.moment(goal.entered)),
        at.say("until {until}", until=at.moment(until)),
    ]
    return Pending(
        about=" · ".join(told),
        lines=asked_lines(at, asked, names),
        changes=asked_changes(at, asked, read.cycle.schedule),
        waits=[said for said, _ in _waits(at, read, names, only=CONFIRMING)],
        clock=showing.clock(at, until, read.now),
        withdrawal=next((form for form in forms if form.name == "withdraw"), None),
    )


def _waits(
    at: PageReader, read: GoalRead, names: dict[str, str], *, only: Collection[str] | None = None,
    without: Collection[str] = (),
) -> list[tuple[str, showing.Clock | None]]:  # fmt: skip
    """Whom the goal waits for, for what, until when: for each task, or only for some."""
    found = []
    for task in read.tasks:
        if task.act in without or (only is not None and task.act not in only):
            continue
        who = (
            at.say(term("awaited", task.awaited)) if ":" in task.awaited else _named(at, task.awaited, names)
        )
        act = at.say(f"task:{task.act}")
        said = at.say("waits for {who}: {act}", who=who, act=act)
        found.append((said, showing.clock(at, task.until, read.now)))
    return found


async def _own_tasks(at: PageReader, visit: Visit, read: GoalRead) -> list[ShownTask]:
    """What whoever is signed in is waited for here."""
    records = visit.portal.records
    found = await inbox_on_goal(records, visit.person, read.row.goal, read.cycle)
    about = await behind(records, visit.person, found.tasks, found, whole=True)
    return [shown_task(at, task, about[task.goal], found) for task in found.tasks]
