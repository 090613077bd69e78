"""The year of a whole company, AdventureWorks, on the real engine: its scores told apart from one another.

The data is not part of the project: CAIRN_ADVENTUREWORKS names its folder, else it is looked for in
../shared/data/adventureworks, seen from the project.
"""

import os
from pathlib import Path

import pytest

from cairn.settings import Settings
from cairn_portal.rehearsal.drive import Rehearsal
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


@pytest.fixture(scope="module")
async def apart(tmp_path_factory: pytest.TempPathFactory) -> ToldApart:
    settings = Settings(home=tmp_path_factory.mktemp("adventureworks"))
    file = load_script(EXAMPLE / "cycle.yaml")
    try:
        async with rehearsal_servers(settings, file, quietly) as (own, application, client):
            await Rehearsal(own, file, DATA, application, client, quietly).run()
            return await told_apart(application, file.cycle.id)
    finally:
        forget(settings, file)


async def test_the_steps_between_any_two_versions_and_any_two_people_sum_exactly(apart: ToldApart) -> None:
    """Each score is taken apart into its inputs, from which it comes out as recorded (ADR 0022)."""
    assert (apart.other, apart.wrong) == ([], [])
    assert apart.versions > 4000 and apart.people > 250
