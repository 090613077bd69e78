"""How a goal is measured: KPI, key task or capability."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from cairn.domain.event import Fact, is_nothing
from cairn.domain.exact import Exact
from cairn.domain.invalid import schema_error
from cairn.domain.policy import Aggregation, Computed, Direction, PeriodKind
from cairn.domain.quantity import Normalised
from cairn.domain.schedule import Span

SCORED_IN = Field(
    default=(), description="the kinds of period it is scored in; empty: all its family has (RULES M7)"
)


HUNDRED_PERCENT = Decimal(100)


class Bounds(Fact):
    """The ends of a range in one period."""

    lower: Exact
    upper: Exact


class Kpi(Fact):
    """A quantified goal.

    `target` is for the goal's own span, from its first day to the cycle's end; where `whole_cycle` says so, as in
    templates, it is for the whole cycle and a later joiner has their part of it (RULES T2). `targets` are those of
    single periods, all of one kind; a period of that kind that is not listed is not measured (T4). Threshold and
    stretch lie at attainments of the target they were written beside; None is the target itself (M2).
    """

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
    targets: dict[str, Exact] = Field(default_factory=dict)
    baselines: dict[str, Exact] = Field(
        default_factory=dict,
        description="month → its part of a sum's baseline, where a change fixed it (RULES T3)",
    )
    bounds: dict[str, Bounds] = Field(
        default_factory=dict,
        description="month → its part of a sum's range, where a change fixed it (RULES T3)",
    )
    threshold_beside: Exact | None = Field(
        default=None, description="the target the threshold was written beside"
    )
    stretch_beside: Exact | None = Field(
        default=None, description="the target the stretch was written beside"
    )
    whole_cycle: bool = False
    since: date | None = Field(
        default=None, description="the first day it counts, where it took another metric's place"
    )
    possible: tuple[Decimal, ...] = Field(
        default=(), description="the least and the most its value can be (RULES M2); empty: anything"
    )
    metric: Normalised | None = None
    subject: Normalised | None = None
    computed: Computed | None = Field(
        default=None,
        exclude_if=is_nothing,
        description="what it is computed from (RULES M6); None: from what is said",
    )
    form: str | None = Field(
        default=None,
        exclude_if=is_nothing,
        description="the policy's form by which pieces of work are evaluated; None: readings or reports",
    )
    least_readings: int | None = Field(
        default=None,
        ge=1,
        exclude_if=is_nothing,
        description="with fewer readings in a period it does not apply there",
    )
    curve: str = "standard"
    scored_in: tuple[PeriodKind, ...] = SCORED_IN

    @model_validator(mode="before")
    @classmethod
    def _computed_in_percent(cls, data: Any) -> Any:
        """What is computed is a level in percent: of the children's attainments 100 is the target where none is set,
        and results of subordinates there are in the year alone."""
        computed = data.get("computed") if isinstance(data, dict) else None
        if not computed:
            return data
        stated = {"aggregation": "mean", "unit": data.get("unit") or "%"}
        if computed != "children":
            stated["scored_in"] = ("year",)
        elif data.get("target") is None and not data.get("targets"):
            stated["target"] = HUNDRED_PERCENT
        return {**data, **stated}

    @model_validator(mode="after")
    def _range_has_both_ends(self) -> "Kpi":
        if self.direction == "range" and (
            self.lower is None or self.upper is None or self.lower > self.upper
        ):
            raise schema_error("range_without_ends")
        if self.possible and (len(self.possible) != 2 or self.possible[0] > self.possible[1]):
            raise schema_error("possible_without_ends")
        return self

    @property
    def measurable(self) -> bool:
        """Whether there is anything to measure against."""
        return self.direction in ("range", "on_off") or self.target is not None or bool(self.targets)

    @property
    def adds_up(self) -> bool:
        """Whether its target is a sum that periods share."""
        return self.aggregation == "sum" and self.direction != "on_off"


class KeyTask(Fact):
    """A task with acceptance criteria; each is accepted with evidence. Its points are the share accepted, through its
    curve where it names one, else in a straight line over the policy's scale (RULES M5)."""

    kind: Literal["key_task"] = "key_task"
    criteria: tuple[str, ...] = Field(min_length=1)
    due: date | None = Field(
        default=None, description="not applicable before; None: the cycle's last day (M7)"
    )
    curve: str | None = None
    possible: tuple[Decimal, ...] = Field(
        default=(), description="the ratings there are; empty: any on the scale"
    )
    scored_in: tuple[PeriodKind, ...] = SCORED_IN

    @property
    def listed(self) -> tuple[str, ...]:
        """What is accepted one by one."""
        return self.criteria


class Capability(Fact):
    """Development with outcomes, rated on the policy's scale. A rating is its points; where a curve is named, it is an
    attainment of what 100 % is on the scale and goes through that curve (RULES M5)."""

    kind: Literal["capability"] = "capability"
    outcomes: tuple[str, ...] = Field(min_length=1)
    due: date | None = Field(default=None, description="by when the outcomes are to be there")
    curve: str | None = None
    possible: tuple[Decimal, ...] = Field(
        default=(), description="the ratings there are; empty: any on the scale"
    )
    scored_in: tuple[PeriodKind, ...] = SCORED_IN

    @property
    def listed(self) -> tuple[str, ...]:
        """What is accepted one by one; it gives no points by itself."""
        return self.outcomes


Measure = Annotated[Kpi | KeyTask | Capability, Field(discriminator="kind")]


def is_task_due(task: KeyTask, done: date | None, period: Span) -> bool:
    """Whether a key task has anything to show for in a period: once its due day has come, or the year's end, or once
    all its criteria are accepted, on the day `done` (RULES M7)."""
    by_then = [day for day in (task.due, done) if day is not None and day <= period.ends]
    return period.kind == "year" or bool(by_then)
