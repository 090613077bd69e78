"""Other inputs for the workbook's pages, of any size that people might type."""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.specs.workbook.cells import Inputs
from tests.workbook.contract import Contract, Goal
from tests.workbook.plan import CURVE
from tests.workbook.raters import BEHAVIOURS

Drawn = TypeVar("Drawn")
Draw = Callable[[st.SearchStrategy[Drawn]], Drawn]
NEW_YEAR = date(2026, 1, 1)
Cells = dict[str, Any]


def numbers(least: int, most: int) -> st.SearchStrategy[float]:
    """Numbers with two places."""
    return st.integers(least * 100, most * 100).map(lambda number: number / 100)


def days(first: date, last: date) -> st.SearchStrategy[date]:
    return st.integers(0, (last - first).days).map(lambda number: first + timedelta(number))


FIRST_DAYS = [date(2026, month, 1) for month in range(1, 13)]
EDGES = [*FIRST_DAYS, *(day - timedelta(1) for day in FIRST_DAYS[1:]), date(2026, 12, 31)]
"""The first and last days of months."""


def policy(draw: Draw[Any]) -> Cells:
    """Another curve that does not fall, other weights and places."""
    steps = sorted(draw(st.lists(numbers(0, 120), min_size=len(CURVE), max_size=len(CURVE))))
    found: Cells = {f"curve.{name}": points for name, points in zip(CURVE, steps, strict=True)}
    return found | {
        "ratio.full": draw(numbers(50, 110)),
        "ratio.cap": 115.5,
        "places": draw(st.integers(0, 4)),
    }


def contract(of: Contract, cells: Inputs, prefix: str, draw: Draw[Any]) -> Cells:
    """Other numbers and days for a contract's inputs, as they may stand together."""
    found: Cells = {}
    for goal in of.goals:
        found |= _goal(goal, draw)
    found |= _readings(of, found, draw)
    found["since"] = draw(days(NEW_YEAR, of.since))
    if of.until.month < 12:
        found["until"] = draw(days(date(2026, 2, 1), date(2026, 12, 30)))
    if of.first_version:
        found |= {
            f"{goal.key}.approved": draw(days(date(2026, 1, 5), date(2026, 11, 30))) for goal in of.goals
        }
        scored = {"M01": date(2026, 2, 1), "M03": date(2026, 4, 1)}[of.first_version[0]]
        found["v1.on"] = draw(days(scored, scored + timedelta(60)))
    if of.change:
        found["change.on"] = draw(days(date(2026, 1, 12), date(2026, 12, 31)))
        whole = Decimal(str(found[f"{of.change.goal}.target"]))
        found["change.target"] = float(
            whole * draw(st.integers(93, 200).filter(lambda percent: percent != 100)) / 100
        )
    for each in of.below:
        found[f"below.{each.who}.first"] = draw(days(NEW_YEAR, date(2026, 6, 30)))
        found[f"below.{each.who}.last"] = draw(days(date(2026, 6, 30), date(2026, 12, 31)))
        found[f"below.{each.who}.result"] = draw(numbers(0, 120))
    return {prefix + name: value for name, value in found.items()}


def _goal(goal: Goal, draw: Draw[Any]) -> Cells:
    key, found = goal.key, {f"{goal.key}.weight": draw(st.integers(1, 25))}
    for period in goal.ratings:
        found[f"{key}.rating.{period}"] = draw(numbers(0, 120))
    if goal.kind == "task":
        for number in range(1, len(goal.accepted) + 1):
            found[f"{key}.criterion.{number}"] = draw(st.none() | _accepted())
        return found | ({f"{key}.due": draw(days(NEW_YEAR, date(2026, 12, 31)))} if goal.due else {})
    if goal.kind == "kpi":
        found |= {f"{key}.{name}": value for name, value in _numbers(goal, draw).items()}
    return found


def _accepted() -> st.SearchStrategy[date]:
    """A day on which no period has ended without being scored: then what counts is accepted by its end."""
    return st.builds(lambda month, day: date(2026, month, day), st.integers(1, 12), st.integers(17, 28))


def _numbers(goal: Goal, draw: Draw[Any]) -> Cells:
    """From worse to better: baseline, threshold, target, stretch."""
    steps = sorted(
        draw(st.lists(st.integers(1, 2_000), min_size=4, max_size=4, unique=True)), reverse=goal.lower
    )
    names = ("baseline", "threshold", "target", "stretch")
    found = {name: step for name, step in zip(names, steps, strict=True) if getattr(goal, name) is not None}
    if goal.aggregation == "ratio":
        return {name: value / 20 for name, value in found.items()}
    return found


def _readings(of: Contract, goals: Cells, draw: Draw[Any]) -> Cells:
    """Each goal's readings on other days, no two on one; some at its threshold, target or stretch; some corrected."""
    found: Cells = {}
    any_day = days(NEW_YEAR, date(2026, 12, 31)) | st.sampled_from(EDGES)
    for goal in of.goals:
        mine = [(number, row) for number, row in enumerate(of.readings) if row.goal == goal.key]
        when = draw(st.lists(any_day, min_size=len(mine), max_size=len(mine), unique=True))
        names = [f"{goal.key}.{name}" for name in ("baseline", "threshold", "target", "stretch")]
        places = [goals[name] for name in names if name in goals and not goal.adds_up]
        value = numbers(0, 200) | st.sampled_from(places) if places else numbers(0, 200)
        for (number, row), day in zip(mine, when, strict=True):
            name = f"reading.{number}"
            found |= {f"{name}.day": day, f"{name}.value": draw(value)}
            if row.base is not None:
                found[f"{name}.base"] = draw(numbers(1, 200) | st.just(100))
            if of.first_version and draw(st.booleans()):
                found |= {
                    f"{name}.later": draw(numbers(0, 200)),
                    f"{name}.on": day + timedelta(draw(st.integers(0, 90))),
                }
    return found


def examples(cells: Inputs, draw: Draw[Any]) -> Cells:
    """Other points and weights for the rules' examples."""
    scores: Iterable[str] = [name for name in cells if re.search(r"points$|U1\.(M\d\d|year)$", name)]
    weights = [name for name in cells if name.endswith((".weight", ".monthly", ".yearly"))]
    found: Cells = {name: draw(st.none() | numbers(0, 120)) for name in scores}
    kept = ("L5.1.points", "U1.perspective.1.points", "U1.year", "U1.M01")
    found |= {name: draw(numbers(0, 120)) for name in found if name in kept or name.startswith(("W1", "Y2"))}
    for key in ("W1.april", "W1.year"):
        last = draw(days(NEW_YEAR, date(2026, 12, 30)))
        found |= {f"{key}.1.last": last, f"{key}.2.first": last + timedelta(1)}
    return found | {name: draw(st.integers(1, 100)) for name in weights if not name.startswith("Y2")}


WHOLE: tuple[tuple[str, st.SearchStrategy[Any]], ...] = (
    (r"\.(merits|faults|merit|fault)$", st.integers(0, 9)),
    (r"\.(discipline|veto)$", st.sampled_from([0, 1])),
    (r"\.unpaid$", st.integers(0, 60)),
    (r"^kaohe.*\.(month|july|year)$", numbers(0, 120)),
    (r"^kaohe.*\.unit$", numbers(0, 120) | st.sampled_from([84.99, 85])),
    (r"^five\..*\.e[123]$", st.sampled_from([0, 2, 3, 4, 5])),
    (r"^five\..*\.e[45]$", st.sampled_from([None, 0, 2, 3, 4, 5])),
    (r"\.Q[1-4]$", st.integers(-50_000, 250_000) | st.sampled_from([50_000, 100_000, 130_000])),
    (r"\.(amount|base|bonus)$", st.integers(0, 50_000)),
    (r"^scorecard.*\.unit$", numbers(0, 140) | st.sampled_from([79.99, 80, 100, 120])),
    (r"^scorecard", st.none() | numbers(0, 140) | st.sampled_from([80, 100])),
    (r"^pot\..*\.points$", numbers(0, 4)),
    (r"\.hours$", st.sampled_from([0.25, 0.5, 0.75, 1])),
    (r"\.months$", st.integers(0, 12)),
    (r"^pot\.base$", st.integers(0, 20_000_000).map(lambda cents: cents / 100)),
    (r"^pot\.cap$", st.integers(1, 3_000)),
)
"""What may be typed for the schemes, by the name of the cell; the first that fits counts."""


def calls(cells: Iterable[str], draw: Draw[Any]) -> Cells:
    """Other marks, errors, times and answers of the call-centre scorecard."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "errors": st.integers(0, 6),
        "fatal": st.sampled_from([0, 0, 0, 1]),
        "seconds": numbers(150, 520) | st.sampled_from([216, 240, 420, 462]),
        "satisfaction": st.none() | numbers(0, 120) | st.sampled_from([64, 80, 96]),
    }
    mark = st.sampled_from([None, 0, 0.5, 1, 1])
    nothing = {
        f"{name.rpartition('.')[0]}."
        for name in cells
        if name.endswith(".errors") and not draw(st.integers(0, 3))
    }
    found: Cells = {name: draw(kinds.get(name.rpartition(".")[2], mark)) for name in cells}
    criteria = {name for name in found if name.rpartition(".")[2] not in kinds}
    return found | {name: None for name in criteria if name.startswith(tuple(nothing))}


def raters(cells: Iterable[str], draw: Draw[Any]) -> Cells:
    """Other answers, weights and a threshold; some raters do not answer, the first manager always does."""
    found: Cells = {
        "threshold": draw(st.integers(1, 4)),
        "missing": draw(st.sampled_from(["reweight", "zero"])),
        "share": draw(st.integers(1, 60)),
    }
    steps = sorted(draw(st.lists(numbers(0, 120), min_size=5, max_size=5)))
    found |= {f"mark.{mark}": points for mark, points in enumerate(steps, 1)}
    found |= {name: draw(st.integers(1, 60)) for name in cells if name.endswith(".weight")}
    found |= {name: draw(st.integers(1, 365)) for name in cells if name.endswith(".days")}
    for name in (name.removesuffix(".goal") for name in cells if name.endswith(".goal")):
        answers = name == "manager.1" or draw(st.integers(0, 2))
        found[f"{name}.goal"] = draw(numbers(0, 120)) if answers else None
        for behaviour in BEHAVIOURS:
            found[f"{name}.{behaviour}"] = draw(st.integers(1, 5)) if answers else None
    return found


def schemes(cells: Iterable[str], draw: Draw[Any]) -> Cells:
    """Other ratings, incidents, sales, attainments, pots."""
    found: Cells = {}
    for name in cells:
        strategy = next(strategy for pattern, strategy in WHOLE if re.search(pattern, name))
        found[name] = draw(strategy)
    for who in {name.split(".")[1] for name in found if name.startswith("scorecard")}:
        first = f"scorecard.{who}.return"
        found[first] = found[first] if found[first] is not None else 100
    return found
