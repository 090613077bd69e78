"""Tasks of an inbox as pages show them: what is asked, about whom, until when, and what can be done in place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import uuid4

from cairn.application.cases import KINDS
from cairn.application.clock import zone_of
from cairn.domain.goal.events import CheckedIn
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Measure
from cairn.domain.people import Person
from cairn.domain.policy import Reader
from cairn.i18n import term
from cairn_portal.presenting.adjustments import Changed
from cairn_portal.presenting.words import measure, number, task_name, words
from cairn_portal.reading.inbox import Inbox
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import Viewer, of_goal
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.pending import CONFIRMING, Asked, asked_changes, asked_for, asked_lines
from cairn_portal.web.showing import Clock, clock
from projections.models import case as case_model
from projections.models import goal as goals_model
from projections.models import inbox as inboxes
from projections.models.notice import Urge, urges

REPORTED = "confirm_check_ins"
"""The task that decides about what was reported."""


class Ask(NamedTuple):
    """One field of a form. `readers` says who will read it, before it is typed."""

    name: str
    label: str
    value: str = ""
    required: bool = True
    long: bool = False
    readers: str = ""


class Act(NamedTuple):
    """Something that can be done in place: a button, or a form where it `asks` for something."""

    name: str
    label: str
    address: str
    asks: Sequence[Ask] = ()
    fixed: Mapping[str, str] = {}
    key: str = ""
    open: bool = False


class ShownTask(NamedTuple):
    """One task. `dom` is its element's id, `version` what was shown when it was decided about, `lines` what one has to
    know to decide, `more` where the rest of it is, `problem` why it was not done just now."""

    dom: str
    what: str
    title: str
    link: str | None
    about: str
    clock: Clock | None
    version: int
    lines: Sequence[str] = ()
    changes: Sequence[Changed] = ()
    more: str = ""
    acts: Sequence[Act] = ()
    problem: str = ""


async def shown_tasks(
    at: PageReader, records: Records, person: Person, found: Inbox, most: int | None = None
) -> list[ShownTask]:
    """The first tasks of an inbox, goals and cases alike by when they are due."""
    waiting = found.waiting[:most]
    tasks = [each for each in waiting if isinstance(each, inboxes.Task)]
    about = await behind(records, person, tasks, found)
    return [
        shown_task(at, each, about[each.goal], found)
        if isinstance(each, inboxes.Task)
        else shown_turn(at, each, found)
        for each in waiting
    ]


def dom_of(goal: str, act: str) -> str:
    """The id of a task's element."""
    return f"task-{goal}-{act}".replace(".", "-")


class Behind(NamedTuple):
    """What is behind a task: how its goal is measured and who reads what is written about it, as of the goal's
    `version`; where it was read in the log, the `goal` with its words, as far as whoever has the task may read them,
    and the adjustment that waits; else the last time it was urged."""

    version: int
    measure: Measure
    readers: Sequence[Reader]
    urge: Urge | None = None
    goal: Goal | None = None
    asked: Asked | None = None


async def behind(
    records: Records,
    person: Person,
    tasks: Sequence[inboxes.Task],
    found: Inbox,
    *,
    whole: bool = False,
) -> dict[str, Behind]:
    """What tasks of an inbox are decided about, by goal. What no row of a goal has is read in the log: what an
    adjustment asks for, why a goal was returned and, where the `whole` of a few is asked for, what was reported.

    The inbox, the goals' rows and the log stand at moments of their own. Whoever decides says which version they saw:
    that is the one that what they decide about was read at, never a newer one.
    """
    views, comments = dict[str, Viewer](), dict[str, Sequence[Reader]]()
    for name in {task.cycle for task in tasks}:
        cycle = found.cycles[name]
        views[name] = await records.viewer(person.id, cycle)
        comments[name] = (await records.application.policies.version(cycle.policy)).transparency.comments
    cycles = {task.goal: task.cycle for task in tasks}
    now = await records.application.goals.with_sheets(
        {task.goal for task in tasks if whole or task.act in CONFIRMING or task.stage == "returned"}
    )
    urged = await urges(records.pool, cycles.keys() - now)
    found_behind = {
        goal: Behind(*measured, comments[cycles[goal]], urged.get(goal))
        for goal, measured in (await goals_model.measures(records.pool, cycles.keys() - now)).items()
    }
    for name, (goal, sheet) in now.items():
        words = views[cycles[name]].in_words(goal, of_goal(goal))
        asked = await asked_for(records, words, sheet)
        found_behind[name] = Behind(
            goal.version, goal.measure, comments[cycles[name]], goal=words, asked=asked
        )  # fmt: skip
    return found_behind


def told_apart(found: Inbox, cycle: str) -> Sequence[str]:
    """A cycle's title, where something of several cycles waits."""
    waiting = {each.cycle for each in found.waiting}
    return [found.cycles[cycle].title] if len(waiting) > 1 else []


def shown_task(
    at: PageReader, task: inboxes.Task, about_it: Behind, found: Inbox, problem: str = "", open_act: str = ""
) -> ShownTask:
    """One task on a goal."""
    told = at.in_zone(zone_of(found.cycles[task.cycle]))
    asked = about_it.asked if task.act in CONFIRMING else None
    about = [
        f"{task.owner} {task.owner_name or ''}".strip(),
        *told_apart(found, task.cycle),
        at.say("since {since}", since=told.moment(task.since)),
    ]
    if task.until:
        about.append(at.say("until {until}", until=told.moment(task.until)))
    return ShownTask(
        dom=dom_of(task.goal, task.act),
        what=task_name(at, task.act),
        title=at.title(task.title),
        link=f"/goals/{task.goal}",
        about=" · ".join(about),
        clock=clock(at, task.until, found.nows[task.cycle]),
        version=_version(task, about_it),
        lines=_lines(told, task, about_it, asked),
        more=f"/goals/{task.goal}" if task.act == REPORTED and about_it.goal is None else "",
        changes=asked_changes(at, asked, found.cycles[task.cycle].schedule) if asked else (),
        acts=[act._replace(open=act.name == open_act) for act in _acts(at, task, about_it)],
        problem=problem,
    )


def _version(task: inboxes.Task, about_it: Behind) -> int:
    """The version that whoever looks at a task has seen: of the log where that was read, else the older of the rows
    that it is made of. Where reports are only said to wait, it is up to the last one of them."""
    if about_it.goal is not None:
        return about_it.version
    return task.version if task.act == REPORTED else min(task.version, about_it.version)


def shown_turn(at: PageReader, turn: case_model.Turn, found: Inbox) -> ShownTask:
    """Somebody's turn in a case."""
    told = at.in_zone(zone_of(found.cycles[turn.cycle]))
    about = [
        f"{turn.holder} {turn.holder_name or ''}".strip(),
        *told_apart(found, turn.cycle),
        at.say("since {since}", since=told.moment(turn.since)),
    ]
    if turn.until:
        about.append(at.say("until {until}", until=told.moment(turn.until)))
    return ShownTask(
        dom=f"turn-{turn.name}-{turn.step}".replace(".", "-"),
        what=at.say(term("turn", f"{turn.kind}.{turn.step}")),
        title=at.say(term("stage", f"{turn.kind}.{turn.stage}")),
        link=f"/cases/{turn.name}" if turn.kind in KINDS else None,
        about=" · ".join(about),
        clock=clock(at, turn.until, found.nows[turn.cycle]),
        version=turn.version,
    )


def _lines(at: PageReader, task: inboxes.Task, about_it: Behind, asked: Asked | None) -> list[str]:
    """What one has to know to decide."""
    goal = about_it.goal
    told = [
        *(_said_before(at, goal) if goal else ()),
        *_urged(at, task, about_it),
        at.say("measured by: {measure}", measure=measure(at, about_it.measure.model_dump(mode="json"))),
    ]
    if task.act == REPORTED:
        return [*told, *(_reported(at, each.said) for each in (goal.reports if goal else ()) if each.waits)]
    return [*told, *asked_lines(at, asked)] if asked else told


def _said_before(at: PageReader, goal: Goal) -> list[str]:
    """Why a goal was returned, until it is approved."""
    if (back := goal.sent_back) is None:
        return []
    why = words(at, back.comment)
    return [at.say("returned by {who} on {day}: {why}", who=back.by, day=at.moment(back.at), why=why)]


def _urged(at: PageReader, task: inboxes.Task, about_it: Behind) -> list[str]:
    """Who asked to hurry with what waits now."""
    if (goal := about_it.goal) is not None:
        last = goal.urged if goal.urged and goal.urged.stage == goal.stage else None
        said = (last.by, last.at) if last else None
    else:
        said = about_it.urge if about_it.urge and about_it.urge.at >= task.since else None
    return [at.say("{who} asked on {day} to hurry", who=said[0], day=at.moment(said[1]))] if said else []


def _reported(at: PageReader, said: CheckedIn) -> str:
    """What was reported for one day, with its note and the names of its files."""
    value = number(said.value) if said.base is None else f"{number(said.value)} / {number(said.base)}"
    told = at.say("reported for {day}: {value}", day=said.on.isoformat(), value=value)
    return " · ".join(
        filter(None, (told, words(at, said.note), *(words(at, each.name) for each in said.files)))
    )


def _acts(at: PageReader, task: inboxes.Task, about_it: Behind) -> list[Act]:
    def act(name: str, label: str, *asks: Ask, **fixed: str) -> Act:
        return Act(name, label, f"/goals/{task.goal}/{name}?task={task.act}", asks, fixed, str(uuid4()))

    asked, who = about_it.asked, tuple(at.say(term("reader", each)) for each in about_it.readers)
    read_by = at.say("read by: {who}", who=who)
    match task.act:
        case "approve":
            back = Ask("comment", at.say("What has to change"), long=True, readers=read_by)
            return [act("approve", at.say("Approve")), act("return", at.say("Return"), back)]
        case "submit":
            return [act("submit", at.say("Submit for approval"))]
        case "confirm_manager" | "confirm_hr":
            role = task.act.removeprefix("confirm_")
            named = {"role": role} | ({"adjustment": asked.pending.adjustment} if asked else {})
            why = Ask("reason", at.say("Why not"), long=True, readers=read_by)
            return [
                act("confirm", at.say("Confirm"), **named),
                act("decline", at.say("Decline"), why, **named),
            ]
        case "assess":
            points = Ask("points", at.say("Points on the policy's scale"))
            comment = Ask("comment", at.say("Comment"), required=False, long=True, readers=read_by)
            return [act("assess", at.say("Assess"), points, comment)]
        case "confirm_check_ins":
            return [act("confirm_check_ins", at.say("Confirm what was reported"))]
