"""A table of some people, read beside those who are known: whom it passes fit together with them."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.domain.people import Person, Roster
from cairn.domain.roster_import import unfit
from cairn.roster.known import Known
from cairn.roster.reading import RosterInvalid, Stated, read_roster
from cairn.roster.reporting_lines import find_circles

TODAY = date(2026, 6, 1)
IDS = ("A", "B", "C", "D", "E")
HEADER = "id,name,department,family,manager,hired,left,roles"

rows = st.dictionaries(
    st.sampled_from(IDS),
    st.tuples(
        st.sampled_from(["", *IDS, "name A", "name B"]),
        st.sampled_from(["", "2026-05-01", "2027-01-01"]),
        st.sampled_from(["", "hr"]),
    ),
    min_size=1,
)
standing = st.tuples(
    *(
        st.tuples(st.sampled_from(["", *IDS[:n]]), st.just(""), st.sampled_from(["", "hr"]))
        for n in range(len(IDS))
    )
).map(lambda told: dict(zip(IDS, told, strict=True)))
"""Everybody, each below somebody before them."""


def read(folder: Path, people: dict[str, tuple[str, str, str]], known: Known | None) -> Roster | None:
    """The roster of these rows, None where it is refused."""
    lines = [f"{id},name {id},D,sales,{manager},2020-01-01,{left},{roles}"
             for id, (manager, left, roles) in people.items()]  # fmt: skip
    path = folder / "roster.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    try:
        return read_roster(path, stated=Stated(today=TODAY), known=known).roster
    except RosterInvalid:
        return None


@settings(max_examples=60)
@given(before=standing, coming=rows, by=st.sampled_from(IDS))
def test_whatever_is_passed_is_refused_by_nothing_and_leaves_managers_who_are_known_in_no_circle(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, tuple[str, str, str]],
    coming: dict[str, tuple[str, str, str]],
    by: str,
) -> None:
    folder = tmp_path_factory.getbasetemp()
    first = read(folder, before, None)
    assert first is not None
    second = read(folder, coming, Known(first, by))
    if second is None:
        return
    assert list(unfit(first, second, by, TODAY)) == []
    after: dict[str, Person] = first.by_id() | second.by_id()
    managers = {each.id: each.manager for each in after.values() if each.manager}
    assert set(managers.values()) <= set(after)
    assert find_circles(managers) == []
