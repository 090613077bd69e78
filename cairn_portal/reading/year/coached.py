"""Coaching plans, and what became of them."""

from rich.text import Text

from cairn.application.clock import zone_of
from cairn.domain.cycle.state import Cycle
from cairn.i18n import message, term
from cairn_portal.presenting.cases import plan_stage
from cairn_portal.presenting.words import NOTHING, day, grid
from cairn_portal.reading.viewing import Viewer
from cairn_portal.reading.year.part import Part, Year, YearReader, named
from projections.models import coaching as coaching_model


async def coached(s: Year, cycle: Cycle, view: Viewer) -> Part | None:
    plans = await coaching_model.plans(s.pool, cycle.id)
    found = [each for each in plans if view.knows(each.holder, each.opened_by, each.mentor)]
    if not found:
        return None
    at = s.at.in_zone(zone_of(cycle))
    table = grid(
        at.say("about"), at.say("kind of gap"), at.say("mentor"), at.say("from"), at.say("ends"),
        at.say("checkpoints met"), at.say("help given"), at.say("outcome"), at.say("heard"),
    )  # fmt: skip
    for each in found:
        failed = each.outcome == "failed"
        table.add_row(
            named(each.holder, each.holder_name),
            at.say(term("choice", f"coaching.{each.gap}")),
            named(each.mentor, each.mentor_name) if each.mentor else NOTHING,
            day(at.local_day(each.opened_at)),
            day(each.ends),
            f"{each.met}/{each.checkpoints}",
            f"{each.given}/{each.promised}",
            Text(plan_stage(at, each.stage, each.outcome), style="red" if failed else ""),
            _heard(at, each),
        )
    return Part("coaching", message("Coaching plans"), [table], list(found))


def _heard(at: YearReader, plan: coaching_model.CoachingRow) -> str:
    """Whether the person agreed, and what they said to an outcome that was against them."""
    if plan.outcome == "failed":
        return at.say("made a statement") if plan.stated else at.say("made no statement")
    return at.say("agreed") if plan.agreed_at else NOTHING
