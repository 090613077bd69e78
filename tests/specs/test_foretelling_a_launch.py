"""A launch played before it is made: who is reminded, who hears of what is late, what lapses, by the same rules."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.launch.foretold import Acting, Happening, foretell
from cairn.domain.launch.plan import LaunchPlan, Planner
from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.domain.rights import HR
from cairn.domain.schedule import local_day, make_schedule
from cairn.policies import load
from cairn.roster.reading import Stated, read_roster

COMPANY = Path("examples/company")
STARTS, ENDS = date(2027, 1, 1), date(2027, 12, 31)
LAUNCHED = datetime(2026, 12, 20, 9, tzinfo=UTC)
POLICY = load(COMPANY / "policy.yaml")


@pytest.fixture(scope="module")
def roster() -> Roster:
    found = read_roster(
        COMPANY / "roster.csv", departments=COMPANY / "roster.departments.csv", policy=POLICY, stated=Stated()
    )
    return found.roster


def planned(roster: Roster, policy: Policy = POLICY) -> LaunchPlan:
    return Planner("2027", "2027", make_schedule(STARTS, ENDS, policy), policy, roster, {}, "zh").plan()


def played(roster: Roster, acting: Acting, policy: Policy = POLICY) -> list[Happening]:
    return foretell(planned(roster, policy), policy, roster, LAUNCHED, acting)


def named(found: list[Happening], name: str) -> Happening:
    (one,) = [each for each in found if each.name == name]
    return one


def test_where_nobody_does_anything_they_are_reminded_told_on_and_their_goals_lapse(roster: Roster) -> None:
    found, plan = played(roster, "nobody"), planned(roster)
    launched, reminded, late, lapsed = (
        named(found, name) for name in ("launch", "drafts_remind", "drafts_due", "lapses")
    )
    assert launched.goals == reminded.goals == late.goals == lapsed.goals == plan.goals
    assert reminded.told == reminded.waits == launched.waits
    assert late.waits == launched.waits
    assert late.told["E004"] == sum(len(sheet.goals) for sheet in plan.sheets if sheet.manager == "E004"), (
        "a late draft is told to the manager"
    )
    assert late.told[HR] > 0, "and to HR where the committee approves"
    assert lapsed.at == plan.schedule.review_opens
    assert not [each for each in found if each.name == "period_scored"]


def test_where_everybody_does_what_is_asked_goals_come_into_force_and_are_scored(roster: Roster) -> None:
    found, plan = played(roster, "everybody"), planned(roster)
    submitted, approved, begun = (named(found, name) for name in ("submit", "approve", "execution_starts"))
    assert submitted.at < approved.at <= begun.at
    assert {submitted.goals, approved.goals, begun.goals} == {plan.goals}
    assert [each.code for each in submitted.lacks] == ["goal.not-smart"] or submitted.lacks == ()
    assert not [each for each in found if each.kind in ("late", "lapses")]
    monthly = {
        each.period for each in found if each.name == "period_scored" and (each.period or "")[:1] == "M"
    }
    assert monthly == {f"M{month:02}" for month in range(1, 13)}


def test_a_reminder_stands_where_the_policy_puts_it(roster: Roster) -> None:
    deadlines = POLICY.deadlines.model_copy(update={"drafts_due": 20, "remind_before": 1})
    policy = POLICY.model_copy(update={"deadlines": deadlines})
    reminded = named(played(roster, "nobody", policy), "drafts_remind")
    days = policy.calendar
    due = planned(roster, policy).schedule.drafts_due
    assert local_day(due, days) == STARTS + timedelta(days=20)
    assert reminded.at == opening(add_working_days(local_day(due, days), -1, days), days)


def test_who_reports_on_a_period_is_asked_by_the_reviews_of_their_family(roster: Roster) -> None:
    found = played(roster, "nobody")
    asked = {each.period: set(each.waits) for each in found if each.name == "reviews"}
    sales = {each.id for each in roster.people if POLICY.family_key(each.family) == "sales"}
    assert asked["M01"] == sales
    assert "E011" in asked["Q1"] and not asked["Q1"] & sales


def test_what_happens_is_told_in_order_and_the_cycle_ends_it(roster: Roster) -> None:
    for acting in ("nobody", "everybody"):
        found = played(roster, acting)
        assert [each.at for each in found] == sorted(each.at for each in found)
        assert (found[0].kind, found[-1].name) == ("launched", "close")
