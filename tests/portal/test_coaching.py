"""A coaching plan at the command line: opened, read, answered, helped, judged, and seen by those whom it concerns."""

from datetime import date, timedelta
from pathlib import Path

from tests.portal.conftest import Cairn


def ahead(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


async def opened(cairn: Cairn, cycle: str, person: str = "E1") -> str:
    said = await cairn(
        "coaching", "open", person, "--cycle", cycle, "--by", "M1", "--gap", "skill", "--mentor", "E2",
        "--facts", "二月 5 份方案中有 2 份遗漏了客户需求", "--aim", "独立完成需求分析", "--ends", ahead(60),
        "--checkpoint", f"{ahead(14)}: 掌握需求分析方法 | 测验", "--checkpoint", f"{ahead(40)}：下次拜访交需求报告",
        "--training", f"{ahead(10)}: 需求分析两日班", "--session", f"{ahead(20)}: 一起拜访客户", "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert said.json["status"]["awaited"] == ["E1", "E2"]
    return str(said.json["case"])


async def does(cairn: Cairn, name: str, *typed: str) -> None:
    said = await cairn("coaching", typed[0], name, *typed[1:])
    assert said.code == 0, said.err


async def test_a_plan_from_opening_to_its_outcome(cairn: Cairn, launched: str, tmp_path: Path) -> None:
    certificate = tmp_path / "certificate.pdf"
    certificate.write_bytes(b"needs analysis, two days")
    name = await opened(cairn, launched)
    inbox = (await cairn("inbox", "--by", "E1", "--json")).json
    assert [each["step"] for each in inbox if each.get("name") == name] == ["answer"]
    told = (await cairn("notices", "--by", "E2", "--json")).json
    assert "CoachingOpened" in {each["type"] for each in told if each["stream"] == name}
    await does(cairn, name, "confirm", "--by", "E2")
    await does(cairn, name, "agree", "--by", "E1", "--words", "愿意")
    owed = (await cairn("coaching", "owed", "--cycle", launched, "--json")).json
    assert [(each["number"], each["kind"]) for each in owed] == [(1, "training"), (2, "session")]
    await does(cairn, name, "record", "1", "--by", "E1", "--note", "已结业", "--file", str(certificate))
    await does(cairn, name, "record", "2", "--by", "E2")
    await does(cairn, name, "session", "--by", "E2", "--what", "提问练习")
    await does(cairn, name, "extend", "--by", "M1", "--until", ahead(70), "--reason", "拜访推迟")
    for number in ("1", "2"):
        await does(cairn, name, "report", number, "--by", "E1", "--evidence", "测验 88 分")
        await does(cairn, name, "judge", number, "met", "--by", "M1")
    await does(cairn, name, "conclude", "met", "--by", "M1")
    await does(cairn, name, "comment", "--by", "E1", "--words", "谢谢")
    [row] = (await cairn("coaching", "list", "--cycle", launched, "--about", "E1", "--json")).json
    assert (row["stage"], row["outcome"], row["met"], row["given"], row["extended"]) == (
        "concluded",
        "met",
        2,
        3,
        1,
    )
    for language in ("zh", "en"):
        assert (await cairn("coaching", "list", "--cycle", launched, "--lang", language)).code == 0
        story = (await cairn("coaching", "show", name, "--lang", language, "--as", "E2")).out
        assert (
            "certificate.pdf (24 B" in story
            and "提问练习" in story
            and "choice:" not in story
            and "field:" not in story
            and "event:" not in story
        )


async def test_those_who_take_part_or_stand_above_read_a_plan_and_nobody_else(
    cairn: Cairn, launched: str
) -> None:
    name = await opened(cairn, launched)
    for reader in ("E1", "E2", "M1", "H1"):
        for read in (("coaching", "show"), ("file", "list")):
            assert (await cairn(*read, name, "--as", reader)).code == 0
    for read in (("coaching", "show"), ("file", "list")):
        assert (await cairn(*read, name, "--as", "E3")).code != 0
    for reader, listed in (("E1", True), ("E2", True), ("M1", True), ("H1", True), ("E3", False)):
        plans = await cairn("coaching", "list", "--cycle", launched, "--as", reader, "--json")
        assert (name in [each["name"] for each in plans.json]) is listed
        year = await cairn("cycle", "year", launched, "--as", reader, "--json")
        assert (name in [each["name"] for each in year.json.get("coaching", [])]) is listed


async def test_the_years_page_shows_what_was_agreed_and_not_followed_up(cairn: Cairn, launched: str) -> None:
    given = await cairn(
        *("feedback", "give", "E1", "--cycle", launched, "--by", "M1", "--kind", "problem"),
        *("--facts", "3 份报价", "--action", "逐份核对", "--due", ahead(9), "--json"),
    )
    assert given.code == 0, given.err
    told = " ".join((await cairn("cycle", "year", launched, "--lang", "en")).out.split())
    assert f"open, until {ahead(9)}" in told
    mine = await cairn("cycle", "year", launched, "--as", "E3", "--lang", "en")
    assert mine.code == 0 and ahead(9) not in mine.out


async def test_what_cannot_be_is_said_in_words(cairn: Cairn, launched: str) -> None:
    name = await opened(cairn, launched)
    early = await cairn("coaching", "go-on", name, "--by", "M1", "--reason", "没有答复", "--lang", "en")
    assert (early.code, "has until the end of" in " ".join(early.err.split())) == (1, True)
    mine = await cairn(
        "coaching", "extend", name, "--by", "E1", "--until", ahead(90), "--reason", "x", "--lang", "en"
    )
    assert (mine.code, "nobody does that to what is about themselves" in " ".join(mine.err.split())) == (
        1,
        True,
    )
    slip = await cairn(
        "coaching", "open", "E1", "--cycle", launched, "--by", "M1", "--gap", "skill", "--facts", "2 of 5",
        "--aim", "x", "--ends", ahead(60), "--checkpoint", "tomorrow", "--lang", "en",
    )  # fmt: skip
    assert slip.code == 2 and "a day, a colon and the text" in " ".join(slip.err.split())
    why = await cairn("why", name, "--lang", "en")
    assert "agree to a coaching plan, or object" in " ".join(why.out.split())
