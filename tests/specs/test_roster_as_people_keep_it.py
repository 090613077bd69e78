"""Rosters as people hand them in: read where one reading is sure, else refused; what is passed over is told."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cairn.domain.people import Person
from cairn.i18n import Language
from cairn.roster.reading import RosterInvalid, RosterRead, Stated, read_roster

HEADER = "工号,姓名,部门,岗位序列,直接上级,入职日期"
ENGLISH = "id,name,department,family,manager,hired"
PEOPLE = ("E1,顾怀远,总经办,管理,,2015-03-01", "E2,陆一鸣,销售部,销售,E1,2016-04-18")


def handed_in(folder: Path, *rows: str, encoding: str = "utf-8", name: str = "roster.csv") -> Path:
    (folder / name).write_bytes("".join(f"{row}\n" for row in rows).encode(encoding))
    return folder / name


def book(folder: Path, *rows: Sequence[object], from_1904: bool = False) -> Path:
    workbook = openpyxl.Workbook()
    if from_1904:
        workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    workbook.save(folder / "roster.xlsx")
    return folder / "roster.xlsx"


def read(path: Path, **stated: Any) -> RosterRead:
    return read_roster(path, stated=Stated(**stated))


def people(path: Path, **stated: Any) -> dict[str, Person]:
    return read(path, **stated).roster.by_id()


def remarks(path: Path, language: Language = "en", **stated: Any) -> list[str]:
    return [one.text(language) for one in read(path, **stated).remarks]


def refused(path: Path, language: Language = "en", **stated: Any) -> list[str]:
    with pytest.raises(RosterInvalid) as caught:
        read(path, **stated)
    return caught.value.text(language).splitlines()


def test_ids_that_look_alike_are_told_and_full_width_ones_are_the_same(tmp_path: Path) -> None:
    """Doors, look-alikes: ids `e1` and `E1`, `Ｅ16`, `E/14`."""
    path = handed_in(
        tmp_path,
        HEADER,
        *PEOPLE,
        "e1,周敏,销售部,销售,E2,2018-05-07",
        "Ｅ16,郑雨桐,销售部,销售,Ｅ２,2018-05-08",
        "E14,吴浩然,销售部,销售,E16,2018-05-09",
        "E/14,彭大勇,销售部,销售,E2,2018-05-10",
    )
    assert people(path)["E16"].manager == "E2"
    assert remarks(path) == [
        "roster.csv: the ids E1, e1 look alike and count as different ones: check them",
        "roster.csv: the ids E14, E/14 look alike and count as different ones: check them",
    ]


@pytest.mark.parametrize("id", ["company", "system", "department.D1", "role:hr"])
def test_l10_a_reserved_id_is_refused_with_its_row(tmp_path: Path, id: str) -> None:
    """RULES L10."""
    path = handed_in(tmp_path, HEADER, *PEOPLE, f"{id},周敏,销售部,销售,E2,2018-05-07")
    (told,) = refused(path)
    assert told.startswith(f"roster.csv, row 4, {id}, column 工号: '{id}' is reserved")


def test_l10_an_id_may_be_a_guid(tmp_path: Path) -> None:
    """Doors, ids: a GUID with hyphens as employee id (RULES L10)."""
    guid = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
    path = handed_in(
        tmp_path,
        HEADER,
        f"{guid},甲,总经办,管理,,2015-03-01",
        f"E2,乙,总经办,管理,{guid},2015-03-02",
    )
    assert people(path)["E2"].manager == guid


def test_lost_leading_zeros_are_told_once_and_matched_where_that_is_agreed(tmp_path: Path) -> None:
    """Doors, leading zeros: a manager column kept the zeros that Excel took from the id column."""
    rows = [f"{n},员工{n},销售部,销售,{'0001' if n > 1 else ''},2018-05-07" for n in range(1, 137)]
    path = handed_in(tmp_path, HEADER, *rows)
    (told,) = refused(path)
    assert "1 of the 1 ids that were not found differ in leading zeros alone ('0001' for '1')" in told
    assert people(path, match_zeros=True)["136"].manager == "1"
    assert any("were matched ('0001' as '1')" in one for one in remarks(path, match_zeros=True))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("12/25/2018", date(2018, 12, 25)),
        ("31.12.2015", date(2015, 12, 31)),
        ("2015-12-31 00:00:00.000", date(2015, 12, 31)),
        ("42369", date(2015, 12, 31)),
    ],
)
def test_days_are_read_where_the_column_allows_one_reading(tmp_path: Path, written: str, day: date) -> None:
    """Doors, dates: `12/25/2018`, `31.12.2015`, `…00:00:00.000`, Excel serial days."""
    assert people(handed_in(tmp_path, HEADER, f"E1,甲,总经办,管理,,{written}"))["E1"].hired == day


def test_an_ambiguous_column_is_told_once_and_read_with_a_stated_order(tmp_path: Path) -> None:
    """Doors, dates: `01.11.2026` gets the true reason."""
    path = handed_in(tmp_path, HEADER, "E1,甲,总经办,管理,,01.11.2015", "E2,乙,总经办,管理,E1,02.11.2015")
    (told,) = refused(path)
    assert "'01.11.2015' may be 2015-11-01 or 2015-01-11; 2 dates of the column are like it" in told
    assert people(path, order="dmy")["E1"].hired == date(2015, 11, 1)
    sure = handed_in(tmp_path, HEADER, "E1,甲,总经办,管理,,01.11.2015", "E2,乙,总经办,管理,E1,25.11.2015")
    assert people(sure)["E1"].hired == date(2015, 11, 1)


def test_a_workbook_of_the_1904_system_is_not_four_years_off(tmp_path: Path) -> None:
    """Doors, dates: workbooks of the 1904 system."""
    row = ["E1", "甲", "总经办", "管理", None, (date(2015, 12, 31) - date(1904, 1, 1)).days]
    assert people(book(tmp_path, HEADER.split(","), row, from_1904=True))["E1"].hired == date(2015, 12, 31)


def test_what_stands_around_the_rows_is_told_once(tmp_path: Path) -> None:
    """Doors, totals: a 合计 row, rows of single blanks, a merged title, a first column that is not the id."""
    path = handed_in(
        tmp_path,
        "澄川科技花名册,,,,,,",
        f"序号,{HEADER}",
        f"1,{PEOPLE[0]}",
        " , , , , , , ",
        f"2,{PEOPLE[1]}",
        "合计,2人,,,,,",
    )
    assert set(people(path)) == {"E1", "E2"}
    assert remarks(path) == [
        "roster.csv, row 2: these columns have no use here and were not read: 序号",
        "roster.csv, row 6: '合计' is a row of totals and was not read (rows 6)",
    ]


def test_a_template_row_left_in_and_a_missing_header_are_told_once(tmp_path: Path) -> None:
    """Doors, totals: a template row left in; no header."""
    (example,) = refused(handed_in(tmp_path, HEADER, "示例,张三,销售部,销售,,2020-01-01", *PEOPLE))
    assert "row 2: this row looks like the template's example ('示例'): delete it" in example
    (no_header,) = refused(handed_in(tmp_path, *PEOPLE))
    assert "no header was found" in no_header


def test_more_columns_are_passed_over_and_told_once(tmp_path: Path) -> None:
    """Doors, roster: Mobile, Notes, Location, 职位编号, 职务 beside 职位; an unnamed first column."""
    path = handed_in(
        tmp_path,
        f",{HEADER},Mobile,Notes,Location,职位编号,职位,职务",
        f"0,{PEOPLE[0]},555,x,上海,P7,总经理,CEO",
        f"1,{PEOPLE[1]},556,y,上海,P8,总监,VP",
    )
    assert people(path)["E1"].title == "总经理"
    told = " ".join(remarks(path))
    assert "were not read: Mobile, Notes, Location, 职位编号" in told
    assert "the column 职位 was used; 职务, which means the same, was not read" in told


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp1252", "Zoë Müller-Weiß"), ("big5", "陳建國與劉麗華"), ("shift_jis", "さくら")]
)
def test_an_encoding_that_is_not_sure_is_asked_for_and_may_be_stated(
    tmp_path: Path, encoding: str, name: str
) -> None:
    """Doors, encodings: Latin-1 and cp1252 names, Big5, Shift-JIS are asked for, never guessed."""
    path = handed_in(tmp_path, ENGLISH, f"E1,{name},Board,admin,,2015-03-01", encoding=encoding)
    (told,) = refused(path)
    assert "the encoding of the file is not certain" in told
    assert people(path, encoding=encoding)["E1"].name == name


def test_one_reader_takes_every_delimiter(tmp_path: Path) -> None:
    """Doors, delimiters: a title line above a semicolon header; UTF-16."""
    rows = [row.replace(",", ";") for row in ("花名册 2026，共两人", HEADER, *PEOPLE)]
    assert set(people(handed_in(tmp_path, *rows, encoding="utf-16"))) == {"E1", "E2"}
    tabbed = [row.replace(";", "\t") for row in rows]
    assert set(people(handed_in(tmp_path, *tabbed))) == {"E1", "E2"}


def test_every_ragged_row_is_named(tmp_path: Path) -> None:
    """Doors, ragged rows: all of them, not only the first."""
    rows = [f"E{n},员工{n},销售部,销售,,2018-05-07,多" for n in range(176)]
    told = refused(handed_in(tmp_path, HEADER, *rows))
    assert len(told) == 176 and all("this row has 7 cells and the header only 6" in one for one in told)


def test_names_that_only_differ_in_case_and_words_for_nothing_are_told(tmp_path: Path) -> None:
    """Doors, names: sales / Sales / SALES; `NULL` as text."""
    rows = [
        f"E{n},Ann {n},{name},sales,,2015-03-0{n}" for n, name in enumerate(("sales", "Sales", "SALES"), 1)
    ]
    path = handed_in(tmp_path, ENGLISH, *rows)
    assert remarks(path) == [
        "roster.csv: the names sales, Sales, SALES look alike and count as different ones: "
        "write one of them everywhere"
    ]
    (told,) = refused(handed_in(tmp_path, ENGLISH, "E1,Ann,Board,sales,NULL,2015-03-01"))
    assert told == (
        "roster.csv, row 2, E1, column manager: "
        "'NULL' only stands for nothing: leave it empty if there is nothing"
    )


def test_two_people_alike_in_all_but_the_id_are_told(tmp_path: Path) -> None:
    """Doors, names: two people alike in all but the id."""
    path = handed_in(tmp_path, HEADER, *PEOPLE, "E9,陆一鸣,销售部,销售,E1,2016-04-18")
    assert remarks(path) == [
        "roster.csv, row 4, E9: E2, E9 are alike in all but the id: see that they are not the same one"
    ]


def test_an_english_reader_hears_the_files_own_columns(tmp_path: Path) -> None:
    """Doors, columns: an English user got Chinese column names."""
    (told,) = refused(handed_in(tmp_path, ENGLISH, "E1,Ann,Board,admin,,soon"))
    assert told.startswith("roster.csv, row 2, E1, column hired: 'soon' is in no known format of dates")
    missing = refused(handed_in(tmp_path, "id,name,department,family,manager", "E1,Ann,Board,admin,"))
    assert any("the column hired is missing: add it" in one for one in missing)


def test_departments_written_in_two_widths_are_one(tmp_path: Path) -> None:
    """RULES M1: ids are normalised first."""
    path = handed_in(
        tmp_path,
        HEADER,
        "E1,甲,研发部（上海）,管理,,2015-03-01",
        "E2,乙,研发部(上海),管理,E1,2015-03-02",
    )
    assert [one.id for one in read(path).roster.departments] == ["研发部(上海)"]
