"""What may be answered: every item with a mark of the scale, a goal with points of the policy's."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from unicodedata import normalize

from cairn.domain.appraisal.events import Item
from cairn.domain.exact import exact
from cairn.domain.policy import Scale
from cairn.domain.refusal import Refusal

TOKEN = re.compile(r"[0-9a-f]{16}")
"""How the tokens of unnamed raters look."""


def is_token(rater: str) -> bool:
    """Whether it can be a token: no message brings anybody's name into the log as an unnamed rater's."""
    return TOKEN.fullmatch(rater) is not None


def checked_marks(
    given: Mapping[str, str], items: Iterable[Item], marks: Mapping[str, Fraction], scale: Scale
) -> dict[str, str]:
    """What was typed, normalised. Refuses an item that is not asked about, and a mark that there is not."""
    known = {item.key: item for item in items}
    found: dict[str, str] = {}
    for key, typed in given.items():
        item = known.get(key)
        if item is None:
            raise Refusal("appraisal.question", field="marks", key=key, known=sorted(known))
        mark = normalize("NFKC", typed).strip()
        if item.kind == "behaviour" and mark not in marks:
            raise Refusal("appraisal.mark", field="marks", key=key, mark=typed, known=list(marks))
        if item.kind == "goal" and not _is_on(scale, mark):
            most = "-" if scale.to is None else scale.to
            raise Refusal(
                "appraisal.points", field="marks", key=key, mark=typed, least=scale.least, most=most
            )
        found[key] = mark
    return found


def require_all(found: Mapping[str, str], items: Iterable[Item]) -> None:
    """Refuses an answer that leaves something out: what not everybody answered could not be shown."""
    missing = [item.key for item in items if item.key not in found]
    if missing:
        raise Refusal("appraisal.unanswered", field="marks", missing=missing)


def points_of(
    found: Mapping[str, str], items: Iterable[Item], marks: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Marks by item in points; what is not among the items is left out."""
    return {
        item.key: marks[found[item.key]] if item.kind == "behaviour" else exact(Decimal(found[item.key]))
        for item in items
        if item.key in found
    }


def _is_on(scale: Scale, mark: str) -> bool:
    try:
        number = Decimal(mark)
    except InvalidOperation:
        return False
    return number.is_finite() and scale.least <= number and (scale.to is None or number <= scale.to)
