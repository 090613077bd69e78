"""Which reviews a period that has ended gets, and who is left out."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from cairn.domain.cycle.events import ReviewLeftOut, ReviewLeftOutCode
from cairn.domain.event import SYSTEM
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import Policy
from cairn.domain.review.dates import rules_of, working_days_after
from cairn.domain.review.events import ReviewAsked
from cairn.domain.schedule import Schedule, Span, local_day
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import case_name


class Opening(NamedTuple):
    """The reviews of a period, and whoever has a sheet in it and no review."""

    reviews: list[ReviewAsked]
    left_out: list[ReviewLeftOut]


def reviews_of(
    sheets: Iterable[Sheet],
    period: Span,
    schedule: Schedule,
    policy: Policy,
    histories: Mapping[str, PersonHistory],
    at: datetime,
) -> Opening:
    """The reviews of a period as of a moment after it, by the holders' families at its end."""
    today, found = local_day(at, schedule.calendar), Opening([], [])
    for sheet in _last_in(sheets, period):
        family = sheet.family or ""
        if rules_of(policy, family).every != period.kind:
            continue
        days = schedule.without(sheet.absences).days_of(period, sheet.since)
        code = _left_out(histories.get(sheet.holder), today, days)
        if code is None:
            name = case_name("review", sheet.cycle, sheet.holder, period.key)
            found.reviews.append(opened(name, period, family, policy, SYSTEM, at))
        else:
            found.left_out.append(ReviewLeftOut(person=sheet.holder, code=code))
    return found


def _last_in(sheets: Iterable[Sheet], period: Span) -> list[Sheet]:
    """People's sheets with days in a period; of somebody who changed their family the one that was in force last."""
    last: dict[str, Sheet] = {}
    for sheet in sheets:
        ends = sheet.last_day or period.ends
        if sheet.kind == "person" and sheet.since <= period.ends and ends >= period.starts:
            before = last.get(sheet.holder)
            if before is None or before.since < sheet.since:
                last[sheet.holder] = sheet
    return list(last.values())


def _left_out(history: PersonHistory | None, today: date, days: int) -> ReviewLeftOutCode | None:
    if history is None or not history.is_here(today):
        return "left"
    if history.is_away(today) or days == 0:
        return "away"
    return None if history.on(today).manager else "no_manager"


def opened(name: str, period: Span, family: str, policy: Policy, by: str, at: datetime) -> ReviewAsked:
    """The opening of one review under a policy: who will read it is said with it."""
    rules, calendar = rules_of(policy, family), policy.calendar
    report_by = working_days_after(at, rules.report, calendar)
    return ReviewAsked(
        case=name,
        period=period.key,
        starts=period.starts,
        ends=period.ends,
        family=family,
        questions=rules.questions,
        share=rules.share,
        readers=rules.readers,
        report_by=report_by,
        comment_by=working_days_after(report_by, rules.comment, calendar),
        by=by,
        at=at,
    )
