"""The cascade: strategy, its parts, departments, people, and first of all what nobody carries."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application.clock import zone_of
from cairn.domain.exact import HUNDRED, ZERO
from cairn.i18n import term
from cairn_portal.presenting.words import number, percent
from cairn_portal.reading.cascade import Branch, Carried, read_cascade
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.case_fields import awaited_words
from cairn_portal.web.moments import named
from cairn_portal.web.rendering import page

router = APIRouter(include_in_schema=False)
MOST_NAMED = 5
"""People named beside a part; further ones are counted."""
MOST_GAPS = 60


class Leaf(NamedTuple):
    """A goal in the tree. `bar` is what was attained, or what those below it come to by weight."""

    goal: str
    title: str
    tier: str
    owner: str
    weight: str
    stage: str
    tone: str
    attained: str
    below: str
    bar: showing.Bar | None
    parts: "Sequence[Part]"
    children: "Sequence[Leaf]"
    more: int


class Part(NamedTuple):
    """A part, who answers for it, and whether it is carried: by people, by the department alone, or by nobody."""

    title: str
    department: str
    target: str
    told: str
    tone: str
    children: Sequence[Leaf]


class Lacking(NamedTuple):
    """What nobody carries, and who can mend it."""

    what: str
    goal: str
    title: str
    unit: str
    who: str


@router.get("/cycles/{cycle}/cascade")
async def cascade(request: Request, visit: ByVisitor, cycle: str, root: str = "") -> Response:
    records = visit.portal.records
    found = await read_cascade(records, visit.person.id, await records.cycle(cycle), root or None)
    at = visit.reader.in_zone(zone_of(found.cycle))
    names = await records.names()
    lacking = [
        Lacking(
            what=at.say(f"gap:{gap.code}"),
            goal=gap.goal,
            title=" / ".join(filter(None, (at.title(gap.title), gap.part_title))),
            unit=_unit(gap.department, names),
            who=at.say("separator:list").join(awaited_words(at, each, names) for each in who),
        )
        for gap, who in found.gaps
    ]
    return page(
        request, "cascade.html", visit, reader=at, cycle=found.cycle, root=root, alone=found.alone,
        lacking=lacking[:MOST_GAPS], more_lacking=max(len(lacking) - MOST_GAPS, 0), lacks=len(lacking),
        trees=[_leaf(at, each, names) for each in found.roots],
    )  # fmt: skip


def _leaf(at: PageReader, branch: Branch, names: dict[str, str]) -> Leaf:
    goal, below = branch.goal, branch.below
    told = ""
    if below is not None and below.attainment is not None:
        told = at.say(
            "below it {share:percent} by weight ({known} of {goals})",
            share=below.attainment, known=below.known, goals=below.goals,
        )  # fmt: skip
    reached = goal.attainment if goal.attainment is not None else below.attainment if below else None
    done = None if reached is None else float(min(max(reached, ZERO), HUNDRED))
    return Leaf(
        goal=goal.goal,
        title=at.title(goal.title),
        tier=at.say(term("tier", goal.tier)),
        owner=named(goal.owner, names),
        weight=percent(goal.weight),
        stage=at.say(f"stage:{goal.stage}"),
        tone=showing.tone(goal.stage),
        attained=at.say("attained {share:percent}", share=goal.attainment)
        if goal.attainment is not None
        else "",
        below=told,
        bar=None
        if done is None
        else showing.Bar(done, None, False, "done" if done >= HUNDRED else "running"),
        parts=[_part(at, each, names) for each in branch.parts],
        children=[_leaf(at, each, names) for each in branch.children],
        more=branch.more,
    )


def _part(at: PageReader, carried: Carried, names: dict[str, str]) -> Part:
    part = carried.part
    told, tone = at.say("gap: no goal takes it up"), "late"
    if part.covered:
        told, tone = at.say("no goal of a person serves it yet"), "waiting"
    if carried.people:
        people = [named(each, names) for each in carried.people[:MOST_NAMED]]
        told, tone = at.say("with {people}", people=tuple(people)), "running"
        further = len(carried.people) - len(people)
        told += " " + at.say("and {further} more", further=further) if further else ""
    return Part(
        title=part.part_title,
        department=_unit(part.department, names),
        target=number(part.target) if part.target is not None else "",
        told=told,
        tone=tone,
        children=[_leaf(at, each, names) for each in carried.branches],
    )


def _unit(department: str | None, names: dict[str, str]) -> str:
    return f"{department} {names.get(f'department.{department}', '')}".strip() if department else ""
