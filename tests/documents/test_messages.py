"""Every message of the parsers is there in both languages, and every one that is there is used."""

import re
from pathlib import Path
from string import Formatter

import pytest

import cairn.documents
from cairn.documents.mistakes import Place, in_order, mistake
from cairn.i18n.catalogues import Language, sentence

FOLDER = Path(cairn.documents.__file__).parent
CATALOGUES = Path(cairn.documents.__file__).parents[1] / "i18n" / "locales"
USED = sorted(
    {
        id
        for file in FOLDER.rglob("*.py")
        for id in re.findall(r'"([a-z]+:[a-z0-9-]+)"', file.read_text(encoding="utf-8"))
    }
)


def written(language: Language) -> dict[str, str]:
    text = (CATALOGUES / language / "LC_MESSAGES" / "documents.po").read_text(encoding="utf-8")
    ids = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    return {id: sentence(language, id) for id in ids}


def gaps(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_message_is_there_and_used(language: Language) -> None:
    assert sorted(written(language)) == USED


@pytest.mark.parametrize("id", [id for id in USED if id != "table:no-header"])
def test_both_languages_say_the_same_things(id: str) -> None:
    assert gaps(written("zh")[id]) == gaps(written("en")[id])


def test_a_mistake_is_told_with_its_place() -> None:
    at = Place("roster.csv", row=12, column="入职日期", subject="E007")
    told = mistake("date:unknown", written="x").at(at)
    assert told.text("zh").startswith("roster.csv，第 12 行，E007，列「入职日期」：「x」不是认得的日期格式")
    assert told.text("en").startswith("roster.csv, row 12, E007, column 入职日期: 'x' is in no known format")


def test_a_place_keeps_what_it_knows_itself() -> None:
    told = mistake("cell:empty").at(Place(row=3)).at(Place("a.csv", row=1))
    assert told.place == Place("a.csv", row=3)
    assert mistake("cell:empty").text("en") == "it is empty: fill it in"


def test_mistakes_stand_in_the_order_of_the_file_and_once() -> None:
    late, early = (mistake("cell:empty").at(Place("a", row=n)) for n in (10, 9))
    assert in_order([late, early, late]) == [early, late]
