"""Tables at a terminal: whatever its width, an id can be copied."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from cairn_portal.presenting.tables import fitted
from cairn_portal.presenting.words import grid

IDS = ("feedback-2026-E001-5f1c2a9b", "goal-2026-department.D1-12", "review-2026-张三-M02")


def drawn(width: int, *more: str) -> str:
    table = grid("反馈", "about", "what was seen", "until", "title", title="Feedback", right=("until",))
    for id in IDS:
        table.add_row(
            id,
            "E001 周敏",
            "三份报价用了去年的价格，客户等了两天",
            "2026-03-16 18:00",
            "老客户回访 old customers",
            *more,
        )
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(table)
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 140, 240])
def test_ids_and_days_stay_in_one_piece_at_every_width(width: int) -> None:
    text = drawn(width)
    for whole in (*IDS, "E001", "2026-03-16", "18:00"):
        assert whole in text
    assert all(cell_len(line.rstrip()) <= width for line in text.splitlines()), "nothing is cut off"
    assert text.replace("\n", "").replace(" ", "").count("客户") >= len(IDS)


def test_words_give_way_before_a_row_is_written_as_a_list() -> None:
    assert drawn(140).count("what was seen") == 1
    assert drawn(40).count("about") == len(IDS)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), min_size=1), st.integers(0, 200))
def test_widths_are_as_much_as_can_be_used_and_never_less_than_what_is_needed(
    columns: list[tuple[int, int]], room: int
) -> None:
    least = [low for low, _ in columns]
    most = [low + more for low, more in columns]
    widths = fitted(least, most, room)
    if widths is None:
        assert sum(least) > room
        return
    assert all(low <= width <= high for low, width, high in zip(least, widths, most, strict=True))
    assert sum(widths) == min(room, sum(most))
