"""A goal's trend: what came beside what was aimed at, drawn so that it says what the table says."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Browser, expect

from cairn.domain.measure import Capability, Kpi, Measure
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.trend import EDGE, HEIGHT, WIDTH, Trend, trend
from projections.models.progress import PeriodProgress, ProgressLine
from tests.pages.conftest import Served, begun, pictured, screen
from tests.pages.test_every_page import faults

SUM = Kpi(target=Decimal(1200), unit="CNY", aggregation="sum")
MEAN = Kpi(target=Decimal(98), unit="%", aggregation="mean")


def months(*figures: tuple[int | None, int | None]) -> tuple[PeriodProgress, ...]:
    """(target, actual) of the months from January on."""
    return tuple(
        PeriodProgress(
            period=f"M{n:02}", kind="month", starts=date(2026, n, 1), ends=date(2026, n, 28),
            target=None if target is None else Fraction(target), actual=None if actual is None else Fraction(actual),
            attainment=None, done=None, rows=0, latest=None, days_left=0,
        )
        for n, (target, actual) in enumerate(figures, 1)
    )  # fmt: skip


def line(measure: Measure, periods: tuple[PeriodProgress, ...]) -> ProgressLine:
    return ProgressLine(
        goal="g", title="Revenue", owner="E1", sheet="s", tier="individual", dimension="duties", stage="active",
        weight=None, measure=measure, current=None, to_date=None, periods=periods,
    )  # fmt: skip


def drawn(measure: Measure, *figures: tuple[int | None, int | None]) -> Trend | None:
    return trend(PageReader("en"), line(measure, months(*figures)))


def test_a_sum_grows_and_stops_where_nothing_has_come_yet() -> None:
    found = drawn(SUM, (100, 80), (100, 150), (100, None), (100, None))
    assert found is not None
    assert [dot.said for dot in found.dots] == ["M01: 80 CNY", "M02: 230 CNY"]
    assert (found.first, found.last, found.top) == ("M01", "M04", "400 CNY")
    assert found.said == "Up to M02: 230 of 200 CNY"


def test_a_month_without_data_between_others_adds_nothing_to_a_sum_and_has_no_dot_of_a_mean() -> None:
    grown, level = drawn(SUM, (100, 80), (100, None), (100, 50)), drawn(MEAN, (98, 97), (98, None), (98, 99))
    assert grown is not None and [dot.said for dot in grown.dots] == [
        "M01: 80 CNY",
        "M02: 80 CNY",
        "M03: 130 CNY",
    ]
    assert level is not None and [dot.said for dot in level.dots] == ["M01: 97 %", "M03: 99 %"]


@pytest.mark.parametrize(
    "found",
    [
        drawn(SUM, (100, None), (100, None)),
        drawn(SUM, (100, 80)),
        drawn(SUM, (None, 80), (None, 90)),
        drawn(Capability(outcomes=("x",)), (100, 80), (100, 90)),
    ],
    ids=["nothing came", "one period", "no target", "no KPI"],
)
def test_without_two_periods_and_something_that_came_there_is_none(found: Trend | None) -> None:
    assert found is None


FIGURES = st.lists(
    st.tuples(st.integers(-500, 500), st.none() | st.integers(-500, 5000)), min_size=2, max_size=12
)


@given(FIGURES, st.sampled_from([SUM, MEAN]))
def test_whatever_came_lies_inside_the_drawing_in_order(
    figures: list[tuple[int, int | None]], measure: Kpi
) -> None:
    found = drawn(measure, *figures)
    if all(actual is None for _, actual in figures):
        assert found is None
        return
    assert found is not None
    points = [tuple(map(float, each.split(","))) for each in f"{found.target} {found.actual}".split()]
    assert all(EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - EDGE for x, y in points)
    across = [dot.x for dot in found.dots]
    assert across == sorted(set(across)) and len(found.target.split()) == len(figures)


async def test_a_goal_that_runs_shows_its_trend_to_eyes_and_screen_readers(
    browser: Browser, served: Served, shots: Path | None
) -> None:
    async with begun(served, "trend", 100) as cycle:
        goal, first = f"goal-{cycle}-E1-1", date.today() - timedelta(days=100)
        for act, by in (("submit", "E1"), ("approve", "M1")):
            done = await served.cairn("goal", act, goal, "--by", by)
            assert done.code == 0, done.err
        for days, value in ((20, "120"), (50, "90"), (80, "160")):
            on = (first + timedelta(days=days)).isoformat()
            done = await served.cairn("goal", "check-in", goal, "--value", value, "--on", on, "--by", "E1")
            assert done.code == 0, done.err
        async with screen(browser, served, language="en") as owner:
            await owner.sign_in("E1")
            await owner.open(f"/goals/{goal}")
            chart = owner.page.locator(".trend svg")
            await expect(chart).to_be_visible()
            assert "370" in (await chart.get_attribute("aria-label") or "")
            await expect(owner.page.locator(".trend figcaption")).to_contain_text("370")
            for shade in ("light", "dark"):
                assert await faults(owner) == []
                await pictured(owner, shots, f"trend-en-{shade}")
                await owner.page.locator("[data-theme-toggle]").click()
