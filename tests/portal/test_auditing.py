"""The auditor's view: any stream as of any moment by either clock, with who, what changed and under which policy."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio

from cairn.application.people import People
from cairn.application.repository import record_alone
from cairn.domain.cycle.events import TargetRow, TargetsProposed
from cairn.domain.feedback.events import FeedbackGiven, FeedbackObserved
from cairn.domain.people import Department, Person, Roster
from cairn.domain.reading import Covers, FeedCompleted, ReadingsRecorded, Row
from cairn.ledger.merkle import leaf
from tests.portal.conftest import Cairn
from tests.portal.january import (
    BEGUN,
    EMPLOYEE,
    MONTH_ALONE,
    January,
    empty,
    january,
    terminal,
    with_everything,
)

__all__ = ["empty", "january"]
DAY = timedelta(days=1)
LATER = datetime(2026, 1, 20, 3, tzinfo=UTC)


def person(id: str, title: str = "", manager: str | None = "B1", *roles: str) -> Person:
    facts = {"id": id, "name": id, "department": "D", "family": "none", "roles": roles, "title": title}
    return Person.model_validate({**facts, "manager": manager, "hired": date(2020, 1, 1)})


@pytest_asyncio.fixture(loop_scope="session")
async def audited(january: January, tmp_path: Path) -> Cairn:
    """A played year, in which the roster, the policy and targets were imported twice, and a feed corrected itself."""
    await with_everything(january)
    ledger = january.ledger
    people = (
        person("B1", "", None, "executive"), person("H1", "", "B1", "hr"), person("C1", "", "B1", "committee"),
        person("M1", "Lead"), person("A1", "", "B1", "auditor"),
        person("E1", "", "M1").model_copy(update={"family": "staff"}),
    )  # fmt: skip
    roster = Roster(people=people, departments=(Department(id="D", name="Delivery", head="M1"),))
    await People(ledger).import_roster(roster, "H1", LATER)
    stricter = MONTH_ALONE.replace("{grade: B, points: 80", "{grade: B, points: 82")
    await january.cycles.policies.adopt(stricter, "plan", "H1", LATER)
    for number, target in enumerate((100, 120)):
        row = TargetRow(holder="E1", goal="duties", period="Y", target=Decimal(target))
        told = TargetsProposed(cycle="2027", rows=(row,), source="quotas.csv", by="H1", at=LATER)
        await record_alone(ledger, told, f"targets-{number}")
    for number, value in enumerate((40, 42)):
        read = Row(metric="sales", subject="E1", on=date(2026, 1, 5), value=Decimal(value))
        batch = ReadingsRecorded(
            feed="crm", content=str(number), rows=(read,), by="H1", at=LATER, correction=number == 1
        )
        await record_alone(ledger, batch, f"batch-{number}")
    covers = (Covers(metric="sales", since=date(2026, 1, 1), everybody=True),)
    await record_alone(
        ledger,
        FeedCompleted(feed="crm", through=date(2026, 1, 31), covers=covers, by="system", at=LATER),
        "done",
    )
    await january.seal()
    return terminal(january, tmp_path)


async def events(cairn: Cairn, stream: str, *typed: str) -> list[Any]:
    told = await cairn("replay", stream, *typed, "--json")
    assert told.code == 0, told.err
    found: list[Any] = told.json["events"]
    return found


async def test_a_sheet_is_told_event_by_event_with_both_clocks_what_changed_and_the_policy(
    january: January, audited: Cairn
) -> None:
    found = await events(audited, EMPLOYEE, "--as", "A1")
    assert [each["version"] for each in found] == list(range(1, len(found) + 1))
    assert {each["policy"].partition("@")[0] for each in found} == {"kaohe"}
    assert all(each["position"] and each["occurred_at"] < each["recorded_at"] for each in found)
    scored = next(each for each in found if each["type"] == "SheetScored")
    result = next(each for each in found if each["type"] == "ResultIssued")
    assert (scored["before"], scored["after"]) == ({}, {"points": "97"})
    assert (result["actor"], result["after"]["points"], result["after"]["grade"]) == ("system", "94.2", "B")


async def test_each_event_has_the_hash_that_anybody_computes_from_what_is_stored(
    january: January, audited: Cairn
) -> None:
    stored = await january.ledger.read_stream(EMPLOYEE)
    found = await events(audited, EMPLOYEE)
    assert [each["leaf"] for each in found] == [leaf(row).hex() for row in stored]


async def test_a_sheets_scores_are_computed_again(january: January, audited: Cairn) -> None:
    told = await audited("replay", EMPLOYEE, "--verify", "--json")
    assert (told.code, told.json["verified"]["differences"], told.json["verified"]["results"]) == (0, [], 1)
    wrong = await audited("replay", "person-E1", "--verify")
    assert wrong.code == 2


async def test_as_of_a_day_by_either_clock(january: January, audited: Cairn) -> None:
    whole = await events(audited, EMPLOYEE)
    then = await events(audited, EMPLOYEE, "--as-of", "2026-01-31")
    assert 0 < len(then) < len(whole) and all(each["type"] != "ResultIssued" for each in then)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert len(await events(audited, EMPLOYEE, "--as-of", f"recorded:{tomorrow}")) == len(whole)
    before = await audited("replay", EMPLOYEE, "--as-of", "recorded:2026-01-31")
    assert before.code == 1 and EMPLOYEE in before.err
    position = whole[0]["position"]
    assert [each["version"] for each in await events(audited, EMPLOYEE, "--as-of", str(position))] == [1]


async def test_people_departments_policies_targets_and_feeds_say_who_changed_what(
    january: January, audited: Cairn
) -> None:
    joined, changed = await events(audited, "person-M1", "--as", "A1")
    assert (joined["type"], joined["actor"], joined["after"]["name"]) == ("PersonJoined", "H1", "M1")
    assert (changed["before"]["title"], changed["after"]["title"]) == ("", "Lead")
    _, renamed = await events(audited, "department-D")
    assert (renamed["before"], renamed["after"]) == ({"name": "D"}, {"name": "Delivery"})
    _, adopted = await events(audited, "policy-kaohe")
    assert (adopted["before"]["grades.B.points"], adopted["after"]["grades.B.points"]) == ("80", "82")
    _, targets = await events(audited, "targets-2027")
    assert (targets["before"], targets["after"]) == ({"E1 duties Y": "100"}, {"E1 duties Y": "120"})
    first, corrected, complete = await events(audited, "feed-crm")
    assert (first["after"], corrected["before"]) == ({}, {"sales E1 2026-01-05": {"value": "40"}})
    assert corrected["after"] == {"sales E1 2026-01-05": {"value": "42"}}
    assert (complete["actor"], complete["after"]["through"]) == ("system", "2026-01-31")


async def test_all_of_it_is_said_in_both_languages(january: January, audited: Cairn) -> None:
    said = {
        "person-M1": ("Lead", "职位"), "policy-kaohe": ("grades.B.points  80 → 82", "采用制度"),
        "targets-2027": ("100 → 120", "导入目标值"), "feed-crm": ("value 40 → value 42", "数据齐至"),
        EMPLOYEE: ("under the policy", "弹性空间"),
    }  # fmt: skip
    for stream, (english, chinese) in said.items():
        for language, words in (("en", english), ("zh", chinese)):
            shown = await audited("replay", stream, "--lang", language, COLUMNS="200")
            assert shown.code == 0 and words in shown.out, (stream, shown.out)


async def test_auditors_and_hr_may_and_words_stay_with_those_who_may_read_them(
    january: January, audited: Cairn
) -> None:
    for stream in ("person-E1", "policy-kaohe", "feed-crm", "targets-2027", "cycle-2026"):
        for reader in ("E1", "M1"):
            refused = await audited("replay", stream, "--as", reader, "--json")
            assert (refused.code, refused.json["error"]) == (1, "audit.not-yours"), stream
        for reader in ("A1", "H1"):
            assert (await audited("replay", stream, "--as", reader)).code == 0
    assert (await audited("replay", EMPLOYEE, "--as", "E1")).code == 0, "their own"
    incidents = {
        reader: next(
            each["facts"]["reason"]
            for each in await events(audited, EMPLOYEE, "--as", reader)
            if each["type"] == "IncidentRecorded"
        )
        for reader in ("A1", "H1")
    }
    assert incidents == {"A1": {"unreadable": "hidden"}, "H1": "as the minutes say"}


async def test_a_case_between_two_people_is_told_to_them_and_without_words_to_auditors(
    january: January, audited: Cairn
) -> None:
    case, words = "feedback-2026-E1-1", {"by": "M1", "at": LATER}
    for event in (
        FeedbackObserved(
            case=case, kind="positive", note="asked", seen_at=LATER, answer_by=LATER + DAY, **words
        ),
        FeedbackGiven(case=case, kind="positive", behaviour="asked first", value="no rework", **words),
    ):
        await record_alone(january.ledger, event, event.type)
    await january.seal()
    for reader, seen in (("M1", "asked first"), ("E1", "asked first"), ("A1", {"unreadable": "hidden"})):
        _, given = await events(audited, case, "--as", reader)
        assert (given["facts"]["behaviour"], given["before"], given["after"]) == (
            seen, {"stage": "observed"}, {"stage": "given"},
        )  # fmt: skip
    refused = await audited("replay", case, "--as", "C1", "--json")
    assert (refused.code, refused.json["error"]) == (1, "audit.not-yours")
    shown = await audited("replay", case, "--as", "A1", "--lang", "en", COLUMNS="200")
    assert "observed, not told yet → given" in shown.out and "asked first" not in shown.out


async def test_what_is_not_there_is_told(january: January, audited: Cairn) -> None:
    assert (await audited("replay", "person-nobody", "--json")).json["error"] == "replay.unknown"
    assert (await audited("replay", "policy-kaohe", "--step")).code == 2


async def test_a_sample_of_approvals_is_drawn_again_by_its_seed(january: January, audited: Cairn) -> None:
    first = await audited("audit", "sample", "--n", "2", "--as", "A1", "--json")
    assert first.code == 0, first.err
    seed, upto = first.json["seed"], str(first.json["upto"])
    again = await audited("audit", "sample", "--n", "2", "--seed", seed, "--upto", upto, "--json")
    assert again.json == first.json and (len(first.json["drawn"]), first.json["among"]) == (2, 4)
    everything = await audited("audit", "sample", "--n", "50", "--seed", "7", "--json")
    assert {each["goal"] for each in everything.json["drawn"]} == {
        "goal-2026-E1-1", "goal-2026-E1-2", "goal-2026-department.D-1",
    }  # fmt: skip
    shown = await audited("audit", "sample", "--n", "2", "--seed", seed, "--lang", "en", COLUMNS="200")
    assert seed in shown.out and f"--seed {seed} --upto {upto}" in shown.out


async def test_an_approval_has_its_evidence(january: January, audited: Cairn) -> None:
    """Who drafted, submitted and approved, when by both clocks, where in the log, with which hash."""
    sample = await audited("audit", "sample", "--n", "50", "--seed", "7", "--json")
    mine = next(each for each in sample.json["drawn"] if each["goal"] == "goal-2026-E1-1")
    assert [(each["type"], each["actor"]) for each in (*mine["leading"], mine["approval"])] == [
        ("GoalDrafted", "H1"), ("GoalSubmitted", "E1"), ("GoalApproved", "M1"),
    ]  # fmt: skip
    stored = (await january.ledger.read_stream("goal-2026-E1-1"))[mine["approval"]["version"] - 1]
    assert mine["approval"]["leaf"] == leaf(stored).hex()
    assert (mine["owner"], mine["approval"]["event_id"]) == ("E1", str(stored.id))
    assert datetime.fromisoformat(mine["approval"]["occurred_at"]) == BEGUN


async def test_who_may_not_audit_draws_nothing(january: January, audited: Cairn) -> None:
    refused = await audited("audit", "sample", "--as", "M1", "--json")
    assert (refused.code, refused.json["error"]) == (1, "audit.not-yours")
    ahead = await audited("audit", "sample", "--upto", "999999", "--json")
    assert ahead.json["error"] == "audit.position"


async def test_nobody_learns_their_own_result_before_it_is_shown(empty: January, tmp_path: Path) -> None:
    await empty.launched(MONTH_ALONE + "evaluation: {steps: [interview]}\n")
    await with_everything(empty)
    cairn = terminal(empty, tmp_path)
    for reader, seen in (("E1", False), ("H1", True)):
        explained = (await cairn("explain", "E1", "--as", reader, "--json")).json["steps"]
        told = (await cairn("replay", EMPLOYEE, "--as", reader, "--json")).json
        moved = await cairn("difference", "E1", "--as", reader, "--json")
        assert bool(explained) == seen
        assert any(each["type"] == "ResultIssued" for each in told["events"]) == seen
        assert (told["state"] is not None) == seen
        assert (moved.code == 0) == seen
    assert (await cairn("difference", "E1", "--as", "E1", "--json")).json["error"] == "difference.not-scored"
