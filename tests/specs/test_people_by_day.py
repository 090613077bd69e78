"""People are dated (RULES L1) and subordinates count by days (Y2): a decision changes nothing before its day."""

from datetime import date
from typing import Any

import pytest

from cairn.domain.people import (
    AnyPersonEvent,
    DelegateNamed,
    LeavingWithdrawn,
    PersonAway,
    PersonChanged,
    PersonJoined,
    PersonLeft,
    PersonReturned,
)
from cairn.domain.person_history import PersonHistory, evolve_person, fold_history
from cairn.domain.reporting import reporting_days
from cairn.domain.schedule import Days
from tests.specs.company import CHEN, HUA, LIN, PEOPLE, QIAN, WANG, ZHAO, on, person

STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
AT: dict[str, Any] = {"by": HUA, "at": on("01-10")}


def day(written: str) -> date:
    return on(written).date()


def joined(who: str = LIN, manager: str | None = WANG, **facts: Any) -> PersonJoined:
    return PersonJoined(person=who, details=person(who, manager, **facts), **AT)


def changed(history: PersonHistory, since: str, **fields: Any) -> PersonChanged:
    details = history.on(day(since)).model_copy(update=fields)
    return PersonChanged(person=history.id, details=details, effective=day(since), **AT)


def left(who: str, since: str) -> PersonLeft:
    return PersonLeft(person=who, effective=day(since), **AT)


def history_of(*events: AnyPersonEvent) -> PersonHistory:
    found = fold_history(events)
    assert found is not None
    return found


def then(history: PersonHistory, since: str, **fields: Any) -> PersonHistory:
    """The history with one more change, stated as today's commands state it: the whole person of that day."""
    found = evolve_person(history, changed(history, since, **fields))
    assert found is not None
    return found


def test_l1_a_change_decided_for_a_later_day_changes_nothing_before_it() -> None:
    lin = then(history_of(joined()), "07-01", manager=CHEN)
    assert [lin.on(day(each)).manager for each in ("01-11", "06-30", "07-01")] == [WANG, WANG, CHEN]


def test_l1_two_changes_of_different_days_and_fields_do_not_undo_each_other() -> None:
    """The title changes from 1 February, decided after the manager of 1 July was."""
    lin = then(then(history_of(joined()), "07-01", manager=CHEN), "02-01", title="Senior")
    assert (lin.on(day("06-30")).manager, lin.on(day("06-30")).title) == (WANG, "Senior")
    assert (lin.on(day("07-01")).manager, lin.on(day("07-01")).title) == (CHEN, "Senior")


def test_l1_a_change_is_taken_back_before_its_day() -> None:
    lin = then(then(history_of(joined()), "07-01", manager=CHEN), "07-01", manager=WANG)
    assert lin.on(day("08-01")).manager == WANG


def test_l7_a_leave_date_next_june_is_no_leaving_before_it() -> None:
    wang = history_of(joined(WANG, ZHAO), left(WANG, "07-01"))
    assert wang.on(day("06-30")).here_on(day("06-30")) and not wang.on(day("07-01")).here_on(day("07-01"))
    assert (wang.last_day, wang.is_here(day("06-30")), wang.is_here(day("07-01"))) == (
        day("06-30"),
        True,
        False,
    )


def test_l7_a_leave_date_is_corrected_and_withdrawn() -> None:
    earlier = history_of(joined(), left(LIN, "07-01"), left(LIN, "05-01"))
    assert earlier.last_day == day("04-30")
    stays = history_of(joined(), left(LIN, "07-01"), LeavingWithdrawn(person=LIN, **AT))
    assert stays.last_day is None and stays.on(day("12-01")).left is None


def test_somebody_who_comes_back_has_a_second_stay() -> None:
    back = then(history_of(joined(), left(LIN, "03-01")), "09-01", left=None)
    assert [back.is_here(day(each)) for each in ("02-28", "03-01", "08-31", "09-01")] == [
        True,
        False,
        False,
        True,
    ]


def test_l7_a_long_leave_ends_early_by_a_return_or_does_not_take_place() -> None:
    away = PersonAway(person=LIN, first=day("04-01"), last=day("09-30"), **AT)
    assert history_of(joined(), away).absences == (Days(first=day("04-01"), last=day("09-30")),)
    back = PersonReturned(person=LIN, effective=day("07-01"), **AT)
    assert history_of(joined(), away, back).absences == (Days(first=day("04-01"), last=day("06-30")),)
    never = PersonReturned(person=LIN, effective=day("04-01"), **AT)
    assert history_of(joined(), away, never).absences == ()


def test_l7_the_same_leave_with_another_end_replaces_it() -> None:
    away = PersonAway(person=LIN, first=day("04-01"), **AT)
    longer = away.model_copy(update={"last": day("08-31")})
    assert history_of(joined(), away, longer).absences == (Days(first=day("04-01"), last=day("08-31")),)


def test_k5_a_delegate_acts_between_two_days() -> None:
    named = DelegateNamed(person=WANG, delegate=CHEN, first=day("04-01"), last=day("04-30"), **AT)
    ended = DelegateNamed(person=WANG, delegate=None, first=day("04-15"), **AT)
    wang = history_of(joined(WANG, ZHAO), named)
    assert [wang.delegate_on(day(each)) for each in ("03-31", "04-01", "04-30", "05-01")] == [
        None,
        CHEN,
        CHEN,
        None,
    ]
    assert history_of(joined(WANG, ZHAO), named, ended).delegate_on(day("04-20")) is None


@pytest.mark.parametrize(
    ("since", "days"), [("12-10", {(WANG, LIN): 343, (CHEN, LIN): 22}), ("01-01", {(CHEN, LIN): 365})]
)
def test_y2_days_are_counted_for_each_manager(since: str, days: dict[tuple[str, str], int]) -> None:
    lin = then(history_of(joined()), since, manager=CHEN)
    assert reporting_days({LIN: lin}, STARTS, ENDS) == days


def test_y2_to_30_june_are_181_days_and_from_1_october_92() -> None:
    people = {
        "a": history_of(joined("a", WANG)),
        "b": history_of(joined("b", WANG), left("b", "07-01")),
        "c": history_of(joined("c", WANG, hired=day("10-01"))),
        WANG: history_of(joined(WANG, ZHAO)),
    }
    assert {pair: n for pair, n in reporting_days(people, STARTS, ENDS).items() if pair[0] == WANG} == {
        (WANG, "a"): 365,
        (WANG, "b"): 181,
        (WANG, "c"): 92,
    }


def test_y2_a_manager_who_left_has_nobody_report_to_them_afterwards() -> None:
    people = {LIN: history_of(joined()), WANG: history_of(joined(WANG, ZHAO), left(WANG, "07-01"))}
    assert reporting_days(people, STARTS, ENDS)[WANG, LIN] == 181


def test_y2_a_move_after_the_cycles_end_changes_nothing() -> None:
    before = {QIAN: history_of(joined(QIAN))}
    after = {QIAN: then(before[QIAN], "2027-01-05", manager=CHEN)}
    assert reporting_days(before, STARTS, ENDS) == reporting_days(after, STARTS, ENDS) == {(WANG, QIAN): 365}


def test_the_people_of_the_specifications_are_as_they_were() -> None:
    for each in PEOPLE.values():
        events = [PersonJoined(person=each.id, details=each, **AT)]
        assert history_of(*events).on(each.hired) == each
