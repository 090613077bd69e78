"""Changing a policy in mid-cycle as typed: what it changes for whom, votes, taking effect, and what is refused."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest_asyncio

from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import POLICY, Cairn, company_of_its_own, environment

TODAY = date.today()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cairn(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Cairn]:
    """A company of its own, whose cycle began two days ago."""
    async with company_of_its_own("amending-tests", settings, databases, temporal_server, files) as own:
        terminal = Cairn(environment(own))
        starts, ends = TODAY - timedelta(days=2), TODAY + timedelta(days=362)
        typed = ("--starts", starts.isoformat(), "--ends", ends.isoformat(), "--by", "H1", "--yes")
        done = await terminal("cycle", "launch", "year", *typed)
        assert done.code == 0, done.err
        yield terminal


async def steps_in_inbox(cairn: Cairn, who: str) -> list[str]:
    """What somebody is to do about changes of the policy."""
    found = (await cairn("inbox", "--by", who, "--json")).json
    return [each["step"] for each in found if each.get("kind") == "amendment"]


async def test_hr_proposes_the_committee_decides_and_it_is_in_force_once_people_were_told(
    cairn: Cairn, tmp_path: Path
) -> None:
    """A policy that cannot change in mid-year."""
    later = tmp_path / "later.yaml"
    later.write_text(POLICY + "deadlines: {drafts_due: 20}\n", encoding="utf-8")
    seen = await cairn("cycle", "amend", "year", str(later), "--dry-run", "--json")
    assert seen.code == 0, seen.err
    [changed] = seen.json["changes"]
    assert (changed["field"], changed["before"], changed["after"]) == ("deadlines.drafts_due", "15", "20")
    moves = {each["name"]: each for each in seen.json["moves"]}
    assert (moves["drafts_due"]["goals"], moves["drafts_due"]["people"]) == (10, 5)
    shown = await cairn("cycle", "amend", "year", str(later), "--dry-run", "--everybody", "--lang", "en")
    assert "E1 周敏" in shown.out and "goal-year-E3-2" in shown.out
    unsure = await cairn("cycle", "amend", "year", str(later), "--reason", "春节", "--by", "H1")
    assert unsure.code == 2 and "--yes" in unsure.err

    proposed = await cairn("cycle", "amend", "year", str(later), "--reason", "春节", "--by", "H1", "--yes")
    assert proposed.code == 0 and "year-P1" in proposed.out, proposed.err
    assert await steps_in_inbox(cairn, "M1") == ["vote"] and await steps_in_inbox(cairn, "H1") == []
    shown = await cairn("inbox", "--by", "M1")
    assert "year-P1" in shown.out and "对制度变更投票" in shown.out
    told = ("--heard", "员工大会", "--heard-on", TODAY.isoformat(), "--told", "公告", "--by", "H1")
    alone = await cairn("cycle", "enact", "year", *told)
    assert alone.code == 1 and "HR不能单独" in alone.err
    own = await cairn("cycle", "vote", "year", "for", "--by", "H1")
    assert own.code == 1 and "委员会" in own.err
    voted = await cairn("cycle", "vote", "year", "for", "--comment", "可行", "--by", "M1")
    assert voted.code == 0 and "同意" in voted.out, voted.err
    assert await steps_in_inbox(cairn, "M1") == [] and await steps_in_inbox(cairn, "H1") == ["enact"]
    silent = await cairn("cycle", "enact", "year", "--by", "H1")
    assert silent.code == 2 and "听取" in silent.err
    done = await cairn("cycle", "enact", "year", *told, "--json")
    assert done.code == 0 and done.json["policy"] == seen.json["after"], done.err
    assert await steps_in_inbox(cairn, "H1") == []
    story = await cairn("cycle", "amendments", "year")
    assert "员工大会" in story.out and "M1" in story.out and "deadlines.drafts_due" in story.out
    assert (await cairn("cycle", "status", "--json")).json[0]["policy"] == seen.json["after"]
    again = await cairn("cycle", "launch", "year", "--by", "H1", "--yes")
    assert again.code == 0, again.err


async def test_what_a_number_depends_on_is_refused_with_its_field(cairn: Cairn, tmp_path: Path) -> None:
    harder = tmp_path / "harder.yaml"
    harder.write_text(POLICY.replace("target: 1200", "target: 1300"), encoding="utf-8")
    refused = await cairn("cycle", "amend", "year", str(harder), "--dry-run")
    assert refused.code == 1 and "families.sales.template.revenue.target" in refused.err
    assert "更正重算" in refused.err
    broken = tmp_path / "broken.yaml"
    broken.write_text(POLICY.replace("weight: 80", "weight: 70"), encoding="utf-8")
    assert (await cairn("cycle", "amend", "year", str(broken), "--dry-run")).code == 1
