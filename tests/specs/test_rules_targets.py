"""T1–T6: targets of periods, by example and by law."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from cairn.domain.cycle.commands import LaunchCycle
from cairn.domain.cycle.state import Cycle
from cairn.domain.exact import exact
from cairn.domain.launch.decide import launch
from cairn.domain.launch.plan import Planner, by_holder
from cairn.domain.measure import Kpi
from cairn.domain.people import Roster
from cairn.domain.policy import PeriodKind
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, make_schedule
from cairn.domain.targets import (
    DoesNotFit,
    baseline_in,
    bounds_in,
    has_ended,
    target_in,
    with_target,
    with_targets,
)
from cairn.i18n import refusal_message
from tests.specs.company import HUA, LIN, PEOPLE, WANG, on, plan
from tests.specs.given import for_all
from tests.specs.rules import Example, check, specs
from tests.specs.rules.cases import DATES, kpi
from tests.specs.rules.targets import QUARTERS, TARGETS, launched_with

KINDS: tuple[PeriodKind, ...] = ("month", "quarter", "half_year", "year")
STARTS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
LENGTHS = st.integers(1, 420)
LATER = st.integers(0, 420)
AMOUNTS = st.integers(1, 10**6).map(lambda n: Fraction(n, 100))


@specs(*TARGETS)
def test_example(example: Example) -> None:
    check(example)


def cycle(starts: date, length: int) -> Schedule:
    return make_schedule(starts, starts + timedelta(days=length), plan())


def total(measure: Kpi, dates: Schedule, since: date, kind: Any) -> Fraction:
    found = [target_in(measure, period, dates, since) for period in dates.of_kind(kind)]
    return sum((each for each in found if each is not None), Fraction(0))


@for_all(STARTS, LENGTHS, LATER, AMOUNTS, st.booleans())
def test_law_T1_the_parts_of_a_target_sum_to_the_whole_for_each_kind_of_period(
    starts: date, length: int, later: int, amount: Fraction, whole_cycle: bool
) -> None:
    """Exactly, for any cycle and any day of joining it."""
    dates = cycle(starts, length)
    since = min(starts + timedelta(days=later), dates.ends)
    measure = Kpi(target=exact(amount).numerator, whole_cycle=whole_cycle)
    year = target_in(measure, dates.year, dates, since)
    assert year is not None and {total(measure, dates, since, kind) for kind in KINDS} == {year}
    if not whole_cycle or since == starts:
        assert year == exact(amount).numerator


@for_all(STARTS, LENGTHS, LATER, st.lists(AMOUNTS, min_size=14, max_size=14), st.sampled_from(KINDS[:3]))
def test_law_T1_so_do_targets_that_are_set_period_by_period(
    starts: date, length: int, later: int, amounts: list[Fraction], kind: Any
) -> None:
    dates = cycle(starts, length)
    since = min(starts + timedelta(days=later), dates.ends)
    stated = dict(zip((period.key for period in dates.of_kind(kind)), amounts, strict=False))
    measure = Kpi(targets=stated, whole_cycle=True)
    year = target_in(measure, dates.year, dates, since)
    assert {total(measure, dates, since, each) for each in KINDS} == {year}


@for_all(
    STARTS,
    LENGTHS,
    LATER,
    LATER,
    AMOUNTS,
    st.lists(st.integers(1, 500), min_size=1, max_size=3),
    st.booleans(),
)
def test_law_T3_after_any_changes_the_parts_sum_to_the_new_target_and_ended_ones_keep_theirs(
    starts: date,
    length: int,
    later: int,
    day: int,
    amount: Fraction,
    percents: Sequence[int],
    whole_cycle: bool,
) -> None:
    dates = cycle(starts, length)
    since = min(starts + timedelta(days=later), dates.ends)
    measure, today = Kpi(target=amount.numerator, baseline=-5, whole_cycle=whole_cycle), since
    for step, percent in enumerate(percents, start=1):
        today = min(since + timedelta(days=day * step // 3), dates.ends)
        wanted = amount.numerator * percent
        try:
            after = with_target(measure, wanted, dates, since, today)  # type: ignore[arg-type]
        except DoesNotFit as refused:
            assert Fraction(wanted) <= refused.fixed
            continue
        assert {total(after, dates, since, kind) for kind in KINDS} == {wanted}
        for period in dates.periods:
            if has_ended(period, today):
                stood, stands = (target_in(each, period, dates, since) for each in (measure, after))
                assert stood == stands
                if stood is not None and stands is not None:
                    bases = [baseline_in(each, period, stood, dates, since) for each in (measure, after)]
                    assert bases[0] == bases[1]
        measure = after


@for_all(STARTS, LENGTHS, LATER, LATER, AMOUNTS, AMOUNTS, st.sampled_from(KINDS[:3]), st.integers(0, 12))
def test_law_T6_a_changed_period_has_its_target_and_no_ended_one_moves(
    starts: date,
    length: int,
    later: int,
    day: int,
    amount: Fraction,
    wanted: Fraction,
    kind: Any,
    number: int,
) -> None:
    dates = cycle(starts, length)
    since = min(starts + timedelta(days=later), dates.ends)
    today = min(since + timedelta(days=day), dates.ends)
    ahead = [period for period in dates.of_kind(kind) if period.ends >= max(since, today)]
    assume(ahead)
    period = ahead[number % len(ahead)]
    measure = Kpi(target=amount.numerator)
    try:
        after = with_targets(measure, {period.key: wanted}, dates, since, today)
    except DoesNotFit:
        return
    assert target_in(after, period, dates, since) == wanted
    for each in dates.periods:
        apart = each.ends < period.starts or period.ends < each.starts
        if apart or has_ended(each, today):
            assert target_in(after, each, dates, since) == target_in(measure, each, dates, since)


@for_all(STARTS, LENGTHS, LATER, st.integers(-500, 500), st.integers(0, 500))
def test_law_T5_the_bounds_of_a_range_over_a_sum_sum_to_the_years(
    starts: date, length: int, later: int, lower: int, width: int
) -> None:
    dates = cycle(starts, length)
    since = min(starts + timedelta(days=later), dates.ends)
    budget = kpi(direction="range", lower=lower, upper=lower + width)
    for kind in KINDS:
        parts = [bounds_in(budget, period, dates, since) for period in dates.of_kind(kind)]
        assert sum((each.upper for each in parts if each), Fraction(0)) == lower + width
        assert sum((each.lower for each in parts if each), Fraction(0)) == lower


def test_T3_the_refusal_says_what_would_fit() -> None:
    refused = Refusal("adjustment.nothing-left", fixed=Fraction(600), side="above")
    assert "hold 600 already: the new target must lie above that" in refusal_message(refused).text("en")


def test_T4_a_launch_with_proposed_targets_that_cannot_be_is_refused_and_the_preview_names_them() -> None:
    wrong = ((LIN, "Q1", 90), (LIN, "M01", 40))
    assert launched_with(*wrong)["missing"] == ["measure.disagree"]
    people = Roster(people=(PEOPLE[LIN], PEOPLE[WANG]), departments=())
    rows = [{"holder": who, "goal": "revenue", "period": key, "target": n} for who, key, n in wrong]
    from cairn.domain.cycle.events import TargetRow

    planned = Planner(
        "2026", "2026", DATES, plan(), people, by_holder(map(TargetRow.model_validate, rows))
    ).plan()
    command = LaunchCycle(cycle="2026", seen=planned.digest, by=HUA, at=on("01-01"))
    try:
        launch(command, Cycle(id="2026"), planned, 1)
    except Refusal as refusal:
        said = refusal_message(refusal).text("en")
        assert (
            refusal.code == "cycle.targets" and "revenue of lin" in said and "90" in said and "{" not in said
        )
    else:
        raise AssertionError("launched")


def test_T4_a_quota_of_every_quarter_is_a_target_of_every_month() -> None:
    rows = [(LIN, key, 90) for key in QUARTERS]
    measure = launched_with(*rows)["kpi"]
    assert {target_in(measure, month, DATES, DATES.starts) for month in DATES.of_kind("month")} == {30}
