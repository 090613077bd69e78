"""The examples of D1, D2, D3, D4 and D6 on docs/rules.md, and what holds of all."""

from datetime import date, timedelta

import pytest
from hypothesis import strategies as st

from cairn.domain.coverage import Statement
from tests.specs.given import for_all
from tests.specs.rules import Example, check, specs
from tests.specs.rules.readings import JANUARY, READINGS, covers, known, said

DAYS = st.dates(date(2025, 12, 15), date(2026, 2, 15))
ENDS = st.none() | DAYS


@specs(*READINGS)
def test_example(example: Example) -> None:
    check(example)


def stated(since: date, until: date | None, through: date, feed: str) -> Statement:
    ends = until if until is None or until >= since else since
    return said(through, covers(since=since, until=ends, everybody=True), feed=feed)


@for_all(feeds=st.lists(st.tuples(DAYS, ENDS, DAYS), max_size=4))
def test_law_D3_covered_is_each_day_of_the_period_and_nothing_else(
    feeds: list[tuple[date, date | None, date]],
) -> None:
    statements = [stated(*each, feed=f"f{number}") for number, each in enumerate(feeds)]
    first, last = JANUARY
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    by_day = [
        any(
            each.since <= day <= min(each.until or statement.said.through, statement.said.through)
            for statement in statements
            for each in statement.said.covers
        )
        for day in days
    ]
    assert known(*statements).covered == all(by_day)


@for_all(feeds=st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=4), more=st.integers(0, 40))
def test_law_D4_a_feed_that_gets_further_never_makes_anybody_wait(
    feeds: list[tuple[date, date]], more: int
) -> None:
    def through(late: int) -> date | None:
        statements = [stated(since, None, upto + timedelta(late), "f") for since, upto in feeds[:1]]
        rest = [stated(since, None, upto, f"f{n}") for n, (since, upto) in enumerate(feeds[1:])]
        return known(*statements, *rest).complete_through

    before, after = through(0), through(more)
    assert before is None or (after is not None and after >= before)


@pytest.mark.parametrize("covering", [True, False])
def test_D3_a_feed_without_covers_stays_valid_and_covers_nobody(covering: bool) -> None:
    declared = [covers(everybody=True)] if covering else []
    found = known(said(JANUARY[1], *declared), brought_by=["erp"])
    assert (found.covered, found.complete_through) == (covering, JANUARY[1])
