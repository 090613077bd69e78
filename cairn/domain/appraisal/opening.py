"""What an appraisal opens with: who rates whom by their place, what is rated, and the days."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from cairn.domain.appraisal.dates import rules_of
from cairn.domain.appraisal.events import AppraisalOpened, Item, ManagedDays
from cairn.domain.calendar import add_working_days, opening
from cairn.domain.evaluation.reports import days_above
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact
from cairn.domain.goal.state import Goal
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import AppraisalRules, Name, Policy
from cairn.domain.schedule import Schedule, local_day
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import case_name


def is_appraised(sheet: Sheet, policy: Policy) -> bool:
    """Whether a person's sheet has an appraisal: the policy has one, and the family names who rates."""
    return sheet.kind == "person" and policy.appraises(sheet.family)


def subordinates_of(holder: str, histories: Mapping[str, PersonHistory], day: date) -> list[str]:
    """Who reports to somebody on a day and is at work, by id."""
    return sorted(
        id
        for id, history in histories.items()
        if id != holder and history.is_at_work(day) and history.on(day).manager == holder
    )


def asked_below(sheet: Sheet, policy: Policy, histories: Mapping[str, PersonHistory], day: date) -> list[str]:
    """The subordinates who are asked: nobody where they are fewer than the threshold, since nothing could be shown."""
    family = policy.families.get(sheet.family or "")
    if family is None or not family.evaluators.get("subordinates"):
        return []
    found = subordinates_of(sheet.holder, histories, day)
    return found if len(found) >= rules_of(policy).threshold else []


def opened(
    sheet: Sheet,
    goals: Iterable[Goal],
    subordinates: Sequence[str],
    schedule: Schedule,
    policy: Policy,
    histories: Mapping[str, PersonHistory],
    at: datetime,
) -> AppraisalOpened:
    """The opening of one sheet's appraisal. `subordinates` are the tokens of those who are asked."""
    rules, family = rules_of(policy), policy.families[sheet.family or ""]
    history = histories.get(sheet.holder)
    days = days_above(sheet, history, schedule) if history else {}
    today = local_day(at, policy.calendar)

    def after(number: int) -> datetime:
        return opening(add_working_days(today, number, policy.calendar), policy.calendar)

    return AppraisalOpened(
        case=case_name("appraisal", sheet.cycle, sheet.holder, sheet.id.rpartition("-")[2]),
        sheet=sheet.id,
        family=sheet.family or "",
        weights={role: weight for role, weight in family.evaluators.items() if weight > 0},
        items=items_of(sheet, goals, rules),
        marks={mark: exact(points) for mark, points in rules.marks.items()},
        threshold=rules.threshold,
        managers=tuple(ManagedDays(manager=who, days=number) for who, number in sorted(days.items())),
        second_line_manager=_second_line(sheet.holder, histories, today),
        subordinates=tuple(sorted(subordinates)),
        nominate_by=after(rules.nominate),
        answers_by=after(rules.window),
        late_by=after(rules.window + rules.late),
        by=SYSTEM,
        at=at,
    )


def items_of(sheet: Sheet, goals: Iterable[Goal], rules: AppraisalRules) -> tuple[Item, ...]:
    """The judged goals that ran on the sheet, then the behaviours."""
    of_goals = [
        Item(
            key=goal.id,
            kind="goal",
            text=Name(zh=goal.title, en=goal.title),
            weight=sheet.placements[goal.id].weight if goal.id in sheet.placements else Decimal(0),
        )
        for goal in goals
        if goal.approved_at is not None and goal.measure.kind in rules.rates
    ]
    of_behaviours = [
        Item(key=key, kind="behaviour", text=each.title, anchors=each.anchors, weight=Decimal(0))
        for key, each in rules.behaviours.items()
    ]
    return (*of_goals, *of_behaviours)


def _second_line(holder: str, histories: Mapping[str, PersonHistory], day: date) -> str | None:
    history = histories.get(holder)
    manager = histories.get(history.on(day).manager or "") if history else None
    above = manager.on(day).manager if manager else None
    return above if above != holder else None
