"""A figure is compared with its floor round by round, and its bar says whether it is reached."""

from dataclasses import replace

import pytest

from bench.figure import Bar, Figure, against, named, quantile


def figure(ours: float, bar: Bar | None, floor: float = 100.0) -> Figure:
    return against(
        [ours], [floor], row="append", what="append", size="small", unit="events/s", beside="INSERT", bar=bar
    )


@pytest.mark.parametrize(
    ("ours", "bar", "met"),
    [
        (60, Bar(0.6), True),
        (59, Bar(0.6), False),
        (150, Bar(1.5, at_least=False), True),
        (151, Bar(1.5, at_least=False), False),
        (10_000, Bar(10_000, of="figure"), True),
        (9_999, Bar(10_000, of="figure"), False),
        (5, None, None),
    ],
)
def test_a_bar_is_met_from_its_reach_on_and_not_a_step_before(
    ours: float, bar: Bar | None, met: bool | None
) -> None:
    assert figure(ours, bar).met is met


def test_a_bar_on_a_ratio_is_missed_where_no_floor_was_measured() -> None:
    assert replace(figure(100, Bar(0.6)), ratio=None).met is False


def test_the_ratio_is_that_of_neighbours_in_time_and_a_busy_minute_hits_both() -> None:
    found = against([50, 5, 60], [100, 10, 100], row="r", what="w", size="s", unit="u", beside="b")
    assert (found.ours, found.floor, found.ratio) == (50, 100, 0.5)


def test_rounds_that_do_not_pair_up_are_no_comparison() -> None:
    with pytest.raises(ValueError, match="shorter"):
        against([1, 2], [1], row="r", what="w", size="s", unit="u", beside="b")


def test_a_quantile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert (quantile(values, 0.5), quantile(values, 0.99), quantile([7.0], 0.99)) == (51, 100, 7)


@pytest.mark.parametrize(
    ("bar", "words"),
    [
        (Bar(0.6), "≥ 0.6 ×"),
        (Bar(1.5, at_least=False), "≤ 1.5 ×"),
        (Bar(10_000, of="figure"), "≥ 10,000"),
    ],
)
def test_a_bar_says_what_it_asks_for(bar: Bar, words: str) -> None:
    assert str(bar) == words


def test_the_size_of_a_log_is_named_by_its_power_of_ten() -> None:
    assert (named(100_000), named(10_000_000), named(2_000)) == ("10⁵ events", "10⁷ events", "2,000 events")
