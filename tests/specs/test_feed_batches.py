"""Batches of readings: cut the same way each time, named by window and content, corrected by later ones."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cairn.domain.reading import ReadingsRecorded, Row
from cairn.feeds.batches import (
    Window,
    batch_id,
    batches,
    compare,
    completion,
    completion_id,
    content_hash,
    known_rows,
    look_back_window,
    watermark,
)
from cairn.feeds.feed import Feed, FilesSource

FEED = Feed(
    name="erp",
    source=FilesSource(kind="csv", path="a.csv"),
    watermark=date(2025, 12, 31),
    look_back=7,
    timezone="Asia/Shanghai",
)
JANUARY = Window(date(2025, 12, 31), date(2026, 1, 31))
NOW = datetime(2026, 2, 1, 6, tzinfo=UTC)


def row(day: int, value: str = "1", subject: str = "E005") -> Row:
    return Row(metric="sales", subject=subject, on=date(2026, 1, day), value=Decimal(value))


def batch(rows: list[Row], window: Window = JANUARY, correction: bool = False) -> ReadingsRecorded:
    (only,) = batches(FEED, rows, window, "system", NOW, correction=correction)
    return only


def test_a_window_of_many_rows_becomes_batches_of_a_thousand() -> None:
    rows = [row(1, subject=f"E{n:05d}") for n in range(2500)]
    made = batches(FEED, rows, JANUARY, "system", NOW)
    assert [len(each.rows) for each in made] == [1000, 1000, 500]


def test_a_window_without_rows_makes_no_batch() -> None:
    assert batches(FEED, [], JANUARY, "system", NOW) == []


@given(st.permutations([row(day, subject=subject) for day in (1, 2, 3) for subject in ("a", "b")]))
def test_the_order_of_the_source_does_not_matter(rows: list[Row]) -> None:
    ordered = sorted(rows, key=lambda each: (each.on, each.subject))
    assert batches(FEED, rows, JANUARY, "system", NOW, size=4) == batches(
        FEED, ordered, JANUARY, "system", NOW, size=4
    )


def test_the_same_window_and_content_is_the_same_event() -> None:
    first, again = batch([row(1, "1.0")]), batch([row(1, "1.00")])
    assert batch_id(first, version=0) == batch_id(again, version=5)


def test_another_window_or_content_is_another_event() -> None:
    ids = {
        batch_id(batch([row(1)]), 0),
        batch_id(batch([row(1, "2")]), 0),
        batch_id(batch([row(1)], Window(date(2025, 12, 31), date(2026, 1, 30))), 0),
    }
    assert len(ids) == 3


def test_a_value_that_goes_there_and_back_and_there_again_is_three_corrections() -> None:
    ids = [batch_id(batch([row(1, value)], correction=True), n) for n, value in enumerate("212")]
    assert len(set(ids)) == 3


def test_the_watermark_is_the_last_day_of_the_latest_window() -> None:
    assert watermark(FEED, []) is None
    later = batch([row(1)])
    earlier = batch([row(1)], Window(date(2025, 12, 31), date(2026, 1, 10)))
    assert watermark(FEED, [later, earlier]) == date(2026, 1, 31)


def test_the_watermark_survives_being_stored_in_another_time_zone() -> None:
    stored = batch([row(1)])
    assert stored.window_upto is not None
    moved = stored.model_copy(update={"window_upto": stored.window_upto.astimezone(UTC)})
    assert watermark(FEED, [moved]) == date(2026, 1, 31)


def test_a_correction_does_not_move_the_watermark() -> None:
    assert watermark(FEED, [batch([row(5)], correction=True)]) is None


def test_looking_back_never_goes_behind_the_feeds_own_beginning() -> None:
    last = date(2026, 1, 31)
    assert look_back_window(FEED, last, last).after == date(2026, 1, 24)
    assert look_back_window(FEED, date(2026, 1, 3), date(2026, 1, 3)).after == date(2025, 12, 31)


def test_what_was_complete_stays_complete() -> None:
    [said] = completion(FEED, date(2026, 1, 31), None, "system", NOW)
    assert completion(FEED, date(2026, 1, 30), said, "system", NOW) == []
    [later] = completion(FEED, date(2026, 2, 1), said, "system", NOW)
    assert (later.through, completion_id(said, 3) == completion_id(later, 3)) == (date(2026, 2, 1), False)
    assert completion_id(said, 3) != completion_id(said, 4)


def test_looking_back_takes_in_all_days_since_the_last_rows() -> None:
    last = date(2026, 1, 31)
    assert look_back_window(FEED, last, date(2026, 1, 10)).after == date(2026, 1, 10)
    assert look_back_window(FEED, last, None).after == date(2025, 12, 31)


def test_a_second_look_finds_what_changed_what_came_late_and_what_is_gone() -> None:
    before = [row(1), row(2), row(3, "3.0")]
    now = [row(2, "5"), row(3, "3.00"), row(4)]
    found = compare(before, now)
    assert found.rows == (row(2, "5"), row(4))
    assert found.gone == (row(1),)


def test_a_later_row_of_the_same_day_replaces_the_earlier_one() -> None:
    events = [batch([row(1), row(2)]), batch([row(2, "7")], correction=True)]
    assert sorted(each.value for each in known_rows(events, JANUARY)) == [Decimal(1), Decimal(7)]


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 99)), max_size=20))
def test_nothing_is_corrected_when_nothing_changed(values: list[tuple[int, int]]) -> None:
    rows = [row(day, str(value)) for day, value in dict(values).items()]
    made = batches(FEED, rows, JANUARY, "system", NOW, size=3)
    assert compare(known_rows(made, JANUARY), rows).rows == ()


def test_the_content_hash_sees_every_part_of_a_row() -> None:
    one = row(1)
    others = [
        one.model_copy(update=change)
        for change in (
            {"metric": "x"}, {"subject": "x"}, {"on": one.on + timedelta(1)}, {"value": Decimal(2)},
            {"base": Decimal(1)},
        )
    ]  # fmt: skip
    assert len({content_hash([each]) for each in [one, *others]}) == 6
