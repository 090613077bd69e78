"""Stage reviews by kind of period: how many were written in time, late, or ended without."""

from collections import Counter

from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.domain.cycle.state import Cycle
from cairn.i18n import message, term
from cairn_portal.presenting.words import NOTHING, by_period, grid
from cairn_portal.reading.viewing import Viewer
from cairn_portal.reading.year.part import Part, Year, YearReader, named
from projections.models import review as review_model

KINDS = {"M": "month", "Q": "quarter", "H": "half_year"}
"""Kinds of periods that have reviews, by the letter their keys begin with."""
NAMED = 6
"""Reviews that were not in time, one by one; of further ones the number is told."""


async def reviewed(s: Year, cycle: Cycle, view: Viewer) -> Part | None:
    found = [each for each in await review_model.reviews(s.pool, cycle.id) if view.knows(each.holder)]
    if not found:
        return None
    at = s.at.in_zone(zone_of(cycle))
    left_out = await review_model.left_out(s.pool, cycle.id)
    without = Counter(KINDS[each.period[0]] for each in left_out if view.knows(each.person))
    headers = (
        at.say("reviews"), at.say("in time"), at.say("late"), at.say("ended without"), at.say("still open"),
        at.say("returned"), at.say("none opened"),
    )  # fmt: skip
    table = grid(at.say("period"), *headers, right=headers)
    counts = []
    for kind in KINDS.values():
        of = [each for each in found if KINDS[each.period[0]] == kind]
        if of:
            ends = Counter(_ended(each) for each in of)
            row = {
                "reviews": len(of), "in_time": ends["in_time"], "late": ends["late"], "ended": ends["ended"],
                "open": ends["open"], "returned": sum(bool(each.returns) for each in of),
                "left_out": without[kind],
            }  # fmt: skip
            counts.append({"kind": kind, **row})
            table.add_row(at.say(term("period_kind", kind)), *(str(each or NOTHING) for each in row.values()))
    amiss = [each for each in found if _ended(each) in ("late", "ended")]
    amiss.sort(key=lambda each: by_period(each.period))
    lines: list[RenderableType] = [table, *(Text(_amiss(at, each)) for each in amiss[:NAMED])]
    if len(amiss) > NAMED:
        lines.append(Text("  " + at.say("and {further} more", further=len(amiss) - NAMED), style="dim"))
    return Part("reviews", message("Stage reviews"), lines, counts)


def _ended(review: review_model.ReviewRow) -> str:
    if review.stage == "ended":
        return "ended"
    if review.stage != "shared":
        return "open"
    overdue = review.report_overdue_at or review.comment_overdue_at
    return "late" if overdue or review.report_late or review.comment_late else "in_time"


def _amiss(at: YearReader, review: review_model.ReviewRow) -> str:
    who = named(review.holder, review.holder_name)
    if review.stage == "ended":
        said = at.say("{who}, {period}: HR went on without what was overdue", who=who, period=review.period)
    elif review.report_late:
        said = at.say(
            "{who}, {period}: the report was due by {due}, and came on {came}",
            who=who, period=review.period, due=at.moment(review.report_by), came=at.moment(review.reported_at),
        )  # fmt: skip
    else:
        said = at.say(
            "{who}, {period}: the comment was due by {due}, and came on {came}",
            who=who, period=review.period, due=at.moment(review.comment_by), came=at.moment(review.commented_at),
        )  # fmt: skip
    return f"  {said}"
