"""The decider of a goal sheet's own commands. What its goals do to it is decided with them (`rules`)."""

from collections.abc import Collection
from datetime import date
from typing import assert_never

from cairn.domain.refusal import Refusal
from cairn.domain.sheet.commands import AnySheetAction, ExtendSheet, WaiveDimension
from cairn.domain.sheet.events import DimensionWaived, SheetEvent, SheetExtended
from cairn.domain.sheet.state import Sheet


def decide(
    command: AnySheetAction, sheet: Sheet, today: date, last: date, committee: Collection[str], quorum: int
) -> list[SheetEvent]:
    """The events of a command, or a refusal; asking twice gives nothing.

    `today` is the local day, `last` the cycle's last one. `committee` are those who may agree for it, and `quorum` how
    many of them have to.
    """
    match command:
        case ExtendSheet():
            return _extend(command, sheet, today, last)
        case WaiveDimension():
            return _waive(command, sheet, committee, quorum)
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
