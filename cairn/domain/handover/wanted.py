"""What everybody is to have by their last version, and who is left out and why (RULES Y3, E3)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from cairn.domain.case.context import CaseContext
from cairn.domain.evaluation.paying import Amount, Payer, Payment, Pot
from cairn.domain.evaluation.payroll import Payroll, of_amounts, of_pots
from cairn.domain.evaluation.versions import is_score_settled
from cairn.domain.exact import exact, rounded
from cairn.domain.handover.events import PotShared
from cairn.domain.handover.finality import WhyNot, why_not_final
from cairn.domain.handover.state import Handover
from cairn.domain.refusal import Refusal
from cairn.domain.result.state import Result, result_name
from cairn.domain.result_rules import HandoverRules
from cairn.domain.sheet.events import ResultIssued
from cairn.domain.sheet.state import Sheet

PAY, COEFFICIENT, TRUE_UP, ADVANCE, LIST = "pay", "coefficient", "true_up", "advance.", "list."
"""Elements, or how they begin: `advance.2026-Q1`, `list.promotion`."""
ON_THE_LIST = Decimal(1)


def is_money(element: str) -> bool:
    """Whether an element is an amount that is paid."""
    return element in (PAY, TRUE_UP) or is_advance(element)


def is_advance(element: str) -> bool:
    """Whether it is what a period pays before the year does."""
    return element.startswith(ADVANCE)


@dataclass(frozen=True)
class LeftOut:
    """Somebody who is not handed over now: why, and for a pot who in the department is not final."""

    person: str
    why: WhyNot
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Elements with their amounts by person, the sheets they come from, who is left out, the pots divided anew. Who
    has no result yet may have advances among the elements."""

    elements: Mapping[str, Mapping[str, Decimal]]
    sheets: Mapping[str, Sheet]
    left_out: Mapping[str, LeftOut]
    pots: Mapping[str, PotShared] = field(default_factory=dict)


def wanted(
    handover: Handover, context: CaseContext, amounts: Mapping[str, Amount], pots: Mapping[str, Pot]
) -> Wanted:
    """What is to stand for everybody, by these tables. Refuses a policy that hands nothing over."""
    rules, schedule = context.policy.handover, context.schedule
    if rules is None or schedule is None:
        raise Refusal("handover.none", field="case", cycle=handover.cycle, policy=context.policy.version)
    sheets = _by_person(context.sheets.values())
    left_out = {who: LeftOut(who, why) for who, mine in sheets.items() if (why := _not_final(mine, context))}
    divided: dict[str, PotShared] = {}
    payments: Mapping[str, Payment] = {}
    if PAY in rules.elements and context.policy.pay is not None:
        payer = Payer(context.policy, context.policy.pay, schedule)
        if context.policy.pay.of == "pot":
            found = of_pots(payer, sheets, amounts, pots, context.histories, schedule)
            payments, divided = _of_pots(found, handover, sheets, left_out, pots, payer)
        else:
            found = of_amounts(payer, sheets, context.goals, amounts)
            payments = found.payments
            left_out = {**{who: LeftOut(who, "no_row") for who in found.without}, **left_out}
        waiting = {who: LeftOut(who, "unit", each.waiting) for who, each in payments.items() if each.waiting}
        left_out = {**waiting, **left_out}
    elements: dict[str, Mapping[str, Decimal]] = {
        who: _elements(rules, mine[-1].result, payments.get(who))
        for who, mine in sheets.items()
        if who not in left_out
    }
    for who in sorted(left_out):
        if advances := _due_before_the_result(rules, handover, context, sheets[who], amounts.get(who)):
            elements[who] = advances
    last = {who: mine[-1] for who, mine in sheets.items()}
    return Wanted(elements, last, dict(sorted(left_out.items())), divided)


def _by_person(sheets: Iterable[Sheet]) -> dict[str, list[Sheet]]:
    found: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.kind == "person" and sheet.version:
            found[sheet.holder].append(sheet)
    return {who: sorted(mine, key=lambda each: each.since) for who, mine in sorted(found.items())}


def _not_final(sheets: Sequence[Sheet], context: CaseContext) -> WhyNot | None:
    last = sheets[-1]
    case = context.cases.get(result_name(last.id))
    return why_not_final(last, case if isinstance(case, Result) else None, context.policy, context.at)


def _elements(
    rules: HandoverRules, result: ResultIssued | None, payment: Payment | None
) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    if payment is not None and payment.paid is not None:
        found |= _paid(payment, payment.paid)
    if result is None:
        return found
    if COEFFICIENT in rules.elements and result.coefficient is not None:
        found[COEFFICIENT] = result.coefficient
    for name, grades in rules.lists.items():
        if result.grade in grades:
            found[LIST + name] = ON_THE_LIST
    return found


def _paid(payment: Payment, paid: Decimal) -> dict[str, Decimal]:
    """The payment; where a part was paid in advance each advance, and what the year pays beyond them."""
    if payment.trued is None:
        return {PAY: paid}
    advances = {f"{ADVANCE}{each.period}": each.paid for each in payment.advances}
    return {**advances, TRUE_UP: payment.trued.due}


def _due_before_the_result(
    rules: HandoverRules,
    handover: Handover,
    context: CaseContext,
    sheets: Sequence[Sheet],
    row: Amount | None,
) -> dict[str, Decimal]:
    """The advances of somebody who was given nothing else and has no result yet: those that stand, and those whose
    score is settled. What was advanced is never less before the year settles it (RULES Y1, Y3)."""
    pay, schedule, last = context.policy.pay, context.schedule, sheets[-1]
    standing = handover.standing.get(last.holder, {})
    found = {element: entry.amount for element, entry in standing.items()}
    if not all(map(is_advance, found)) or last.result is not None or last.restatements:
        return {}
    if PAY not in rules.elements or pay is None or schedule is None or row is None:
        return found
    goals = {name: context.goals[name] for name in last.weighings if name in context.goals}
    for each in Payer(context.policy, pay, schedule).advances_so_far(sheets, goals, row):
        element = f"{ADVANCE}{each.period}"
        if is_score_settled(last.scores.get(each.period), context.policy, context.at):
            found[element] = max(each.paid, found.get(element, each.paid))
    return found


def _of_pots(
    found: Payroll,
    handover: Handover,
    sheets: Mapping[str, Sequence[Sheet]],
    left_out: dict[str, LeftOut],
    pots: Mapping[str, Pot],
    payer: Payer,
) -> tuple[dict[str, Payment], dict[str, PotShared]]:
    """A pot is divided once, when everybody's result in it is final. A result that changes after that moves nobody
    else's money (RULES E3): points are worth what they were worth then. `left_out` grows by who waits for others."""
    open_ones = dict(left_out)
    payments: dict[str, Payment] = {}
    divided: dict[str, PotShared] = {}
    for unit in sorted(set(found.units.values())):
        people = [who for who, of in found.units.items() if of == unit]
        before = handover.pots.get(unit)
        if before is not None:
            part = _part_of(before, handover, people)
            payments |= {
                who: _as_shared(who, sheets[who][-1], handover, found, part, payer) for who in people
            }
            continue
        waits_for = tuple(who for who in people if who in open_ones)
        if unit not in pots or waits_for:
            why: WhyNot = "pot" if waits_for else "no_pot"
            left_out |= {who: LeftOut(who, why, waits_for) for who in people if who not in open_ones}
            continue
        payments |= {who: found.payments[who] for who in people}
        divided[unit] = PotShared(value=found.pots[unit].value, cap=pots[unit].cap)
    return payments, divided


def _part_of(pot: PotShared, handover: Handover, people: Sequence[str]) -> Callable[[Fraction], Fraction]:
    """What exact points earned of a pot that was divided. Where everybody had reached the cap, a point has no value of
    its own: whoever has any gets the cap."""
    entries = (handover.standing.get(who, {}).get(PAY) for who in people)
    all_at_the_cap = pot.value is None and any(each is not None and each.amount for each in entries)

    def part(points: Fraction) -> Fraction:
        if all_at_the_cap and pot.cap is not None:
            return exact(pot.cap) if points else points
        due = points * (pot.value or 0)
        return due if pot.cap is None else min(due, exact(pot.cap))

    return part


def _as_shared(
    who: str,
    sheet: Sheet,
    handover: Handover,
    found: Payroll,
    part: Callable[[Fraction], Fraction],
    payer: Payer,
) -> Payment:
    """Somebody's part of a pot that was divided before: as it was handed over for the same version, else what their
    points earned then."""
    before, number = handover.standing.get(who, {}).get(PAY), sheet.result.number if sheet.result else 0
    if before is not None and (before.sheet, before.version) == (sheet.id, number):
        return Payment(who, sheet.id, paid=before.amount)
    due = part(found.points[who])
    return replace(Payment(who, sheet.id), exact=due, paid=rounded(due, payer.pay.places))
