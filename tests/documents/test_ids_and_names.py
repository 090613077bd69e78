"""Ids, names, words and texts: normalised where nobody minds, told where somebody should know."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.documents import ids, labels
from cairn.documents.cells import Cell
from cairn.documents.ids import match_zeros, read_id, reserved
from cairn.documents.labels import read_label
from cairn.documents.look_alikes import look_alikes
from cairn.documents.mistakes import Mistake
from cairn.documents.texts import read_text
from cairn.documents.words import read_word, read_yes_no


def why(found: object) -> str:
    assert isinstance(found, Mistake), found
    return found.message.id


@pytest.mark.parametrize(
    ("written", "id"),
    [
        (" Ｅ１６ ", "E16"),
        ("e1", "e1"),
        ("E/14", "E/14"),
        ("6F9619FF-8B86-D011-B42D-00CF4FC964FF", "6F9619FF-8B86-D011-B42D-00CF4FC964FF"),
        ("\ufeffE1\u200b", "E1"),
        ('="0042"', "0042"),
        (42, "42"),
    ],
)
def test_ids_are_normalised_and_keep_their_case(written: str | int, id: str) -> None:
    """Doors, "look-alikes" and "ids" (a GUID with hyphens)."""
    assert read_id(written) == id


@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("", "cell:empty"),
        ("a\0b", "text:invisible"),
        ("a\u202eb", "text:invisible"),
        ("\udc80", "text:invisible"),
        ("x" * 101, "text:too-long"),
        ("NULL", "label:placeholder"),
        ("N/A", "label:placeholder"),
        ("＝A1", "none"),
    ],
)
def test_what_cannot_be_an_id_is_refused(written: str, id: str) -> None:
    found = read_id(written)
    assert (why(found) if isinstance(found, Mistake) else "none") == id


def test_a_long_number_of_excel_has_lost_its_last_digits() -> None:
    assert why(read_id(Cell("110101199003070000", Decimal("110101199003070000")))) == "id:digits-lost"
    assert read_id("110101199003071234") == "110101199003071234"


def test_look_alike_ids_are_told() -> None:
    """Doors, "look-alikes": ids `e1` and `E1`, `Ｅ16`, `E/14` were different people, without a word."""
    written = ["E1", "e1", "Ｅ16", "E16", "E/14", "E14", "E2", "Е2", "1-11", "11-1", "A", "B"]
    assert look_alikes(written) == [("E1", "e1"), ("Ｅ16", "E16"), ("E/14", "E14"), ("E2", "Е2")]
    assert "E1, e1" in ids.look_alike_remarks(written)[0].text("en")


def test_look_alike_departments_are_told() -> None:
    """Doors, "names": sales / Sales / SALES became three departments."""
    told = labels.look_alike_remarks(["sales", "研发", "Sales", "SALES"])
    assert [one.text("en").partition(" look")[0] for one in told] == ["the names sales, Sales, SALES"]


@pytest.mark.parametrize("written", ["NULL", "null", "N/A", "-", "无", "－", "#N/A"])
def test_words_for_nothing_are_no_names(written: str) -> None:
    """Doors, "names": `NULL` as text became a manager."""
    assert why(read_label(written)) == "label:placeholder"


def test_names_are_kept_as_they_are_written() -> None:
    assert read_label("  王  小明 ") == "王 小明"
    assert read_label("José Ñuñez-O’Neill") == "José Ñuñez-O’Neill"
    assert why(read_label("x" * 201)) == "text:too-long"


def test_zeros_that_excel_took_away_are_found_again() -> None:
    """Doors, "leading zeros": a manager column kept the zeros that Excel took from the id column."""
    known = [str(n) for n in range(1, 137)]
    found = match_zeros([f"{n:05}" for n in range(1, 137)], known)
    assert found is not None and len(found.matches) == 136 and found.matches["00042"] == "42"
    assert "136 of the 136" in found.message.text("en") and "136" in found.message.text("zh")


def test_zeros_match_in_both_directions_and_only_where_one_id_is_meant() -> None:
    found = match_zeros(["7", "E7", "8"], ["07", "007", "E0007"])
    assert found is not None and found.matches == {"E7": "E0007"}
    assert match_zeros(["8"], ["9"]) is None


@pytest.mark.parametrize("id", ["company", "system", "department.sales", "role:hr"])
def test_reserved_ids_are_told(id: str) -> None:
    """L10."""
    assert why(reserved(id)) == "id:reserved"


@pytest.mark.parametrize("id", ["Company", "systems", "department", "role", "a-b-c", "E/14"])
def test_any_other_id_is_fine(id: str) -> None:
    """L10."""
    assert reserved(id) is None


@pytest.mark.parametrize(
    ("word", "yes"), [("是", True), ("Yes", True), ("TRUE", True), ("１", True), ("否", False), ("n", False)]
)
def test_yes_and_no_have_many_words(word: str, yes: bool) -> None:
    assert read_yes_no(word) is yes


def test_other_words_are_refused_with_those_that_are_known() -> None:
    assert why(read_yes_no("maybe")) == "word:yes-no"
    assert read_yes_no(True) is True
    assert read_word("ＨＲ", {"hr": "hr"}) == "hr"
    refused = read_word("manger", {"manager": 1, "hr": 2})
    assert isinstance(refused, Mistake) and "did you mean manager?" in refused.text("en")


def test_text_is_kept_within_its_limit_and_without_nul() -> None:
    assert read_text(" =1+1 一行\r\n两行 👩‍💻 ") == "=1+1 一行\n两行 👩‍💻"
    assert why(read_text("a\0b")) == "text:invisible"
    assert why(read_text("x" * 11, most=10)) == "text:too-long"


@given(st.text())
def test_an_id_is_stable_once_it_is_read(written: str) -> None:
    found = read_id(written)
    assert isinstance(found, Mistake) or (read_id(found) == found or found.startswith("="))


@given(
    st.text()
    | st.none()
    | st.booleans()
    | st.floats()
    | st.binary().map(lambda b: b.decode(errors="surrogateescape"))
)
def test_reading_text_never_raises_and_what_is_read_can_be_stored(written: str | float | None) -> None:
    for read in (read_id, read_label, read_text):
        found = read(written)
        assert isinstance(found, Mistake) or "\0" not in found.encode().decode()
    assert isinstance(read_yes_no(written), bool | Mistake)
    read_word(written, {"a": 1})
