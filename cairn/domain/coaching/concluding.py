"""What becomes of a plan. That it failed needs a record which shows it: facts, a checkpoint that was not met, and the
help that was given (Labour Contract Law art. 40(2): training or another post comes before "not up to the job"; Guiding
Case 18: the last place in a ranking alone proves nothing)."""

from collections.abc import Iterable

from cairn.domain.calendar import add_working_days, end_of_day
from cairn.domain.case.context import CaseContext
from cairn.domain.coaching.commands import ConcludeCoaching
from cairn.domain.coaching.events import CoachingConcluded
from cairn.domain.coaching.state import Checkpoint, Coaching, Support
from cairn.domain.event import Event
from cairn.domain.refusal import Refusal


def conclude(command: ConcludeCoaching, plan: Coaching, context: CaseContext) -> list[Event]:
    if plan.unjudged:
        raise Refusal("coaching.unjudged", numbers=_numbers(plan.unjudged))
    insisted, statement_by = False, None
    if command.outcome == "failed":
        _check_record(plan, context)
        if not command.facts.strip():
            raise Refusal("coaching.facts", field="facts")
        insisted = context.insisted_on(command.facts, command.insist)
        within = context.policy.coaching.statement
        statement_by = add_working_days(context.today, within, context.calendar)
    elif plan.not_met and not command.facts.strip():
        raise Refusal("coaching.met-facts", field="facts", numbers=_numbers(plan.not_met))
    return [
        CoachingConcluded(
            case=plan.id,
            outcome=command.outcome,
            facts=command.facts,
            insisted=insisted,
            statement_by=statement_by,
            by=command.by,
            at=command.at,
        )
    ]


def _check_record(plan: Coaching, context: CaseContext) -> None:
    """The person had the time they were given, something was not met, and everything promised was given."""
    ends = context.after_leave(plan.ends, plan.holder) if plan.ends else None
    if ends is None:
        raise Refusal("coaching.on-leave", holder=plan.holder)
    if context.at < end_of_day(ends, context.calendar):
        raise Refusal("coaching.not-over", day=ends)
    if not plan.not_met:
        raise Refusal("coaching.all-met")
    if plan.open_support:
        raise Refusal("coaching.support-open", numbers=_numbers(plan.open_support))
    owed = [each for each in plan.support if each.outcome == "not_held" and not each.replaced]
    if owed:
        raise Refusal("coaching.support-owed", numbers=_numbers(owed))
    if not any(each.outcome in ("held", "missed") for each in plan.support):
        raise Refusal("coaching.nothing-given")


def _numbers(found: Iterable[Checkpoint | Support]) -> list[int]:
    return [each.number for each in found]
