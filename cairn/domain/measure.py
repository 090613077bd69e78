"""How a goal is measured: KPI, key task or capability, and what a KPI's target is in a period."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cairn.domain.event import Fact
from cairn.domain.invalid import schema_error
from cairn.domain.policy import Aggregation, Direction
from cairn.domain.quantity import Normalised
from cairn.domain.schedule import Period, Schedule


class Kpi(Fact):
    """A quantified goal. `targets` holds the targets of single periods where they are set one by one;
    a period of the same kind that is not listed is then not measured (a joiner's first quarter)."""

    kind: Literal["kpi"] = "kpi"
    unit: Normalised = ""
    direction: Direction = "higher"
    aggregation: Aggregation = "sum"
    baseline: Decimal | None = None
    threshold: Decimal | None = None
    target: Decimal | None = None
    stretch: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    targets: dict[str, Decimal] = Field(default_factory=dict)
    metric: Normalised | None = None
    subject: str | None = None
    curve: str = "standard"

    @model_validator(mode="after")
    def _range_has_both_ends(self) -> "Kpi":
        if self.direction == "range" and (
            self.lower is None or self.upper is None or self.lower > self.upper
        ):
            raise schema_error("range_without_ends")
        return self

    @property
    def measurable(self) -> bool:
        """Whether there is anything to measure against."""
        return self.direction in ("range", "on_off") or self.target is not None or bool(self.targets)


class KeyTask(Fact):
    """A task with acceptance criteria; each is accepted with evidence."""

    kind: Literal["key_task"] = "key_task"
    criteria: tuple[str, ...] = Field(min_length=1)
    due: date | None = None


class Capability(Fact):
    """Development with outcomes, assessed by the manager on the policy's scale."""

    kind: Literal["capability"] = "capability"
    outcomes: tuple[str, ...] = Field(min_length=1)
    due: date | None = None


Measure = Annotated[Kpi | KeyTask | Capability, Field(discriminator="kind")]


def target_in(kpi: Kpi, period: Period, schedule: Schedule, since: date) -> Decimal | None:
    """The KPI's target in a period, or None where the period is not measured.

    In this order: the period's own target; the sum of its parts' targets (sums only); the year's target, shared
    out over the periods of the kind for sums and prorated by the days from `since` on (a joiner's first day).
    """
    if period.ends < since:
        return None
    if period.key in kpi.targets:
        return kpi.targets[period.key]
    if kpi.targets:
        return _from_parts(kpi, period, schedule)
    if kpi.target is None:
        return Decimal(1) if kpi.direction == "on_off" else None
    if kpi.aggregation != "sum":
        return kpi.target
    present = (period.ends - max(period.starts, since)).days + 1
    share = kpi.target / len(schedule.of_kind(period.kind))
    return share if present == period.days else share * present / period.days


def _from_parts(kpi: Kpi, period: Period, schedule: Schedule) -> Decimal | None:
    parts = [
        part
        for part in schedule.periods
        if part.key in kpi.targets and period.starts <= part.starts and part.ends <= period.ends
    ]
    if not parts:
        return None
    if kpi.aggregation == "sum":
        return sum((kpi.targets[part.key] for part in parts), Decimal(0))
    return kpi.targets[max(parts, key=lambda part: part.ends).key]
