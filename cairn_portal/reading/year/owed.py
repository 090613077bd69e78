"""What was owed and came late or never, beside the score of its goal."""

from rich.text import Text

from cairn.domain.cycle.state import Cycle
from cairn.i18n import message, term
from cairn_portal.presenting.owed import debtor, outcome
from cairn_portal.presenting.words import NOTHING, day, grid, number
from cairn_portal.reading.viewing import Viewer, of_goal
from cairn_portal.reading.year.part import Part, Year, YearReader, named
from projections.models import goal as goal_model
from projections.models import promise as promise_model
from projections.models import score as score_model
from projections.models.promise import Debt

YEAR = "Y"


async def broken_promises(s: Year, cycle: Cycle, view: Viewer) -> Part | None:
    """What was owed and came late or never, beside the score of its goal where the reader may read it: whoever broke a
    promise to a colleague knows of that, and of the colleague's goal and score no more than anybody."""
    now = await s.clock.now(cycle)
    found = [
        each
        for each in await promise_model.owed(s.pool, cycle.id, now)
        if each.breached and view.knows(each.holder, each.owed_by)
    ]
    if not found:
        return None
    at, names = s.at, await s.names()
    rows = await goal_model.goals(s.pool, cycle=cycle.id)
    goals = {each.goal: each for each in rows if view.may("goals", of_goal(each))}
    found = [each if each.goal in goals else each.model_copy(update={"goal": None}) for each in found]
    table = grid(
        at.say("owed to"), at.say("by"), at.say("what"), at.say("until"), at.say("came"), at.say("goal"),
        at.say("its score of the year"), right=(at.say("its score of the year"),),
    )  # fmt: skip
    for each in found:
        goal = goals.get(each.goal or "")
        table.add_row(
            named(each.holder, each.holder_name),
            debtor(at, each.owed_by, names),
            _what(at, each),
            day(each.due),
            outcome(at, each),
            goal.title if goal else NOTHING,
            await _score(s, goal, view),
        )
    remark = Text(
        at.say("A promise that was broken changes no score by itself: it stands beside it."), style="dim"
    )
    return Part("promises", message("Promises that were not kept in time"), [table, remark], found)


def _what(at: YearReader, debt: Debt) -> str:
    match debt.kind:
        case "promise" | "coaching":
            return at.say(term("choice", f"{debt.kind}.{debt.of}"))
        case "request":
            return at.say("help from another department")
        case "feedback":
            return at.say("feedback")
        case "data":
            return at.say("data of {period}, which ended on {due:day}", period=debt.period, due=debt.due)


async def _score(s: Year, goal: goal_model.GoalRow | None, view: Viewer) -> str:
    if goal is None or not view.may("scores", of_goal(goal)):
        return NOTHING
    scores = await score_model.goal_scores(s.pool, goal=goal.goal)
    return next((number(each.rounded) for each in scores if each.period == YEAR), NOTHING)
