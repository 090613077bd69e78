"""The measure that a row writes, on top of the one that is there or that its template has."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.percentages import read_measured
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.goal_tables.reading import WrittenGoal

NUMBERS = ("unit", "direction", "aggregation", "metric")
MEASURED = frozenset((*NUMBERS, "criteria", "outcomes", "due"))
"""Fields that say how a goal is measured, beside the amount."""


Wrong = list[tuple[str, Mistake]]
"""What is wrong, each with its field."""


def measure_of(row: WrittenGoal, base: Measure | None) -> Measure | Wrong | None:
    """The measure as the row has it; `base` fills what it leaves open. None where it says nothing of it, and where what
    it says could not be read."""
    listed = [name for name in ("criteria", "outcomes") if getattr(row, name)]
    counted = [name for name in ("amount", *NUMBERS) if getattr(row, name) not in (None, "")]
    if len(listed) > 1 or (listed and counted):
        return [(listed[0], mistake("goal_row:two-measures"))]
    if listed:
        return None if row.wrong & MEASURED else _judged(row, base)
    if counted:
        return _kpi(row, base)
    if row.due is None or row.wrong & MEASURED:
        return None
    if isinstance(base, KeyTask | Capability):
        return base.model_copy(update={"due": row.due})
    return [("due", mistake("goal_row:due-of-kpi"))]


def _judged(row: WrittenGoal, base: Measure | None) -> Measure:
    kind, name = (KeyTask, "criteria") if row.criteria else (Capability, "outcomes")
    stated: dict[str, Any] = {name: getattr(row, name)} | ({"due": row.due} if row.due else {})
    return base.model_copy(update=stated) if isinstance(base, kind) else kind(**stated)


def _kpi(row: WrittenGoal, base: Measure | None) -> Measure | Wrong | None:
    wrong: Wrong = [] if row.due is None else [("due", mistake("goal_row:due-of-kpi"))]
    there = base if isinstance(base, Kpi) else None
    stated: dict[str, Any] = {name: given for name in NUMBERS if (given := getattr(row, name))}
    unit = stated.get("unit", there.unit if there else "")
    if row.amount is not None:
        amount = read_measured(row.amount, unit)
        if isinstance(amount, Mistake):
            wrong.append(("target", amount))
        elif _out_of_range(amount, there, row):
            wrong.append(("target", mistake("goal_row:negative", amount=amount)))
        else:
            stated |= {"target": amount, "targets": {}}
    if wrong or row.wrong & MEASURED:
        return wrong or None
    return _made(stated, there)


def _made(stated: Mapping[str, Any], there: Kpi | None) -> Measure | Wrong:
    """The KPI with what is stated; its unit, key and metric are normalised as everywhere."""
    facts = there.model_dump() if there else {}
    if "metric" in stated and there is not None and stated["metric"] != there.metric:
        facts["subject"] = None
    try:
        return Kpi.model_validate({**facts, **stated})
    except ValidationError:  # a range has its two ends elsewhere
        return [("direction", mistake("goal_row:no-range"))]


def _out_of_range(amount: Decimal, there: Kpi | None, row: WrittenGoal) -> bool:
    """Whether a number below zero stands where nothing says that this measure may be."""
    if amount >= 0:
        return False
    stated = (there.baseline, there.target, there.lower, there.threshold) if there else ()
    return not any(each is not None and each < 0 for each in stated)
