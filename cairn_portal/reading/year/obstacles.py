"""Diagnoses of a cycle's goals, and what followed from each."""

from collections.abc import Iterator, Mapping

from rich.text import Text

from cairn.application.clock import zone_of
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.events import GoalDiagnosed
from cairn.domain.goal.state import Diagnosis, Goal
from cairn.i18n import message, term
from cairn_portal.presenting.cases import plan_stage
from cairn_portal.presenting.words import NOTHING, grid
from cairn_portal.reading.viewing import Viewer, of_goal
from cairn_portal.reading.year.part import Part, Year, YearReader, named
from projections.models import coaching as coaching_model
from projections.models import goal as goal_model
from projections.models import request as request_model


async def obstacles(s: Year, cycle: Cycle, view: Viewer) -> Part | None:
    goals = await _diagnosed(s, cycle.id, view)
    if not goals:
        return None
    at, names = s.at.in_zone(zone_of(cycle)), await s.names()
    requests = await request_model.requests(s.pool, cycle.id)
    plans = await coaching_model.plans(s.pool, cycle.id)
    table = grid(
        at.say("goal"), at.say("owner"), at.say("diagnosis"), at.say("what followed"), at.say("solved")
    )
    rows = []
    for goal in goals:
        for each in goal.diagnoses:
            followed = [
                *_adjustments(at, goal, each),
                *(
                    _help(at, of, names)
                    for of in requests
                    if (of.goal, of.diagnosis) == (goal.id, each.number)
                ),
                *(_plan(at, of) for of in plans if (of.goal, of.diagnosis) == (goal.id, each.number)),
            ]
            kind = at.say(term("diagnosis", each.kind))
            table.add_row(
                goal.title,
                named(goal.owner, names.get(goal.owner)),
                at.say("{kind} since {since:day}", kind=kind, since=each.since),
                "\n".join(followed) or Text(at.say("nothing has followed from it yet"), style="yellow"),
                at.say("yes") if each.closed is not None else NOTHING,
            )
            rows.append(
                {
                    "goal": goal.id,
                    **each.model_dump(exclude={"facts", "closed"}),
                    "closed": each.closed is not None,
                }
            )
    return Part("obstacles", message("Obstacles and gaps, and what came of them"), [table], rows)


async def _diagnosed(s: Year, cycle: str, view: Viewer) -> list[Goal]:
    """The cycle's goals that were diagnosed and that the reader may know of, in the order of their first diagnosis.
    Others, and those of other cycles, are not loaded."""
    known = {
        each.goal
        for each in await goal_model.goals(s.pool, cycle=cycle)
        if view.knows(each.owner, each.manager) and view.may("goals", of_goal(each))
    }
    upto, names = await s.ledger.sealed_position(), []
    async for page in s.ledger.pages_of([GoalDiagnosed.__name__], upto=upto):
        names += [row.stream for row in page if row.stream in known]
    return [(await s.application.goals.load(name))[0] for name in dict.fromkeys(names)]


def _adjustments(at: YearReader, goal: Goal, found: Diagnosis) -> Iterator[str]:
    for each in found.adjustments:
        yield at.say("goal adjusted") if each in goal.adjustments else at.say("adjustment asked for")


def _help(at: YearReader, request: request_model.RequestRow, names: Mapping[str, str]) -> str:
    who = named(request.department, request.department_name)
    if request.delivered is None:
        stage = at.say(term("stage", f"request.{request.stage}"))
        return at.say("help from {who}: {stage}", who=who, stage=stage)
    if request.days_late:
        return at.say(
            "help from {who}: came on {on:day}, {days} {days:plural,day,days} late",
            who=who, on=request.delivered, days=request.days_late,
        )  # fmt: skip
    return at.say("help from {who}: came on {on:day}, in time", who=who, on=request.delivered)


def _plan(at: YearReader, plan: coaching_model.CoachingRow) -> str:
    return at.say("coaching plan: {stage}", stage=plan_stage(at, plan.stage, plan.outcome))
