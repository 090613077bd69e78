"""Tables that are handed in on a page: kept as text between two requests, corrected cell by cell."""

import io
import zipfile

from openpyxl import Workbook

from cairn.documents.mistakes import Mistake
from cairn.roster.assembling import NOTHING_STATED, RosterInvalid
from cairn_portal.reading.rosters import Tables, as_text, bad_tables, corrected, read_tables

ROSTER = """名单

工号;姓名;部门;岗位序列;直接上级;入职日期
H1;叶知秋;D1;人事;;2020-01-01

E1;周敏;D1;=SUM(A1);H7;2020年13月
"""


def text_of(raw: bytes) -> str:
    found = as_text(raw)
    assert isinstance(found, str), found
    return found


def mistakes_of(text: str) -> RosterInvalid:
    try:
        read_tables(Tables(text), None, NOTHING_STATED)
    except RosterInvalid as invalid:
        return invalid
    raise AssertionError("nothing was wrong")


def test_rows_keep_their_numbers_whatever_stands_around_them() -> None:
    text = text_of(ROSTER.encode("gb18030"))
    assert text.splitlines()[5] == "E1,周敏,D1,=SUM(A1),H7,2020年13月"
    assert text_of(text.encode()) == text


def test_a_bad_row_has_all_its_cells_and_each_mistake_at_its_own() -> None:
    text = text_of(ROSTER.encode())
    (table,) = bad_tables(Tables(text), mistakes_of(text))
    (row,) = table.rows
    wrong = {cell.header: cell.text for cell in row.cells if cell.said}
    assert (table.name, row.number, row.said) == ("people", 6, ())
    assert wrong == {"岗位序列": "=SUM(A1)", "直接上级": "H7", "入职日期": "2020年13月"}


def test_cells_that_are_typed_take_the_place_of_what_was_there() -> None:
    text = corrected(
        text_of(ROSTER.encode()), {(6, 3): "销售", (6, 4): " H1 ", (6, 5): "2020-02-01", (99, 0): "x"}
    )
    read = read_tables(Tables(text), None, NOTHING_STATED)
    (_, found) = read.roster.people
    assert (found.family, found.manager, found.hired.isoformat()) == ("销售", "H1", "2020-02-01")


def test_a_row_whose_cells_were_all_emptied_is_no_row() -> None:
    text = corrected(text_of(ROSTER.encode()), {(6, column): "" for column in range(6)})
    assert [each.id for each in read_tables(Tables(text), None, NOTHING_STATED).roster.people] == ["H1"]


def test_departments_are_told_apart_from_people() -> None:
    people = text_of(ROSTER.encode()).replace("=SUM(A1),H7,2020年13月", "销售,H1,2020-02-01")
    tables = Tables(people, "部门编号,部门名称,负责人\nD1,总部,H9\n")
    try:
        read_tables(tables, None, NOTHING_STATED)
    except RosterInvalid as invalid:
        (table,) = bad_tables(tables, invalid)
    assert (table.name, [each.number for each in table.rows]) == ("departments", [2])


def test_a_workbook_that_unpacks_to_far_more_than_it_holds_is_not_opened() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b" " * (51 * 1024 * 1024))
    found = as_text(packed.getvalue())
    assert isinstance(found, tuple) and all(isinstance(each, Mistake) for each in found)


def test_what_is_wrong_with_a_file_names_it_as_whoever_hands_it_in_does() -> None:
    for raw in (b"PK\x03\x04 and no more", b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook"):
        found = as_text(raw or b"a,b\n\x00", name="departments of May.xlsx")
        assert not isinstance(found, str)
        assert {each.place.source for each in found} == {"departments of May.xlsx"}, raw


def test_a_merged_cell_is_told_by_its_column_too() -> None:
    book = Workbook()
    assert book.active is not None
    for row in (("id", "name"), ("E1", "Ann"), ("E2", "Ben")):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    written = io.BytesIO()
    book.save(written)
    found = as_text(written.getvalue(), name="people.xlsx")
    assert not isinstance(found, str)
    assert [(each.place.row, each.place.column) for each in found] == [(3, "name")]
