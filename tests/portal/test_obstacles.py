"""Diagnosis, help from another department and promises as people type them, and what was owed beside the goal."""

from datetime import timedelta
from typing import Any

import pytest_asyncio

from tests.portal.conftest import Answer, Cairn
from tests.portal.test_people import TODAY, company

__all__ = ["company"]
GOAL = "goal-c1-E1-1"
SOON = (TODAY + timedelta(days=10)).isoformat()
NEED = ("--goal", GOAL, "--need", "two test benches", "--needed-by", SOON, "--reason", "a late supplier")


async def done(company: Cairn, *typed: str) -> Any:
    """The answer of a command that was done, as JSON."""
    said = await company(*typed, "--json")
    assert said.code == 0, said.out + said.err
    return said.json


async def refused(company: Cairn, *typed: str) -> Answer:
    said = await company(*typed)
    assert said.code != 0, said.out
    return said


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def goal(company: Cairn) -> str:
    """A goal that runs."""
    for typed in (
        ("sheet", "submit", "c1-E1-1", "--by", "E1"),
        ("sheet", "approve", "c1-E1-1", "--by", "M1"),
    ):
        await done(company, *typed)
    return GOAL


async def test_a_diagnosis_is_shown_with_what_followed_from_it(company: Cairn, goal: str) -> None:
    typed = ("--kind", "external_obstacle", "--facts", "delivered 6 weeks late", "--by", "M1")
    said = await company("goal", "diagnose", goal, *typed)
    assert said.code == 0 and "cairn request open" in said.err + said.out
    before = (await company("goal", "show", goal)).out
    assert "diagnosis 1: external obstacle" in before and "nothing has followed" in before
    unknown = await refused(company, "request", "open", "D2", *NEED, "--diagnosis", "2", "--by", "M1")
    assert "no diagnosis 2" in unknown.err
    asked = await done(company, "request", "open", "D2", *NEED, "--diagnosis", "1", "--by", "M1")
    after = (await company("goal", "show", goal)).out
    assert "nothing has followed" not in after and asked["case"] in after


async def test_a_coaching_plan_answers_an_internal_gap_and_goal_show_says_so_to_who_may_read_it(
    company: Cairn, goal: str
) -> None:
    gap = ("--kind", "internal_gap", "--facts", "2 of 5 offers had no needs analysis", "--by", "M1")
    said = await company("goal", "diagnose", goal, *gap)
    assert said.code == 0 and "cairn coaching open" in said.err + said.out
    number = str((await done(company, "goal", "show", goal))["diagnoses"][-1]["number"])
    later = (TODAY + timedelta(days=60)).isoformat()
    typed = (
        "coaching", "open", "E1", "--cycle", "c1", "--by", "M1", "--gap", "skill", "--mentor", "E2", "--ends", later,
        "--facts", "2 of 5 offers had no needs analysis", "--aim", "needs analysis", "--checkpoint", f"{SOON}: a test",
        "--training", f"{SOON}: two days",
    )  # fmt: skip
    unknown = await refused(company, *typed, "--goal", goal, "--diagnosis", "9")
    assert "no diagnosis 9" in unknown.err
    plan = (await done(company, *typed, "--goal", goal, "--diagnosis", number))["case"]
    shown = await company("goal", "show", goal)
    assert f"{plan} (proposed, waiting for an answer)" in " ".join(shown.out.split())
    owed = " ".join((await company("promise", "owed", goal)).out.split())
    assert f"training “two days”, promised by M1 陆一鸣 until {SOON}: still to come" in owed
    hidden = await company("goal", "show", goal, "--as", "E2")
    assert hidden.code == 0 and plan not in hidden.out and "nothing has followed" not in hidden.out


async def test_l2_hr_finds_the_request_to_a_department_without_a_head_and_its_promise_stands_beside_the_goal(
    company: Cairn, goal: str
) -> None:
    [asked] = await done(company, "request", "list", "--department", "D2")
    assert (await done(company, "request", "show", asked["name"]))["status"]["awaited"] == ["role:hr"]
    head = "H1"
    assert asked["name"] in {each.get("name") for each in await done(company, "inbox", "--by", head)}
    other = await refused(company, "request", "accept", asked["name"], "--by", "E1")
    assert "the head of the department that is asked" in other.err
    await done(company, "request", "accept", asked["name"], "--by", head)
    shown = (await company("goal", "show", goal)).out.replace("\n", " ")
    assert "two test benches" in shown and "still to come" in shown
    await done(company, "request", "deliver", asked["name"], "--what", "two benches", "--by", head)
    received = await done(company, "request", "confirm", asked["name"], "--by", "M1")
    assert received["status"]["stage"] == "received"
    debts = await done(company, "promise", "owed", goal)
    [debt] = [each for each in debts if each["kind"] == "request"]
    assert (debt["kind"], debt["days_late"], debt["open"]) == ("request", 0, False)


async def test_the_years_page_tells_what_followed_from_each_diagnosis_without_anybodys_words(
    company: Cairn, goal: str
) -> None:
    told = await company("cycle", "year", "c1")
    assert told.code == 0, told.err
    assert "external obstacle since" in told.out and "help from D2" in told.out
    assert "6 weeks late" not in told.out
    first = (await done(company, "cycle", "year", "c1"))["obstacles"][0]
    assert (first["goal"], first["kind"], first["closed"]) == (goal, "external_obstacle", False)
    assert "facts" not in first
    assert "c9" in (await refused(company, "cycle", "year", "c9")).err


async def test_a_promise_is_made_contested_kept_and_listed(company: Cairn, goal: str) -> None:
    words = ("--what", "a second screen", "--due", SOON, "--goal", goal)
    asked_by_owner = await refused(company, "promise", "make", "E1", *words, "--by", "E1")
    assert "whoever promises" in asked_by_owner.err
    made = (await done(company, "promise", "make", "E1", *words, "--by", "M1"))["case"]
    assert made in {each.get("name") for each in await done(company, "inbox", "--by", "M1")}
    assert "PromiseMade" in str(await done(company, "notices", "--by", "E1"))
    await done(company, "promise", "keep", made, "--shown", "it is ordered", "--by", "M1")
    await done(company, "promise", "contest", made, "--what", "it is not here", "--by", "E1")
    await done(company, "promise", "keep", made, "--shown", "it is here", "--by", "E1")
    [row] = await done(company, "promise", "list", "--to", "E1")
    assert (row["stage"], row["days_late"]) == ("kept", 0)
    owed = await company("promise", "owed", "E1")
    assert "a second screen" in owed.out and "came in time" in owed.out
    hidden = await company("promise", "owed", "E1", "--as", "E2")
    assert hidden.code != 0


async def test_who_is_no_party_does_not_read_what_was_written(company: Cairn, goal: str) -> None:
    [row] = await done(company, "promise", "list", "--to", "E1")
    assert (await company("promise", "show", row["name"], "--as", "E2")).code != 0
    mine = await company("promise", "show", row["name"], "--as", "E1")
    assert mine.code == 0 and "a second screen" in mine.out
    [asked] = await done(company, "request", "list", "--goal", goal)
    assert (await company("request", "show", asked["name"], "--as", "E1")).code == 0
    assert (await company("request", "show", asked["name"], "--as", "E2")).code != 0


async def test_slips_are_told_in_words_with_what_to_do(company: Cairn, goal: str) -> None:
    past = (TODAY - timedelta(days=2)).isoformat()
    said = await refused(
        company, "promise", "make", "E1", "--what", "x", "--due", past, "--by", "M1", "--cycle", "c1"
    )
    assert "today on" in said.err
    own = await refused(company, "request", "open", "D1", *NEED, "--by", "M1")
    assert "own department" in own.err
    moon = await refused(company, "request", "open", "MOON", *NEED, "--by", "M1")
    assert "MOON" in moon.err
    unknown = await refused(company, "request", "show", "request-c1-department.D2-none")
    assert "check its id" in unknown.err
    words = await refused(company, "goal", "diagnose", goal, "--kind", "internal_gap", "--by", "M1")
    assert "--facts" in words.err
