"""What a policy says of results beyond the goals is checked together: every mistake by its field, in both languages."""

from pathlib import Path

import pytest

from cairn.policies import PolicyInvalid, parse

EXAMPLES = Path(__file__).parents[2] / "examples" / "schemes"


def mistakes(scheme: str, was: str, instead: str) -> list[tuple[str, str]]:
    """(message, field) of every mistake in an example once something else is written."""
    text = (EXAMPLES / f"{scheme}.yaml").read_text("utf-8")
    assert was in text
    with pytest.raises(PolicyInvalid) as refused:
        parse(text.replace(was, instead, 1))
    for each in refused.value.mistakes:
        assert "{" not in each.message.text("zh") + each.message.text("en").replace("{n", "")
    return [(each.message.id, each.place.path) for each in refused.value.mistakes]


WRONG = {
    "a grade that is not there": (
        "kaohe", "at_most: B}", "at_most: Z}", "policy:gate-grade", "gates.disciplined.at_most"),
    "an incident that is not there": (
        "kaohe", "incident: veto,", "incident: vetoes,", "policy:gate-incident", "gates.vetoed.incident"),
    "a goal that is not there": ("kaohe", "goal: safety,", "goal: saftey,", "policy:gate-goal", "gates.injured.goal"),
    "points outside the scale": ("kaohe", "sets: 0}", "sets: 150}", "policy:gate-sets", "gates.injured.sets"),
    "a grade that nothing gives": (
        "kaohe", "at_most: V, only: true", "at_most: E", "policy:grade-unreachable", "grades[5].points"),
    "a factor that falls": (
        "kaohe", "points: 85, factor: 1", "points: 85, factor: 0.5", "policy:factor-fall", "multipliers.unit.pieces"),
    "pay by a grade that nobody has": (
        "kaohe", "minimum:", "graded: [month]\nminimum:", "policy:pay-ungraded", "pay.of"),
    "an incident that counts in another kind of period": (
        "call-centre", "counts_in: [month]}", "counts_in: [year]}", "policy:gate-never", "gates.fatal.incident"),
    "a bound where nothing is graded": (
        "call-centre", "graded: [month, year]", "graded: [year]", "policy:gate-ungraded", "gates.fatal.of"),
    "a form that is not there": (
        "call-centre", "form: call ", "form: calls ", "policy:form-unknown", "families.agent.template[0].form"),
    "a form beside a metric": (
        "call-centre", "least_readings: 3", "metric: m", "policy:form-useless", "families.agent.template[0].metric"),
    "perspectives that do not make 100": (
        "balanced-scorecard", "en: Internal process}, weight: 10", "en: Internal process}, weight: 20",
        "policy:perspectives-sum", "families.unit.perspectives"),
    "goals that do not make their perspective": (
        "balanced-scorecard", "key: dealers, perspective: customer, weight: 10",
        "key: dealers, perspective: process, weight: 10",
        "policy:perspective-weight", "families.unit.perspectives.customer.weight"),
    "a perspective that is not there": (
        "balanced-scorecard", "key: dealers, perspective: customer", "key: dealers, perspective: clients",
        "policy:perspective-unknown", "families.unit.template[5].perspective"),
    "advances of periods that nobody has": (
        "commission", "advances: quarter", "advances: month", "policy:pay-advances", "pay.advances"),
    "pay that is handed over and never worked out": (
        "five-level", "minimum:", "handover: {elements: [pay]}\nminimum:",
        "policy:handover-no-pay", "handover.elements"),
    "a list by a grade that is not there": (
        "five-level", "minimum:", "handover: {elements: [], lists: {promotion: [Z]}}\nminimum:",
        "policy:handover-grade", "handover.lists.promotion"),
    "coefficients of grades that nobody has": (
        "kaohe", "minimum:", "graded: [month]\nhandover: {}\nminimum:", "policy:handover-ungraded", "handover"),
    "a quota on grades": (
        "five-level", "minimum:", "quota: {Exceptional: 10}\nminimum:", "schema:extra_forbidden", "quota"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_it_is_told_with_its_field(what: str) -> None:
    scheme, was, instead, id, path = WRONG[what]
    found = mistakes(scheme, was, instead)
    assert (id, path) in found or any(id in each and path == where for each, where in found), found


@pytest.mark.parametrize(
    ("was", "instead", "code"),
    [
        ("incident: discipline, at_most: B", "at_most: B", "gate_condition"),
        ("incident: discipline, at_most: B", "incident: discipline", "gate_effect"),
        ("of: goal, goal: safety", "of: goal", "gate_goal"),
        ("incident: discipline, at_most: B", "incident: discipline, sets: 5", "gate_of_result"),
        ("paid_days: 261", "advances: month", "pay_advances"),
        (
            "  - {grade: B, points: 80, coefficient: 1.1}\n",
            "  - {grade: B, points: 95, coefficient: 1}\n",
            "grade-order",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(was: str, instead: str, code: str) -> None:
    assert any(code in id for id, _ in mistakes("kaohe", was, instead))
