"""The inbox: all that waits for whoever is signed in; tasks alike of one person stand together and are done at once."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cairn.application.cases import KINDS
from cairn.application.clock import zone_of
from cairn.domain.people import Person
from cairn.i18n import marked, term
from cairn_portal.reading.inbox import Inbox, inbox_of
from cairn_portal.reading.knowing import may_know_case, may_know_goal
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.rendering import page
from cairn_portal.web.tasks import ShownTask, shown_tasks, told_apart
from cairn_portal.web.together import give_each
from cairn_portal.web.uploads import plain_form
from projections.models.case import Turn
from projections.models.inbox import Task

router = APIRouter(include_in_schema=False)
A_PAGE, MOST = 100, 1000
"""Tasks that are shown at first, and by asking for more of them; those that are due first come first."""
TOGETHER = {
    "submit": marked("Submit all {n}"),
    "approve": marked("Approve all {n}"),
    "confirm_check_ins": marked("Confirm all {n}"),
}
"""Tasks that need no words, so that several may be done at once, each by the command of its name: what doing all of
them is called."""


ONLY_THEIRS = frozenset({"appraisal"})
"""Kinds of cases whose tasks tell who rates whom: nobody else is shown them."""


class Waits(NamedTuple):
    """One thing that waits for a person."""

    act: str
    about: str
    until: str
    clock: showing.Clock | None


class Group(NamedTuple):
    """Tasks that stand together. `all_label` is what does all of them at once, empty where that is not possible."""

    dom: str
    title: str
    tasks: Sequence[ShownTask]
    all_label: str = ""
    command: str = ""
    key: str = ""
    goals: Sequence[str] = ()


@router.get("/inbox")
async def inbox(
    request: Request, visit: ByVisitor, upto: Annotated[int, Query(ge=1, le=MOST)] = A_PAGE
) -> Response:
    records = visit.portal.records
    if visit.viewing is not None:
        return await _viewed(request, visit, visit.viewing)
    found = await inbox_of(records, visit.person)
    shown = await shown_tasks(visit.reader, records, visit.person, found, upto)
    groups = _grouped(visit.reader, found, upto, shown)
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


async def _viewed(request: Request, visit: Visit, whom: Person) -> Response:
    """What waits for whoever is looked at, as far as whoever looks may know of it."""
    records, at, waits = visit.portal.records, visit.reader, []
    found = await inbox_of(records, whom)
    for each in found.waiting[:A_PAGE]:
        now = found.nows[each.cycle]
        local = at.in_zone(zone_of(found.cycles[each.cycle]))
        if isinstance(each, Task):
            if await may_know_goal(records, visit.person.id, each.goal):
                told = at.say(f"task:{each.act}"), at.title(each.title)
                waits.append(Waits(*told, local.moment(each.until), showing.clock(local, each.until, now)))
        elif (
            each.kind in KINDS
            and each.kind not in ONLY_THEIRS
            and await may_know_case(records, visit.person.id, each.name)
        ):
            told = at.say(term("turn", f"{each.kind}.{each.step}")), at.say(term("kind", each.kind))
            waits.append(Waits(*told, local.moment(each.until), showing.clock(local, each.until, now)))
    return page(request, "viewed_inbox.html", visit, waits=waits)


def _grouped(at: PageReader, found: Inbox, upto: int, shown: Sequence[ShownTask]) -> list[Group]:
    """What waits in its order; of tasks alike about one person all stand where the first of them is due."""
    alike: dict[str, list[tuple[Task | Turn, ShownTask]]] = {}
    for each, as_shown in zip(found.waiting[:upto], shown, strict=True):
        alike.setdefault(_group_of(each, as_shown), []).append((each, as_shown))
    groups = []
    for dom, same in alike.items():
        listed = [as_shown for _, as_shown in same]
        tasks = [each for each, _ in same if isinstance(each, Task)]
        if len(tasks) < 2 or tasks[0].act not in TOGETHER:
            groups.append(Group(dom, "", listed))
            continue
        who = f"{tasks[0].owner} {tasks[0].owner_name or ''}".strip()
        what = at.say("{what}: {who}", what=at.say(f"task:{tasks[0].act}"), who=who)
        title = " · ".join((what, *told_apart(found, tasks[0].cycle)))
        label = at.say(TOGETHER[tasks[0].act], n=len(tasks))
        goals = [f"{task.goal}@{as_shown.version}" for task, as_shown in zip(tasks, listed, strict=True)]
        groups.append(Group(dom, title, listed, label, tasks[0].act, str(uuid4()), goals))
    return groups


def _group_of(each: Task | Turn, as_shown: ShownTask) -> str:
    """The id of the group it stands in: tasks by what is asked about whom, a turn in a case alone."""
    named = f"{each.cycle}-{each.owner}-{each.act}" if isinstance(each, Task) else as_shown.dom
    return f"group-{named}".replace(".", "-")


@router.post("/inbox/all/{command}")
async def do_all(request: Request, visit: ByVisitor, command: str) -> Response:
    """Gives the same command to each goal, each with its own answer: a refusal keeps no other from being done."""
    form = await plain_form(request)
    key, act = str(form.get("key", "")), str(form.get("act", ""))
    named = [str(each) for each in form.getlist("goal")] if command in TOGETHER else []
    return page(
        request, "tasks_done.html", visit, results=await give_each(visit, command, named, {}, key, act)
    )
