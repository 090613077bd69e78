"""Hand-overs of the specifications: a cycle with two results that are closed, and what HR does with them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from cairn.domain.case.kind import decide
from cairn.domain.case.state import Case
from cairn.domain.event import SYSTEM
from cairn.domain.handover.commands import MakeHandover, RecordDelivery
from cairn.domain.handover.decide import plan_of
from cairn.domain.handover.plan import HandoverPlan
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import EvaluationRules
from cairn.domain.result.state import Result
from cairn.domain.result_rules import HandoverRules, Pay
from cairn.domain.sheet.state import Sheet, evolve
from tests.specs.casework import Casework
from tests.specs.company import HUA, LIN, QIAN, SHEET, on, plan
from tests.specs.moving import COMPANY
from tests.specs.results import GRADES, issued, results_out, with_result

QIANS = "sheet-2026-qian-1"
NAME = "handover-2026-company-1"
IN_MARCH = "2027-03-01"
TABLE: dict[str, Any] = {LIN: {"amount": "10000"}, QIAN: {"amount": "8000"}}


def rules(**facts: Any) -> Any:
    """A policy that pays by the grade's coefficient, and names who may be promoted."""
    usual: dict[str, Any] = {
        "elements": ("pay", "coefficient"),
        "lists": {"promotion": ("S", "A")},
    }
    return plan(
        grades=GRADES,
        evaluation=EvaluationRules(steps=("acknowledgement", "appeal")),
        pay=Pay(of="coefficient"),
        handover=HandoverRules(**usual | facts),
    )


def closed(sheet: Sheet, stage: str = "closed", number: int | None = None) -> tuple[Sheet, Case]:
    """A sheet whose last version was shown, with its result's case in a stage."""
    assert sheet.result is not None
    shown = sheet.model_copy(update={"shown": sheet.result.number, "shown_at": on("2027-01-20", 9)})
    name = f"result-{sheet.id.removeprefix('sheet-')}"
    windows = {"appeal_by": on("2027-02-03", 9), "acknowledge_by": on("2027-01-27", 9)}
    number = sheet.result.number if number is None else number
    return shown, Result(id=name, version=3, stage=stage, number=number, **windows)


def company(*known: tuple[Sheet, Case], policy: Any = None) -> Casework:
    of = policy or rules()
    return Casework(
        NAME,
        policy=of,
        sheets={sheet.id: sheet for sheet, _ in known},
        cases={case.id: case for _, case in known},
        cycle=results_out(of),
    )


LINS = closed(with_result())
QIANS_B = closed(with_result(92, "A", QIANS, kind="person", holder=QIAN, department="sales", family="sales"))
START = company(LINS, QIANS_B)


def previewed(
    work: Casework,
    amounts: Mapping[str, Any] = TABLE,
    pots: Mapping[str, Any] | None = None,
    at: str = IN_MARCH,
) -> HandoverPlan:
    command = MakeHandover.model_validate(
        {"case": NAME, "digest": "", "amounts": amounts, "pots": pots or {}, "by": HUA, "at": on(at)}
    )
    return plan_of(command, work.state, work.context(at))


def made(work: Casework, amounts: Mapping[str, Any] = TABLE, at: str = IN_MARCH, **fields: Any) -> Casework:
    """The same after what the preview shows was handed over."""
    digest = previewed(work, amounts, fields.get("pots"), at).digest
    return work.asked("make", HUA, at, digest=digest, amounts=amounts, **fields)


def sums(work: Casework) -> dict[tuple[str, str], Decimal]:
    """The sum of everybody's entries by element."""
    found: dict[tuple[str, str], Decimal] = {}
    for entry in work.state.all_entries():
        key = (entry.person, entry.element)
        found[key] = found.get(key, Decimal(0)) + entry.amount
    return found


def restated(work: Casework, points: int, grade: str, sheet: str = SHEET) -> Casework:
    """The same once somebody's result has another version, which is closed again."""
    before = (work.sheets or {})[sheet]
    assert before.result is not None
    number = before.result.number + 1
    newer, case = closed(evolve(before, issued(points, grade, number, sheet, cause="restated")))
    return replace(
        work, sheets={**(work.sheets or {}), sheet: newer}, cases={**(work.cases or {}), case.id: case}
    )


def with_roles(who: str, *roles: Any) -> PersonHistory:
    """Somebody with these roles."""
    known = COMPANY[who]
    return known.model_copy(update={"joined": known.joined.model_copy(update={"roles": roles})})


FIRST = made(START)


def delivered(work: Casework, at: str = IN_MARCH, message: int = 1, **facts: Any) -> Casework:
    """The same after a message was sent."""
    command = RecordDelivery(case=NAME, message=message, by=SYSTEM, at=on(at), **facts)
    return work.with_events(decide(work.kind, command, work.state, work.context(at)))
