"""Settled scores at the command line: a correction that comes late waits for somebody's decision (RULES D5, Y3)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest_asyncio

from cairn.domain.exact import exact
from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import POLICY, ROSTER, Cairn, company_of_its_own, environment

CYCLE = "settled"
STARTS = (date.today() - timedelta(days=130)).replace(day=1)
"""The first quarter is over, so is the day on which its sheets are scored."""
DAY = STARTS + timedelta(days=3)
SETTLED = (
    POLICY.replace("name: tiny", "name: settled").replace("unit: 万元}", "unit: 万元, metric: sales}")
    + "scoring: {settles_after: 0}\ncalendar: {opens: 0}\n"
)
"""A version is settled on the very day on which it is shown."""
ROLES = {"E2": "HR", "E3": "委员"}
PEOPLE = "".join(f"{row}{ROLES.get(row[:2], '')}\n" for row in ROSTER.splitlines())
PEOPLE += "E5,何静,D1,客户经理,销售,M1,2020-01-01,,委员\nE6,许静,D1,客户经理,销售,M1,2020-01-01,,\n"
FEED = f"""name: erp
source: {{kind: csv, path: sold.csv}}
watermark: {STARTS - timedelta(days=1)}
covers:
  - {{metric: sales, subjects: [H1, M1, E1, E2, E3], since: {STARTS}}}
"""
MANAGERS = {"E1": "M1", "E2": "M1", "E3": "M1", "M1": "H1"}
TRUE = ("--heard", "同意", "--reason", "补录属实")


class Company:
    """A company whose first quarter is scored, with the sales of everybody whose sheets are looked at."""

    def __init__(self, cairn: Cairn, files: Path) -> None:
        self.cairn, self.files = cairn, files
        self.sold = dict.fromkeys(MANAGERS, 150)

    async def does(self, *typed: str) -> None:
        done = await self.cairn(*typed)
        assert done.code == 0, done.err

    async def approved(self, owner: str, manager: str) -> None:
        goals = [f"goal-{CYCLE}-{owner}-{number}" for number in (1, 2)]
        await self.does("goal", "submit", *goals, "--by", owner)
        await self.does("goal", "approve", *goals, "--by", manager)

    async def feed(self, *options: str) -> None:
        rows = "".join(f"sales,{who},{DAY},{value}\n" for who, value in self.sold.items())
        (self.files / "sold.csv").write_text("metric,subject,on,value\n" + rows)
        await self.does("feed", "run", str(self.files / "sold.yaml"), *options, "--by", "H1")

    async def corrected(self, who: str, value: int) -> str:
        """The restatement that a correction of somebody's sales proposes."""
        self.sold[who] = value
        before = {each["restatement"] for each in await self.open(who)}
        await self.feed("--from", str(DAY), "--upto", str(DAY))
        found: str = (await until(lambda: self._new(who, before)))["restatement"]
        return found

    async def _new(self, who: str, before: set[str]) -> Any:
        return next((each for each in await self.open(who) if each["restatement"] not in before), None)

    async def open(self, who: str) -> list[Any]:
        """The restatements of somebody's sheet that wait."""
        listed = (await self.cairn("restatements", "list", CYCLE, "--json")).json
        return [each for each in listed if each["holder"] == who]

    async def points(self, who: str) -> list[tuple[int, str, str]]:
        """Number, cause and points of every version of somebody's score of the first quarter."""
        shown = (await self.cairn("scores", who, "--versions", "--period", "Q1", "--json")).json
        return [
            (each["number"], each["cause"], each["points"]) for each in shown if each["type"] == "SheetScored"
        ]

    async def versions(self, who: str) -> list[Any]:
        """Everything in the chain of somebody's sheet."""
        shown: list[Any] = (await self.cairn("scores", who, "--versions", "--json")).json
        return shown

    async def is_equal(self) -> bool:
        """Whether every score comes out the same when it is computed again."""
        return (await self.cairn("verify-scores", CYCLE)).code == 0


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What is there once the worker has brought it."""
    for _ in range(300):
        if found := await look():
            return found
        await asyncio.sleep(0.2)
    raise TimeoutError(look)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    settings: Settings,
    databases: Databases,
    temporal_server: str,
    tmp_path_factory: Any,
) -> AsyncIterator[Company]:
    files = tmp_path_factory.mktemp("settled")
    for name, text in (("policy.yaml", SETTLED), ("roster.csv", PEOPLE), ("sold.yaml", FEED)):
        (files / name).write_text(text, encoding="utf-8")
    async with company_of_its_own("cli-settled", settings, databases, temporal_server, files) as own:
        made = Company(Cairn(environment(own)), files)
        days = ("--starts", str(STARTS), "--ends", str(STARTS + timedelta(days=364)))
        await made.does("cycle", "launch", CYCLE, *days, "--by", "H1", "--yes")
        await made.feed("--upto", str(date.today() - timedelta(days=1)))
        for owner, manager in MANAGERS.items():
            await made.approved(owner, manager)
        for owner in MANAGERS:
            await until(partial(made.points, owner))
        yield made


async def test_a_correction_of_a_settled_score_waits_until_hr_accepts_what_raises(company: Company) -> None:
    [(_, _, before)] = await company.points("E1")
    asked = await company.corrected("E1", 240)
    [proposed] = await company.open("E1")
    assert (proposed["of_period"]["before"], proposed["of_goal"]["after"]) == (before, "80")
    listed = await company.cairn("restatements", "list", CYCLE, "--lang", "en", COLUMNS="200")
    assert asked in listed.out and "50 → 80" in listed.out and "HR" in listed.out
    assert [number for number, _, _ in await company.points("E1")] == [1]
    for other in ("M1", "E1"):
        refused = await company.cairn("restatements", "accept", asked, *TRUE, "--by", other, "--json")
        assert (refused.code, refused.json["error"]) == (1, "restatement.not-yours")
    await company.does("restatements", "accept", asked, *TRUE, "--by", "H1")
    assert (await company.points("E1"))[1:] == [(2, "restated", "80")]
    assert await company.open("E1") == []
    assert await company.is_equal()


async def test_what_lowers_a_settled_score_is_the_committees_to_decide_by_vote(company: Company) -> None:
    """L12: half of the three members have to vote; M1 alone decides nothing."""
    asked = await company.corrected("E2", 60)
    refused = await company.cairn("restatements", "accept", asked, *TRUE, "--by", "H1", "--json")
    assert (refused.code, refused.json["error"]) == (1, "restatement.not-yours")
    first = await company.cairn("restatements", "accept", asked, *TRUE, "--by", "M1", "--json")
    assert first.json["events"] == ["RestatementHeard", "RestatementVoted"] and not first.json["decided"]
    assert len(await company.points("E2")) == 1
    [waiting] = await company.open("E2")
    assert [(each["by"], each["vote"]) for each in waiting["ballots"]] == [("M1", "for")]
    again = await company.cairn("restatements", "accept", asked, *TRUE, "--by", "M1", "--json")
    assert again.json["events"] == []
    second = await company.cairn("restatements", "accept", asked, "--reason", "属实", "--by", "E3", "--json")
    assert (second.code, second.json["accepted"]) == (0, True)
    [(_, _, before), (number, cause, after)] = await company.points("E2")
    assert (number, cause, float(after) < float(before)) == (2, "restated", True)
    decided = [each for each in await company.versions("E2") if each["type"] == "RestatementDecided"][-1]
    minutes = decided["minutes"]
    assert (minutes["members"], minutes["quorum"]) == (3, 2)
    assert [each["by"] for each in minutes["ballots"]] == ["M1", "E3"]
    assert await company.is_equal()


async def test_a_committee_that_votes_against_leaves_the_score_as_it_is(company: Company) -> None:
    asked = await company.corrected("E2", 30)
    await company.does("restatements", "hear", asked, "--said", "不同意", "--by", "E2")
    for by in ("M1", "E5"):
        await company.does("restatements", "decline", asked, "--reason", "原记录无误", "--by", by)
    assert await company.open("E2") == [] and len(await company.points("E2")) == 2
    last = [each for each in await company.versions("E2") if each["type"] == "RestatementDecided"][-1]
    assert (last["accepted"], last["heard"]) == (False, "不同意")
    assert [each["vote"] for each in last["minutes"]["ballots"]] == ["against", "against"]


SLIP = ("--target", "Q1=200", "--reason", "录入时多打了 100")


async def test_a_clerical_error_is_shown_proposed_heard_decided_and_told(company: Company) -> None:
    """T6, Y3: the first quarter's target of 300 should have been 200; its score is settled."""
    goal = f"goal-{CYCLE}-E1-1"
    before = await company.points("E1")
    dry = await company.cairn("restatements", "propose", goal, *SLIP, "--by", "H1", "--dry-run", "--json")
    [score] = dry.json["scores"]
    assert (score["period"], score["of_goal"]) == (
        "Q1",
        {"before": "80", "after": "120", "grade_before": None, "grade_after": None},
    )
    assert not dry.json["at_once"] and await company.open("E1") == []
    for other in ("M1", "E1"):
        refused = await company.cairn("restatements", "propose", goal, *SLIP, "--by", other, "--json")
        assert (refused.code, refused.json["error"]) == (1, "sheet.not-yours")
    done = await company.cairn("restatements", "propose", goal, *SLIP, "--by", "H1", "--json")
    asked = done.json["restatement"]
    assert await company.points("E1") == before
    for by, error in (("H1", "restatement.not-yours"), ("E2", "restatement.not-heard")):
        refused = await company.cairn(
            "restatements", "accept", asked, "--reason", "属实", "--by", by, "--json"
        )
        assert (refused.code, refused.json["error"]) == (1, error)
    await company.does("restatements", "hear", asked, "--said", "同意更正", "--by", "E1")
    await company.does("restatements", "accept", asked, "--reason", "属实", "--by", "E2")
    assert (await company.points("E1"))[len(before) :] == [(3, "restated", "120")]
    scored = [each for each in await company.versions("E1") if each["type"] == "SheetScored"][-1]
    assert scored["restatement"] == asked
    shown = (await company.cairn("goal", "show", goal, "--json")).json["goal"]
    assert shown["measure"]["targets"]["Q1"] == "200"
    untold = (await company.cairn("restatements", "list", CYCLE, "--untold", "--json")).json
    assert asked in [each["restatement"] for each in untold]
    await company.does("restatements", "tell", asked, "--by", "H1")
    untold = (await company.cairn("restatements", "list", CYCLE, "--untold", "--json")).json
    assert asked not in [each["restatement"] for each in untold]
    assert await company.is_equal()


async def test_what_cannot_be_corrected_is_refused_with_what_to_do(company: Company) -> None:
    goal = f"goal-{CYCLE}-E1-1"
    for slip, error in (
        (("--target", "Y=100"), "restatement.running"),
        (("--target", "Q9=100"), "adjustment.period"),
        (("--target", "Q1=200"), "restatement.same"),
        (("--check-in", "1=5"), "restatement.check-in"),
        (("--assessment", "Q1:M1=5"), "restatement.not-assessed"),
        (("--weight", f"{goal}=50"), "restatement.sheet-running"),
        ((), "restatement.empty"),
    ):
        refused = await company.cairn(
            "restatements", "propose", goal, *slip, "--reason", "r", "--by", "H1", "--json"
        )
        assert (refused.code, refused.json["error"]) == (1, error)
    unsaid = await company.cairn("restatements", "propose", goal, "--target", "Q1=100", "--by", "H1")
    assert unsaid.code == 2


async def test_nobody_decides_about_themselves(company: Company) -> None:
    raises = await company.corrected("E2", 300)
    own = await company.cairn("restatements", "accept", raises, *TRUE, "--by", "E2", "--json")
    assert (own.code, own.json["error"]) == (1, "restatement.not-yours")
    await company.does("restatements", "accept", raises, *TRUE, "--by", "H1")
    lowers = await company.corrected("M1", 60)
    own = await company.cairn("restatements", "accept", lowers, *TRUE, "--by", "M1", "--json")
    assert (own.code, own.json["error"]) == (1, "restatement.not-yours")
    await company.does("restatements", "accept", lowers, *TRUE, "--by", "E3")
    assert (await company.points("M1"))[-1][:2] == (2, "restated")
    assert await company.is_equal()


async def test_declined_the_score_stays_and_a_later_correction_is_proposed_again(company: Company) -> None:
    first = await company.corrected("E3", 180)
    await company.does("restatements", "decline", first, *TRUE, "--by", "H1")
    assert (await company.open("E3"), len(await company.points("E3"))) == ([], 1)
    second = await company.corrected("E3", 210)
    replaced = await company.corrected("E3", 240)
    assert [each["restatement"] for each in await company.open("E3")] == [replaced]
    for gone in (first, second):
        done = await company.cairn("restatements", "accept", gone, *TRUE, "--by", "H1", "--json")
        assert (done.code, done.json["error"]) == (1, "restatement.unknown")
    shown = (await company.cairn("scores", "E3", "--versions")).out
    assert all(each in shown for each in (first, second, replaced))


async def test_the_person_is_heard_and_the_decision_has_a_reason(company: Company) -> None:
    [waiting] = await company.open("E3")
    unsaid = await company.cairn(
        "restatements", "accept", waiting["restatement"], "--heard", "同意", "--by", "H1"
    )
    assert unsaid.code == 2
    unheard = await company.cairn(
        "restatements", "accept", waiting["restatement"], "--reason", "补录", "--by", "H1", "--json"
    )
    assert (unheard.code, unheard.json["error"]) == (1, "restatement.not-heard")
    typed = ("restatements", "accept", waiting["restatement"], *TRUE, "--by", "H1", "--id", "once", "--json")
    assert [(await company.cairn(*typed)).code for _ in range(2)] == [0, 0]
    assert len(await company.points("E3")) == 2
    none = await company.cairn("restatements", "accept", f"{CYCLE}-E9-1-R1", *TRUE, "--by", "H1", "--json")
    assert none.code == 1


async def test_who_may_not_read_a_score_does_not_read_its_versions(company: Company) -> None:
    """RULES L12."""
    shown = await company.cairn("scores", "E1", "--versions", "--as", "E1", "--json")
    assert (shown.code, {each["type"] for each in shown.json}) == (
        0,
        {
            "SheetScored",
            "RestatementProposed",
            "RestatementHeard",
            "RestatementDecided",
            "RestatementTold",
        },
    )
    assert (await company.cairn("scores", "E1", "--versions", "--as", "E6")).code == 1
    await company.corrected("E1", 180)
    for reader, seen in (("E1", ["E1"]), ("M1", ["E1"]), ("E6", [])):
        listed = await company.cairn("restatements", "list", CYCLE, "--as", reader, "--json")
        assert [each["holder"] for each in listed.json] == seen


async def test_what_hr_went_on_without_is_scored_once_the_feed_says_that_it_is_nothing(
    company: Company,
) -> None:
    """RULES D3, D4, W2."""
    feed = company.files / "late.yaml"
    feed.write_text(FEED.replace("erp", "late").replace("[H1, M1, E1, E2, E3]", "[E5]"), encoding="utf-8")
    (company.files / "sold.csv").write_text("metric,subject,on,value\n")
    run = ("feed", "run", str(feed), "--by", "H1", "--upto")
    await company.does(*run, str(DAY))
    await company.approved("E5", "M1")
    without = ("--period", "Q1", "--reason", "没有数据")
    await company.does("goal", "score-without", f"goal-{CYCLE}-E5-1", *without, "--by", "H1")
    assert await company.points("E5") == []
    await company.does(*run, str(date.today() - timedelta(days=1)))
    assert await until(partial(company.points, "E5")) == [(1, "readings", "0")]
    assert await company.is_equal()


async def test_versions_of_somebody_unknown_are_refused(company: Company) -> None:
    assert (await company.cairn("scores", "E9", "--versions")).code == 1


async def test_why_a_score_moved_is_told_in_steps_that_sum_to_it(company: Company) -> None:
    versions = await company.points("E1")
    first, last = versions[0], versions[-1]
    assert len(versions) > 1
    typed = ("difference", "E1", "--cycle", CYCLE, "--period", "Q1", "--from", "1")
    told = (await company.cairn(*typed, "--json")).json
    assert [link["number"] for link in told["links"]] == [number for number, _, _ in versions[1:]]
    steps = [step for link in told["links"] for step in link["difference"]["steps"]]
    assert sum(exact(step["moved"]) for step in steps) == exact(told["moved"])
    assert exact(told["moved"]) == exact(last[2]) - exact(first[2])
    assert told["links"][0]["difference"]["steps"][0]["causes"][0]["group"] == "readings"
    for language, words in (("en", ("readings", "together", "150 → 240")), ("zh", ("指标数据", "合计"))):
        shown = await company.cairn(*typed, "--to", "2", "--lang", language, COLUMNS="160")
        assert all(each in shown.out for each in words), shown.out


async def test_the_same_of_a_goal_and_between_two_dates(company: Company) -> None:
    goal = f"goal-{CYCLE}-E1-1"
    of_goal = (
        await company.cairn("difference", goal, "--period", "Q1", "--from", "1", "--to", "2", "--json")
    ).json
    [link] = of_goal["links"]
    assert (link["cause"], link["difference"]["before"], link["difference"]["after"]) == (
        "restated",
        "50",
        "80",
    )
    tomorrow = f"recorded:{date.today() + timedelta(days=1)}"
    now = await company.cairn("difference", goal, "--period", "Q1", "--from", tomorrow, "--json")
    assert now.json["links"] == [], "the last version is the one that counts then"
    before = date.today() - timedelta(days=1)
    then = await company.cairn("difference", goal, "--period", "Q1", "--from", str(before), "--json")
    assert (then.code, then.json["error"]) == (1, "difference.no-version")


async def test_two_people_are_told_apart_by_goals_of_the_same_key(company: Company) -> None:
    typed = ("difference", "E1", "--against", "E3", "--cycle", CYCLE, "--period", "Q1")
    told = (await company.cairn(*typed, "--json")).json["difference"]
    causes = [cause for step in told["steps"] for cause in step["causes"]]
    assert {cause["goal"] for cause in causes} == {f"goal-{CYCLE}-E1-1"}
    assert {cause["group"] for cause in causes} <= {"target", "readings"}
    assert sum(exact(step["moved"]) for step in told["steps"]) == exact(told["after"]) - exact(told["before"])


async def test_who_may_not_read_a_score_does_not_learn_why_it_moved(company: Company) -> None:
    for typed in (("E1",), ("E6", "--against", "E1"), (f"goal-{CYCLE}-E1-1",)):
        refused = await company.cairn(
            "difference",
            *typed,
            *(() if "goal" in typed[0] else ("--cycle", CYCLE)),
            "--period",
            "Q1",
            "--as",
            "E6",
            "--json",
        )
        assert (refused.code, refused.json["error"]) == (1, "reading.not-yours"), typed
    assert (
        await company.cairn("difference", "E1", "--cycle", CYCLE, "--period", "Q1", "--as", "E1")
    ).code == 0


async def test_what_makes_no_difference_is_asked_back(company: Company) -> None:
    both = await company.cairn("difference", "E1", "--against", "E2", "--from", "1")
    goals = await company.cairn("difference", f"goal-{CYCLE}-E1-1", "--against", "E2")
    order = await company.cairn(
        "difference", "E1", "--period", "Q1", "--cycle", CYCLE, "--from", "2", "--to", "1"
    )
    unscored = await company.cairn("difference", "E1", "--period", "Q4", "--cycle", CYCLE, "--json")
    assert (both.code, goals.code, order.code, unscored.json["error"]) == (2, 2, 2, "difference.not-scored")
