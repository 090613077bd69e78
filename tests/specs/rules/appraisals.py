"""The examples of E1."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from cairn.domain.appraisal.context import BoxedAnswer
from cairn.domain.appraisal.events import Item, RoleReleased
from cairn.domain.appraisal.releasing import take_in
from cairn.domain.appraisal.scoring import appraised, role_means, with_more
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.event import SYSTEM
from cairn.domain.policy import Evaluator, Missing, Name
from tests.specs.company import on
from tests.specs.rules import Example

WEIGHTS: dict[Evaluator, Decimal] = {
    "self": Decimal(10), "manager": Decimal(70), "internal_customers": Decimal(20)
}  # fmt: skip
GOAL = Item(key="goal", kind="goal", text=Name(zh="学习", en="Learn"), weight=Decimal(20))
TEAMWORK = Item(key="teamwork", kind="behaviour", text=Name(zh="协作", en="Teamwork"), weight=Decimal(0))
CANDOUR = TEAMWORK.model_copy(update={"key": "candour"})


def released(role: Evaluator, answers: int = 1, **means: Any) -> RoleReleased:
    exact = {key: Fraction(points) for key, points in means.items()}
    return RoleReleased(
        case="x", role=role, number=1, answers=answers, means=exact, by=SYSTEM, at=on("03-16")
    )


def of_goal(omitted: tuple[Evaluator, ...] = (), missing: Missing = "reweight", **roles: int) -> Any:
    """The rated goal's points, by the points of each role."""
    found: dict[Any, RoleReleased] = {role: released(role, goal=points) for role, points in roles.items()}  # type: ignore[arg-type]
    return appraised(WEIGHTS, [GOAL], found, omitted, missing).goals["goal"]


def of_behaviours() -> Any:
    found: dict[Evaluator, RoleReleased] = {
        "self": released("self", teamwork=100, candour=60),
        "manager": released("manager", teamwork=80, candour=60),
    }
    return appraised(WEIGHTS, [TEAMWORK, CANDOUR], found).behaviours


def shown(*points: int, more: tuple[int, ...] = ()) -> Any:
    """What is released of customers who answered with these points, and of `more` who came late; none where nothing
    is."""
    case = Appraisal(id="x", questions=((GOAL,),), threshold=3)
    release = None
    for answers in (points, more) if more else (points,):
        boxed = [BoxedAnswer(f"{answers}{n}", 1, {"goal": str(each)}, "") for n, each in enumerate(answers)]
        taken = take_in("internal_customers", boxed, case, on("03-16"))
        if taken is not None:
            release = taken.release
            case = case.model_copy(update={"releases": {"internal_customers": (release,)}})
    return None if release is None else (release.answers, release.means["goal"])


E1 = (
    Example("E1", "self 90 (weight 10), manager 80 (70), customers under the threshold (20)", "81.25",
            lambda: of_goal(self=90, manager=80)),
    Example("E1", "the same with customers at 75", "80", lambda: of_goal(self=90, manager=80, internal_customers=75)),
    Example("E1", "three customers: 60, 70, 95", "3, 75", lambda: shown(60, 70, 95)),
    Example("E1", "two customers, threshold 3", "none", lambda: shown(60, 70)),
    Example("E1", "three customers, and a fourth who came late", "3, 75", lambda: shown(60, 70, 95, more=(0,))),
    Example("E1", "three customers, and three who came late: 60, 60, 75", "6, 70",
            lambda: shown(60, 70, 95, more=(60, 60, 75))),
    Example("E1", "two managers: 80 of 275 days, 60 of 90 days", "75.0685",
            lambda: role_means([(Fraction(275), {"g": Fraction(80)}), (Fraction(90), {"g": Fraction(60)})])["g"]),
    Example("E1", "behaviours: self 100 and 60 (weight 10), manager 80 and 60 (70)", "71.25", of_behaviours),
    Example("E1", "no self-assessment although it was asked for, `missing: zero`", "70",
            lambda: of_goal(("self",), "zero", manager=80)),
    Example("E1", "what not all three answered is not shown", "goal",
            lambda: ", ".join(with_more(None, [{"goal": Fraction(60)}] * 2
                                        + [{"goal": Fraction(60), "more": Fraction(1)}]))),
)  # fmt: skip

APPRAISALS = (E1,)
