"""The examples of L1, L2, L6, L7 and L10."""

from datetime import datetime
from typing import Any, cast

from cairn.documents.ids import read_id, reserved
from cairn.documents.mistakes import Mistake
from cairn.domain.goal.status import deadlines_of
from cairn.domain.launch.spells import spells_of
from cairn.domain.measure import Kpi
from cairn.domain.moves import GoAway, Join, Leave, Move
from cairn.domain.targets import target_in
from tests.specs.company import (
    CHEN,
    LI,
    LIN,
    OF_DEPARTMENT,
    QIAN,
    REVENUE,
    WANG,
    YEAR_ENDS,
    YEAR_STARTS,
    ZHAO,
    active,
    draft,
    person,
    schedule,
    submitted,
)
from tests.specs.given import World, deadline, given
from tests.specs.moving import COMPANY, added, after, day, events_of, first_sheets, followed, say
from tests.specs.rules import Example
from tests.specs.rules.results import L7 as YEAR_OF_TWO_FAMILIES

MOVED = after(say(Move, LIN, effective="2026-07-01", manager=CHEN))
LEAVES = after(say(Leave, LIN, "03-10", last_day="2026-06-30"))
AWAY = after(say(GoAway, LIN, "03-10", first="2026-04-01", last="2026-06-30"))
SALES_TO_RND = after(say(Move, LIN, effective="2026-03-16", family="rnd", department="rnd", manager=LI))


def managers_on(*days: str) -> list[str]:
    return [MOVED[LIN].on(day(each)).manager or "" for each in days]


def asked(command: Any, people: Any = COMPANY) -> str:
    return ", ".join(type(event).__name__ for event in events_of(command, people)) or "nothing"


def waits(world: World, goal: str) -> str:
    return ", ".join(world.status(goal).awaited)


def due(world: World, *phases: str) -> list[str]:
    """The days of deadlines by phase or period; nothing where there is none."""
    found: dict[str, datetime] = {}
    for each in deadlines_of(world.goal(), world.context()):
        found.setdefault(
            each.period if each.phase == "period_scored" and each.period else each.phase, each.at
        )
    return [found[each].date().isoformat() if each in found else "nothing" for each in phases]


def then_due(people: Any, *phases: str) -> list[str]:
    return due(followed(given(active()), people, "03-10"), *phases)


def targets(people: Any) -> list[Any]:
    """Of the year, of March, of May."""
    goal = followed(given(active()), people, "03-10").goal()
    dates = schedule().without(goal.gaps)
    periods = [period for key in ("Y", "M03", "M05") if (period := dates.period(key))]
    return [target_in(cast(Kpi, goal.measure), period, dates, goal.since) or 0 for period in periods]


def after_firing(people: Any, phase: str, then: str) -> str:
    """The day of a deadline once another one has fired."""
    world = followed(given(active()), people, "03-10")
    first = next(each for each in deadlines_of(world.goal(), world.context()) if each.phase == phase)
    return due(world.having(deadline(phase, first.at)), then)[0]


def spells(people: Any) -> str:
    found = spells_of(people[LIN], YEAR_STARTS, YEAR_ENDS)
    return "; ".join(f"{each.family} {each.since} to {each.last or YEAR_ENDS}" for each in found)


def read(id: str) -> str:
    found = read_id(id)
    refused = found if isinstance(found, Mistake) else reserved(found)
    return refused.message.id if refused else id


def joiner(hired: str) -> str:
    people = after(say(Join, "new", hired, details=person("new", WANG, hired=day(hired))))
    [sheet] = added(people, first_sheets(), hired).sheets
    return f"{sheet.sheet} since {sheet.since}"


GONE_IN_JULY = after(say(Leave, CHEN, last_day="2026-06-30"))
TARGETS = "a target of 1,200 for the year, in March, in May"

L1 = (
    Example("L1", "a manager change decided on 10 January, effective 1 July: 11 January, 30 June, 1 July",
            "wang, wang, chen", lambda: managers_on("01-11", "06-30", "07-01")),
    Example("L1", "from 30 June to report to somebody whose last day that is", "PersonChanged",
            lambda: asked(say(Move, LIN, effective="2026-06-30", manager=CHEN), GONE_IN_JULY)),
    Example("L1", "the same from 1 July", "refused: move.manager-away",
            lambda: asked(say(Move, LIN, effective="2026-07-01", manager=CHEN), GONE_IN_JULY)),
    Example("L1", "to report to somebody unknown", "refused: move.unknown-manager",
            lambda: asked(say(Move, LIN, effective="2026-07-01", manager="nobody"))),
    Example("L1", "to report to somebody below", "refused: move.circle",
            lambda: asked(say(Move, ZHAO, effective="2026-07-01", manager=LIN))),
    Example("L1", "HR names themselves", "refused: move.to-oneself",
            lambda: asked(say(Move, LIN, effective="2026-07-01", manager="hua"))),
    Example("L1", "another HR names them", "PersonChanged",
            lambda: asked(say(Move, LIN, by="he", effective="2026-07-01", manager="hua"))),
)  # fmt: skip

L2 = (
    Example("L2", "a department's draft, its head being Zhao, then Qian, then nobody", "zhao, qian, role:hr",
            lambda: [waits(given(draft(OF_DEPARTMENT), head=head), OF_DEPARTMENT) for head in (ZHAO, QIAN, "")]),
    Example("L2", "an approval whose manager delegates to Chen; the same with nobody there", "chen, role:hr",
            lambda: [waits(given(submitted(), acting={WANG: to}), REVENUE) for to in (CHEN, "role:hr")]),
)  # fmt: skip

L6 = (
    Example("L6", "drafts due on Friday 16 January, `escalate_after: 3`", "2026-01-21",
            lambda: due(given(draft()), "drafts_due")),
)  # fmt: skip

L7 = (
    Example("L7", "a leave recorded on 10 March for 30 June: the stage then, the review, the scores",
            "active, 2026-07-01, 2026-07-15",
            lambda: [followed(given(active()), LEAVES, "03-10").goal().stage,
                     *then_due(LEAVES, "review_opens"), after_firing(LEAVES, "review_opens", "scores_due")]),
    Example("L7", "the same: June and July are scored", "2026-07-05, nothing", lambda: then_due(LEAVES, "M06", "M07")),
    Example("L7", f"the same: {TARGETS}", "600, 100, 100", lambda: targets(LEAVES)),
    Example("L7", "long leave from 1 April to 30 June: rests, goes on", "2026-04-01, 2026-07-01",
            lambda: [*then_due(AWAY, "pauses"), after_firing(AWAY, "pauses", "resumes")]),
    Example("L7", f"the same: {TARGETS}", "900, 100, 0", lambda: targets(AWAY)),
    Example("L7", "somebody joins on 11 May, after the launch", "sheet-2026-new-1 since 2026-05-11",
            lambda: joiner("05-11")),
    Example("L7", "from sales to R&D on 16 March", "sales 2026-01-01 to 2026-03-15; rnd 2026-03-16 to 2026-12-31",
            lambda: spells(SALES_TO_RND)),
    Example("L7", "another manager alone", "sales 2026-01-01 to 2026-12-31", lambda: spells(MOVED)),
    *YEAR_OF_TWO_FAMILIES,
)  # fmt: skip

L10 = (
    Example("L10", "the id `company`", "id:reserved", lambda: read("company")),
    Example("L10", "the id `system`", "id:reserved", lambda: read("system")),
    Example("L10", "an id that begins with `department.`", "id:reserved", lambda: read("department.7")),
    Example("L10", "an id that begins with `role:`", "id:reserved", lambda: read("role:hr")),
    Example("L10", "the id `E-07-a`", "E-07-a", lambda: read("E-07-a")),
)  # fmt: skip

PEOPLE = (L1, L2, L6, L7, L10)
