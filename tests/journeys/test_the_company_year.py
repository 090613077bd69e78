"""The main job as a whole: the example company's year, from launch to score, on the real engine."""

from pathlib import Path

import pytest

from cairn.application.audit import Outcome
from cairn.domain.event import Fact
from cairn.settings import Settings
from cairn_portal.rehearsal.drive import Rehearsal, Report
from cairn_portal.rehearsal.results import Ending, ending
from cairn_portal.rehearsal.run import forget, rehearsal_servers
from cairn_portal.rehearsal.script import load_script

COMPANY = Path(__file__).parents[2] / "examples" / "company"


class Year(Fact):
    report: Report
    ending: Ending
    recomputed: Outcome


def quietly(*_: object) -> None:
    """Nobody watches the progress of a test."""


@pytest.fixture(scope="module")
async def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    settings = Settings(home=tmp_path_factory.mktemp("year"))
    file = load_script(COMPANY / "cycle.yaml")
    try:
        async with rehearsal_servers(settings, file, quietly) as (own, application, client):
            report = await Rehearsal(own, file, COMPANY, application, client, quietly).run()
            recomputed = await application.audit.cycle(file.cycle.id, quietly)
            return Year(report=report, ending=await ending(application, file.cycle.id), recomputed=recomputed)
    finally:
        forget(settings, file)


async def test_nothing_the_script_asks_for_is_refused(year: Year) -> None:
    assert [f"line {each.line}: {each.sentence}" for each in year.report.refused] == []


async def test_every_goal_is_over_at_the_end_of_the_year(year: Year) -> None:
    assert year.ending.open == 0
    assert year.ending.stages["closed"] > 100


async def test_everybody_who_stayed_has_a_result_with_a_grade(year: Year) -> None:
    assert year.ending.results >= 30
    assert sum(year.ending.grades.values()) == year.ending.results


async def test_every_score_comes_out_the_same_when_it_is_computed_again(year: Year) -> None:
    assert year.recomputed.goals > 200
    assert year.recomputed.differences == ()
