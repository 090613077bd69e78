"""The year of a whole company, AdventureWorks, on the real engine: its scores told apart from one another.

The data is not part of the project: CAIRN_ADVENTUREWORKS names its folder, else it is looked for in
../shared/data/adventureworks, seen from the project.
"""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from cairn.settings import Settings
from cairn_portal.rehearsal.drive import Rehearsal, Report
from cairn_portal.rehearsal.run import forget, rehearsal_servers
from cairn_portal.rehearsal.script import load_script
from tests.journeys.telling_apart import ToldApart, told_apart

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "examples" / "adventureworks"
DATA = Path(os.environ.get("CAIRN_ADVENTUREWORKS") or PROJECT.parent / "shared" / "data" / "adventureworks")
pytestmark = pytest.mark.skipif(
    not (DATA / "employee.csv").is_file(),
    reason=f"AdventureWorks is not at {DATA}: set CAIRN_ADVENTUREWORKS to the folder with employee.csv",
)


def quietly(*_: object) -> None:
    """Nobody watches the progress of a test."""


class Year(NamedTuple):
    """A played year: what it was refused, its scores told apart."""

    report: Report
    apart: ToldApart


@pytest.fixture(scope="module")
async def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    settings = Settings(home=tmp_path_factory.mktemp("adventureworks"))
    file = load_script(EXAMPLE / "cycle.yaml")
    try:
        async with rehearsal_servers(settings, file, quietly) as (own, application, client):
            report = await Rehearsal(own, file, DATA, application, client, quietly).run()
            return Year(report, await told_apart(application, file.cycle.id, beside=1))
    finally:
        forget(settings, file)


async def test_nothing_is_refused_but_a_restatement_that_another_one_of_the_sheet_overtook(
    year: Year,
) -> None:
    """The buyer's quarter is restated first; the year would then come to something else: it is proposed anew."""
    refused = [(each.act, each.code, each.goal) for each in year.report.refused]
    assert refused == [("restatement decide", "restatement.otherwise", "FY2013-258-1-R2")]


async def test_the_steps_between_any_two_versions_and_any_two_people_sum_exactly(year: Year) -> None:
    """Each score is taken apart into its inputs, from which it comes out as recorded (ADR 0022)."""
    apart = year.apart
    print(apart)  # pytest -s tells how many pairs there were
    assert (apart.other, apart.wrong) == ([], [])
    assert apart.versions > 4000 and apart.people > 250
    assert sum(apart.pairs.values()) > 200 and min(apart.pairs.values()) > 10 and len(apart.pairs) == 3
