"""A score explained: step by step, each leading to the scores it was made of, down to single readings."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application.clock import zone_of
from cairn.domain.streams import holder_of, sheet_of
from cairn_portal.presenting import reasons
from cairn_portal.presenting.explained import RESULT, Step, after_sums, short, steps_of
from cairn_portal.presenting.goal_score import DIFFERS
from cairn_portal.presenting.sheet_score import comes_out
from cairn_portal.presenting.story import note
from cairn_portal.presenting.words import NOTHING, number, percent
from cairn_portal.reading.explaining import GoalExplained, SheetExplained, explain
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.curve_drawing import drawing
from cairn_portal.web.moments import Told, history_address, named, score_address
from cairn_portal.web.rendering import page
from cairn_portal.web.showing import titled
from cairn_portal.web.sums import sum_shown

router = APIRouter(include_in_schema=False)


class Line(NamedTuple):
    """One step in words, with the scores it was made of."""

    what: str
    of: str
    comes_to: str
    cites: Sequence[Told]


class Evidence(NamedTuple):
    """One reading or report that counted, or one judgement, and where it stands in the log."""

    what: str
    day: str
    value: str
    told_by: str
    recorded: str
    address: str


@router.get("/audit/scores/{of}/{period}")
async def score(request: Request, visit: ByVisitor, of: str, period: str) -> Response:
    records = visit.portal.records
    found = await explain(records, visit.person.id, of, period)
    at, names = visit.reader.in_zone(zone_of(found.cycle)), await records.names()
    if isinstance(found, GoalExplained):
        told = found.told(at, names)
        measures = [(each, drawing(at, each.curve) if each.curve else None) for each in told.measures]
        return page(
            request, "score.html", visit, reader=at, of=of, head=f"{at.say('Score')} {period}",
            title=at.title(found.goal.title), facts=_facts(at, found), steps=[], evidence=_evidence(at, found, names),
            above=Told(sheet_of(of), score_address(sheet_of(of), period)) if found.counted else None,
            history=history_address(of), measures=measures, sums=[sum_shown(at, each) for each in told.sums],
            rounding=told.rounding, differs=told.differs,
            marks=[note(at, each) for each in found.score.marks],
        )  # fmt: skip
    assert isinstance(found, SheetExplained)
    sums = found.sums(at)
    lines = [_line(at, each, of) for each in after_sums(steps_of(at, found.score, found.policy))]
    above = Told(at.say("result"), score_address(of, RESULT)) if found.counted else None
    head = titled(at.say("result")) if period == RESULT else f"{at.say('Score')} {period}"
    return page(
        request, "score.html", visit, reader=at, of=of, head=head,
        title=named(holder_of(of), names), facts=_facts_of_sheet(at, found), steps=lines, evidence=[], above=above,
        history=history_address(of), marks=[], measures=[], sums=[sum_shown(at, each) for each in sums], rounding="",
        differs="" if comes_out(found.score, sums, found.policy) else at.say(DIFFERS),
    )  # fmt: skip


def _line(at: PageReader, step: Step, shown: str) -> Line:
    cites = [
        Told(
            at.say("result of {of}", of=of)
            if period == RESULT
            else period
            if of == shown
            else f"{of} {period}",
            score_address(of, period),
        )
        for of, period in step.cites
    ]
    return Line(step.what, step.of, short(step.comes_to), cites)


def _facts(at: PageReader, found: GoalExplained) -> list[tuple[str, str]]:
    score = found.score
    shown = [
        (at.say("period"), f"{score.period} · {score.starts} – {score.ends}"),
        (at.say("actual"), number(score.actual)),
        (at.say("target"), number(score.target)),
        (at.say("attainment"), percent(score.attainment)),
        (at.say("points, exactly"), short(str(score.points)) if score.points is not None else NOTHING),
        (at.say("rounded once"), NOTHING if score.rounded is None else str(score.rounded)),
        (at.say("computed by"), note(at, score.formula)),
    ]
    shown += [(at.say("why"), note(at, score.why))] if score.why else []
    shown += [
        (at.say("cause"), reasons.cause(at, score.cause)),
        (at.say("version"), f"{score.number} / {found.numbers}"),
        (at.say("policy"), score.policy),
        (at.say("computed on"), at.moment(score.at)),
        (at.say("readings up to position"), number(score.inputs.upto) if score.inputs.upto else NOTHING),
    ]
    if score.inputs.complete_through is not None:
        shown.append((at.say("data complete through"), score.inputs.complete_through.isoformat()))
    return shown


def _facts_of_sheet(at: PageReader, found: SheetExplained) -> list[tuple[str, str]]:
    score = found.score
    return [
        (at.say("points, exactly"), NOTHING if score.points is None else short(str(score.points))),
        (at.say("rounded once"), NOTHING if score.rounded is None else str(score.rounded)),
        (at.say("grade"), score.grade or NOTHING),
        (at.say("cause"), reasons.cause(at, score.cause)),
        (at.say("version"), str(score.number)),
        (at.say("policy"), score.policy),
        (at.say("computed on"), at.moment(score.at)),
    ]


def _evidence(at: PageReader, found: GoalExplained, names: Mapping[str, str]) -> list[Evidence]:
    rows = [
        Evidence(
            what=f"{each.metric} {each.subject}",
            day=each.day.isoformat(),
            value=number(each.value) if each.base is None else f"{number(each.value)} / {number(each.base)}",
            told_by=at.say("feed {feed}, a correction", feed=each.feed)
            if each.correction
            else at.say("feed {feed}", feed=each.feed),
            recorded=f"{at.moment(each.recorded_at)} · {each.position}",
            address=history_address(f"feed-{each.feed}", f"position={each.position}"),
        )
        for each in found.readings
    ]
    rows += [
        Evidence(
            what=at.say("check-in"),
            day=each.said.on.isoformat(),
            value=number(each.said.value),
            told_by=named(each.said.by, names),
            recorded=at.moment(each.said.at),
            address=history_address(found.goal.id),
        )
        for each in found.reports
    ]
    return rows + [
        Evidence(
            what=at.say("judgement"), day=NOTHING, value=number(points), told_by=named(who, names), recorded=NOTHING,
            address=history_address(found.goal.id),
        )
        for who, points in found.judged
    ]  # fmt: skip
