"""The examples of E3: money."""

from datetime import date
from fractions import Fraction
from typing import Any

from cairn.domain.exact import exact, rounded
from cairn.domain.pay import (
    by_targets,
    full_months,
    paid_days,
    part_of_points,
    percent_of,
    product,
    share_out,
    true_up,
)
from cairn.domain.schedule import Days
from tests.specs.company import D, schedule
from tests.specs.rules import Example

UNIT_A = {"t1": exact("3.5"), "t2": exact("1.4"), "t3": Fraction(11, 6)}


def shared(pot: str, points: dict[str, Any], cap: str | None = None) -> Any:
    return share_out(
        D(pot), {who: exact(each) for who, each in points.items()}, None if cap is None else D(cap)
    )


def parts(*args: Any) -> list[Any]:
    """What each one gets, in the order of their ids, then what is left."""
    found = shared(*args)
    return [*(found.paid[who] for who in sorted(found.paid)), found.left]


def months_of(first: str | None = None, away: tuple[str, str] | None = None) -> Fraction:
    """Twelfths of 2026 by full months, of somebody who came on a day or was away."""
    since = date.fromisoformat(first) if first else date(2026, 1, 1)
    gaps = (Days(first=date.fromisoformat(away[0]), last=date.fromisoformat(away[1])),) if away else ()
    return 12 * full_months(schedule(), since, gaps)


def bonus(amount: str, *factors: Any) -> Any:
    return rounded(product(exact(amount), *map(exact, factors)), 2)


def trued(year: str, *advances: str) -> Any:
    return true_up(D(year), map(D, advances)).due


E3 = (
    Example("E3", "3,728.00 for 3.5, 1.4 and 11/6 points with a cap of 1,900; what is left",
            "1900.00, 791.51, 1036.49, 0.00", lambda: parts("3728.00", UNIT_A, "1900")),
    Example("E3", "2,000.01 for two who have the same points: the first id has the cent", "1000.01, 1000.00, 0.00",
            lambda: parts("2000.01", {"t8": 3, "t9": 3})),
    Example("E3", "0.02 for 1, 1 and 1 point", "0.01, 0.01, 0.00, 0.00",
            lambda: parts("0.02", {"a": 1, "b": 1, "c": 1})),
    Example("E3", "825.00 and nobody with any points", "0.00, 825.00", lambda: parts("825.00", {"t6": 0})),
    Example("E3", "an empty pot", "0.00, 0.00", lambda: parts("0.00", {"t7": "2.5"})),
    Example("E3", "100.00 for 1 and 1 point with a cap of 30: all are at it, the rest is left", "30.00, 30.00, 40.00",
            lambda: parts("100.00", {"a": 1, "b": 1}, "30")),
    Example("E3", "100.00 for 8, 1 and 1 points with a cap of 60, of 45",
            "60.00, 20.00, 20.00, 0.00, 45.00, 27.50, 27.50, 0.00",
            lambda: [each for cap in ("60", "45") for each in parts("100.00", {"a": 8, "b": 1, "c": 1}, cap)]),
    Example("E3", "2 % of 100,000.50", "2000.01", lambda: percent_of(D("100000.50"), D(2))),
    Example("E3", "18,000 × 0.82 × 1.1 × 249/261: the product is rounded once", "15489.52",
            lambda: bonus("18000", "0.82", "1.1", paid_days(12, 261))),
    Example("E3", "10,000 for 151.66666 points exactly, and for the rounded 151.67", "15166.67, 15167.00",
            lambda: [bonus("10000", part_of_points(exact(p), exact(100))) for p in ("151.66666", "151.67")]),
    Example("E3", "−20 points of 100: nothing is taken back", "0.00",
            lambda: bonus("10000", part_of_points(exact(-20), exact(100)))),
    Example("E3", "28,000 for the year after 26,000 in advance; 28,000 after 30,000", "2000.00, 0.00",
            lambda: [trued("28000.00", "26000.00"), trued("28000.00", "10000.00", "20000.00")]),
    Example("E3", "quotas of 300, 300, 300 and 100: parts of the year's amount", "0.3, 0.3, 0.3, 0.1",
            lambda: list(by_targets({f"Q{n}": exact(each) for n, each in enumerate((300, 300, 300, 100))}).values())),
    Example("E3", "full months: 10 May to 9 July away; came on 1 March; came on 15 March", "11, 10, 10",
            lambda: [months_of(away=("2026-05-10", "2026-07-09")), months_of("2026-03-01"), months_of("2026-03-15")]),
)  # fmt: skip

PAY = (E3,)
