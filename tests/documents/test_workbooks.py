"""Excel: what people see, with all its digits."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cairn.documents.cells import Cell
from cairn.documents.dates import read_date
from cairn.documents.mistakes import Mistake
from cairn.documents.numbers import plain, read_number
from cairn.documents.percentages import read_percentage
from cairn.documents.tables import Table, read_table, sheet_names


def book(
    folder: Path, *rows: list[object], formats: dict[str, str] | None = None, from_1904: bool = False
) -> Path:
    workbook = openpyxl.Workbook()
    if from_1904:
        workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cell, format in (formats or {}).items():
        sheet[cell].number_format = format
    workbook.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def cells(table: Table) -> tuple[Cell, ...]:
    assert table.mistakes == ()
    return table.rows[0].cells


def test_a_cell_shown_as_percent_keeps_all_its_digits(tmp_path: Path) -> None:
    """Doors, "Excel": a cell shown as 95 % (0.95 with a percent format) was 0.95."""
    path = book(tmp_path, ["a", "b"], [0.95, 0.9512], formats={"A2": "0%", "B2": "0.0%;[Red]-0.0%"})
    one, other = cells(read_table(path))
    assert read_percentage(one) == 95 and read_percentage(other) == Decimal("95.12")
    refused = read_number(one)
    assert isinstance(refused, Mistake) and refused.message.id == "number:percent"


def test_a_percent_sign_in_literal_text_is_no_percent_format(tmp_path: Path) -> None:
    path = book(tmp_path, ["a", "b"], [95, 95], formats={"A2": '0"%"', "B2": "0\\%"})
    assert [cell.text for cell in cells(read_table(path))] == ["95", "95"]


def test_numbers_have_the_digits_that_excel_has(tmp_path: Path) -> None:
    path = book(tmp_path, ["a", "b", "c", "d"], [0.1 + 0.2, 1001, 1e21, -0.5])
    assert [cell.text for cell in cells(read_table(path))] == [
        "0.3",
        "1001",
        "1000000000000000000000",
        "-0.5",
    ]


def test_zeros_that_only_the_format_shows_are_there(tmp_path: Path) -> None:
    """Doors, "leading zeros"."""
    path = book(tmp_path, ["a", "b"], [42, 42], formats={"A2": "00000"})
    assert [cell.text for cell in cells(read_table(path))] == ["00042", "42"]


def test_dates_and_days_as_numbers_are_days_in_both_systems(tmp_path: Path) -> None:
    """Doors, "dates": Excel serial days; workbooks of the 1904 system."""
    for from_1904, serial in [(False, 46053), (True, 44591)]:
        path = book(
            tmp_path,
            ["a", "b", "c"],
            [date(2026, 1, 31), datetime(2026, 1, 31, 8), serial],
            from_1904=from_1904,
        )
        assert [read_date(cell) for cell in cells(read_table(path))] == [date(2026, 1, 31)] * 3


def test_formulas_errors_and_merged_cells_say_so_where_they_are_read(tmp_path: Path) -> None:
    path = book(tmp_path, ["a", "b", "c", "d"], ["=A1&B1", "#N/A", "x"])
    workbook = openpyxl.load_workbook(path)
    workbook.active.merge_cells("C2:D2")  # type: ignore[union-attr]
    workbook.save(path)
    found = [cell.fault and cell.fault.id for cell in cells(read_table(path))]
    assert found == ["cell:formula", "cell:error", None, "cell:merged"]


def test_a_merged_title_is_no_header_and_notes_beside_the_table_are_told(tmp_path: Path) -> None:
    """Doors, "totals": a merged title."""
    path = book(tmp_path, ["花名册"], ["a", "b", "c"], [1, 2, 3, None, "see page 2"], [4, 5, 6])
    workbook = openpyxl.load_workbook(path)
    workbook.active.merge_cells("A1:C1")  # type: ignore[union-attr]
    workbook.save(path)
    found = read_table(path)
    assert found.header == ("a", "b", "c") and [row.number for row in found.rows] == [3, 4]
    assert [one.message.id for one in found.remarks] == ["table:beside"] and found.mistakes == ()


def test_the_first_sheet_with_content_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for name in ("部门", "人员"):
        workbook.create_sheet(name).append(["a", "b"])
    hidden = workbook.create_sheet("old")
    hidden.append(["x", "y"])
    hidden.sheet_state = "hidden"
    workbook.save(tmp_path / "book.xlsx")
    found = read_table(tmp_path / "book.xlsx")
    assert "the sheet 部门 was read; 人员 not" in found.remarks[0].text("en")
    assert read_table(tmp_path / "book.xlsx", sheet="人员").remarks == ()
    assert sheet_names(tmp_path / "book.xlsx") == ["Sheet", "部门", "人员", "old"]
    missing = read_table(tmp_path / "book.xlsx", sheet="薪酬").mistakes[0]
    assert "there are Sheet, 部门, 人员, old" in missing.text("en")


def test_a_workbook_is_one_whatever_it_is_called(tmp_path: Path) -> None:
    book(tmp_path, ["a", "b"], [1, 2]).rename(tmp_path / "book.csv")
    assert read_table(tmp_path / "book.csv").header == ("a", "b")


@given(st.decimals(-(10**9), 10**9, places=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_a_number_typed_into_excel_is_that_number(tmp_path: Path, number: Decimal) -> None:
    [cell, _] = cells(read_table(book(tmp_path, ["a", "b"], [float(number), "x"])))
    found = read_number(cell)
    assert found == number and isinstance(found, Decimal) and "E" not in plain(found)
