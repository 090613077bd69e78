"""One piece of work, such as a call, evaluated by a form (RULES E2): what it comes to by itself, before any mean."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from cairn.domain.exact import exact
from cairn.domain.policy import Missing
from cairn.domain.result_rules import Form
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, weighted


def evaluated(
    form: Form,
    full: Decimal,
    marks: Mapping[str, Decimal | None],
    errors: int = 0,
    fatal: bool = False,
    missing: Missing = "reweight",
) -> Score:
    """The points of one evaluation, of which all criteria at their best are `full`.

    First the weights, then penalties within their cap, then the least there is, then the fatal error. A criterion
    marked None does not apply and leaves the weights; one without a mark is missing. Where none applies, nor does the
    evaluation.
    """
    parts = [(exact(each.weight), _mark(marks, key)) for key, each in form.criteria.items()]
    share = weighted(parts, missing)
    if not isinstance(share, Fraction):
        return share
    lost = exact(form.penalty) * errors
    if form.most_lost is not None:
        lost = min(lost, exact(form.most_lost))
    points = max(share * exact(full) - lost, exact(form.least))
    return exact(form.fatal) if fatal and form.fatal is not None else points


def _mark(marks: Mapping[str, Decimal | None], key: str) -> Score:
    if key not in marks:
        return MISSING
    mark = marks[key]
    return NOT_APPLICABLE if mark is None else exact(mark)
