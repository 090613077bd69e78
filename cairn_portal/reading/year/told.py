"""Feedback, and whether it came in time by working days."""

from datetime import date

from rich.text import Text

from cairn.application.clock import zone_of
from cairn.domain.calendar import ONE_DAY, is_working_day
from cairn.domain.cycle.state import Cycle
from cairn.domain.policy import WorkingCalendar
from cairn.i18n import message, term
from cairn_portal.presenting.words import NOTHING, day, grid
from cairn_portal.reading.viewing import Viewer
from cairn_portal.reading.year.part import Part, Year, YearReader, named
from projections.models import feedback as feedback_model


async def feedback_told(s: Year, cycle: Cycle, view: Viewer) -> Part | None:
    found = [
        each
        for each in await feedback_model.feedback(s.pool, cycle.id)
        if view.knows(each.holder, each.opened_by, each.given_by)
    ]
    if not found:
        return None
    at, policy = s.at.in_zone(zone_of(cycle)), await s.policies.version(cycle.policy)
    today = await s.clock.today(cycle)
    table = grid(
        at.say("about"), at.say("from"), at.say("kind"), at.say("seen"), at.say("due"), at.say("told"), at.say("clock"),
        at.say("action"),
    )  # fmt: skip
    for each in sorted(found, key=lambda each: each.seen_at):
        table.add_row(
            named(each.holder, each.holder_name),
            named(each.opened_by, each.opener_name),
            at.say(term("choice", f"feedback.{each.kind}")),
            at.moment(each.seen_at),
            at.moment(each.answer_by),
            at.moment(each.given_at) if each.given_at else NOTHING,
            _clock(at, each, policy.calendar),
            _action(at, each, today),
        )
    hours = policy.feedback.within * 24
    heading = message("Feedback within {hours} hours, of which working days alone count", hours=hours)
    return Part("feedback", heading, [table], list(found))


def _action(at: YearReader, each: feedback_model.FeedbackRow, today: date) -> Text:
    """What became of the action that was agreed; one that nobody followed up is open."""
    if each.outcome:
        return Text(at.say(term("choice", f"feedback.{each.outcome}")))
    if each.action_due is None or each.given_at is None:
        return Text(NOTHING)
    said = at.say("open, until {day:day}", day=each.action_due)
    return Text(said, style="red" if each.action_due < today else "yellow")


def _clock(at: YearReader, each: feedback_model.FeedbackRow, calendar: WorkingCalendar) -> Text:
    """Whether it was told in time, and which days between did not count."""
    said = at.say("breached") if each.overdue_at else at.say("in time")
    off = _days_off(at.local_day(each.seen_at), at.local_day(each.answer_by), calendar)
    if off:
        said = at.say(
            "{clock}; {first} to {last} are no working days", clock=said, first=day(off[0]), last=day(off[-1])
        )
    return Text(said, style="red" if each.overdue_at else "")


def _days_off(seen: date, due: date, calendar: WorkingCalendar) -> list[date]:
    days = (seen + ONE_DAY * n for n in range(1, (due - seen).days))
    return [each for each in days if not is_working_day(each, calendar)]
