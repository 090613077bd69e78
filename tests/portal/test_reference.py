"""The references in docs/ are what the commands say of themselves, and help speaks the reader's language."""

import re
from pathlib import Path

import pytest

from cairn.i18n import Language
from cairn_portal.cli.reference import reference
from tests.portal.conftest import Cairn

DOCS = Path(__file__).parents[2] / "docs"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_reference_is_what_the_commands_say(language: Language) -> None:
    again = "make docs"
    written = (DOCS / f"cli.{language}.md").read_text(encoding="utf-8")
    assert written == reference(language), f"write it anew: {again}"


def test_the_english_reference_has_no_chinese() -> None:
    assert not HAN.search(reference("en"))


async def test_help_lists_every_group_in_chinese() -> None:
    said = await Cairn({})("--help", CAIRN_LANGUAGE="")
    assert said.code == 0
    for words in ("cycle", "goal", "replay", "准备", "核查", "用法："):
        assert words in said.out
    assert "Looking back" not in said.out


@pytest.mark.parametrize(
    "typed", [("--lang", "en", "--help"), ("--help", "--lang=en"), ("goal", "--help", "--lang", "en")]
)
async def test_help_is_in_english_where_english_is_asked_for(typed: tuple[str, ...]) -> None:
    said = await Cairn({})(*typed)
    assert said.code == 0 and "Usage: " in said.out and not HAN.search(said.out)


async def test_the_language_may_be_set_once_for_all() -> None:
    said = await Cairn({})("goal", "list", "--help", CAIRN_LANGUAGE="en")
    assert "Options" in said.out and not HAN.search(said.out)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("goal", "list", "--nonsense"), "没有选项 --nonsense。"),
        (("goal", "list", "--limt", "3"), "没有选项 --limt。是不是 --limit？"),
        (("goal", "lsit"), "没有命令 lsit。是不是 list"),
        (("nonsense",), "没有命令 nonsense；可用："),
        (("goal", "show"), "缺少 GOAL：请补上。"),
        (("goal", "show", "a", "b"), "多写了内容，命令用不上：b。"),
        (("goal", "list", "--limit"), "选项 --limit 后面要写值。"),
        (("goal", "list", "--json=3"), "选项 --json 不带值。"),
        (("goal", "list", "--limit", "many"), "--limit 要写一个整数，而这里是 many"),
        (("goal", "list", "--limit", "0"), "--limit 不能小于 1，而这里是 0"),
        (("goal", "list", "--stage", "done"), "--stage 不能是 done：可以写 draft、submitted"),
        (
            ("cycle", "preview", "2026", "--starts", "soon"),
            "--starts：「soon」不是认得的日期格式：请写成 2026-01-31",
        ),
        (("goal", "list", "--lang", "fr"), "--lang 不能是 fr：可以写 zh、en。"),
    ],
)
async def test_what_is_typed_wrongly_is_told_in_chinese(typed: tuple[str, ...], told: str) -> None:
    said = await Cairn({})(*typed, CAIRN_LANGUAGE="zh")
    assert said.code == 2 and told in said.err, said.err


async def test_what_is_typed_wrongly_is_told_in_english_and_to_programs() -> None:
    said = await Cairn({})("goal", "lsit", "--json", "--lang", "en")
    assert said.code == 2
    assert said.json == {
        "error": "usage",
        "sentence": "There is no command lsit. Did you mean list, submit?",
        "field": None,
    }


async def test_a_language_before_the_command_is_the_commands_too(tmp_path: Path) -> None:
    said = await Cairn({"CAIRN_HOME": str(tmp_path), "CAIRN_DATABASE": "", "CAIRN_TEMPORAL_ADDRESS": ""})(
        "--lang", "en", "goal", "list"
    )
    assert said.code == 3 and "The servers are not running" in said.err


async def test_a_setting_that_cannot_be_is_told_by_its_name() -> None:
    said = await Cairn({})("status", CAIRN_POSTGRES_PORT="abc", CAIRN_LANGUAGE="zh")
    assert (said.code, "CAIRN_POSTGRES_PORT 要写一个整数，而这里是 abc" in said.err) == (2, True)
