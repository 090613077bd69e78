"""Another system's files become a roster by queries; the real company of AdventureWorks is the trial."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from cairn.domain.people import Roster
from cairn.roster.reading import RosterInvalid, read_roster, read_roster_by_queries

ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "examples" / "adventureworks" / "roster.yaml"
DATA = ROOT.parent / "shared" / "data" / "adventureworks"

QUERIES = """\
tables: {staff: staff.csv, job: job.csv}
parameters: {since: 2020-01-01}
steps:
  recent: |
    select * from staff where since >= :since
people: |
  select no as id, called as name, unit as department, job.family, since as hired,
    (select no from staff where path = rtrim(rtrim(recent.path, '/'), '0123456789')) as manager
  from recent join job on job.title = recent.title
"""
STAFF = """\
no,called,unit,title,path,since
1,Ann,Top,Boss,/,2020-01-01
2,Bo,Top,Clerk,/1/,2021-01-01
3,Cy,Top,Clerk,/2/,2019-01-01
"""
JOB = "title,family\nBoss,management\nClerk,sales\n"


def company(folder: Path, queries: str = QUERIES, staff: str = STAFF) -> Path:
    for name, text in (("roster.yaml", queries), ("staff.csv", staff), ("job.csv", JOB)):
        (folder / name).write_text(text, "utf-8")
    return folder / "roster.yaml"


def told(folder: Path, path: Path, **parameters: object) -> list[tuple[str, int, str, str]]:
    with pytest.raises(RosterInvalid) as caught:
        read_roster_by_queries(path, folder, parameters)
    return [
        (one.place.source, one.place.line, one.place.path, one.message.text("en"))
        for one in caught.value.mistakes
    ]


def test_a_query_over_several_files_makes_the_roster(tmp_path: Path) -> None:
    roster = read_roster(tmp_path, company(tmp_path)).roster
    assert [(p.id, p.family, p.manager, p.hired) for p in roster.people] == [
        ("1", "management", None, date(2020, 1, 1)), ("2", "sales", "1", date(2021, 1, 1)),
    ]  # fmt: skip
    assert roster.departments[0].head == "1"


def test_a_mapping_reads_its_tables_as_every_other_reader_does(tmp_path: Path) -> None:
    """Doors, delimiters and unnamed columns: UTF-16 with semicolons, a title above, the numbers that pandas writes."""
    path = company(tmp_path)
    rows = [f"{number};{row.replace(',', ';')}" for number, row in enumerate(STAFF.splitlines(), -1)]
    rows[0] = rows[0].removeprefix("-1")
    (tmp_path / "staff.csv").write_text("\n".join(["Staff of the year", *rows]), "utf-16")
    assert [each.id for each in read_roster(tmp_path, path).roster.people] == ["1", "2"]


def test_parameters_given_at_the_import_win_over_the_files(tmp_path: Path) -> None:
    roster = read_roster(tmp_path, company(tmp_path), parameters={"since": date(2019, 1, 1)}).roster
    assert len(roster.people) == 3


def test_bad_rows_of_a_query_are_told_by_row_and_person(tmp_path: Path) -> None:
    staff = STAFF.replace("2021-01-01", "2021-02-29").replace("2,Bo", "1,Bo")
    path = company(tmp_path, staff=staff)
    with pytest.raises(RosterInvalid) as caught:
        read_roster(tmp_path, path)
    places = [one.place for one in caught.value.mistakes]
    assert [(one.source, one.row, one.subject, one.column) for one in places] == [
        ("people", 2, "1", "hired"), ("people", 2, "1", "id"), ("people", 2, "1", "manager"),
    ]  # fmt: skip


def test_files_that_are_missing_are_all_named(tmp_path: Path) -> None:
    path = company(tmp_path)
    (tmp_path / "staff.csv").unlink()
    (tmp_path / "job.csv").unlink()
    assert [sentence for *_, sentence in told(tmp_path, path)] == [
        f"the file {tmp_path / 'job.csv'} is not there: check its path",
        f"the file {tmp_path / 'staff.csv'} is not there: check its path",
    ]


@pytest.mark.parametrize(
    ("before", "after", "column", "sentence"),
    [
        ("select no as id", "select nr as id", "people", "no such column: nr"),
        ("select * from staff", "delete from staff", "steps.recent", "syntax error"),
        (":since", ":sinse", "steps.recent", "sinse"),
    ],
)
def test_a_query_that_fails_is_named_with_the_reason(
    tmp_path: Path, before: str, after: str, column: str, sentence: str
) -> None:
    (problem,) = told(tmp_path, company(tmp_path, QUERIES.replace(before, after)))
    assert problem[:3] == ("roster.yaml", 0, column)
    assert sentence in problem[3]


def test_a_query_without_a_needed_column_is_told(tmp_path: Path) -> None:
    path = company(tmp_path, QUERIES.replace("unit as department", "unit"))
    assert told(tmp_path, path)[0][3].startswith("the query people lacks the columns department")


def test_a_mistake_in_the_mapping_is_told_by_its_line(tmp_path: Path) -> None:
    path = company(tmp_path, QUERIES.replace("people:", "poeple:"))
    assert told(tmp_path, path) == [
        ("roster.yaml", 1, "people", "the field people is missing: add it"),
        (
            "roster.yaml",
            6,
            "poeple",
            "there is no field poeple here (did you mean people?): rename or remove it",
        ),
    ]


@pytest.fixture(scope="module")
def adventureworks() -> Roster:
    if not DATA.is_dir():
        pytest.skip(f"AdventureWorks is not there ({DATA.name}): nothing to read")
    return read_roster(DATA, MAPPING).roster


def test_adventureworks_is_two_hundred_and_ninety_people_in_seven_families(adventureworks: Roster) -> None:
    assert Counter(person.family for person in adventureworks.people) == {
        "production": 176, "management": 45, "administration": 25, "sales": 16, "engineering": 15,
        "purchasing": 11, "research": 2,
    }  # fmt: skip


def test_in_adventureworks_everybody_reports_to_the_path_above(adventureworks: Roster) -> None:
    people = adventureworks.by_id()
    assert [one for one, person in people.items() if person.manager is None] == ["1"]
    assert people["28"].manager == "27"  # /3/1/1/1/ to /3/1/1/
    assert people["2"].manager == "1"  # /1/ to the empty path
    assert people["284"].manager == "274"  # /6/1/10/ to /6/1/


def test_every_department_of_adventureworks_has_a_head_who_manages(adventureworks: Roster) -> None:
    people = adventureworks.by_id()
    heads = {department.name: department.head or "" for department in adventureworks.departments}
    assert len(heads) == 16
    assert {people[head].family for head in heads.values()} == {"management"}
    assert people[heads["Purchasing"]].title == "Purchasing Manager"
    assert people[heads["Executive"]].roles == ("executive", "committee")


def test_who_has_a_quota_in_the_year_is_in_sales_managers_too(adventureworks: Roster) -> None:
    people = adventureworks.by_id()
    assert [people[one].family for one in ("274", "287", "275", "284")] == ["sales"] * 4
    assert [people[one].family for one in ("273", "285")] == ["management"] * 2


def test_departments_are_those_of_the_first_day(adventureworks: Roster) -> None:
    people = adventureworks.by_id()
    names = {department.id: department.name for department in adventureworks.departments}
    assert names[people["250"].department] == "Quality Assurance"  # moved to Purchasing in July
    assert names[people["234"].department] == "Finance"  # moved to Executive after the year
    assert names[people["4"].department] == "Tool Design"  # had moved before it
