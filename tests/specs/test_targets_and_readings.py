"""A KPI's target in a period, and the one number its readings make there."""

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.domain.measure import Kpi
from cairn.domain.reading import Row, aggregate
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period, local_day, make_schedule, months_later
from cairn.domain.targets import target_in
from tests.specs.company import D, plan, schedule
from tests.specs.given import for_all, utc

DATES = schedule()
NEW_YEAR = date(2026, 1, 1)


def period(key: str) -> Period:
    found = DATES.period(key)
    assert found is not None
    return found


def target(kpi: Kpi, key: str, since: date = NEW_YEAR) -> Fraction | None:
    return target_in(kpi, period(key), DATES, since)


@pytest.mark.parametrize(("key", "expected"), [("M02", 100), ("Q3", 300), ("H1", 600), ("Y", 1200)])
def test_a_sums_target_is_shared_out_over_the_periods(key: str, expected: int) -> None:
    assert target(Kpi(target=D(1200)), key) == expected


@pytest.mark.parametrize("aggregation", ["last", "mean", "ratio"])
def test_any_other_target_is_the_same_in_every_period(aggregation: Any) -> None:
    assert {target(Kpi(target=D(95), aggregation=aggregation), key) for key in ("M01", "Q1", "Y")} == {95}


def test_a_joiner_in_the_middle_of_a_month_has_its_remaining_days() -> None:
    """From 16 June fifteen of thirty days; the first and the last day count."""
    kpi = Kpi(target=D(1200), whole_cycle=True)
    assert target(kpi, "M06", date(2026, 6, 16)) == 50
    assert target(kpi, "M06", date(2026, 6, 30)) == Fraction(100, 30)
    assert target(kpi, "M06", date(2026, 6, 1)) == target(kpi, "M07", date(2026, 6, 16)) == 100
    assert target(kpi, "Y", date(2026, 7, 2)) == Fraction(100 * 30, 31) + 500


def test_before_a_joiners_first_day_nothing_is_measured() -> None:
    assert target(Kpi(target=D(1200)), "M05", date(2026, 6, 1)) is None
    assert target(Kpi(target=D(95), aggregation="mean"), "M05", date(2026, 6, 1)) is None


def test_targets_set_one_by_one_make_up_the_longer_periods() -> None:
    quotas = Kpi(targets={"Q1": D(10), "Q2": D(20), "Q3": D(30), "Q4": D(40)})
    assert [target(quotas, key) for key in ("Q2", "H1", "H2", "Y")] == [20, 30, 70, 100]
    levels = quotas.model_copy(update={"aggregation": "last"})
    assert [target(levels, key) for key in ("Q2", "H1", "Y")] == [20, 20, 40]
    assert [target(levels.model_copy(update={"aggregation": "mean"}), key) for key in ("H1", "Y")] == [15, 25]


def test_a_quarter_without_a_quota_is_not_measured_and_the_year_has_the_others() -> None:
    """A salesperson who joined in the second quarter."""
    quotas = Kpi(targets={"Q2": D(20), "Q3": D(30), "Q4": D(40)})
    assert [target(quotas, key) for key in ("Q1", "Y")] == [None, 90]


def test_on_or_off_needs_no_target() -> None:
    assert target(Kpi(direction="on_off"), "M01") == 1 and target(Kpi(), "M01") is None


def test_a_years_periods_follow_each_other_without_gap_or_overlap() -> None:
    for kind, number in (("month", 12), ("quarter", 4), ("half_year", 2), ("year", 1)):
        periods = DATES.of_kind(kind)  # type: ignore[arg-type]
        assert len(periods) == number
        assert (periods[0].starts, periods[-1].ends) == (DATES.starts, DATES.ends)
        for earlier, later in pairwise(periods):
            assert (later.starts - earlier.ends).days == 1


@for_all(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 400))
def test_so_do_those_of_any_other_cycle(starts: date, days: int) -> None:
    ends = date.fromordinal(starts.toordinal() + days)
    dates = make_schedule(starts, ends, plan())
    for kind in ("month", "quarter", "half_year", "year"):
        periods = dates.of_kind(kind)
        assert sum(each.days for each in periods) == days + 1
        assert all(each.starts <= each.ends for each in periods)


def test_a_cycle_ends_after_it_starts() -> None:
    with pytest.raises(Refusal) as refused:
        make_schedule(date(2026, 5, 1), date(2026, 4, 30), plan())
    assert refused.value.code == "cycle.dates" and refused.value.field == "ends"


def test_the_end_of_november_and_three_months_is_the_end_of_february() -> None:
    assert months_later(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)


def test_a_moments_day_is_the_policys() -> None:
    assert local_day(utc("03-31", 15, 59), plan().calendar) == date(2026, 3, 31)
    assert local_day(utc("03-31", 16), plan().calendar) == date(2026, 4, 1)


def rows(*values: Any) -> list[Row]:
    """Values on successive days; a pair is value and base."""
    made = []
    for day, value in enumerate(values, start=1):
        number, base = value if isinstance(value, tuple) else (value, None)
        facts = {"metric": "m", "subject": "s", "on": date(2026, 1, day), "value": D(number)}
        made.append(Row.model_validate({**facts, "base": base}))
    return made


def test_sum_last_and_mean() -> None:
    values = rows(3, 5, 10)
    assert [aggregate(values, how) for how in ("sum", "last", "mean")] == [18, 10, 6]
    assert aggregate(list(reversed(values)), "last") == 10


def test_a_ratio_is_the_ratio_of_the_sums_not_the_mean_of_the_ratios() -> None:
    values = rows((1, 1), (0, 3))
    assert aggregate(values, "ratio") == D("0.25") and aggregate(values, "ratio", "%") == 25
    assert aggregate(rows((600_000, 6)), "ratio", "元") == 100_000


def test_a_ratio_of_nothing_is_nothing() -> None:
    assert aggregate(rows((1, 0)), "ratio") is None


@pytest.mark.parametrize("how", ["sum", "last", "mean", "ratio"])
def test_without_readings_there_is_no_number_not_zero(how: Any) -> None:
    assert aggregate([], how) is None
