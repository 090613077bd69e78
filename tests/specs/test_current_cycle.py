"""Which cycle somebody means who names none: the one that contains today."""

from datetime import date

import pytest

from cairn.domain.cycle.current import CycleDays, current


def cycle(name: str, today: date, *, over: bool = False) -> CycleDays:
    """A year's cycle, or with `2026b` its second half."""
    year = int(name[:4])
    return CycleDays(name, date(year, 7 if name.endswith("b") else 1, 1), date(year, 12, 31), today, over)


def named(today: date, *names: str, over: tuple[str, ...] = ()) -> list[str]:
    return list(current(cycle(name, today, over=name in over) for name in names))


def test_a_next_cycle_that_is_launched_early_does_not_take_the_place_of_the_one_that_runs() -> None:
    assert named(date(2026, 11, 26), "2027", "2026", "2025", over=("2025",)) == ["2026"]


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 12, 31)])
def test_both_ends_belong_to_a_cycle(day: date) -> None:
    assert named(day, "2025", "2026", "2027") == ["2026"]


def test_between_cycles_it_is_the_one_that_ended_last_and_is_still_open() -> None:
    today = date(2027, 2, 1)
    assert named(today, "2025", "2026", "2028") == ["2026"]


def test_between_cycles_it_is_the_next_one_where_all_before_are_closed() -> None:
    today = date(2027, 2, 1)
    assert named(today, "2025", "2026", "2028", "2029", over=("2025", "2026")) == ["2028"]


def test_a_cycle_that_was_given_up_is_not_meant_though_it_contains_today() -> None:
    assert named(date(2026, 8, 1), "2026", "2025", over=("2026",)) == ["2025"]


def test_where_everything_is_over_it_is_the_last_that_began() -> None:
    assert named(date(2026, 8, 1), "2024", "2025", "2027", over=("2024", "2025", "2027")) == ["2025"]
    assert named(date(2026, 8, 1), "2028", "2029", over=("2028", "2029")) == ["2029"]
    assert named(date(2026, 8, 1)) == []


def test_several_that_run_are_all_named_the_earliest_first() -> None:
    assert named(date(2026, 8, 1), "2026b", "2026") == ["2026", "2026b"]
    assert named(date(2026, 3, 1), "2026b", "2026") == ["2026"]


def test_each_cycle_has_its_own_today() -> None:
    """On New Year's Eve it is 2027 in Auckland already."""
    found = current([cycle("2026", date(2026, 12, 31), over=True), cycle("2027", date(2027, 1, 1))])
    assert list(found) == ["2027"]
