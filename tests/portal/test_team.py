"""A manager's people, the inbox of proposed changes, and HR's dashboard, with cases beside the goals."""

import re
from datetime import date, timedelta

from tests.portal.conftest import Cairn


async def observed(cairn: Cairn, cycle: str, about: str = "E1") -> None:
    said = await cairn(
        "feedback", "observe", about, "--kind", "problem", "--note", "三份报价用了去年的价格",
        "--by", "M1", "--cycle", cycle,
    )  # fmt: skip
    assert said.code == 0, said.err


async def test_a_manager_sees_their_people_and_nobody_else_does(cairn: Cairn, launched: str) -> None:
    await observed(cairn, launched)
    due = (date.today() + timedelta(days=20)).isoformat()
    said = await cairn(
        "promise", "make", "E2", "--what", "第二台测试机", "--due", due, "--by", "M1", "--cycle", launched
    )
    assert said.code == 0, said.err
    found = (await cairn("team", "--by", "M1", "--cycle", launched, "--json")).json
    assert (found["manager"], [each["id"] for each in found["members"]]) == ("M1", ["E1", "E2", "E3"])
    members = {each["id"]: each for each in found["members"]}
    assert (members["E1"]["untold"], members["E2"]["owed"], members["E3"]["untold"]) == (1, 1, 0)
    listed = (await cairn("goal", "list", "--owner", "E1", "--cycle", launched, "--json")).json
    drafts = [each for each in listed if each["stage"] in ("draft", "submitted", "returned")]
    assert (members["E1"]["goals"], members["E1"]["unapproved"]) == (len(listed), len(drafts))
    everybody = (await cairn("team", "H1", "--by", "H1", "--all", "--cycle", launched, "--json")).json
    assert [(each["id"], each["level"]) for each in everybody["members"]][:2] == [("M1", 1), ("E1", 2)]
    assert {each["id"]: each["turns"] for each in everybody["members"]}["M1"] >= 2
    refused = await cairn("team", "M1", "--by", "E1", "--cycle", launched)
    assert refused.code != 0 and "M1" in refused.err
    for language in ("zh", "en"):
        shown = await cairn("team", "--by", "M1", "--cycle", launched, "--lang", language)
        assert shown.code == 0 and "周敏" in shown.out
        assert {"zh": "1 条待反馈", "en": "1 to be told"}[language] in shown.out
        alone = await cairn("team", "E1", "--by", "E1", "--cycle", launched, "--lang", language)
        assert alone.code == 0 and {"zh": "没有人向", "en": "Nobody reports to"}[language] in alone.out


async def test_an_inbox_begins_with_what_is_due_first_whatever_it_is(cairn: Cairn, launched: str) -> None:
    """Goals, feedback and promises wait in one list; the days are those of the cycle's zone, as everywhere else."""
    await observed(cairn, launched, "E3")
    due = (date.today() + timedelta(days=1)).isoformat()
    made = await cairn(
        "promise", "make", "E3", "--what", "x", "--due", due, "--by", "M1", "--cycle", launched
    )
    assert made.code == 0, made.err
    shown = await cairn("inbox", "--by", "M1", "--cycle", launched)
    times = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", shown.out)
    assert len(times) > 1 and times == sorted(times)


async def test_the_dashboard_counts_cases_by_stage_and_names_whom_they_wait_for(
    cairn: Cairn, launched: str
) -> None:
    await observed(cairn, launched, "E3")
    found = (await cairn("cycle", "status", launched, "--json")).json
    counted = {(each["kind"], each["stage"]): each["cases"] for each in found["cases"]}
    assert counted["feedback", "observed"] >= 1
    waiting = [(each["awaited"], each["kind"], each["step"]) for each in found["cases_waiting"]]
    assert ("M1", "feedback", "observed") in waiting
    assert [each["manager"] for each in found["feedback"]] == ["M1"]
    for language in ("zh", "en"):
        shown = await cairn("cycle", "status", launched, "--lang", language)
        assert shown.code == 0
        assert {"zh": "目标之外", "en": "Beside the goals"}[language] in shown.out
        assert {"zh": "给出反馈", "en": "give feedback"}[language] in shown.out
