"""The clocks of an appraisal, in working days (RULES K2), and who is waited for. Unnamed raters never are: they have
until a day that is told to all of them, and nobody is told who has answered."""

from collections.abc import Iterable
from datetime import datetime

from cairn.domain.appraisal.state import Appraisal
from cairn.domain.calendar import add_working_days, opening
from cairn.domain.case.context import CaseContext
from cairn.domain.policy import AppraisalRules, Policy
from cairn.domain.rights import HR
from cairn.domain.schedule import local_day


def rules_of(policy: Policy) -> AppraisalRules:
    """What a policy says of appraisals; the defaults where it says nothing any more."""
    return policy.appraisal or AppraisalRules()


def nominating(case: Appraisal, context: CaseContext) -> tuple[str, ...]:
    """Whose turn the nominations are: the employee's to name, then the manager's to confirm."""
    if case.stage != "open" or not case.to_nominate or case.collections:
        return ()
    if any(role not in case.nominated for role in case.to_nominate):
        return (case.holder if context.is_here(case.holder) else HR,)
    return () if case.confirmed else (context.manager_of(case.holder) or HR,)


def answering(case: Appraisal, context: CaseContext) -> tuple[str, ...]:
    """Which named raters are waited for. A manager who is not here any more is followed by today's (RULES U2)."""
    if case.stage != "open":
        return ()
    found = []
    for role, who in case.owed():
        if context.is_here(who):
            found.append(who)
        else:
            found.append((context.manager_of(case.holder) if role == "manager" else None) or HR)
    return tuple(dict.fromkeys(found))


def awaited(case: Appraisal, context: CaseContext) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*nominating(case, context), *answering(case, context))))


def turns_at(case: Appraisal, context: CaseContext, phase: str, due: datetime) -> tuple[str, ...]:
    """Whom a deadline is about."""
    return nominating(case, context) if phase.startswith("nominate") else answering(case, context)


def deadlines(case: Appraisal, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """Of the nominations and the answers: a reminder, the day, and when it is told further up."""
    if case.answers_by is None or case.nominate_by is None or case.late_by is None or case.stage == "ended":
        return
    rules = rules_of(context.policy)
    begun = case.opened_at or case.nominate_by
    if nominating(case, context):
        if (reminded := _from(case.nominate_by, -1, context)) > begun:  # never before the asking (RULES K5)
            yield "nominate_remind", reminded
        yield "nominate_escalated", case.nominate_by
    if answering(case, context):
        if rules.remind and (reminded := _from(case.answers_by, -rules.remind, context)) > begun:
            yield "answer_remind", reminded
        yield "answer_escalated", _from(case.answers_by, rules.escalate, context)
    yield "collect", case.answers_by
    yield "collect_late", case.late_by


def raters_reminded_at(case: Appraisal, policy: Policy) -> datetime | None:
    """When unnamed raters are reminded, by themselves; None where they are not, or it would be before the asking
    (RULES K5)."""
    rules = rules_of(policy)
    if case.answers_by is None or not rules.remind:
        return None
    day = add_working_days(local_day(case.answers_by, policy.calendar), -rules.remind, policy.calendar)
    reminded = opening(day, policy.calendar)
    return reminded if case.opened_at is None or reminded > case.opened_at else None


def may_go_on_at(case: Appraisal, context: CaseContext) -> datetime | None:
    """From when on HR may go on without what is owed (RULES U2): once answers are due where nobody is here to give
    it. None before there is a date."""
    if case.answers_by is None:
        return None
    if all(not context.is_here(who) for _, who in case.owed()):
        return case.answers_by
    return _from(case.answers_by, context.policy.judgements.wait, context)


def _from(moment: datetime, days: int, context: CaseContext) -> datetime:
    day = add_working_days(local_day(moment, context.calendar), days, context.calendar)
    return opening(day, context.calendar)
