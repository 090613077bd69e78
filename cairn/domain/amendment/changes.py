"""What differs between two versions of a policy, field by field, and what of it may change in a running cycle."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cairn.domain.cycle.events import PolicyChange
from cairn.domain.policy import Policy
from cairn.domain.refusal import FactValue, Refusal, fact_value

DATES = (
    "deadlines.drafts_due", "deadlines.approvals_due", "deadlines.execution_starts", "deadlines.period_scores_after",
    "deadlines.review_opens", "deadlines.scores_due", "deadlines.results_due", "deadlines.closes",
)  # fmt: skip
"""Days after which something is due: they may become more while it is not due yet."""
WINDOWS = (
    "deadlines.escalate_after", "adjusting.window_days", "adjusting.expires_after", "judgements.wait",
    "scoring.settles_after", "evaluation.calibration", "evaluation.interview", "evaluation.acknowledgement",
    "evaluation.appeal", "evaluation.decision",
)  # fmt: skip
"""How long people have for something: never shorter than they were told. None is no limit."""
NOTICES = ("deadlines.remind_before",)
CALENDAR = ("calendar.holidays", "calendar.worked", "calendar.weekend")
HARMLESS = (
    "name", "title", "committee", "transparency", "smart", "goal_interview", "calendar.opens", "evaluation.",
    "handover",
)  # fmt: skip
"""What changes no number, and yet is no date: it waits for the next cycle."""
NOT_THERE = object()


def changes_between(before: Policy, after: Policy) -> tuple[PolicyChange, ...]:
    """Every field in which two versions differ, by its path; a list whose items have keys item by item."""
    first, second = (policy.model_dump(exclude={"version"}) for policy in (before, after))
    return tuple(_changes("", first, second))


def _changes(path: str, before: Any, after: Any) -> Iterator[PolicyChange]:
    if before == after:
        return
    before, after = _keyed(before), _keyed(after)
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            deeper = f"{path}.{name}" if path else str(name)
            yield from _changes(deeper, before.get(name, NOT_THERE), after.get(name, NOT_THERE))
    elif path in CALENDAR:
        gone, come = (sorted(set(one) - set(other)) for one, other in ((before, after), (after, before)))
        yield PolicyChange(field=path, before=fact_value(gone), after=fact_value(come))
    else:
        yield PolicyChange(field=path, before=_said(before), after=_said(after))


def _keyed(value: Any) -> Any:
    """A list of things with a key or a grade as a mapping by it."""
    if not isinstance(value, list | tuple) or not value:
        return value
    for name in ("key", "grade"):
        if all(isinstance(each, dict) and name in each for each in value):
            return {each[name]: each for each in value}
    return value


def _said(value: Any) -> FactValue:
    if value is NOT_THERE or value is None:
        return None
    if isinstance(value, Mapping):
        return None if not value else ", ".join(map(str, value))
    if isinstance(value, list | tuple):
        return fact_value([_in_a_word(each) if isinstance(each, Mapping) else each for each in value])
    return fact_value(value)


def _in_a_word(fields: Mapping[str, Any]) -> str:
    """An item of a list without a key of its own: `grades A most 20`."""
    stated = {name: each for name, each in fields.items() if each is not None}
    return " ".join(
        f"{name} {'/'.join(map(str, each)) if isinstance(each, list | tuple) else each}"
        for name, each in stated.items()
    )


def require_amendable(before: Policy, after: Policy, changes: Sequence[PolicyChange], today: date) -> None:
    """Refuses a change of nothing, of what may not change in mid-cycle, of a date or window to an earlier or shorter
    one, and of days that have passed. Which dates have passed is looked at where they are moved."""
    if not changes:
        raise Refusal("amendment.nothing", field="policy", policy=after.version, before=before.version)
    fields = [each.field for each in changes]
    allowed = (*DATES, *WINDOWS, *NOTICES, *CALENDAR)
    other = [field for field in fields if field not in allowed]
    fixed = [field for field in other if field.startswith(tuple(HARMLESS))]
    numbers = [field for field in other if field not in fixed]
    if numbers:
        raise Refusal("amendment.number", field=numbers[0], fields=numbers)
    if fixed:
        raise Refusal("amendment.fixed", field=fixed[0], fields=fixed)
    for field in fields:
        _require_not_less(field, before, after)
        if field in ("calendar.holidays", "calendar.worked"):
            _require_ahead(field, before, after, today)


def value_of(policy: Policy, field: str) -> Any:
    """The value of a field by its path."""
    found: Any = policy
    for name in field.split("."):
        found = getattr(found, name)
    return found


def _require_not_less(field: str, before: Policy, after: Policy) -> None:
    was, asked = value_of(before, field), value_of(after, field)
    if field in DATES and asked < was:
        raise Refusal("amendment.earlier", field=field, name=field, was=was, asked=asked)
    if field in WINDOWS and (was is None or (asked is not None and asked < was)):
        raise Refusal("amendment.shorter", field=field, name=field, was=was, asked=asked)


def _require_ahead(field: str, before: Policy, after: Policy, today: date) -> None:
    """A day that is over was worked or was not: no change of the calendar reaches it."""
    changed: set[date] = set(value_of(before, field)) ^ set(value_of(after, field))
    passed = sorted(day for day in changed if day <= today)
    if passed:
        raise Refusal("amendment.day-passed", field=field, name=field, days=passed)
