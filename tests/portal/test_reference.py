"""docs/cli.md is what the commands say of themselves."""

from pathlib import Path

from cairn_portal.cli.reference import reference
from tests.portal.conftest import Cairn

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_reference_is_what_the_commands_say() -> None:
    again = "python -m cairn_portal.cli.reference > docs/cli.md"
    assert DOCS.read_text(encoding="utf-8") == reference(), f"write it anew: {again}"


async def test_help_lists_every_group_in_both_languages() -> None:
    said = await Cairn({})("--help")
    assert said.code == 0
    for words in ("cycle", "goal", "replay", "准备 · Before a cycle", "核查 · Looking back"):
        assert words in said.out


async def test_an_option_nobody_knows_is_a_usage_error() -> None:
    assert (await Cairn({})("goal", "list", "--nonsense")).code == 2
