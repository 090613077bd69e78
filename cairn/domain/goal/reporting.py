"""What people report themselves, and going on without what feeds have not brought (RULES D4, D6)."""

from datetime import date, datetime

from cairn.domain.attachment import check_attachments
from cairn.domain.event import Event
from cairn.domain.goal.commands import CheckIn, ConfirmCheckIns, ScoreWithout, WithdrawCheckIn
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.dates import own_dates
from cairn.domain.goal.events import CheckedIn, CheckInsConfirmed, CheckInWithdrawn, EvidenceWaived
from cairn.domain.goal.owing import decided_from, owed_periods
from cairn.domain.goal.state import Goal, Report
from cairn.domain.goal.status import deadlines_of
from cairn.domain.measure import Kpi, Measure
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day


def check_in(command: CheckIn, goal: Goal, context: GoalContext) -> list[Event]:
    """Adds a report of a day that lies in the goal's span and not ahead."""
    on = command.on or local_day(command.at, context.policy.calendar)
    _check_day(on, command, goal, context)
    _check_value(command, goal)
    check_attachments(command.files, context.policy.attachments)
    checked = CheckedIn(
        goal=goal.id,
        on=on,
        value=command.value,
        base=command.base,
        note=command.note,
        files=command.files,
        by=command.by,
        at=command.at,
    )
    last = next((said for said in reversed(goal.check_ins) if said.on == on), None)
    return [] if last is not None and last.model_copy(update={"at": command.at}) == checked else [checked]


def _check_day(on: date, command: CheckIn, goal: Goal, context: GoalContext) -> None:
    if on > local_day(command.at, context.policy.calendar):
        raise Refusal("check-in.future", field="on", on=on)
    ends = goal.last_day or (context.schedule.ends if context.schedule else on)
    if not goal.since <= on <= ends:  # it would count nowhere
        raise Refusal("check-in.outside", field="on", on=on, since=goal.since, ends=ends)


def _check_value(command: CheckIn, goal: Goal) -> None:
    if command.value is None and not command.note and not command.files:
        raise Refusal("check-in.empty", field="value")
    if command.value is not None and isinstance(goal.measure, Kpi) and goal.measure.metric:
        raise Refusal("check-in.fed", field="value", metric=goal.measure.metric)
    if command.value is not None and isinstance(goal.measure, Kpi) and goal.measure.computed:
        raise Refusal("check-in.computed", field="value")
    if command.value is not None and command.base is None and _is_ratio(goal.measure):
        raise Refusal("check-in.base", field="base")


def _is_ratio(measure: Measure) -> bool:
    return isinstance(measure, Kpi) and measure.aggregation == "ratio"


def confirm_check_ins(command: ConfirmCheckIns, goal: Goal, context: GoalContext) -> list[Event]:
    """Confirms reports with a value that wait; those confirmed before stay as they are."""
    named = [_report(number, goal) for number in command.check_ins] or list(goal.reports)
    waiting = [
        each.number for each in named if each.waits and (command.upto is None or each.said.on <= command.upto)
    ]
    if not waiting:
        return []
    confirmed = tuple(sorted(set(waiting)))
    return [CheckInsConfirmed(goal=goal.id, check_ins=confirmed, by=command.by, at=command.at)]


def withdraw_check_in(command: WithdrawCheckIn, goal: Goal, context: GoalContext) -> list[Event]:
    """Takes a report out of what counts; a confirmed one with a reason."""
    report = _report(command.check_in, goal)
    if report.confirmed_by is not None and not command.reason.strip():
        raise Refusal("check-in.reason", field="reason", number=report.number, by=report.confirmed_by)
    gone = CheckInWithdrawn(
        goal=goal.id, check_in=report.number, reason=command.reason, by=command.by, at=command.at
    )
    return [gone]


def _report(number: int, goal: Goal) -> Report:
    found = goal.report(number)
    if found is None:
        known = tuple(str(each.number) for each in goal.reports) or ("–",)
        raise Refusal("check-in.unknown", field="check_in", number=number, known=known)
    return found


def score_without(command: ScoreWithout, goal: Goal, context: GoalContext) -> list[Event]:
    """HR goes on without what is missing of a period whose score is due: what feeds have not brought (RULES D4), or a
    judgement that somebody still owes after the policy's wait (U2)."""
    if command.period in goal.waived:
        return []
    schedule = own_dates(goal, context.schedule, context.policy) if context.schedule else None
    owed = {each.key: due for each, due in owed_periods(goal, context, schedule)} if schedule else {}
    if command.period in owed:
        _check_wait(command, decided_from(owed[command.period], context))
    else:
        _check_fed(command, goal, context)
    return [
        EvidenceWaived(
            goal=goal.id, period=command.period, reason=command.reason, by=command.by, at=command.at
        )
    ]


def _check_wait(command: ScoreWithout, decided: datetime) -> None:
    """Whoever owes a judgement has the policy's working days for it."""
    if command.at < decided:
        raise Refusal("score-without.too-early", field="period", period=command.period, on=decided.date())


def _check_fed(command: ScoreWithout, goal: Goal, context: GoalContext) -> None:
    kpi = goal.measure
    if not isinstance(kpi, Kpi) or (kpi.metric is None and kpi.computed is None):
        raise Refusal("score-without.nothing-missing", field="period", period=command.period)
    due = [each for each in deadlines_of(goal, context) if each.period is not None]
    waiting = tuple(each.period or "" for each in due if each.at <= command.at)
    if command.period not in waiting:
        raise Refusal("score-without.not-due", field="period", period=command.period, known=waiting or ("–",))
