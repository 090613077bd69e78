"""Values as people read them, the same in both languages: numbers, shares, days and moments."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from cairn.domain.exact import exact, rounded


def number(value: Decimal | Fraction | float | int | str, places: int = 2) -> str:
    """A number grouped by thousands, rounded half up for the eye, without idle zeros: `1,234.5`."""
    text = format(rounded(exact(value), places), ",f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal | Fraction | float | int | str) -> str:
    """A percentage, one place at most: `87.5%`."""
    return f"{number(value, 1)}%"


def day(value: date | str) -> str:
    """A day, as ISO 8601 writes it; of a moment, its day on its own zone's clock."""
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return (found.date() if isinstance(found, datetime) else found).isoformat()


def moment(value: datetime | str) -> str:
    """A moment to the minute, on the clock of the zone the value is in."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{found:%Y-%m-%d %H:%M}"


VALUES: dict[str, Callable[..., str]] = {"number": number, "percent": percent, "day": day, "moment": moment}
"""What writes a value, by the spec that asks for it."""
