"""Cairn's numbers of the public schemes, from the cells of their worksheet: each played as a cycle plays it."""

from typing import Any

from cairn.domain.evaluation.paying import Pot
from cairn.domain.exact import exact
from tests.specs.schemes.playing import Played, begun, months
from tests.specs.test_schemes import five_level, manager, performance_pay, seller
from tests.specs.workbook.cells import Inputs
from tests.workbook.schemes import FIVE, KAOHE, MEASURES, POT, SCORECARDS, SELLERS

Found = dict[str, Any]


def numbers(cells: Inputs) -> Found:
    """Every result of the worksheet by its name."""
    found: Found = {}
    for who in KAOHE:
        found |= _named(f"kaohe.{who}", _kaohe(lambda name, who=who: cells[f"kaohe.{who}.{name}"]))
    for who in FIVE:
        found |= _named(f"five.{who}", _five([cells.maybe(f"five.{who}.e{n}") for n in range(1, 6)]))
    for who in SELLERS:
        found |= _named(f"commission.{who}", _commission(cells, who))
    for who in SCORECARDS:
        found |= _named(f"scorecard.{who}", _scorecard(cells, who))
    return found | _pot(cells)


def _named(prefix: str, of: Found) -> Found:
    return {f"{prefix}.{name}": value for name, value in of.items()}


def _graded(played: Played) -> Found:
    result = played.result
    by_points = result.bounds.by_points if result.bounds else result.grade
    told = {"points": result.points, "rounded": result.rounded, "by_points": by_points, "grade": result.grade}
    return told


def _kaohe(cell: Any) -> Found:
    played = begun("kaohe", "staff", unit=cell("unit"))
    for key in ("duties", "safety"):
        for period in months():
            played.rated(key, period, cell("july" if period == "M07" else "month"))
        played.rated(key, "Y", cell("year"))
    happened = (
        ("merit", "M07", "merits"),
        ("fault", "M07", "faults"),
        ("merit", "Y", "merit"),
        ("fault", "Y", "fault"),
    )
    for kind, period, name in (*happened, ("discipline", "Y", "discipline"), ("veto", "Y", "veto")):
        if cell(name):
            played.happened(kind, period, int(cell(name)))
    played.scored()
    result, payment = played.result, played.paid(cell("base"), unpaid=int(cell("unpaid")))
    points = [(part.period, part.points) for part in result.periods if part.kind == "month"]
    known = [each for _, each in points if each is not None]
    mix = result.added.before if result.added else result.points
    return _graded(played) | {
        "M07": dict(points)["M07"],
        "mean": sum(known) / len(known),
        "mix": mix,
        "coefficient": result.coefficient,
        "factor": result.multipliers[0].factor,
        "exact": payment.exact,
        "paid": payment.paid,
    }


def _five(ratings: list[Any]) -> Found:
    known = [each for each in ratings if each is not None]
    return _graded(five_level(*known)) | {"lowest": min(known)}


def _commission(cells: Inputs, who: str) -> Found:
    def cell(name: str) -> Any:
        return cells[f"commission.{who}.{name}"]

    played = seller(*(cell(f"Q{n}") for n in range(1, 5)))
    payment = played.paid(cell("amount"))
    assert payment.trued is not None
    found: Found = {f"{each.period}.points": each.points for each in payment.advances}
    found |= {f"{each.period}.paid": each.paid for each in payment.advances}
    return found | {
        "points": played.result.points,
        "year": payment.trued.year,
        "due": payment.trued.due,
        "paid": payment.paid,
    }


def _scorecard(cells: Inputs, who: str) -> Found:
    def cell(name: str) -> Any:
        return cells.maybe(f"scorecard.{who}.{name}")

    attained = " ".join("–" if cell(key) is None else str(cell(key)) for key in MEASURES)
    played = manager(attained, cell("unit"))
    payment = played.paid(cell("bonus"))
    goals = {key: played.goals[played.key(key)].scores["Y"].points for key in MEASURES}
    found = {each.perspective: each.points for each in played.sheet.scores["Y"].perspectives}
    return (
        _graded(played)
        | found
        | {f"{key}.points": points for key, points in goals.items()}
        | {
            "coefficient": played.result.coefficient,
            "factor": played.result.multipliers[0].factor,
            "exact": payment.exact,
            "paid": payment.paid,
        }
    )


def _pot(cells: Inputs) -> Found:
    payer = performance_pay(3, 3, 3).payer
    points = {
        who: exact(cells[f"pot.{who}.points"])
        * exact(cells[f"pot.{who}.hours"])
        * exact(cells[f"pot.{who}.months"])
        / 12
        for who in POT
    }
    shared = payer.pot(Pot(cells["pot.base"], cells["pot.cap"]), points)
    found: Found = {"pot.pot": sum(shared.paid.values(), shared.left), "pot.left": shared.left}
    for who in POT:
        told = {"points": points[who], "exact": shared.exact[who], "paid": shared.paid[who]}
        found |= _named(f"pot.{who}", told)
    return found
