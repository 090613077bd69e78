"""What a manager's people came to: a map of their scores by period, their results, and how the grades are spread."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.domain.policy import GradeBand
from cairn.domain.scoring import grade
from cairn_portal.presenting.explained import RESULT
from cairn_portal.presenting.words import number
from cairn_portal.reading.team_scores import Scored, TeamScores, read_team_scores
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.web import showing
from cairn_portal.web.moments import score_address
from cairn_portal.web.team import AskedTeam, team_page
from projections.models.score import Result, SheetScore

router = APIRouter(include_in_schema=False)
SHADES = 5
"""Shades of the map, from the best to the last; a policy with more grades shares them."""


class Cell(NamedTuple):
    """One period of somebody: the points, empty where there are none, the shade of the grade they reach, and where it
    is told how they came about."""

    points: str = ""
    shade: int | None = None
    address: str = ""


class Line(NamedTuple):
    """One of the people, with a cell for each period and the year's result."""

    who: str
    name: str
    level: int
    leads: bool
    cells: Sequence[Cell]
    result: Cell
    grade: str


class Legend(NamedTuple):
    """What a shade says: the grade, and from how many points on."""

    grade: str
    points: str
    shade: int


@router.get("/team/scores")
async def scores(request: Request, visit: ByVisitor, asked: AskedTeam) -> Response:
    if asked.cycle is None:
        return team_page(request, "team_scores.html", visit, asked, grades=(), periods=(), lines=())
    read = await read_team_scores(
        visit.portal.records, visit.person, asked.manager, asked.cycle, everybody=asked.everybody
    )
    return team_page(
        request, "team_scores.html", visit, asked, periods=read.periods, further=read.further,
        lines=[_line(each, read) for each in read.people], legend=_legend(read), grades=showing.spread(read.grades),
    )  # fmt: skip


def _line(each: Scored, read: TeamScores) -> Line:
    return Line(
        who=each.person.id,
        name=each.person.name,
        level=each.level,
        leads=each.leads,
        cells=[_period(each.scores.get(period), read.policy.grades) for period in read.periods],
        result=_result(each.result, read.policy.grades),
        grade=(each.result.grade or "") if each.result else "",
    )


def _period(score: SheetScore | None, grades: Sequence[GradeBand]) -> Cell:
    if score is None or score.rounded is None:
        return Cell()
    shade = _shade(grade(score.rounded, grades).grade, grades)
    return Cell(number(score.rounded), shade, score_address(score.sheet, score.period))


def _result(result: Result | None, grades: Sequence[GradeBand]) -> Cell:
    """The year's points, in the shade of the grade they have: people may have moved it."""
    if result is None or result.rounded is None:
        return Cell()
    shade = _shade(result.grade, grades) if result.grade else None
    return Cell(number(result.rounded), shade, score_address(result.sheet, RESULT))


def _shade(name: str, grades: Sequence[GradeBand]) -> int:
    """The shade of a grade by its place among all, from 1 for the best."""
    place = next(n for n, band in enumerate(grades) if band.grade == name)
    return 1 + place * SHADES // len(grades)


def _legend(read: TeamScores) -> list[Legend]:
    return [
        Legend(band.grade, number(band.points), _shade(band.grade, read.policy.grades))
        for band in read.policy.grades
        if band.points is not None
    ]
