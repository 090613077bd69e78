"""The decider of a goal sheet's own commands. What its goals do to it is decided with them (`rules`)."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple, assert_never

from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.commands import (
    AnySheetAction,
    ExtendSheet,
    RecordIncident,
    WaiveDimension,
    WithdrawIncident,
)
from cairn.domain.sheet.events import (
    DimensionWaived,
    IncidentRecorded,
    IncidentWithdrawn,
    SheetEvent,
    SheetExtended,
)
from cairn.domain.sheet.state import Sheet


class SheetContext(NamedTuple):
    """What is known beside a sheet: the local day, the cycle's policy and dates, who may agree for the committee, and
    how many of them have to."""

    today: date
    policy: Policy
    schedule: Schedule
    committee: Collection[str] = ()
    quorum: int = 0


def decide(command: AnySheetAction, sheet: Sheet, context: SheetContext) -> list[SheetEvent]:
    """The events of a command, or a refusal; asking for a decision twice gives nothing."""
    match command:
        case ExtendSheet():
            return _extend(command, sheet, context.today, context.schedule.ends)
        case WaiveDimension():
            return _waive(command, sheet, context.committee, context.quorum)
        case RecordIncident():
            return _record(command, sheet, context)
        case WithdrawIncident():
            return _withdraw(command, sheet)
        case _:
            assert_never(command)


def _extend(command: ExtendSheet, sheet: Sheet, today: date, last: date) -> list[SheetEvent]:
    if sheet.extended == command.until:
        return []
    if not today <= command.until <= last:
        raise Refusal("sheet.extend-day", field="until", until=command.until, today=today, last=last)
    return [
        SheetExtended(
            sheet=sheet.id, until=command.until, reason=command.reason, by=command.by, at=command.at
        )
    ]


def _waive(
    command: WaiveDimension, sheet: Sheet, committee: Collection[str], quorum: int
) -> list[SheetEvent]:
    """Both have to agree, as different people: HR, and so many of the committee as decide anything."""
    if sheet.kind != "person":
        raise Refusal("sheet.no-dimensions", field="sheet", sheet=sheet.id)
    agreed = sheet.waivers.get(command.dimension, {})
    if command.dimension in sheet.without or agreed.get(command.by) == command.role:
        return []
    if command.by in agreed:
        raise Refusal("adjustment.two-roles", field="role", by=command.by)
    now = {**agreed, command.by: command.role}
    members = [who for who, role in now.items() if role == "committee" and who in {*committee, command.by}]
    decided = "hr" in now.values() and len(members) >= quorum
    return [
        DimensionWaived(
            sheet=sheet.id,
            dimension=command.dimension,
            role=command.role,
            reason=command.reason,
            decided=decided,
            by=command.by,
            at=command.at,
        )
    ]


def _record(command: RecordIncident, sheet: Sheet, context: SheetContext) -> list[SheetEvent]:
    """An incident of a day that lies in the sheet's and not ahead, in a score that there is."""
    kind = context.policy.incidents.get(command.kind)
    if kind is None:
        known = list(context.policy.incidents)
        code = "incident.unknown" if known else "incident.none"
        raise Refusal(code, field="kind", kind=command.kind, known=known, policy=context.policy.version)
    on, last = command.on or context.today, min(sheet.last_day or context.schedule.ends, context.today)
    if not sheet.since <= on <= last:
        raise Refusal("incident.day", field="on", on=on, since=sheet.since, last=last)
    counts_in = command.counts_in or kind.counts_in[0]
    if counts_in not in kind.counts_in or counts_in not in context.policy.kinds_of(sheet.family):
        kinds = [each for each in kind.counts_in if each in context.policy.kinds_of(sheet.family)]
        raise Refusal("incident.counts-in", field="counts_in", asked=counts_in, known=kinds)
    period = next(each for each in context.schedule.of_kind(counts_in) if each.holds(on))
    return [
        IncidentRecorded(
            sheet=sheet.id,
            incident=sheet.recorded + 1,
            kind=command.kind,
            on=on,
            period=period.key,
            times=command.times,
            reason=command.reason,
            by=command.by,
            at=command.at,
        )
    ]


def _withdraw(command: WithdrawIncident, sheet: Sheet) -> list[SheetEvent]:
    if command.incident not in sheet.incidents:
        known = [str(number) for number in sheet.incidents]
        raise Refusal("incident.not-there", field="incident", number=command.incident, known=known)
    return [
        IncidentWithdrawn(
            sheet=sheet.id, incident=command.incident, reason=command.reason, by=command.by, at=command.at
        )
    ]
