"""K1 to K5: clocks in working days, local times, dates that people set, and who is away. By example and by law."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from cairn.domain.calendar import (
    ONE_DAY,
    add_working_days,
    at_local_time,
    end_of_day,
    opening,
    same_time_later,
)
from cairn.domain.case.kind import deadlines_of
from cairn.domain.case.state import Case
from cairn.domain.moves import AnyPersonCommand, Delegate, GoAway, Leave
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import (
    CoachingRules,
    FamilyReviews,
    FeedbackRules,
    PromiseRules,
    RequestRules,
    WorkingCalendar,
)
from cairn.domain.refusal import Refusal
from tests.specs import test_coaching as coaching
from tests.specs import test_promises as promises
from tests.specs import test_requests as requests
from tests.specs import test_reviews as reviews
from tests.specs.casework import Casework
from tests.specs.company import CHEN, LI, LIN, PLAN, QIAN, WANG, ZHAO, on, plan
from tests.specs.moving import COMPANY, after, say
from tests.specs.rules import Example, check, specs
from tests.specs.rules.clocks import CLOCKS, SEEN, TOLD


@specs(*CLOCKS)
def test_example(example: Example) -> None:
    check(example)


# ---------------------------------------------------------------- any zone, any calendar


def always(*whatever: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A law, tried often: clocks change on few days of a year."""

    def law(test: Callable[..., None]) -> Callable[..., None]:
        proven: Callable[..., None] = for_any(*whatever)(test)  # type: ignore[no-untyped-call]
        return settings(deadline=None, max_examples=300)(proven)

    return law


ZONES = sorted(available_timezones() - {"localtime"})
FIRST, LAST = date(2025, 1, 1), date(2028, 12, 31)


@cache
def changes_of(zone: str) -> tuple[date, ...]:
    """The days on which a zone's clocks change."""
    there, at, found = ZoneInfo(zone), datetime.combine(FIRST, time(), UTC), []
    while at.date() < LAST:
        after_it = at + ONE_DAY
        if at.astimezone(there).utcoffset() != after_it.astimezone(there).utcoffset():
            found.append(after_it.astimezone(there).date())
        at = after_it
    return tuple(found)


@st.composite
def local_times(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a local time in it, at a quarter of an hour; half of the days lie near a change of the clocks."""
    zone = draw(st.sampled_from(ZONES))
    days = st.dates(FIRST, LAST)
    if changes := changes_of(zone):
        near = st.builds(lambda day, n: day + n * ONE_DAY, st.sampled_from(changes), st.integers(-2, 1))
        days = st.one_of(near, days)
    quarter = draw(st.integers(0, 95))
    return zone, datetime.combine(draw(days), time(quarter // 4, quarter % 4 * 15))


@st.composite
def calendars(draw: st.DrawFn, zone: str = "Asia/Shanghai") -> WorkingCalendar:
    """Any weekend, holidays and make-up days that leave somebody a day to work."""
    some_days = st.lists(st.dates(FIRST, LAST), max_size=60)
    return WorkingCalendar(
        timezone=zone,
        weekend=tuple(draw(st.lists(st.integers(1, 7), max_size=4, unique=True))),
        holidays=tuple(draw(some_days)),
        worked=tuple(draw(some_days)),
        opens=draw(st.integers(0, 23)),
    )


def worked_days(calendar: WorkingCalendar) -> list[date]:
    """Every day worked, as a plain list: made-up days and whatever is neither weekend nor holiday."""
    every = {FIRST + n * ONE_DAY for n in range(-400, (LAST - FIRST).days + 400)}
    free = {day for day in every if day.weekday() + 1 in calendar.weekend} | set(calendar.holidays)
    return sorted((every - free) | set(calendar.worked))


def first_at(zone: str, local: datetime) -> datetime:
    """The first moment at which the clocks of a zone show a local time or a later one: looked for by going through a
    day in quarters of an hour."""
    at = local.replace(tzinfo=UTC) - timedelta(hours=20)
    while at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < local:
        at += timedelta(minutes=15)
    return at


# ---------------------------------------------------------------- K1


@always(local_times(), st.integers(1, 9), st.data())
def test_law_K1_it_is_due_at_the_same_local_time_on_a_working_day(
    seen: tuple[str, datetime], n: int, data: st.DataObject
) -> None:
    """Whatever the zone, its changes of the clocks, weekends, holidays and make-up days; what is seen on a day off
    counts from the beginning of the next one that is worked."""
    zone, local = seen
    calendar = data.draw(calendars(zone))
    moment = first_at(zone, local)
    shown, days = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), worked_days(calendar)
    if shown.date() not in days:
        shown = datetime.combine(days[bisect_right(days, shown.date())], time())
    expected = datetime.combine(days[days.index(shown.date()) + n], shown.time())
    due = same_time_later(moment, n, calendar)
    assert due == first_at(zone, expected)
    assert due > moment


@always(local_times(), st.integers(1, 9), st.integers(0, 60 * 72), st.data())
def test_law_K1_what_is_seen_later_is_never_due_sooner(
    seen: tuple[str, datetime], n: int, minutes: int, data: st.DataObject
) -> None:
    """Later by the clock on the wall: in an hour that comes twice two people may look at it at the same local time."""
    zone, local = seen
    calendar = data.draw(calendars(zone))
    sooner, later = (first_at(zone, each) for each in (local, local + timedelta(minutes=minutes)))
    assert same_time_later(sooner, n, calendar) <= same_time_later(later, n, calendar)


# ---------------------------------------------------------------- K2


@always(local_times(), st.integers(-60, 60), st.data())
def test_law_K2_counting_working_days_by_a_list_of_them_agrees(
    start: tuple[str, datetime], n: int, data: st.DataObject
) -> None:
    """From the day after (or before) it, to the first moment of the opening hour that the zone's clocks show."""
    zone, local = start
    calendar, day = data.draw(calendars(zone)), local.date()
    days = worked_days(calendar)
    if n > 0:
        expected = days[bisect_right(days, day) + n - 1]
    elif n < 0:
        expected = [each for each in days if each < day][n]
    else:
        expected = day
    assert add_working_days(day, n, calendar) == expected
    opens = datetime.combine(expected, time(calendar.opens))
    assert opening(expected, calendar) == first_at(zone, opens)


# ---------------------------------------------------------------- K3


@always(local_times())
def test_law_K3_a_day_lasts_to_its_end_wherever_and_whenever_it_is(seen: tuple[str, datetime]) -> None:
    zone, local = seen
    ends = end_of_day(local.date(), WorkingCalendar(timezone=zone))
    there = ZoneInfo(zone)
    assert ends.astimezone(there).date() > local.date()
    assert (ends - timedelta(microseconds=1)).astimezone(UTC).astimezone(there).date() <= local.date()
    assert first_at(zone, local) <= ends  # at it where the rest of the day is skipped


@always(st.dates(on("03-02").date(), on("12-31").date()), st.integers(0, 24 * 60 - 1), calendars())
def test_law_K3_a_date_that_people_set_stays_as_set(
    day: date, minute: int, calendar: WorkingCalendar
) -> None:
    """A promise is due at the end of its day, worked or not, and in time at any minute of it."""
    case = Casework("promise-2026-lin-1", policy=plan(calendar=calendar))
    made = case.asked("make", WANG, "03-02", what="a test bench", due=day.isoformat())
    assert dict(made.kind.deadlines(made.state, made.context("03-02")))["overdue"] == on(
        (day + ONE_DAY).isoformat(), 0
    )
    moment = on(day.isoformat(), 0) + timedelta(minutes=minute)
    if moment > on("03-02"):
        assert made.asked("keep", WANG, moment, shown="it is here").just[-1].days_late == 0
    late = made.asked("keep", WANG, on((day + ONE_DAY).isoformat(), 0), shown="it is here")
    assert late.just[-1].days_late == 1


# ---------------------------------------------------------------- K4


@always(local_times())
def test_law_K4_a_local_time_is_the_first_moment_at_which_the_clocks_show_it_or_a_later_one(
    seen: tuple[str, datetime],
) -> None:
    """So a skipped one is the next that exists, and of two equal ones it is the first; stored and read again it is the
    same moment."""
    zone, local = seen
    moment = at_local_time(local.date(), local.time(), WorkingCalendar(timezone=zone))
    assert moment == first_at(zone, local)
    assert datetime.fromisoformat(moment.isoformat()) == moment


# ---------------------------------------------------------------- K5


@st.composite
def clocks(draw: st.DrawFn) -> dict[str, Any]:
    """A policy's clocks of every kind of case, and its calendar."""
    remind, within = draw(st.integers(0, 6)), draw(st.integers(1, 6))
    monthly = FamilyReviews(every="month", report=within, comment=within, remind=remind)
    sales = PLAN.families["sales"].model_copy(update={"reviews": monthly})
    return {
        "feedback": FeedbackRules(within=within, remind_before=remind * 8, action_remind=remind),
        "requests": RequestRules(answer_within=within, remind_before=remind, promise_remind=remind),
        "promises": PromiseRules(remind_before=remind),
        "coaching": CoachingRules(answer=within, remind=remind, statement=within),
        "calendar": draw(calendars()),
        "families": {**PLAN.families, "sales": sales},
    }


WHO = st.sampled_from([LIN, WANG, ZHAO, LI, QIAN, CHEN])
IN_2026 = st.dates(on("03-03").date(), on("06-30").date())


@st.composite
def absences(draw: st.DrawFn) -> Mapping[str, PersonHistory]:
    """The company once some were said to be on leave, to delegate, or to leave; what is refused was not said."""
    people: Mapping[str, PersonHistory] = COMPANY
    for _ in range(draw(st.integers(0, 6))):
        who, first = draw(WHO), draw(IN_2026)
        days = draw(st.none() | st.integers(0, 60))
        last = None if days is None else first + days * ONE_DAY
        command: AnyPersonCommand = draw(
            st.sampled_from(
                [
                    say(GoAway, who, "03-02", first=first, last=last),
                    say(Delegate, who, "03-02", first=first, last=last, to=draw(WHO)),
                    say(Leave, who, "03-02", last_day=first),
                ]
            )
        )
        try:
            people = after(command, people=people)
        except Refusal:
            continue
    return people


def open_cases() -> list[Casework]:
    """A case of every kind, in every stage in which somebody is waited for."""
    noted = Casework("feedback-2026-lin-1").asked("observe", WANG, "03-02", **SEEN)
    return [
        noted,
        noted.asked("give", WANG, "03-02", **TOLD),
        promises.MADE,
        requests.ASKED,
        requests.ASKED.asked("ask_back", LI, "03-10", question="which ones?"),
        requests.ACCEPTED,
        requests.ACCEPTED.asked("deliver", LI, "03-19", what="two benches"),
        coaching.opened(),
        coaching.running(),
        coaching.helped(),
        coaching.not_reached(),
        coaching.failed(),
        reviews.FEBRUARY,
        reviews.FEBRUARY.asked("comment", WANG, "03-03", texts={"overall": "12 of 20"}),
        reviews.REPORTED,
    ]


OPEN_CASES = open_cases()


@always(st.sampled_from(OPEN_CASES), absences(), IN_2026, st.integers(0, 23))
def test_law_K5_who_is_waited_for_is_there_or_it_stands_still_and_is_not_over(
    case: Casework, people: Mapping[str, PersonHistory], day: date, hour: int
) -> None:
    """Somebody at work that day, or a place such as `role:hr`; where nobody can take it, a date lies ahead or the case
    stays open as it is."""
    standing = case.among(people).standing(on(day.isoformat(), hour))
    for who in standing.awaited:
        assert who.startswith("role:") or people[who].is_at_work(day), who
    assert not standing.over
    assert standing.awaited or standing.next_deadline or standing.stage in case.kind.lasts


@always(st.sampled_from(OPEN_CASES), absences(), clocks())
def test_law_K5_a_reminder_never_comes_before_the_asking(
    case: Casework, people: Mapping[str, PersonHistory], rules: dict[str, Any]
) -> None:
    """Whatever is asked for, under whatever clocks and whoever is away: what is newly to be reminded of lies ahead."""
    under = replace(case, people=people, policy=case.policy.model_copy(update=rules))
    before: set[tuple[str, datetime]] = set()
    for at, state in _steps(under):
        ahead = {
            (each.phase, each.at)
            for each in deadlines_of(case.kind, state, under.context(at))
            if each.phase.endswith("remind")
        }
        assert all(due > at for _, due in ahead - before), ahead - before
        before = ahead


def _steps(case: Casework) -> Iterator[tuple[datetime, Case]]:
    """The case after each thing that was asked, with its moment."""
    events: list[Any] = []
    for at, just in groupby(case.events, key=lambda event: event.at):
        events.extend(just)
        yield at, replace(case, events=tuple(events)).state
