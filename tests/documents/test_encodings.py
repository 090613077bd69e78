"""Encodings: taken where only one makes sense of the bytes, else asked for with every reading."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.documents.decoding import Decoded, decode
from cairn.documents.mistakes import Mistake
from cairn.documents.tables import read_table

CHINESE = (
    "工号,姓名,部门,入职日期\nE1,张三,销售部,2020-01-01\n"
    "E2,欧阳明珠,人力资源部,2019-07-01\nE3,李喆,研发部,2021-03-15\n"
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_chinese_is_read_in_every_encoding_that_marks_itself_or_can_be_nothing_else(encoding: str) -> None:
    found = decode(CHINESE.encode(encoding))
    assert isinstance(found, Decoded) and found.text == CHINESE


@pytest.mark.parametrize(
    ("text", "encoding", "sample"),
    [
        ("id,name\nE1,Sébastien Müller\nE2,José Nuñez\n", "latin-1", "Sébastien Müller"),
        ("id,name\nE1,Zoë O’Neill\n", "cp1252", "Zoë O’Neill"),
        ("id,name\nE1,Łukasz Wałęsa\n", "cp1250", "Łukasz Wałęsa"),
        ("id,name\nE1,陳大文\nE2,林志玲\nE3,歐陽菲菲\n", "big5", "陳大文"),
        ("id,name\nE1,田中太郎\nE2,鈴木さくら\nE3,佐藤ユウキ\n", "shift_jis", "田中太郎"),
        ("id,name\nE1,김철수\nE2,이영희\n", "euc_kr", "김철수"),
        ("id,name\nE1,Иванов Пётр\nE2,Смирнова Анна\n", "cp1251", "Иванов Пётр"),
    ],
)
def test_other_encodings_are_asked_for_and_never_guessed(text: str, encoding: str, sample: str) -> None:
    """Doors, "encodings": Latin-1 and cp1252 names, Big5, Shift-JIS were read as GB18030 garbage, ✓."""
    asked = decode(text.encode(encoding))
    assert isinstance(asked, Mistake) and asked.message.id == "table:encoding"
    assert f"reads '{sample}'" in asked.text("en") and sample in asked.text("zh")
    stated = decode(text.encode(encoding), encoding)
    assert isinstance(stated, Decoded) and stated.text == text


def test_one_accented_name_among_chinese_ones_is_enough_to_ask_nothing_but_utf_8() -> None:
    found = decode((CHINESE + "E4,José,销售部,2020-01-01\n").encode())
    assert isinstance(found, Decoded) and "José" in found.text


def test_a_stated_encoding_that_is_not_it_or_is_none_is_told() -> None:
    raw = CHINESE.encode("gb18030")
    for stated, id in [
        ("utf-8", "table:encoding-not-it"),
        ("klingon", "table:encoding-unknown"),
        ("rot13", "table:encoding-unknown"),
    ]:
        found = decode(raw, stated)
        assert isinstance(found, Mistake) and found.message.id == id


def test_a_marked_file_that_is_cut_off_is_told() -> None:
    found = decode(CHINESE.encode("utf-16")[:-1])
    assert isinstance(found, Mistake) and found.message.id == "table:encoding-broken"


def test_a_table_may_be_utf_16_with_semicolons(tmp_path: Path) -> None:
    """Doors, "delimiters": UTF-16 and semicolons in mapping tables were unreadable."""
    (tmp_path / "t.csv").write_bytes("编号;名称\n1;销售\n".encode("utf-16"))
    assert read_table(tmp_path / "t.csv").header == ("编号", "名称")


def test_the_encoding_may_be_stated_for_a_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("id,name\n1,José\n".encode("cp1252"))
    assert read_table(tmp_path / "t.csv").mistakes[0].message.id == "table:encoding"
    assert read_table(tmp_path / "t.csv", encoding="cp1252").rows[0].cells[1].text == "José"


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).filter(
        lambda t: t[:1] != "\ufeff"
    )
)
def test_text_in_utf_8_is_always_itself(text: str) -> None:
    found = decode(text.encode())
    assert isinstance(found, Decoded) and found.text == text


@given(
    st.binary(), st.sampled_from([None, "utf-8", "gb18030", "cp1252", "utf-16", "idna", "hex", "punycode"])
)
def test_decoding_never_raises(raw: bytes, stated: str | None) -> None:
    assert isinstance(decode(raw, stated), Decoded | Mistake)
