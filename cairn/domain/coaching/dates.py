"""What a plan waits for: whose turn each step is, until the end of which day, and the clocks that follow from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cairn.domain.calendar import add_working_days, end_of_day, opening, working_days_between
from cairn.domain.case.context import CaseContext
from cairn.domain.coaching.state import Coaching
from cairn.domain.rights import HR
from cairn.domain.schedule import local_day


@dataclass(frozen=True)
class Step:
    """One thing a plan waits for. `name` begins its phases (`<name>_remind`, `<name>_over`, `<name>_escalated`).

    Until the day `until` is over it is `who`'s turn (nobody's where it is None), then `then`'s. `until` is None while
    nobody knows when the person is back from leave. `number` is that of a checkpoint, or of what the company owes;
    `reported` says that the evidence of a checkpoint is there.
    """

    name: str
    since: datetime
    until: date | None
    who: str | None
    then: str
    number: int = 0
    reported: bool = False

    def turn(self, context: CaseContext) -> str | None:
        """Whose turn it is at the moment of the context."""
        return self.then if self.is_over(context) else self.who

    def is_over(self, context: CaseContext) -> bool:
        return self.until is not None and context.at >= end_of_day(self.until, context.calendar)


def manager(plan: Coaching, context: CaseContext) -> str:
    """The person's manager on the day; without one HR is told."""
    return context.manager_of(plan.holder) or HR


def mentor(plan: Coaching, context: CaseContext) -> str | None:
    """The mentor, None where there is none who is here."""
    return plan.mentor if context.is_here(plan.mentor) else None


def steps(plan: Coaching, context: CaseContext) -> Iterator[Step]:
    """Everything the plan waits for in its stage."""
    above = manager(plan, context)
    match plan.stage:
        case "proposed" if plan.asked_at and plan.answer_by:
            until = window(plan.asked_at, plan.answer_by, plan, context)
            yield Step("answer", plan.asked_at, until, plan.holder, above)
        case "objected" if plan.entered:
            yield Step("decision", plan.entered, plan.decide_by, above, above)
        case "running":
            yield from _running(plan, context, above)
        case "statement" if plan.concluded_at and plan.statement_by:
            until = window(plan.concluded_at, plan.statement_by, plan, context)
            yield Step("statement", plan.concluded_at, until, plan.holder, plan.holder)
        case _:
            return
    yield from _mentor(plan, context)


def _mentor(plan: Coaching, context: CaseContext) -> Iterator[Step]:
    helping = mentor(plan, context)
    if plan.stage == "statement" or helping is None or plan.mentor_read or plan.mentor_asked_at is None:
        return
    yield Step("mentor", plan.mentor_asked_at, plan.mentor_by, helping, helping)


def _running(plan: Coaching, context: CaseContext, above: str) -> Iterator[Step]:
    started = plan.started_at
    if started is None or plan.ends is None:
        return
    for each in plan.unjudged:
        reported = each.reported_at is not None
        until = context.after_leave(each.until, plan.holder)
        who = above if reported else plan.holder
        yield Step("checkpoint", max(each.set_at, started), until, who, above, each.number, reported)
    for owed in plan.open_support:
        who = (mentor(plan, context) or above) if owed.kind == "session" else above
        until = context.after_leave(owed.until, plan.holder)
        yield Step("support", max(owed.promised_at, started), until, who, who, owed.number)
    nothing_left = not plan.unjudged and not plan.open_support
    ends = context.after_leave(plan.ends, plan.holder)
    yield Step("end", started, ends, above if nothing_left else None, above)


def window(asked: datetime, day: date, plan: Coaching, context: CaseContext) -> date | None:
    """The last day of a window that was opened at `asked`; who is on long leave then has the whole of it, in working
    days, after coming back (RULES K5)."""
    back = context.after_leave(day, plan.holder)
    if back is None or back == day:
        return back
    n = working_days_between(local_day(asked, context.calendar), day, context.calendar)
    return add_working_days(back, n, context.calendar)


def deadlines(plan: Coaching, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """Of each step a reminder, the end of its day, and when it is told further up; and those who leave."""
    for step in steps(plan, context):
        yield from _clocks(step, plan, context)
    if plan.stage in ("proposed", "objected", "running"):
        yield from _leaving(plan, context)


ESCALATED = ("answer", "mentor", "decision", "checkpoint", "end")
"""Steps that are told further up; of the others the end of the day itself is told or recorded."""


def _clocks(step: Step, plan: Coaching, context: CaseContext) -> Iterator[tuple[str, datetime]]:
    if step.until is None:
        return
    calendar, over = context.calendar, end_of_day(step.until, context.calendar)
    reminded = _reminded(step, plan, context)
    if reminded is not None and step.since < reminded < over:  # never before the asking (RULES K5)
        yield f"{step.name}_remind", reminded
    yield f"{step.name}_over", max(over, step.since)
    if step.name in ESCALATED:
        after = context.policy.deadlines.escalate_after + 1
        day = max(step.until, local_day(step.since, calendar))
        yield f"{step.name}_escalated", opening(add_working_days(day, after, calendar), calendar)


def _reminded(step: Step, plan: Coaching, context: CaseContext) -> datetime | None:
    """When somebody is reminded; while the person is on leave nobody is."""
    before = context.policy.coaching.remind
    if not before or step.until is None:
        return None
    day = context.after_leave(add_working_days(step.until, -before, context.calendar), plan.holder)
    return None if day is None else opening(day, context.calendar)


def _leaving(plan: Coaching, context: CaseContext) -> Iterator[tuple[str, datetime]]:
    if (last := last_day(plan.mentor, context)) is not None:
        yield "mentor_left", end_of_day(last, context.calendar)
    if (last := last_day(plan.holder, context)) is not None:
        yield "left", end_of_day(last, context.calendar)


def last_day(who: str | None, context: CaseContext) -> date | None:
    """Somebody's last day, None where none is known."""
    history = context.histories.get(who or "")
    return history.last_day if history else None


def awaited(plan: Coaching, context: CaseContext) -> tuple[str, ...]:
    """Everybody whose turn it is. While the person is on leave nothing waits for them."""
    history = context.histories.get(plan.holder)
    is_away = history is not None and history.is_away(context.today)
    turns = (step.turn(context) for step in steps(plan, context))
    return tuple(dict.fromkeys(who for who in turns if who and not (is_away and who == plan.holder)))


def turns_at(plan: Coaching, context: CaseContext, phase: str, due: datetime) -> tuple[str, ...]:
    """Whose turn the steps are that a deadline is about. What the mentor left undone is the person's manager's to hear
    as well."""
    found: list[str] = []
    for step in due_steps(plan, context, phase, due):
        found.append(step.turn(context) or step.then)
        if phase.endswith("_escalated") and step.then == plan.mentor:
            found.append(plan.holder)
    return tuple(dict.fromkeys(found))


def due_steps(plan: Coaching, context: CaseContext, phase: str, due: datetime) -> list[Step]:
    """The steps that a deadline is about: several may have the same day."""
    return [step for step in steps(plan, context) if (phase, due) in set(_clocks(step, plan, context))]
