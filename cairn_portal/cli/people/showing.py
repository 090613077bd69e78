"""What follows from a change of people, in words: which sheets open and end, which targets change, who gets which
tasks."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from cairn.domain.launch.consequences import Consequences, GoalConsequence, SheetConsequence, TasksPass
from cairn.domain.launch.plan import SheetPlan
from cairn.domain.schedule import Days
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting import reasons
from cairn_portal.presenting.story import days
from cairn_portal.presenting.words import NOTHING, grid, number


def consequences(
    at: Terminal, follows: Sequence[Consequences], names: Mapping[str, str]
) -> Iterator[RenderableType]:
    """All that follows, cycle by cycle; one sentence where nothing does."""
    if not follows:
        yield Text(at.say("Nothing follows for sheets and goals."))
    for each in follows:
        yield Text(at.say("Cycle {cycle}", cycle=each.cycle), style="bold")
        for plan in each.opens:
            yield from _opens(at, plan, names)
        for sheet in each.sheets:
            yield from _sheet(at, sheet, names)
        yield from (Text(_passes(at, one, names)) for one in each.passes)
        yield from (Text(line, style="yellow") for line in _left_alone(at, each, names))


def _called(person: str | None, names: Mapping[str, str]) -> str:
    return f"{person} {names.get(person, '')}".strip() if person else NOTHING


def _opens(at: Terminal, plan: SheetPlan, names: Mapping[str, str]) -> Iterator[RenderableType]:
    approver = _called(plan.manager, names) if plan.manager else at.say("the committee")
    yield Text(
        at.say(
            "+ {sheet} opens for {holder}: from {since:day}, {goals} {goals:plural,goal,goals}, judged by {approver}",
            sheet=plan.sheet, holder=_called(plan.holder, names), since=plan.since, goals=len(plan.goals),
            approver=approver,
        ),
        style="green",
    )  # fmt: skip
    for missing in plan.missing:
        yield Text(f"  {reasons.missing(at, missing)}", style="yellow")


def _sheet(at: Terminal, sheet: SheetConsequence, names: Mapping[str, str]) -> Iterator[RenderableType]:
    if not sheet.begins:
        said = at.say(
            "- {sheet} of {holder}, which would begin on {since:day}, does not: nothing of it counts",
            sheet=sheet.sheet, holder=_called(sheet.holder, names), since=sheet.since,
        )  # fmt: skip
        yield Text(said)
        return
    yield from (Text(line) for line in _days(at, sheet, names))
    if sheet.goals:
        table = grid(at.say("goal"), at.say("what follows"))
        for goal in sheet.goals:
            table.add_row(f"{goal.goal} {goal.title}", "\n".join(_goal(at, goal, names)))
        yield table


def _days(at: Terminal, sheet: SheetConsequence, names: Mapping[str, str]) -> Iterator[str]:
    holder = _called(sheet.holder, names)
    last, before = sheet.days.last, sheet.last_before
    if last != before and last is None:
        yield at.say("- {sheet} of {holder} runs to the cycle's end again", sheet=sheet.sheet, holder=holder)
    elif last != before:
        yield at.say(
            "- {sheet} of {holder} ends with {last:day}", sheet=sheet.sheet, holder=holder, last=last
        )
        result = (
            at.say("its part of the year has a result") if sheet.result
            else at.say("without a result, by the policy")
        )  # fmt: skip
        yield f"  {result}"
    for leave in sheet.days.absences:
        yield at.say(
            "- {sheet} of {holder} rests: {days}", sheet=sheet.sheet, holder=holder, days=_span(at, leave)
        )


def _span(at: Terminal, leave: Days) -> str:
    return days(at, leave.first, leave.last)


def _goal(at: Terminal, goal: GoalConsequence, names: Mapping[str, str]) -> Iterator[str]:
    if goal.lapses and goal.reviewed_at:
        yield at.say("lapses on {on:day} unless it is approved before", on=goal.reviewed_at)
    elif goal.reviewed_at and goal.scored_at:
        yield at.say(
            "reviewed from {reviewed:day}, scored on {scored:day}",
            reviewed=goal.reviewed_at,
            scored=goal.scored_at,
        )
    if goal.target_before is not None or goal.target_after is not None:
        yield at.say(
            "target of the year {before} → {after}",
            before=NOTHING
            if goal.target_before is None
            else f"{number(goal.target_before)} {goal.unit}".strip(),
            after=NOTHING
            if goal.target_after is None
            else f"{number(goal.target_after)} {goal.unit}".strip(),
        )
    if goal.manager is not None:
        who = _called(goal.manager.manager, names) if goal.manager.manager else at.say("the committee")
        yield at.say("its tasks pass to {who} on {since:day}", who=who, since=goal.manager.since)


def _passes(at: Terminal, one: TasksPass, names: Mapping[str, str]) -> str:
    who, span = _called(one.person, names), days(at, one.since, one.last)
    if one.to is None:
        return at.say("! Nobody can do the tasks of {who} {days}: they stand still", who=who, days=span)
    if one.to == one.person:
        return at.say("The tasks of {who} are their own {days}", who=who, days=span)
    return at.say("The tasks of {who} pass to {to} {days}", who=who, to=_called(one.to, names), days=span)


def _left_alone(at: Terminal, follows: Consequences, names: Mapping[str, str]) -> Iterator[str]:
    if follows.without_manager:
        people = at.say("separator:list").join(_called(each, names) for each in follows.without_manager)
        yield at.say("! They need another manager: {people} (cairn people manager)", people=people)
    for department in follows.vacant:
        name = names.get(f"department.{department}", department)
        yield at.say(
            "! Department {name} has no head then: HR acts for it until the roster names one", name=name
        )
