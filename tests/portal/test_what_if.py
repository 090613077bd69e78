"""What if a year had run under another policy: side by side, why, and nothing is written."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cairn.domain.sheet.commands import WithdrawIncident
from tests.portal.january import EMPLOYEE, MONTH_ALONE, January, empty, january, terminal, with_everything

__all__ = ["empty", "january"]
OTHER = (
    ("periods: {month: 60, year: 40}", "periods: {month: 20, year: 80}"),
    ("points: -2, counts_in: [month, year]", "points: -5, counts_in: [month, year]"),
    ("of: pay", "of: points"),
    ("grade: C, points: 70, coefficient: 1.0", "grade: C, points: 70, coefficient: 0.7"),
)
"""Other weights of the periods, a fault that costs more, the department's factor on the points, a C worth less."""


def other(folder: Path, *changes: tuple[str, str]) -> str:
    """The cycle's own policy with changes, as a file."""
    text = MONTH_ALONE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file = folder / "other.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


async def test_grades_coefficients_and_steps_stand_side_by_side(january: January, tmp_path: Path) -> None:
    """(0.2 × 97 + 0.8 × 95 − 5) × 0.82 = 74.128: a C in place of a B."""
    await with_everything(january)
    cairn, file = terminal(january, tmp_path), other(tmp_path, *OTHER)
    done = await cairn("what-if", file, "--cycle", "2026", "--json")
    assert done.code == 0, done.err
    assert (done.json["before"]["grades"], done.json["before"]["coefficients"]) == ({"B": 1}, "1.1")
    assert (done.json["after"]["grades"], done.json["after"]["coefficients"]) == ({"C": 1}, "0.7")
    [mine] = [each for each in done.json["results"] if each["holder"] == "E1"]
    assert (mine["before"]["points"], mine["after"]["points"]) == ("94.2", "74.128")
    steps = [(step["causes"][0]["group"], step["moved"]) for step in mine["difference"]["steps"]]
    assert steps == [
        ("policy.mix", "-0.8"), ("policy.incidents", "-3"), ("policy.multipliers", "-16.272"),
    ]  # fmt: skip
    shown = await cairn("what-if", file, "--lang", "en", COLUMNS="180")
    assert all(each in shown.out for each in ("B → C", "94.2 → 74.13", "-0.4", "policy: multipliers -16.27"))
    chinese = await cairn("what-if", file, "--lang", "zh", COLUMNS="180")
    assert "1 人中有 1 人等级不同" in chinese.out and "制度：单位系数" in chinese.out


async def written(january: January) -> Any:
    """Everything that is in the log, by position and stream."""
    await january.seal()
    return await january.pool.fetch("select stream, version, type from ledger.event order by stream, version")


async def test_nothing_is_written(january: January, tmp_path: Path) -> None:
    await with_everything(january)
    before, position = await written(january), await january.ledger.sealed_position()
    done = await terminal(january, tmp_path)("what-if", other(tmp_path, *OTHER), "--json")
    assert done.code == 0 and len(before) > 20
    assert (await written(january), await january.ledger.sealed_position()) == (before, position)


async def test_under_the_very_same_policy_nobody_moves(january: January, tmp_path: Path) -> None:
    await with_everything(january)
    done = await terminal(january, tmp_path)("what-if", "kaohe", "--json")
    assert done.json["before"] == done.json["after"]
    assert [each["difference"] for each in done.json["results"]] == [None, None]


async def test_other_grades_alone_move_grades_and_no_points(january: January, tmp_path: Path) -> None:
    await with_everything(january)
    lower = (
        ("{grade: B, points: 80", "{grade: B, points: 85"),
        ("{grade: A, points: 90", "{grade: A, points: 95"),
    )
    strict = other(tmp_path, *lower, ("at_most: B}", "at_most: C}"))
    done = await terminal(january, tmp_path)("what-if", strict, "--json")
    [mine] = [each for each in done.json["results"] if each["holder"] == "E1"]
    assert (mine["after"]["grade"], mine["by_grades"], mine["difference"]) == ("C", True, None)
    shown = await terminal(january, tmp_path)("what-if", strict, COLUMNS="160")
    assert "policy: gates and grades" in shown.out


async def test_a_policy_that_cannot_be_applied_is_refused_with_what_it_lacks(
    january: January, tmp_path: Path
) -> None:
    await with_everything(january)
    cairn = terminal(january, tmp_path)
    without_family = other(tmp_path, ("  staff:\n", "  workers:\n"))
    refused = await cairn("what-if", without_family, "--json")
    assert (refused.code, refused.json["error"]) == (1, "what-if.families")
    told = await cairn("what-if", without_family, "--lang", "en")
    assert "staff" in told.err and "families" in told.err
    wider = other(tmp_path, ("scale: {from: 0, to: 120, full: 100}", "scale: {from: 0, to: 150, full: 100}"))
    assert (await cairn("what-if", wider, "--json")).json["error"] == "what-if.scale"
    wrong = other(tmp_path, ("periods: {month: 60, year: 40}", "periods: {month: 60, year: 50}"))
    mistaken = await cairn("what-if", wrong)
    assert mistaken.code == 1 and "110" in mistaken.err + mistaken.out
    assert (await cairn("what-if", "nobody", "--json")).json["error"] == "policy.not-adopted"
    assert (await cairn("what-if", str(tmp_path / "gone.yaml"))).code in (1, 2)


async def test_before_there_are_results_there_is_nothing_to_compare(january: January, tmp_path: Path) -> None:
    await january.seal()
    refused = await terminal(january, tmp_path)("what-if", "kaohe", "--json")
    assert (refused.code, refused.json["error"]) == (1, "what-if.no-results")


async def test_it_is_for_those_who_see_a_whole_cycle(january: January, tmp_path: Path) -> None:
    await with_everything(january)
    cairn = terminal(january, tmp_path)
    for reader in ("E1", "M1"):
        refused = await cairn("what-if", "kaohe", "--as", reader, "--json")
        assert (refused.code, refused.json["error"]) == (1, "cycle.not-shown")
    assert (await cairn("what-if", "kaohe", "--as", "H1")).code == 0


async def test_an_incident_and_its_withdrawal_are_two_links_of_one_chain(
    january: January, tmp_path: Path
) -> None:
    """Versions 1 to 3 of a result: what came between is told and sums to what is left."""
    await january.rated(92, 95, 91)
    await january.played()
    soon = datetime(2026, 2, 20, 3, tzinfo=UTC)
    await january.happened("fault", soon, counts_in="year")
    gone = WithdrawIncident(sheet=EMPLOYEE, incident=1, reason="somebody else", by="H1", at=soon)
    await january.sheets.handle(gone, "gone")
    await january.seal()
    done = await terminal(january, tmp_path)("difference", "E1", "--from", "1", "--json")
    assert done.code == 0, done.err
    links = [
        (
            link["number"],
            [(step["causes"][0]["group"], step["moved"]) for step in link["difference"]["steps"]],
        )
        for link in done.json["links"]
    ]
    assert links == [(2, [("incidents", "-2")]), (3, [("incidents", "2")])]
    assert done.json["moved"] == "0"
