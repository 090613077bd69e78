"""Tables as people keep them: what surrounds the rows is recognised and told once, what is wrong is told whole."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.documents.mistakes import Place
from cairn.documents.tables import Fields, Records, Table, read_grid, read_records, read_table, twin_remarks
from cairn.documents.tables.splitting import find_delimiter

PEOPLE = Fields(
    {
        "id": ("工号", "id"),
        "name": ("姓名", "name"),
        "department": ("部门", "department"),
        "title": ("职位", "岗位", "职务", "title"),
        "email": ("邮箱", "email", "mail"),
        "hired": ("入职日期", "hired"),
    },
    required=("id", "name", "department", "hired"),
)
HEADER = "工号,姓名,部门,入职日期\n"
ROW = "E1,张三,销售部,2020-01-01\n"


def records(folder: Path, text: str, encoding: str = "utf-8") -> Records:
    (folder / "people.csv").write_bytes(text.encode(encoding))
    return read_records(folder / "people.csv", PEOPLE)


def table(folder: Path, text: str, **more: bool) -> Table:
    (folder / "table.csv").write_text(text, encoding="utf-8")
    return read_table(folder / "table.csv", **more)  # type: ignore[arg-type]


def remarks(found: Records | Table) -> list[str]:
    return [one.message.id for one in found.remarks]


def mistakes(found: Records | Table) -> list[tuple[int, str]]:
    return [(one.place.row, one.message.id) for one in found.mistakes]


def rows(found: Records) -> list[int]:
    return [record.number for record in found.records]


def test_a_record_names_its_cells_as_the_file_does(tmp_path: Path) -> None:
    """Doors, "columns": an English user met Chinese column names in errors."""
    [record] = records(
        tmp_path, "Employee list\nid,Name*,department,Hired (yyyy-mm-dd)\nE1,Zhang,Sales,2020-01-01\n"
    ).records
    assert record["name"].text == "Zhang" and record["email"].text == ""
    assert record.place("hired") == Place("people.csv", row=3, column="Hired (yyyy-mm-dd)", subject="E1")


def test_a_missing_column_is_named_in_the_files_own_language(tmp_path: Path) -> None:
    """Doors, "columns"."""
    english = records(tmp_path, "id,name,department\nE1,Zhang,Sales\n")
    assert mistakes(english) == [(1, "table:column-missing")]
    assert "column hired is missing" in english.mistakes[0].text("en")
    chinese = records(tmp_path, "工号,姓名,部门\nE1,张三,销售\n")
    assert "缺少列「入职日期」" in chinese.mistakes[0].text("zh")


def test_what_stands_around_the_rows_is_told_once(tmp_path: Path) -> None:
    """Doors, "totals": a 合计 row, a template row left in, rows of single blanks, a merged title."""
    found = records(
        tmp_path,
        "2026 年花名册,,,\n" + HEADER + "必填,必填,选填,yyyy-mm-dd\n" + ROW + " , ,　,\n" + "合 计,2,,\n" + HEADER
        + "总计：136人,,,\n" + "制表人：李四,,,\n",
    )  # fmt: skip
    assert rows(found) == [4] and mistakes(found) == []
    assert remarks(found) == ["table:instructions", "table:totals", "table:header-again", "table:notes"]
    totals = found.remarks[1]
    assert totals.place.row == 6 and "6, 8" in totals.text("en") and "6、8" in totals.text("zh")


def test_an_example_left_in_the_template_is_refused(tmp_path: Path) -> None:
    """Doors, "totals": a template row left in."""
    found = records(tmp_path, HEADER + "示例,张三,销售部,2020-01-01\n" + ROW)
    assert mistakes(found) == [(2, "table:example")]


@pytest.mark.parametrize("name", ["Total Quality", "合计部", "Sumita", "Note Smith", "Sample Inc"])
def test_names_that_only_begin_like_totals_are_people(tmp_path: Path, name: str) -> None:
    assert rows(records(tmp_path, f"姓名,工号,部门,入职日期\n{name},E1,x,2020-01-01\n")) == [2]


def test_a_table_without_header_is_told_once(tmp_path: Path) -> None:
    """Doors, "totals": no header."""
    found = records(tmp_path, ROW * 3)
    assert mistakes(found) == [(1, "table:no-header")]
    assert "工号 / id、姓名 / name" in found.mistakes[0].text("zh")
    assert "工号 / id, 姓名 / name" in found.mistakes[0].text("en")


def test_a_first_column_that_is_not_the_id_is_passed_over(tmp_path: Path) -> None:
    """Doors, "totals": a first column that is not the id."""
    found = records(tmp_path, "序号,工号,姓名,部门,入职日期\n1,E1,张三,销售,2020-01-01\n")
    assert found.records[0].subject == "E1" and remarks(found) == ["table:columns-passed-over"]


def test_more_columns_are_passed_over_and_told_once(tmp_path: Path) -> None:
    """Doors, "roster": more columns were refused: Mobile, Notes, Location, 职位编号, 职务 beside 职位."""
    found = records(
        tmp_path,
        "工号,姓名,部门,职务,职位,入职日期,Mobile,Notes,Location,职位编号\nE1,张三,销售,经理,总监,2020-01-01,1,2,3,4\n",
    )
    assert mistakes(found) == []
    assert remarks(found) == ["table:column-other", "table:columns-passed-over"]
    assert found.records[0]["title"].text == "总监"
    assert "Mobile, Notes, Location, 职位编号" in found.remarks[1].text("en")


def test_an_unnamed_first_column_is_passed_over(tmp_path: Path) -> None:
    """Doors, "roster, feeds, mapping": an unnamed first column (what pandas writes) refused the whole file."""
    found = records(tmp_path, "," + HEADER + "0," + ROW)
    assert found.records[0].subject == "E1" and mistakes(found) == []
    plain = table(tmp_path, ",a,b\n0,1,2\n1,3,4\n")
    assert plain.header == ("a", "b") and remarks(plain) == ["table:unnamed"]
    assert [[cell.text for cell in row.cells] for row in plain.rows] == [["1", "2"], ["3", "4"]]


def test_a_misspelt_column_is_named(tmp_path: Path) -> None:
    required = records(tmp_path, "id,name,departement,hired\nE1,a,b,2020-01-01\n")
    assert mistakes(required) == [(1, "table:column-near")]
    assert "is it departement?" in required.mistakes[0].text("en")
    optional = records(tmp_path, "id,name,department,hired,emial\nE1,a,b,2020-01-01,x\n")
    assert remarks(optional) == ["table:column-almost", "table:columns-passed-over"]


def test_every_ragged_row_is_told(tmp_path: Path) -> None:
    """Doors, "ragged rows": of 176 only the first was named."""
    found = table(tmp_path, "a,b\n" + "1,2,3\n" * 176)
    assert mistakes(found) == [(n, "table:ragged") for n in range(2, 178)]


def test_every_doubled_column_is_told(tmp_path: Path) -> None:
    assert mistakes(table(tmp_path, "a,b,a,b,c\n1,2,3,4,5\n")) == [(1, "table:column-twice")] * 2
    assert mistakes(records(tmp_path, "工号,工号,姓名,部门,入职日期\n")) == [(1, "table:column-twice")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_title_above_the_header_does_not_hide_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    """Doors, "delimiters": a title line above a semicolon or tab header; one reader for all."""
    text = ("花名册，截至 2026-01-31\n\n" + (HEADER + ROW).replace(",", delimiter)).replace("，", ", ")
    assert records(tmp_path, text).records[0]["department"].text == "销售部"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert read_table(tmp_path / "t.csv").header == ("工号", "姓名", "部门", "入职日期")


def test_decimal_commas_do_not_pass_for_delimiters() -> None:
    assert find_delimiter("a;b;c\n1;2,5;3\n1;3,5;3\n") == ";"
    assert find_delimiter("one column\n1\n") == ","


def test_excels_own_directive_states_the_delimiter(tmp_path: Path) -> None:
    found = table(tmp_path, "sep=;\na;b\n1,5;2\n")
    assert found.header == ("a", "b") and found.rows[0].number == 2


def test_quotes_that_do_not_match_are_told_with_their_row(tmp_path: Path) -> None:
    assert mistakes(table(tmp_path, 'a,b\n1,2\n3,"4\n')) == [(3, "table:quotes")]
    assert mistakes(table(tmp_path, "a,b\n1,\0\n")) == [(2, "table:nul")]


def test_cells_of_several_lines_do_not_shift_row_numbers(tmp_path: Path) -> None:
    found = table(tmp_path, 'a,b\n"x\ny",1\nz,2\n')
    assert [(row.number, row.cells[0].text) for row in found.rows] == [(2, "x\ny"), (3, "z")]


def test_formulas_are_refused_where_they_are_read_and_kept_zeros_are_no_formula(tmp_path: Path) -> None:
    found = records(tmp_path, HEADER + '"=""0042""",=A1,销售部,2020-01-01\n').records[0]
    assert found["id"].text == "0042" and found["id"].fault is None
    assert found["name"].fault is not None and found["name"].fault.id == "cell:formula"


def test_a_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    for name, content, id in [
        ("empty.csv", b"", "table:empty"),
        ("blank.csv", b" , \n\n", "table:empty"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"x" * 99, "table:old-excel"),
        ("encrypted.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 99, "table:old-excel"),
        ("page.xls", b"<html><table></table></html>", "table:markup"),
        ("damaged.xlsx", b"PK\x03\x04" + b"x" * 99, "table:no-workbook"),
        ("text.xlsx", b"a,b\n1,2\n", "table:no-workbook"),
    ]:
        (tmp_path / name).write_bytes(content)
        assert [id] == [one.message.id for one in read_table(tmp_path / name).mistakes], name
    assert mistakes(read_table(tmp_path / "gone.csv")) == [(0, "table:not-there")]
    assert mistakes(read_table(tmp_path)) == [(0, "table:unreadable")]


def test_rows_that_look_like_totals_are_kept_where_all_are_wanted(tmp_path: Path) -> None:
    assert len(table(tmp_path, "product,n\nTotal,1\nSample,2\n", all_rows=True).rows) == 2


def test_people_who_are_alike_in_all_but_the_id_are_told(tmp_path: Path) -> None:
    """Doors, "names": two people alike in all but the id."""
    found = records(tmp_path, HEADER + ROW + ROW.replace("E1", "E2") + ROW.replace("张三", "李四"))
    [told] = twin_remarks(found.records)
    assert told.place.row == 3 and "E1, E2 are alike" in told.text("en")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode(errors="surrogatepass")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_makes_the_reader_raise(tmp_path: Path, content: bytes) -> None:
    for name in ("any.csv", "any.xlsx"):
        (tmp_path / name).write_bytes(content)
        found, known = read_table(tmp_path / name), read_records(tmp_path / name, PEOPLE)
        assert found.mistakes or found.header
        assert all(len(row.cells) == len(found.header) for row in found.rows)
        assert all(
            one.text("zh") and one.text("en") for one in (*found.mistakes, *found.remarks, *known.mistakes)
        )


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1), st.sampled_from(",;\t|"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_spreadsheet_writes_is_read_back(
    tmp_path: Path, cells: list[tuple[str, str, str]], delimiter: str
) -> None:
    import csv

    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("x y", "b", "c"), *cells])
    found = read_grid(tmp_path / "t.csv")
    shown = [[cell.text for cell in row.cells] for row in found.rows[1:]]
    wanted = [[text.strip() for text in row] for row in cells]
    assert len(shown) <= len(wanted)
    assert all(len(row) == 3 for row in shown)
