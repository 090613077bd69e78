"""Weighted means as tables: each part with its weight, as it counted, its points, its contribution, and the sum.

The numbers are worked out by the rules of `cairn.domain.scoring.weighted`, and compared with what was recorded.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.exact import HUNDRED, ZERO
from cairn.domain.policy import Missing
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.working import figure


class Part(NamedTuple):
    """A part before it is weighed: what it is, its weight in words and as a number, its score, and what is to be known
    of it (why it is left out, on how many days it counted). `cites` is the score it is, by goal or sheet and period."""

    what: str
    weight: str
    weighs: Fraction
    score: Score
    note: str = ""
    cites: tuple[str, str] | None = None


class Row(NamedTuple):
    """A part of a sum. `counted` is its share of the whole in percent, `contribution` that share of its points; both
    None where it is left out. `points` are None where nothing is known."""

    what: str
    weight: str
    counted: Fraction | None
    points: Fraction | None
    contribution: Fraction | None
    note: str
    cites: tuple[str, str] | None


class Sum(NamedTuple):
    """A weighted mean: its `code` and title, what its parts weigh by, the parts, what they come to (None: nothing), and
    how what was left out was made up for."""

    code: str
    title: str
    weighed_by: str
    rows: Sequence[Row]
    total: Fraction | None
    note: str


def summed(
    at: Reader,
    code: str,
    title: str,
    weighed_by: str,
    parts: Sequence[Part],
    missing: Missing,
    unit: str = "%",
) -> Sum:
    """Parts weighed: what does not apply never counts, what is missing gives its weight to the others or counts as zero
    (RULES U1)."""
    known = [each for each in parts if _known(each.score, missing) is not None and each.weighs]
    whole = sum((each.weighs for each in known), ZERO)
    rows = [_row(at, each, whole, missing) for each in parts]
    total = sum((row.contribution or ZERO for row in rows), ZERO) if whole else None
    return Sum(code, title, weighed_by, rows, total, _scaled(at, whole, unit))


def _known(score: Score, missing: Missing) -> Fraction | None:
    if score is MISSING and missing == "zero":
        return ZERO
    return score if isinstance(score, Fraction) else None


def _row(at: Reader, part: Part, whole: Fraction, missing: Missing) -> Row:
    points = _known(part.score, missing)
    note = at.say("separator:clause").join(filter(None, (part.note, _remark(at, part.score, missing))))
    if points is None or not whole or not part.weighs:
        return Row(part.what, part.weight, None, points, None, note, part.cites)
    counted = HUNDRED * part.weighs / whole
    return Row(part.what, part.weight, counted, points, counted * points / HUNDRED, note, part.cites)


def _remark(at: Reader, score: Score, missing: Missing) -> str:
    if score is NOT_APPLICABLE:
        return at.say("does not count: its weight goes to the others")
    if score is MISSING and missing == "zero":
        return at.say("not known: counts as zero")
    return at.say("not known: its weight goes to the others") if score is MISSING else ""


def _scaled(at: Reader, whole: Fraction, unit: str) -> str:
    """How weights that do not come to 100 were scaled."""
    if not whole or whole == HUNDRED or unit != "%":
        return ""
    return at.say(
        "What counted weighs {whole}% together, so each weight was multiplied by 100 ÷ {whole}.",
        whole=figure(whole),
    )


def as_facts(sums: Sequence[Sum]) -> list[dict[str, object]]:
    """The same for programs."""
    return [each._asdict() | {"rows": [row._asdict() for row in each.rows]} for each in sums]
