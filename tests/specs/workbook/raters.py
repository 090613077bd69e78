"""Cairn's numbers of the evaluators' worksheet, from its cells: answers are taken in, released and weighed as an
appraisal does it, and come into the year's result."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from cairn.domain.appraisal.context import BoxedAnswer
from cairn.domain.appraisal.events import Item, ManagedDays
from cairn.domain.appraisal.releasing import release_named, scored, take_in
from cairn.domain.appraisal.state import Answer, Appraisal
from cairn.domain.evaluation.rating import Rated
from cairn.domain.exact import exact
from cairn.domain.policy import Evaluator, Missing, Name
from tests.specs.company import LEARNING, LIN, on
from tests.specs.test_raters_in_results import result, rules, scored_in_time
from tests.specs.workbook.cells import Inputs
from tests.workbook.raters import BEHAVIOURS, MARKS, ROLES

WHEN = on("2027-01-08")
ITEMS = (
    Item(key=LEARNING, kind="goal", text=Name(zh="学习", en="Learn"), weight=Decimal(20)),
    *(Item(key=key, kind="behaviour", text=Name(zh=key, en=key), weight=Decimal(0)) for key in BEHAVIOURS),
)


def numbers(cells: Inputs) -> dict[str, Any]:
    """Every result of the worksheet by its name."""
    case = _released(_asked(cells), cells)
    missing = cast(Missing, cells["missing"])
    [said] = scored(case, missing, WHEN)
    found: dict[str, Any] = {}
    counted = {key: Fraction(weight) for key, weight in said.counted.items()}
    if missing == "zero" and "self" in case.without:
        counted["self"] = Fraction(case.weights["self"])
    for key in ROLES:
        found |= {f"{key}.{name}": value for name, value in _role(cells, case, missing, key).items()}
        found[f"{key}.counts_by"] = (
            100 * counted.get(cast(Evaluator, key), Fraction(0)) / sum(counted.values())
        )
    share = cells["share"]
    rated = Rated("appraisal-2026-lin-1", 1, (LEARNING,), said.goals, said.behaviours)
    year = result(scored_in_time(rules(result={"goals": 100 - share, "behaviours": share}), rated))
    periods = [part.points for part in year.periods if part.points is not None]
    return found | {
        "goal": said.goals.get(LEARNING),
        "behaviours": said.behaviours,
        "year": periods[0],
        "points": year.points,
        "rounded": year.rounded,
    }


def _asked(cells: Inputs) -> Appraisal:
    """Once everybody has answered who will, or was gone on without."""
    answers: dict[Any, dict[str, Answer]] = {}
    managers = []
    for key, role in ROLES.items():
        for number in range(1, len(role.answers) + 1):
            who = LIN if key == "self" else f"{key}{number}"
            if key == "manager":
                managers.append(ManagedDays(manager=who, days=int(cells[f"manager.{number}.days"])))
            marks = _marks(cells, f"{key}.{number}")
            if marks and not role.unnamed:
                answers.setdefault(key, {})[who] = Answer(asked=1, marks=marks, texts={}, at=WHEN)
    named: dict[Any, tuple[str, ...]] = {
        key: tuple(f"{key}{number}" for number in range(1, len(ROLES[key].answers) + 1))
        for key in ("second_line_manager", "dotted_line_managers")
    }
    case = Appraisal(
        id="appraisal-2026-lin-1",
        questions=(ITEMS,),
        weights={cast(Evaluator, key): cells[f"{key}.weight"] for key in ROLES},
        marks={str(mark): exact(cells[f"mark.{mark}"]) for mark in MARKS},
        threshold=int(cells["threshold"]),
        managers=tuple(managers),
        raters=named,
        answers=answers,
        collections=1,
    )
    return case.model_copy(update={"without": frozenset(role for role, _ in case.owed())})


def _marks(cells: Inputs, name: str) -> dict[str, str]:
    goal = cells.maybe(f"{name}.goal")
    if goal is None:
        return {}
    return {LEARNING: str(goal)} | {each: str(int(cells[f"{name}.{each}"])) for each in BEHAVIOURS}


def _boxed(cells: Inputs, key: str) -> list[BoxedAnswer]:
    """What unnamed raters of a role have answered."""
    numbers = range(1, len(ROLES[key].answers) + 1)
    given = ((f"{key}{number}", _marks(cells, f"{key}.{number}")) for number in numbers)
    return [BoxedAnswer(ballot, 1, marks, f"sealed {ballot}") for ballot, marks in given if marks]


def _released(case: Appraisal, cells: Inputs) -> Appraisal:
    """With the releases of every role that has one."""
    releases: dict[Any, Any] = {each.role: (each,) for each in release_named(case, WHEN)}
    for key in (key for key, role in ROLES.items() if role.unnamed):
        if taken := take_in(cast(Evaluator, key), _boxed(cells, key), case, WHEN):
            releases[key] = (taken.release,)
    return case.model_copy(update={"releases": releases})


def _role(cells: Inputs, case: Appraisal, missing: Missing, key: str) -> dict[str, Any]:
    role = cast(Evaluator, key)
    answers = len(_boxed(cells, key)) if ROLES[key].unnamed else len(case.answers.get(role, {}))
    [release] = case.releases.get(role, (None,))
    if release is None:
        nothing = Fraction(0) if missing == "zero" and role == "self" else None
        return {"answers": Fraction(answers), "goal": nothing, "behaviours": nothing}
    behaviours = sum((release.means[each] for each in BEHAVIOURS), Fraction(0)) / len(BEHAVIOURS)
    return {"answers": Fraction(answers), "goal": release.means[LEARNING], "behaviours": behaviours}
