"""HR asks whoever goals wait for to hurry: all that waits for one person, or for one place, in a cycle."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application import access
from cairn.application.clock import zone_of
from cairn.domain.people import Person
from cairn.i18n import term
from cairn_portal.presenting.words import task_name
from cairn_portal.reading.urging import WaitingRead, read_waiting
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.case_fields import awaited_words
from cairn_portal.web.rendering import page
from cairn_portal.web.tasks import REPORTED, dom_of
from cairn_portal.web.together import give_each
from cairn_portal.web.uploads import plain_form
from projections.models.inbox import Task, Waiting

router = APIRouter(include_in_schema=False)
COMMAND = "urge"
MOST = 200
"""Goals for which somebody is urged at once, those that are due first."""


class Urged(NamedTuple):
    """One thing that waits: what is to be done with which goal, until when; `about` says whose it is, since when it
    waits, and who asked to hurry before."""

    dom: str
    goal: str
    act: str
    title: str
    about: Sequence[str]
    clock: showing.Clock | None


def urge_address(cycle: str, who: str) -> str:
    """Where whoever is waited for in a cycle is urged."""
    return f"/cycles/{cycle}/urge?{urlencode({'who': who})}"


def can_be_urged(waiting: Waiting, by: Person) -> bool:
    """Whether somebody can be asked to hurry with it: nobody urges themselves, and a goal that has reports to confirm
    waits for nobody in its stage."""
    return waiting.awaited != by.id and waiting.act != REPORTED


@router.get("/cycles/{cycle}/urge")
async def waiting(request: Request, visit: ByVisitor, cycle: str, who: str = "") -> Response:
    """All that waits for somebody in a cycle, with the form that asks them to hurry."""
    access.require_urges(visit.person)
    records = visit.portal.records
    read = await read_waiting(records, visit.person, cycle, who)
    at, names = visit.reader.in_zone(zone_of(read.cycle)), await records.names()
    tasks = [each for each in read.tasks if each.act != REPORTED]
    shown = [_shown(at, each, read) for each in tasks[:MOST]]
    return page(
        request, "urge.html", visit, reader=at, cycle=read.cycle, tasks=shown, more=max(len(tasks) - MOST, 0),
        called=awaited_words(at, who, names), key=str(uuid4()), goals=list(dict.fromkeys(each.goal for each in shown)),
        read_by=at.say("read by: {who}", who=tuple(at.say(term("reader", each)) for each in read.readers)),
    )  # fmt: skip


def _shown(at: PageReader, task: Task, read: WaitingRead) -> Urged:
    about = [
        f"{task.owner} {task.owner_name or ''}".strip(),
        at.say("since {since}", since=at.moment(task.since)),
    ]
    if (last := read.urged.get(task.goal)) is not None:
        about.append(at.say("{who} asked on {day} to hurry", who=last.by, day=at.moment(last.at)))
    return Urged(
        dom=dom_of(task.goal, COMMAND),
        goal=task.goal,
        act=task_name(at, task.act),
        title=at.title(task.title),
        about=about,
        clock=showing.clock(at, task.until, read.now),
    )


@router.post("/cycles/{cycle}/urge")
async def urge(request: Request, visit: ByVisitor, cycle: str) -> Response:
    """Urges whom each of the goals waits for, with an answer for each."""
    access.require_urges(visit.person)
    form = await plain_form(request)
    note, key = str(form.get("note", "")).strip(), str(form.get("key", ""))
    named = [f"{each}@" for each in form.getlist("goal")][:MOST]
    results = await give_each(visit, COMMAND, named, {"note": note} if note else {}, key, COMMAND)
    return page(request, "tasks_done.html", visit, results=results)
