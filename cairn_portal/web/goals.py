"""My goals, and commands on goals given from any page."""

import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application.clock import zone_of
from cairn.domain.cycle.stages import cycle_stage_row
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn.domain.streams import holder_of
from cairn.i18n import refusal_message
from cairn_portal.gateway import NOT_ANSWERED, NoAnswer
from cairn_portal.presenting.story import event_name
from cairn_portal.presenting.words import by_period, measure, number, percent
from cairn_portal.reading.current import cycle_or_current, cycles_of
from cairn_portal.reading.goals import OwnGoals, own_goals
from cairn_portal.reading.inbox import inbox_of
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.rendering import page
from cairn_portal.web.tasks import behind, dom_of, shown_task, shown_tasks
from cairn_portal.web.typed import whole
from cairn_portal.web.uploads import plain_form
from projections.models import dashboard as dashboards
from projections.models import goal as goals_model
from projections.models import score as scores_model

router = APIRouter(include_in_schema=False)
log = logging.getLogger(__name__)
FIRST = 5
"""So many tasks stand above somebody's goals; the others are in the inbox."""
FIELDS = "fields."


class Card(NamedTuple):
    """One goal in a list."""

    goal: str
    title: str
    weight: str
    stage: str
    tone: str
    measure: str
    progress: showing.Progress | None
    scores: str


@router.get("/")
async def my_goals(request: Request, visit: ByVisitor, cycle: str | None = None) -> Response:
    records, person = visit.portal.records, visit.person
    if visit.viewing is not None:
        return await _viewed(request, visit, visit.viewing, cycle)
    found = await cycle_or_current(records, cycle, person.id)
    own = await own_goals(records, person.id, person, found) if found else None
    inbox = await inbox_of(records, person)
    reader = visit.reader.in_zone(zone_of(found)) if found else visit.reader
    return page(
        request,
        "my_goals.html",
        visit,
        reader=reader,
        own=own,
        cycle=found,
        cycles=await cycles_of(records, person.id),
        today=(await records.clock.today(found)).isoformat() if found else "",
        sheet=own.sheets[-1] if own and own.sheets else None,
        weights=_weights(own, await records.names()) if own else [],
        result=" · ".join(
            f"{number(each.points)} {each.grade or ''}".strip() for each in (own.results if own else ())
        ),
        inbox_size=len(inbox.tasks) + len(inbox.turns),
        drafts=bool(found and own and own.sheets and cycle_stage_row(found.stage).takes_goals),
        tasks=await shown_tasks(reader, records, person, inbox, FIRST),
        cards=cards(reader, own) if own else [],
        begins=found is None and "hr" in person.roles and not await dashboards.cycles(records.pool),
    )


async def _viewed(request: Request, visit: Visit, whom: Person, cycle: str | None) -> Response:
    """The goals of whoever is looked at, as far as whoever looks may read them."""
    records = visit.portal.records
    found = await cycle_or_current(records, cycle, whom.id)
    own = await own_goals(records, visit.person.id, whom, found) if found else None
    reader = visit.reader.in_zone(zone_of(found)) if found else visit.reader
    return page(
        request,
        "viewed_goals.html",
        visit,
        reader=reader,
        cycle=found,
        cards=cards(reader, own) if own else [],
    )


def _weights(own: OwnGoals, names: Mapping[str, str]) -> list[tuple[str, Decimal]]:
    """The weights of each sheet, which come to 100 in each: the person's own first, by whose it is where it is not."""
    found: dict[str, Decimal] = {}
    for sheet in sorted({goal.sheet for goal in own.goals}, key=lambda sheet: (holder_of(sheet), sheet)):
        found[sheet] = sum(
            (goal.weight or Decimal(0) for goal in own.goals if goal.sheet == sheet), Decimal(0)
        )
    mine = {sheet.sheet for sheet in own.sheets}
    current = own.sheets[-1].sheet if own.sheets else None
    told = [("", found[current])] if current in found else []
    return told + [
        (names.get(holder_of(sheet), holder_of(sheet)), weight)
        for sheet, weight in found.items()
        if sheet not in mine
    ]


def cards(at: PageReader, own: OwnGoals) -> list[Card]:
    """Somebody's goals as they stand."""
    return [card(at, goal, own) for goal in own.goals]


def card(at: PageReader, goal: goals_model.GoalRow, own: OwnGoals) -> Card:
    """One of them."""
    line = own.progress.get(goal.goal)
    return Card(
        goal=goal.goal,
        title=at.title(goal.title),
        weight=percent(goal.weight),
        stage=at.say(f"stage:{goal.stage}"),
        tone=showing.tone(goal.stage),
        measure=measure(at, goal.measure.model_dump(mode="json")),
        progress=showing.progress(at, line, over=own.over),
        scores=_scores(at, own.scores.get(goal.goal, ())),
    )


def _scores(at: PageReader, scores: Sequence[scores_model.GoalScore]) -> str:
    points = [
        f"{each.period} {number(each.points)}"
        for each in sorted(scores, key=lambda each: by_period(each.period))
        if each.points is not None
    ]
    return at.say("points: {points}", points=" · ".join(points)) if points else ""


@router.post("/goals/{goal}/{name}")
async def command(request: Request, visit: ByVisitor, goal: str, name: str, task: str = "") -> Response:
    """Gives a goal a command of a form, and answers with what takes the form's place: what was done, or the same task
    with what stood in the way."""
    form = await plain_form(request)
    given = {each: str(value) for each, value in form.items()}
    fields = {
        each.removeprefix(FIELDS): value for each, value in given.items() if each.startswith(FIELDS) and value
    }
    at, version = visit.reader, given.get("at_version", "")
    try:
        done = await visit.portal.commands.goal(
            goal, name, visit.person.id, fields, given.get("key") or None,
            at_version=whole(version),
        )  # fmt: skip
    except Refusal as refusal:
        said = refusal_message(refusal).text(at.language)
        return await _not_done(request, visit, goal, name, task, said)
    except NoAnswer as late:
        log.warning("no answer: %s", late)
        return await _not_done(request, visit, goal, name, task, at.say(NOT_ANSWERED), 503)
    if done.position is not None:
        await visit.portal.commands.readable(done.position, "goal", "inbox")
    stage = at.say(f"stage:{done.status.stage}") if done.status else ""
    said = at.say("separator:clause").join(event_name(at, each) for each in done.events)
    said = said or at.say("nothing to do (it is so already)")
    return page(request, "task_done.html", visit, dom=dom_of(goal, task), said=f"{said} → {stage}")


async def _not_done(
    request: Request, visit: Visit, goal: str, name: str, task: str, said: str, status: int = 422
) -> Response:
    """The task as it was, with what stood in the way; that alone where it waits for them no more."""
    at, records = visit.reader, visit.portal.records
    inbox = await inbox_of(records, visit.person)
    mine = next((each for each in inbox.tasks if each.goal == goal and each.act == task), None)
    if mine is None:
        return page(request, "task_problem.html", visit, status, dom=dom_of(goal, task), said=said)
    about = await behind(records, visit.person, [mine], inbox)
    shown = shown_task(at, mine, about[mine.goal], inbox, said, name)
    return page(request, "task.html", visit, status, task=shown)
