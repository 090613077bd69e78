"""What is typed at an option: numbers, days and the like, read by the parsers that read files too."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import TypeVar

from cairn.documents.dates import Order, read_date, read_order
from cairn.documents.mistakes import DocumentInvalid, Mistake, Place
from cairn.documents.moments import end_of_day, read_moment
from cairn.documents.numbers import plain, read_number
from cairn.documents.percentages import read_measured
from cairn.i18n import message
from cairn_portal.cli.problem import USAGE, Problem

Value = TypeVar("Value")


class OptionInvalid(DocumentInvalid):
    """An option that cannot be read; the place of the mistake names it."""


def decimal(written: str | None, option: str, unit: str | None = None) -> str | None:
    """A number as typed, exact, in plain digits; with the `unit` it is measured in, `95%` may be typed for `95`.
    Raises OptionInvalid."""
    if written is None:
        return None
    return plain(_read(read_number(written) if unit is None else read_measured(written, unit), option))


def named_numbers(written: Iterable[str] | None, option: str) -> list[tuple[str, str]]:
    """Pairs typed as NAME=NUMBER, in their order. Raises OptionInvalid, or Problem for what is no pair."""
    pairs = []
    for each in written or ():
        name, sign, amount = each.partition("=")
        if not sign or not name.strip():
            raise Problem(message("{option} is NAME=NUMBER, not '{each}'.", option=option, each=each), USAGE)
        pairs.append((name.strip(), decimal(amount.strip(), option) or ""))
    return pairs


def day(written: str | None, option: str) -> date | None:
    """A day as typed. Raises OptionInvalid."""
    return None if written is None else _read(read_date(written), option)


def iso_day(written: str | None, option: str) -> str | None:
    """The same as text, as commands carry it."""
    found = day(written, option)
    return found.isoformat() if found else None


def moment_or_day_end(written: str, zone: tzinfo, option: str) -> datetime:
    """A moment as typed; of a day, its end. Without an offset it is one of the zone. Raises OptionInvalid."""
    found = read_moment(written, zone)
    if isinstance(found, Mistake) and found.message.id == "moment:no-time":
        return end_of_day(_read(read_date(written), option), zone)
    return _read(found, option)


def order(written: str | None, option: str = "--dates") -> Order | None:
    """The order of year, month and day. Raises OptionInvalid."""
    return None if written is None else _read(read_order(written), option)


def _read(found: Value | Mistake, option: str) -> Value:
    if isinstance(found, Mistake):
        raise OptionInvalid([found.at(Place(option))], option)
    return found
