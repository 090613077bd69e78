"""A goal's title is read in the reader's language where a policy named it, and as it was written where people did."""

from cairn.domain.policy import Name
from cairn.i18n.titles import title_in, titles_in
from tests.portal.conftest import Cairn

REVENUE, SALES = Name(zh="销售额", en="Revenue"), Name(zh="销售额", en="Sales")
LEARN = Name(zh="学会谈判", en="Learn to negotiate")


def test_a_title_is_known_by_either_of_its_names() -> None:
    titles = titles_in([[REVENUE, LEARN]])
    for recorded in ("销售额", "Revenue"):
        assert [title_in(titles, recorded, language) for language in ("zh", "en")] == ["销售额", "Revenue"]
    assert title_in(titles, "拜访客户", "en") == "拜访客户"


def test_a_title_that_means_two_things_stays_as_it_was_recorded() -> None:
    titles = titles_in([[REVENUE], [SALES, LEARN]])
    assert title_in(titles, "销售额", "en") == "销售额"
    assert title_in(titles, "Sales", "zh") == "销售额"
    assert title_in(titles, "学会谈判", "en") == "Learn to negotiate"


async def test_a_cycle_launched_in_chinese_is_read_in_english(cairn: Cairn) -> None:
    launched = "2072"  # of its own: others hand in the goals of theirs
    done = await cairn("cycle", "launch", launched, "--by", "H1", "--yes")
    assert done.code == 0, done.err
    mine = f"goal-{launched}-E2-2"
    written = await cairn("goal", "revise", mine, "--title", "每周复盘", "--by", "E2")
    assert written.code == 0, written.err
    for language, learn in (("en", "Learn to negotiate"), ("zh", "学会谈判")):
        listed = await cairn("goal", "list", "--owner", "E1", "--cycle", launched, "--lang", language)
        assert learn in listed.out
        inbox = await cairn("inbox", "--by", "E3", "--cycle", launched, "--lang", language)
        assert learn in inbox.out
        shown = await cairn("goal", "show", f"goal-{launched}-E1-2", "--lang", language)
        assert learn in shown.out
        own = await cairn("goal", "show", mine, "--lang", language)
        assert "每周复盘" in own.out and learn not in own.out.splitlines()[0]
    facts = (await cairn("goal", "show", f"goal-{launched}-E1-2", "--lang", "en", "--json")).json
    assert facts["goal"]["title"] == "学会谈判", "a program reads what was recorded"
