"""The inbox: all that waits for whoever is signed in; tasks alike of one person stand together and are done at once."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, NamedTuple
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from cairn_portal.presenting.story import event_name
from cairn_portal.reading.inbox import inbox_of
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.rendering import page
from cairn_portal.web.tasks import ShownTask, dom_of, shown_tasks
from cairn_portal.web.typed import whole
from projections.models.case import Turn
from projections.models.inbox import Task

router = APIRouter(include_in_schema=False)
AT_ONCE = 8
A_PAGE, MOST = 100, 1000
"""Tasks that are shown at first, and by asking for more of them; those that are due first come first."""
TOGETHER = {"submit": "submit", "approve": "approve", "confirm_check_ins": "confirm_check_ins"}
"""Tasks that need no words, so that several may be done at once: the command that does each, by its act."""


class Group(NamedTuple):
    """Tasks that stand together. `all_label` is what does all of them at once, empty where that is not possible."""

    dom: str
    title: str
    tasks: Sequence[ShownTask]
    all_label: str = ""
    command: str = ""
    key: str = ""
    goals: Sequence[str] = ()


class Result(NamedTuple):
    """What came of one of several commands."""

    dom: str
    goal: str
    said: str
    refused: bool


@router.get("/inbox")
async def inbox(
    request: Request, visit: ByVisitor, upto: Annotated[int, Query(ge=1, le=MOST)] = A_PAGE
) -> Response:
    records = visit.portal.records
    found = await inbox_of(records, visit.person)
    shown = await shown_tasks(visit.reader, records, visit.person, found, upto)
    groups = _grouped(visit.reader, found.waiting[:upto], shown)
    size = len(found.waiting)
    further = min(A_PAGE, size - len(shown)) if upto < MOST else 0
    return page(
        request,
        "inbox.html",
        visit,
        groups=groups,
        size=size,
        upto=upto,
        further=further,
        next=min(upto + A_PAGE, MOST),
    )


def _grouped(at: PageReader, waiting: Sequence[Task | Turn], shown: Sequence[ShownTask]) -> list[Group]:
    """What waits in its order; of tasks alike about one person all stand where the first of them is due."""
    alike: dict[str, list[tuple[Task | Turn, ShownTask]]] = {}
    for each, as_shown in zip(waiting, shown, strict=True):
        alike.setdefault(_group_of(each, as_shown), []).append((each, as_shown))
    groups = []
    for dom, same in alike.items():
        listed = [as_shown for _, as_shown in same]
        tasks = [each for each, _ in same if isinstance(each, Task)]
        if len(tasks) < 2 or tasks[0].act not in TOGETHER:
            groups.append(Group(dom, "", listed))
            continue
        who = f"{tasks[0].owner} {tasks[0].owner_name or ''}".strip()
        title = at.say("{what}: {who}", what=at.say(f"task:{tasks[0].act}"), who=who)
        label = at.say("All {n} at once", n=len(tasks))
        goals = [f"{task.goal}@{task.version}" for task in tasks]
        groups.append(Group(dom, title, listed, label, TOGETHER[tasks[0].act], str(uuid4()), goals))
    return groups


def _group_of(each: Task | Turn, as_shown: ShownTask) -> str:
    """The id of the group it stands in: tasks by what is asked about whom, a turn in a case alone."""
    named = f"{each.cycle}-{each.owner}-{each.act}" if isinstance(each, Task) else as_shown.dom
    return f"group-{named}".replace(".", "-")


@router.post("/inbox/all/{command}")
async def do_all(request: Request, visit: ByVisitor, command: str) -> Response:
    """Gives the same command to each goal, each with its own answer: a refusal keeps no other from being done."""
    form = await request.form()
    key, act = str(form.get("key", "")), str(form.get("act", ""))
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(named: str) -> Result:
        async with gate:
            return await _given(visit, named, command, act, key)

    named = [str(each) for each in form.getlist("goal")]
    results = await asyncio.gather(*map(one, named)) if command in TOGETHER.values() else []
    return page(request, "tasks_done.html", visit, results=results)


async def _given(visit: Visit, named: str, command: str, act: str, key: str) -> Result:
    goal, _, version = named.rpartition("@")
    at, dom = visit.reader, dom_of(goal, act)
    try:
        done = await visit.portal.commands.goal(
            goal, command, visit.person.id, {}, f"{key}:{goal}" if key else None,
            at_version=whole(version),
        )  # fmt: skip
    except Refusal as refusal:
        return Result(dom, goal, refusal_message(refusal).text(at.language), True)
    said = at.say("separator:clause").join(event_name(at, each) for each in done.events)
    return Result(dom, goal, said or at.say("nothing to do (it is so already)"), False)
