"""Whoever is no party to a case is told the same of its id as of one that is nobody's: that there is none."""

from datetime import date, timedelta

import pytest

from tests.portal.conftest import Cairn

STRANGER = "E3"
SOON = (date.today() + timedelta(days=20)).isoformat()
ON_A_CASE = {
    "feedback": (
        ("show",),
        ("give", "--facts", "x", "--action", "y", "--due", SOON),
        ("answer", "--words", "x"),
        ("follow-up", "--outcome", "done"),
        ("withdraw", "--reason", "x"),
    ),
    "promise": (
        ("show",),
        ("keep", "--shown", "x"),
        ("contest", "--what", "x"),
        ("release", "--reason", "x"),
    ),
    "coaching": (
        ("show",),
        ("agree", "--words", "x"),
        ("cancel", "--reason", "x"),
        ("comment", "--words", "x"),
    ),
}


async def case_of(cairn: Cairn, kind: str, cycle: str) -> str:
    """A case between E1 and M1."""
    begun = {
        "feedback": ("observe", "E1", "--kind", "problem", "--note", "old prices"),
        "promise": ("make", "E1", "--what", "a test bench", "--due", SOON),
        "coaching": (
            *("open", "E1", "--gap", "skill", "--facts", "2 of 5", "--aim", "all 5", "--ends", SOON),
            *("--checkpoint", f"{SOON}: a test passed", "--mentor", "E2"),
        ),
    }[kind]
    done = await cairn(kind, *begun, "--by", "M1", "--cycle", cycle, "--json")
    assert done.code == 0, done.err
    return str(done.json["case"])


@pytest.mark.parametrize("kind", ON_A_CASE)
async def test_a_stranger_learns_nothing_from_an_id_whatever_they_ask(
    cairn: Cairn, launched: str, kind: str
) -> None:
    case = await case_of(cairn, kind, launched)
    guessed = f"{kind}-{launched}-E1-0badc0de"
    for verb, *more in ON_A_CASE[kind]:
        as_whom = "--as" if verb == "show" else "--by"
        answers = [
            await cairn(kind, verb, name, *more, as_whom, STRANGER, "--lang", "en")
            for name in (case, guessed)
        ]
        told = {answer.err.replace(case, "ID").replace(guessed, "ID") for answer in answers}
        assert len(told) == 1 and {answer.code for answer in answers} == {1}, (verb, told)
        assert "M1" not in told.pop()


async def test_who_deals_with_it_is_told_what_stands_in_the_way(cairn: Cairn, launched: str) -> None:
    """HR may read it and is told whose it is; so is whoever it is about."""
    case = await case_of(cairn, "feedback", launched)
    for who in ("H1", "E1"):
        said = await cairn("feedback", "withdraw", case, "--reason", "x", "--by", who, "--lang", "en")
        assert said.code == 1 and "M1" in said.err and "there is no" not in said.err
