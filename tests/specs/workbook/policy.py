"""The policy that the workbook's first page states."""

from decimal import Decimal

from cairn.domain.policy import (
    Family,
    FlexibleSpace,
    GradeBand,
    LinearCurve,
    Name,
    Policy,
    RatioCurve,
    Scale,
    ScoringRules,
)
from tests.specs.company import plan, template
from tests.specs.workbook.cells import Inputs
from tests.workbook.plan import CURVE, GRADES, MIXES


def policy_of(cells: Inputs) -> Policy:
    """The policy as its page states it."""
    both = (
        template("duties", 80),
        template("learning", 20, kind="capability", dimension="capability", target=None),
    )
    families = {}
    for name, mix in MIXES.items():
        weights = {part: cells[f"mix.{name}.{part}"] for part in mix}
        below = weights.pop("subordinates", Decimal(0))
        families[name] = Family.model_validate(
            {"name": Name(zh=name, en=name), "periods": weights, "subordinates": below, "template": both}
        )
    return plan(
        families=families,
        curves={
            "standard": LinearCurve(kind="linear", **{name: cells[f"curve.{name}"] for name in CURVE}),
            "ratio": RatioCurve(kind="ratio", full=cells["ratio.full"], cap=cells["ratio.cap"]),
        },
        grades=[
            GradeBand(grade=cells[f"grade.{g}.name"], points=cells[f"grade.{g}.points"],
                      coefficient=cells[f"grade.{g}.coefficient"])
            for g, *_ in reversed(GRADES)
        ],
        scale=Scale.model_validate({name: cells[f"scale.{name}"] for name in ("from", "to", "full")}),
        scoring=ScoringRules(places=int(cells["places"]), settles_after=300),
        flexible_space=FlexibleSpace.model_validate({"percent": 15, "draws": ("metric",), "metric_change": 0}),
    )  # fmt: skip
