"""Quarterly adjustment: asked for, confirmed by manager and HR in either order, filed with the space that is left."""

from datetime import datetime, timedelta
from decimal import Decimal

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.cycle.schedule import Period
from cairn.domain.event import Event
from cairn.domain.goal.around import Around
from cairn.domain.goal.authority import Act, require
from cairn.domain.goal.commands import (
    ConfirmAdjustment,
    DeclineAdjustment,
    RequestAdjustment,
    WithdrawAdjustment,
)
from cairn.domain.goal.events import (
    AdjustmentConfirmed,
    AdjustmentDeclined,
    AdjustmentRequested,
    AdjustmentWithdrawn,
    Changes,
    Confirmer,
    GoalAdjusted,
)
from cairn.domain.goal.stages import require_stage
from cairn.domain.goal.state import Goal, PendingAdjustment
from cairn.domain.measure import Kpi
from cairn.domain.refusal import Refusal
from cairn.domain.sheet import rules

ACT: dict[Confirmer, Act] = {"manager": "confirm_manager", "hr": "confirm_hr"}


def request(command: RequestAdjustment, goal: Goal, around: Around) -> list[Event]:
    if command.adjustment in goal.adjustments or _is_pending(goal, command.adjustment):
        return []
    require_stage("adjust", goal)
    require("adjust", command.by, dict(around.people), goal)
    _check_window(command.at, around)
    _check_changes(command.changes, goal, around)
    draws = _draw(command.changes, goal, around)
    if draws > around.sheet.space_left:
        left, space = around.sheet.space_left, around.sheet.space
        raise Refusal("sheet.space", field="changes", needs=draws, left=left, space=space)
    asked = AdjustmentRequested(
        goal=goal.id,
        adjustment=command.adjustment,
        changes=command.changes,
        reason=command.reason,
        draws=draws,
        expires_at=_expiry(command.at, around),
        policy=around.policy.version,
        by=command.by,
        at=command.at,
    )
    return [asked]


def _is_pending(goal: Goal, adjustment: str) -> bool:
    return goal.pending is not None and goal.pending.adjustment == adjustment


def _expiry(at: datetime, around: Around) -> datetime:
    days = around.policy.calendar
    return opening(add_working_days(at.date(), around.policy.adjusting.expires_after, days), days)


def _quarter_of(at: datetime, around: Around) -> tuple[Period | None, Period | None]:
    quarters = around.cycle.schedule.of_kind("quarter") if around.cycle.schedule else []
    now = next((quarter for quarter in quarters if quarter.holds(at.date())), None)
    following = next((quarter for quarter in quarters if quarter.starts > at.date()), None)
    return now, following


def _check_window(at: datetime, around: Around) -> None:
    window = around.policy.adjusting.window_days
    if window is None:
        return
    quarter, following = _quarter_of(at, around)
    if quarter and at.date() < quarter.starts + timedelta(days=window):
        return
    again = following.starts.isoformat() if following else "-"
    raise Refusal("adjustment.window", field="at", days=window, next=again)


def _check_changes(changes: Changes, goal: Goal, around: Around) -> None:
    if changes.empty:
        raise Refusal("adjustment.empty", field="changes")
    if (changes.target is not None or changes.targets) and not isinstance(changes.measure or goal.measure, Kpi):
        raise Refusal("adjustment.no-target", field="changes.target")
    schedule = around.cycle.schedule
    unknown = [key for key in changes.targets if schedule is None or schedule.period(key) is None]
    if unknown:
        raise Refusal("adjustment.period", field="changes.targets", period=unknown[0])
    closed = [key for key in changes.targets if key in goal.scores]
    if closed:
        raise Refusal("adjustment.scored", field="changes.targets", period=closed[0])
    if changes.weight is not None or changes.counterweights:
        rules.check_whole_after(around.sheet, _weights(goal, changes))


def _weights(goal: Goal, changes: Changes) -> dict[str, Decimal]:
    own = {goal.id: changes.weight} if changes.weight is not None else {}
    return {**changes.counterweights, **own}


def _draw(changes: Changes, goal: Goal, around: Around) -> Decimal:
    schedule = around.cycle.schedule
    kinds = [schedule.period(key) for key in changes.targets] if schedule else []
    share = max((len(schedule.of_kind(period.kind)) for period in kinds if period and schedule), default=1)
    return rules.draw(around.sheet, goal.id, goal.measure, changes, around.policy.flexible_space, share)


def confirm(command: ConfirmAdjustment, goal: Goal, around: Around) -> list[Event]:
    if command.adjustment in goal.adjustments:
        return _repeated(command.adjustment or "", goal)
    require_stage("confirm", goal)
    pending = _the_pending(command.adjustment, goal)
    require(ACT[command.role], command.by, dict(around.people), goal)
    if command.role in pending.confirmed:
        return []
    if command.by in pending.confirmed.values():
        raise Refusal("adjustment.two-roles", field="role", by=command.by)
    confirmed = AdjustmentConfirmed(
        goal=goal.id, adjustment=pending.adjustment, role=command.role, by=command.by, at=command.at
    )
    if not pending.confirmed:
        return [confirmed]
    return [confirmed, *_take_effect(pending, goal, around, command)]


def _repeated(adjustment: str, goal: Goal) -> list[Event]:
    if goal.adjustments[adjustment] == "adjusted":
        return []
    raise Refusal("adjustment.ended", field="adjustment", how=goal.adjustments[adjustment])


def _the_pending(adjustment: str | None, goal: Goal) -> PendingAdjustment:
    if goal.pending is None or adjustment not in (None, goal.pending.adjustment):
        raise Refusal("adjustment.unknown", field="adjustment", adjustment=adjustment)
    return goal.pending


def _take_effect(
    pending: PendingAdjustment, goal: Goal, around: Around, command: ConfirmAdjustment
) -> list[Event]:
    changes, sheet, by, at = pending.changes, around.sheet, command.by, command.at
    weights = _weights(goal, changes)
    if weights:
        rules.check_whole_after(sheet, weights)
    filed = GoalAdjusted(
        goal=goal.id,
        adjustment=pending.adjustment,
        before=_before(changes, goal, around),
        after=changes,
        reason=pending.reason,
        draws=pending.draws,
        space_left=sheet.space_left - pending.draws,
        by=by,
        at=at,
    )
    used = rules.use(sheet, goal.id, pending.adjustment, pending.draws, by, at)
    return [filed, *used, *(rules.reweigh(sheet, weights, by, at) if weights else [])]


def _before(changes: Changes, goal: Goal, around: Around) -> Changes:
    measure, sheet = goal.measure, around.sheet
    kpi = measure if isinstance(measure, Kpi) else Kpi()
    return Changes(
        title=goal.title if changes.title is not None else None,
        target=kpi.target if changes.target is not None else None,
        targets={key: kpi.targets[key] for key in changes.targets if key in kpi.targets},
        measure=measure if changes.measure is not None else None,
        weight=sheet.weight_of(goal.id) if changes.weight is not None else None,
        counterweights={other: sheet.weight_of(other) for other in changes.counterweights},
    )


def decline(command: DeclineAdjustment, goal: Goal, around: Around) -> list[Event]:
    require_stage("decline", goal)
    pending = _the_pending(None, goal)
    require(ACT[command.role], command.by, dict(around.people), goal)
    return [
        AdjustmentDeclined(
            goal=goal.id,
            adjustment=pending.adjustment,
            role=command.role,
            reason=command.reason,
            by=command.by,
            at=command.at,
        )
    ]


def withdraw(command: WithdrawAdjustment, goal: Goal, around: Around) -> list[Event]:
    require_stage("withdraw", goal)
    pending = _the_pending(None, goal)
    if command.by != pending.requested_by:
        raise Refusal("adjustment.not-yours", field="by", who=pending.requested_by)
    return [AdjustmentWithdrawn(goal=goal.id, adjustment=pending.adjustment, by=command.by, at=command.at)]
