"""What a policy says of a result beyond the goals: incidents, gates, multipliers, perspectives, pay (RULES E2, E3)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cairn.domain.event import Fact
from cairn.domain.invalid import schema_error
from cairn.domain.vocabulary import Limit, Name, Percent, PeriodKind


class GradeBand(Fact):
    """A grade from these points on, with the coefficient it is worth. `points: none` is a grade that no points reach:
    a gate alone gives it."""

    grade: str
    points: Limit
    coefficient: Decimal


class Incident(Fact):
    """Something that happens and counts: a merit, a fault, a complaint, a disciplinary measure.

    Each time it gains (or, below zero, loses) so many points in the score of the period it happened in; with 0 a gate
    alone looks at it. `counts_in` are the kinds of score it may count in, the usual one first.
    """

    title: Name
    points: Decimal = Decimal(0)
    counts_in: tuple[PeriodKind, ...] = Field(default=("year",), min_length=1)


class Caps(Fact):
    """The most that incidents gain and the most they lose in one score, each by itself."""

    gains: Limit = None
    losses: Limit = None


Lowest = Literal["goal", "perspective", "period"]
"""What a gate looks for the lowest points among: the goals of a score, its perspectives, the periods of the year."""
Gated = Literal["result", "goal"] | PeriodKind
"""What a gate holds for: the year's result, one goal, the score of each period of a kind."""


class Gate(Fact):
    """A condition that bounds a grade, or sets the points of a part, whatever else was reached (RULES E2).

    It is met where an `incident` of that kind happened, or where the `lowest` of the goals, perspectives or periods has
    fewer points than `below`, exactly. Of the result or a period it bounds the grade: `at_most`, `at_least`; with
    `only` the grade of `at_most` and those below it are given in no other case. Of a goal (by its `goal` key) or a
    period it may set the points: `sets`.
    """

    title: Name
    of: Gated = "result"
    goal: str | None = None
    incident: str | None = None
    lowest: Lowest | None = None
    below: Decimal | None = None
    at_most: str | None = None
    at_least: str | None = None
    only: bool = False
    sets: Decimal | None = None

    @model_validator(mode="after")
    def _says_when_and_what(self) -> "Gate":
        if (self.incident is None) == (self.lowest is None) or (self.lowest is None) != (self.below is None):
            raise schema_error("gate_condition")
        bounds = self.at_most is not None or self.at_least is not None
        if bounds == (self.sets is not None) or (self.only and self.at_most is None):
            raise schema_error("gate_effect")
        if (self.of == "goal") != (self.goal is not None) or (self.of == "goal" and bounds):
            raise schema_error("gate_goal")
        if (self.of == "result" and self.sets is not None) or (self.of == "goal" and self.incident is None):
            raise schema_error("gate_of_result" if self.of == "result" else "gate_of_goal")
        return self


class FactorPiece(Fact):
    """From these points of the unit on, this factor and so much more for each further point."""

    points: Decimal
    factor: Decimal = Field(ge=0)
    per_point: Decimal = Decimal(0)


class Multiplier(Fact):
    """The result of the person's department, or of the company, as a factor of the points or of the pay.

    It is read from the exact points; what lies below the lowest piece is a factor of `below`, and none is more than
    `most`.
    """

    title: Name
    of: Literal["points", "pay"]
    result: Literal["department", "company"]
    pieces: tuple[FactorPiece, ...] = Field(min_length=1)
    below: Decimal = Field(default=Decimal(0), ge=0)
    most: Limit = None


class Perspective(Fact):
    """A part of a scorecard with a weight of its own: the goals in it share it, whatever drops out among them."""

    title: Name
    weight: Percent


class Criterion(Fact):
    """One criterion of a form, with its weight beside the others."""

    title: Name
    weight: Annotated[Decimal, Field(gt=0)]


class Form(Fact):
    """How one piece of work, such as a call, is evaluated: criteria with weights, each with one of the `marks` (a share
    of it), a `penalty` of points for each error up to `most_lost`, never under `least`; and what a fatal error makes of
    it all (`fatal`, None: nothing)."""

    title: Name
    criteria: dict[str, Criterion] = Field(min_length=1)
    marks: tuple[Annotated[Decimal, Field(ge=0, le=1)], ...] = Field(
        default=(Decimal(0), Decimal(1)), min_length=2
    )
    penalty: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    most_lost: Limit = None
    least: Decimal = Decimal(0)
    fatal: Limit = Decimal(0)


PaidFrom = Literal["coefficient", "points", "pot"]
Months = Literal["in_force", "full", "all"]


class Pay(Fact):
    """What is paid from results (RULES E3). `of` says from what: an amount of each person times the grade's
    `coefficient`, or times the exact `points` over 100 %; or a `pot` of each department shared by points.

    Whoever was there for a part of the year has it by the `months` in force, by `full` months (each whole calendar
    month away takes a twelfth), or `all` alike. `paid_days` are those of a year, where an unpaid day takes one of them.
    `advances` are paid for each period of a kind, with a part of the amount by `advance_by`; the year pays what it
    exceeds them by. A pot is `pot_percent` of what a department's table says.
    """

    of: PaidFrom
    months: Months = "in_force"
    paid_days: int | None = Field(default=None, ge=1)
    advances: PeriodKind | None = None
    advance_by: Literal["months", "targets"] = "months"
    pot_percent: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(100)
    places: int = Field(default=2, ge=0, le=4)

    @model_validator(mode="after")
    def _advances_come_from_points(self) -> "Pay":
        if self.advances is not None and (self.of != "points" or self.advances == "year"):
            raise schema_error("pay_advances")
        return self


HandedOver = Literal["pay", "coefficient"]


class HandoverRules(Fact):
    """What of a result is handed over to payroll, and how (RULES Y3). `lists` are lists of people by grade, such as
    who may be promoted. Without any element nothing is paid from here."""

    by: Literal["file", "webhook"] = "file"
    elements: tuple[HandedOver, ...] = ("coefficient",)
    lists: dict[
        Annotated[str, Field(pattern=r"^[a-z0-9_]+$")], Annotated[tuple[str, ...], Field(min_length=1)]
    ] = Field(default_factory=dict, description="grades by the list's name")
    acknowledge: Annotated[int, Field(ge=1, le=60)] = Field(
        default=5, description="working days within which payroll says that it has a file"
    )
    decide: Annotated[int, Field(ge=1, le=60)] = Field(
        default=10, description="working days within which a lowering is decided"
    )
    remind: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2, description="working days before either is due; 0 is not at all"
    )
