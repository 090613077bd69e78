"""Workbooks that Cairn hands out: read again they say the same, and nothing in them is computed."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cairn.documents.dates import read_date
from cairn.documents.ids import read_id
from cairn.documents.numbers import read_number
from cairn.documents.tables import read_table
from cairn.documents.tables.writing import Column, SheetOut, write_workbook
from cairn.documents.texts import read_text
from cairn_portal.reading.rosters import as_text

TEXT = (
    st.text(st.sampled_from("=+-@|'\"\t;,；，·_x000D_ab01中文校准表 \U0001f642"), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
SEEDS = (
    '=HYPERLINK("http://x","y")',
    "+86 138",
    "-5",
    "@SUM(A1)",
    "00123",
    "110101199003071234",
    "_x000D_",
    "'=1",
    "1E5",
)


def read_back(folder: Path, raw: bytes) -> Path:
    path = folder / "out.xlsx"
    path.write_bytes(raw)
    return path


def one_column(*texts: str) -> bytes:
    return write_workbook(
        [SheetOut("表", [Column("编号"), Column("内容")], [("A1", text) for text in texts])]
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXT)
@example(text=SEEDS[0])
@example(text=SEEDS[5])
@example(text=SEEDS[6])
def test_any_text_comes_back_as_it_is_from_a_file_and_from_a_page(tmp_path: Path, text: str) -> None:
    raw = one_column(text)
    cell = read_table(read_back(tmp_path, raw)).rows[0].cells[1]
    assert read_text(cell) == read_text(text)
    pasted = as_text(raw)
    assert isinstance(pasted, str)
    (tmp_path / "page.csv").write_text(pasted, encoding="utf-8")
    assert read_text(read_table(tmp_path / "page.csv").rows[0].cells[1]) == read_text(text)


@pytest.mark.parametrize("text", SEEDS)
def test_no_cell_is_a_formula_whatever_its_text_begins_with(text: str) -> None:
    raw = one_column(text)
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert sheet is not None
    cell = sheet["B2"]
    assert cell.data_type == "s"
    assert bool(cell.quotePrefix) == (text[0] in "=+-@")
    inside = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in inside and "<f " not in inside


def test_ids_days_and_numbers_keep_what_they_are(tmp_path: Path) -> None:
    columns = [Column("编号"), Column("日期", "day"), Column("数值", "number")]
    long, exact = Decimal("1234567890123456789.5"), Decimal("0.1")
    rows = [("007", date(2026, 2, 28), exact), ("110101199003071234", None, long)]
    read = read_table(read_back(tmp_path, write_workbook([SheetOut("表", columns, rows)]))).rows
    assert [read_id(row.cells[0]) for row in read] == ["007", "110101199003071234"]
    assert read_date(read[0].cells[1]) == date(2026, 2, 28)
    assert [read_number(row.cells[2]) for row in read] == [exact, long]


def test_a_long_list_of_choices_with_commas_is_a_drop_down(tmp_path: Path) -> None:
    choices = tuple(f"部门{n},一" for n in range(100))
    raw = write_workbook([SheetOut("表", [Column("部门", choices=choices)], [])])
    book = openpyxl.load_workbook(io.BytesIO(raw))
    (rule,) = book["表"].data_validations.dataValidation
    assert (rule.type, rule.formula1, rule.showErrorMessage) == ("list", "'choices'!$A$1:$A$100", True)
    assert book["choices"].sheet_state == "hidden" and book["choices"]["A100"].value == choices[99]
