"""Names say where a goal belongs; an event's id says which command made it, and is the standard's."""

from uuid import uuid5

from hypothesis import strategies as st

from cairn.domain.streams import NAMESPACE, cycle_of, event_id, goal_name, holder_of, sheet_name, sheet_of
from tests.specs.given import for_all


@for_all(st.text(max_size=40), st.text(max_size=40), st.integers(0, 100))
def test_an_event_id_is_the_version_5_uuid_of_stream_command_and_ordinal(
    stream: str, command: str, nth: int
) -> None:
    assert event_id(stream, command, nth) == uuid5(NAMESPACE, f"{stream}\n{command}\n{nth}")


def test_a_goals_name_says_its_sheet_its_cycle_and_its_holder() -> None:
    sheet = sheet_of("goal-2026-department.sales-3")
    assert (sheet, cycle_of(sheet), holder_of(sheet)) == (
        "sheet-2026-department.sales-1",
        "2026",
        "department.sales",
    )


def test_a_goal_of_a_second_sheet_says_so() -> None:
    goal = goal_name("2026", "E-7", 4, sheet=2)
    assert (goal, sheet_of(goal), holder_of(sheet_of(goal))) == (
        "goal-2026-E-7-2.4",
        sheet_name("2026", "E-7", 2),
        "E-7",
    )
