"""The examples of K1 to K5."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cairn.domain.calendar import add_working_days, at_local_time, end_of_day, opening, same_time_later
from cairn.domain.goal.status import deadlines_of
from cairn.domain.measure import KeyTask
from cairn.domain.moves import Delegate, GoAway, Leave
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import FeedbackRules, Policy, PromiseRules, WorkingCalendar
from tests.specs.casework import Casework
from tests.specs.company import CHEN, LI, LIN, RELEASE, WANG, ZHAO, active, plan
from tests.specs.given import given
from tests.specs.moving import after, day, say
from tests.specs.rules import Example

SPRING = WorkingCalendar(
    holidays=tuple(date(2026, 2, 15) + timedelta(days=n) for n in range(9)), worked=(date(2026, 2, 14),)
)
"""Working days around the Spring Festival of 2026."""
BERLIN = WorkingCalendar(timezone="Europe/Berlin")
SEEN: dict[str, Any] = {"kind": "problem", "note": "old prices"}
TOLD: dict[str, Any] = {"facts": "3 quotes with old prices", "action": "check", "action_due": "2026-03-29"}


def local(moment: datetime, zone: str = "Asia/Shanghai") -> str:
    """Day and time of day in a zone, as the page shows them."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


def at(written: str, zone: str = "Asia/Shanghai") -> datetime:
    """A local time: `02-13 16:00`, in 2026."""
    return datetime.fromisoformat(f"2026-{written}").replace(tzinfo=ZoneInfo(zone))


def observed(seen: str, noted: str = "", policy: Policy | None = None, people: Any = None) -> Casework:
    """Wang saw something of Lin, and wrote it down at once or later."""
    case = Casework("feedback-2026-lin-1", policy=policy or plan(calendar=SPRING), people=people)
    return case.asked("observe", WANG, at(noted or seen), seen_at=at(seen), **SEEN)


def due(seen: str, noted: str = "", **rules: Any) -> str:
    """When it has to be told."""
    policy = plan(calendar=SPRING, feedback=FeedbackRules(**rules))
    return local(observed(seen, noted, policy).state.answer_by)


def told(seen: str, when: str) -> str:
    given_at = observed(seen).asked("give", WANG, at(when), **TOLD)
    return "late" if given_at.just[-1].late else "in time"


def hours(seen: str) -> str:
    """The hours until it is due in Berlin, whose clocks change on 29 March and 25 October."""
    begun = at(seen, "Europe/Berlin")
    ends = same_time_later(begun, 1, BERLIN)
    return f"{local(ends, 'Europe/Berlin')}, {(ends.timestamp() - begun.timestamp()) / 3600:.0f}"


def opens_after(start: str, n: int, calendar: WorkingCalendar = SPRING) -> str:
    return local(opening(add_working_days(day(start), n, calendar), calendar), calendar.timezone)


def promised(until: str, made: str = "03-02", **rules: Any) -> Casework:
    """Wang promised Lin something until a day."""
    case = Casework("promise-2026-lin-1", policy=plan(promises=PromiseRules(**rules)))
    return case.asked("make", WANG, made, what="a test bench", due=f"2026-{until}")


def days_late(until: str, kept: str) -> str:
    """How many days late it was kept."""
    done = promised(until).asked("keep", WANG, at(kept), shown="it is here")
    return str(done.just[-1].days_late)


def breached(until: str) -> str:
    """When the breach of a promise is on record."""
    return local(promised(until).reached("remind").reached("overdue").just[-1].due)


def task_over(until: date) -> str:
    """When a key task of that day is late."""
    measure = KeyTask(criteria=("live",), due=until)
    world = given(active(RELEASE, measure=measure))
    ahead = deadlines_of(world.goal(RELEASE), world.context(RELEASE))
    return next(local(each.at) for each in ahead if each.phase == "delivery_due")


def moment(written: str, zone: str) -> str:
    """A local time as a moment: local time with the offset it has."""
    day_, clock = written.split()
    found = at_local_time(day(day_), time.fromisoformat(clock), WorkingCalendar(timezone=zone))
    return found.isoformat()[5:]


def over(day_: str, zone: str) -> str:
    return end_of_day(day(day_), WorkingCalendar(timezone=zone)).isoformat()[5:]


def awaited(*said: Any, when: str = "03-10", case: Casework | None = None) -> str:
    """Who is waited for on a day, once these things were said of people."""
    people: Mapping[str, PersonHistory] = after(*said)
    noted = case or observed("03-09 16:00", people=people)
    return ", ".join(replace(noted, people=people).standing(when).awaited) or "nobody"


def proposed(on: str = "03-02") -> Casework:
    """A coaching plan that waits for Lin to agree."""
    return Casework("coaching-2026-lin-1").asked("open", WANG, on, **COACHED)


def standing_still(last: str | None, when: str = "03-20") -> str:
    """A coaching plan of somebody on leave: who is waited for, what comes next, whether it is over."""
    case = proposed().asked("agree", LIN, "03-03", words="gladly")
    until = {"last": f"2026-{last}"} if last else {}
    away = replace(case, people=after(say(GoAway, LIN, "03-04", first="2026-03-05", **until)))
    standing = away.standing(when)
    ahead = local(standing.next_deadline.at) if standing.next_deadline else "no date"
    return f"{', '.join(standing.awaited) or 'nobody'}; {ahead}; {'over' if standing.over else 'open'}"


GIVEN = observed("03-09 16:00").asked("give", WANG, at("03-09 17:00"), **TOLD)


def next_of(case: Casework, *said: Any) -> str:
    """What is due next in a case once these things were said of people."""
    ahead = case.among(after(*said)).standing("03-10").next_deadline
    return ahead.phase if ahead else "nothing"


def reminded(made: str, until: str) -> str:
    """When whoever promised is reminded, two working days before the day."""
    ahead = promised(until, made).standing(made).next_deadline
    return local(ahead.at) if ahead and ahead.phase == "remind" else "not at all"


def first_clock(seen: str, noted: str) -> str:
    """The next thing due of an observation once it is written down."""
    ahead = observed(seen, noted).standing(at(noted)).next_deadline
    return f"{ahead.phase} {local(ahead.at)}" if ahead else "nothing"


COACHED: dict[str, Any] = {
    "gap": "skill",
    "facts": "2 of 5 offers left out what was asked for",
    "aim": "needs analysis",
    "ends": "2026-04-30",
    "checkpoints": [{"expected": "a test passed", "until": "2026-03-16"}],
    "trainings": [{"what": "needs analysis, two days", "until": "2026-03-13"}],
}


K1 = (
    Example("K1", "seen on Friday 9 January at 16:00", "01-12 16:00", lambda: due("01-09 16:00")),
    Example("K1", "seen on Friday 13 February at 16:00; Saturday 14 is worked for the Spring Festival",
            "02-14 16:00", lambda: due("02-13 16:00")),
    Example("K1", "seen that Saturday at 16:00; the next working day is Tuesday 24", "02-24 16:00",
            lambda: due("02-14 16:00")),
    Example("K1", "seen on Sunday 15 February at 10:00: it counts from Tuesday 24 at 00:00", "02-25 00:00",
            lambda: due("02-15 10:00")),
    Example("K1", "seen on Monday 9 March at 16:00, written down on Tuesday at 11:00", "03-10 16:00",
            lambda: due("03-09 16:00", "03-10 11:00")),
    Example("K1", "`within: 3`, seen on Thursday 12 March at 16:00", "03-17 16:00",
            lambda: due("03-12 16:00", within=3)),
    Example("K1", "seen on Monday 9 March at 16:00 and told on Tuesday at 16:00; a minute later", "in time, late",
            lambda: [told("03-09 16:00", when) for when in ("03-10 16:00", "03-10 16:01")]),
    Example("K1", "Berlin, seen on Friday 27 March at 16:00; the clocks go forward on Sunday: due, and the hours until",
            "03-30 16:00, 71", lambda: hours("03-27 16:00")),
    Example("K1", "Berlin, Friday 23 October at 16:00; the clocks go back on Sunday", "10-26 16:00, 73",
            lambda: hours("10-23 16:00")),
)  # fmt: skip
K2 = (
    Example("K2", "three working days after Thursday 15 January", "01-20 09:00", lambda: opens_after("01-15", 3)),
    Example("K2", "two after Friday 13 February: Saturday 14 is worked, 15 to 23 are holidays", "02-24 09:00",
            lambda: opens_after("02-13", 2)),
    Example("K2", "one after Saturday 10 January", "01-12 09:00", lambda: opens_after("01-10", 1)),
    Example("K2", "two before Tuesday 24 February", "02-13 09:00", lambda: opens_after("02-24", -2)),
    Example("K2", "one after Friday 27 March in Berlin, where days open at 8", "03-30 08:00",
            lambda: opens_after("03-27", 1, BERLIN.model_copy(update={"opens": 8}))),
)  # fmt: skip
K3 = (
    Example("K3", "promised on 2 March for two weeks later: on record as a breach when 16 March is over",
            "03-17 00:00", lambda: breached("03-16")),
    Example("K3", "kept on 16 March at 23:59; a minute later: days late", "0, 1",
            lambda: [days_late("03-16", when) for when in ("03-16 23:59", "03-17 00:00")]),
    Example("K3", "promised for Sunday 15 March: it stays Sunday", "03-16 00:00", lambda: breached("03-15")),
    Example("K3", "a key task due on 30 June is late from", "07-01 00:00", lambda: task_over(date(2026, 6, 30))),
)  # fmt: skip
K4 = (
    Example("K4", "02:30 on 29 March in Berlin, which the clocks skip", "03-29T03:00:00+02:00",
            lambda: moment("03-29 02:30", "Europe/Berlin")),
    Example("K4", "02:30 on 25 October in Berlin, which comes twice", "10-25T02:30:00+02:00",
            lambda: moment("10-25 02:30", "Europe/Berlin")),
    Example("K4", "02:15 on 4 October on Lord Howe, where half an hour is skipped", "10-04T02:30:00+11:00",
            lambda: moment("10-04 02:15", "Australia/Lord_Howe")),
    Example("K4", "5 September in Santiago is over, whose next midnight is skipped", "09-06T01:00:00-03:00",
            lambda: over("09-05", "America/Santiago")),
)  # fmt: skip
K5 = (
    Example("K5", "Wang owes Lin feedback", "wang", lambda: awaited()),
    Example("K5", "Wang delegates to Chen from 10 March: that day; the day before", "chen, wang",
            lambda: [awaited(say(Delegate, WANG, "03-09", first="2026-03-10", to=CHEN), when=when)
                     for when in ("03-10", "03-09")]),
    Example("K5", "Wang is on leave, without a delegate: the next above", "zhao",
            lambda: awaited(say(GoAway, WANG, "03-09", first="2026-03-10", last="2026-04-30"))),
    Example("K5", "Zhao is on leave too", "li",
            lambda: awaited(*(say(GoAway, who, "03-09", first="2026-03-10") for who in (WANG, ZHAO)))),
    Example("K5", "everybody above is on leave", "role:hr",
            lambda: awaited(*(say(GoAway, who, "03-09", first="2026-03-10") for who in (WANG, ZHAO, LI)))),
    Example("K5", "Wang has left, Chen was to act for Zhao and is on leave: Zhao themselves", "zhao",
            lambda: awaited(say(Leave, WANG, "03-09", last_day="2026-03-09"),
                            say(Delegate, ZHAO, "03-09", first="2026-03-10", to=CHEN),
                            say(GoAway, CHEN, "03-09", first="2026-03-10"))),
    Example("K5", "Wang delegates to Lin, whom it is about: Wang; Wang is on leave then: the next above", "wang, zhao",
            lambda: [awaited(say(Delegate, WANG, "03-09", first="2026-03-10", to=LIN)),
                     awaited(say(GoAway, WANG, "03-09", first="2026-03-10"),
                             say(Delegate, WANG, "03-09", first="2026-03-10", to=LIN))]),
    Example("K5", "Lin is to agree to a coaching plan and has delegated to Chen: that stays Lin's; on leave: nobody's",
            "lin, nobody", lambda: [
                awaited(say(kind, LIN, "03-09", first="2026-03-10", **more), case=proposed("03-09"))
                for kind, more in ((Delegate, {"to": CHEN}), (GoAway, {"last": "2026-04-10"}))]),
    Example("K5", "Lin is on leave without an end when feedback is due: what comes next", "nothing",
            lambda: next_of(observed("03-09 16:00"), say(GoAway, LIN, "03-09", first="2026-03-10"))),
    Example("K5", "a coached person's checkpoint of 16 March, on leave until 31 March: who is waited for on the 20th, "
                  "what comes next", "wang; 04-01 09:00; open", lambda: standing_still("03-31")),
    Example("K5", "on leave without an end: it stands still and is not over", "wang; no date; open",
            lambda: standing_still(None)),
    Example("K5", "promised on Monday 2 March for Monday 16: reminded", "03-12 09:00",
            lambda: reminded("03-02", "03-16")),
    Example("K5", "promised on Friday 13 March for Monday 16: a reminder would lie before the promise", "not at all",
            lambda: reminded("03-13", "03-16")),
    Example("K5", "seen on Monday 9 March at 16:00, written down on Tuesday at 11:00; at 13:00",
            "remind 03-10 12:00, overdue 03-10 16:00",
            lambda: [first_clock("03-09 16:00", noted) for noted in ("03-10 11:00", "03-10 13:00")]),
    Example("K5", "Wang told Lin a problem with an action: its follow-up waits for Wang; on leave: the next above",
            "wang, zhao", lambda: [
                awaited(*said, case=GIVEN) for said in ((), (say(GoAway, WANG, "03-09", first="2026-03-10"),))]),
)  # fmt: skip

CLOCKS = (K1, K2, K3, K4, K5)
