"""A cycle under the appraisal rules of examples/schemes gets its numbers: incidents, gates, the unit's factor (E2).

Straight on the log, by the functions that the cycle's workflow calls.
"""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cairn.application.goals import deadline
from cairn.application.paying import Payrolls
from cairn.application.restatements import Decision, Restatements
from cairn.domain.evaluation.paying import Amount
from cairn.domain.exact import exact
from cairn.domain.goal.status import status
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.commands import WithdrawIncident
from tests.portal.january import (
    DEPARTMENT,
    EMPLOYEE,
    OUT,
    REVIEW,
    SCHEMES,
    SETTLED,
    January,
    empty,
    january,
    nothing,
    terminal,
    with_everything,
)

__all__ = ["empty", "january"]


async def test_E2_a_cycles_results_count_incidents_gates_and_the_units_factor(january: January) -> None:
    await january.happened("merit", times=8, counts_in="month")
    await january.happened("merit", times=7, counts_in="year")
    await january.happened("fault", counts_in="year")
    await january.happened("discipline")
    await january.rated(92, 95, 82)
    await january.played()
    month, result = (await january.sheet()).scores["M01"], await january.result()
    assert month.points == 97 and month.added is not None and month.added.before == 92
    assert result.added is not None and result.added.before == exact("96.2")
    assert (result.points, result.grade) == (exact("99.2"), "B") and result.points is not None
    assert result.bounds is not None and (result.bounds.by_points, result.bounds.met) == (
        "A",
        ("disciplined",),
    )
    [unit] = result.multipliers
    assert (unit.of, unit.sheet) == ("pay", DEPARTMENT)
    assert unit.result == 82 and unit.factor == exact("0.82")
    await january.verified()
    payroll = await Payrolls(january.ledger, january.cycles).of("2026", {"E1": Amount(Decimal(24000))}, {})
    assert payroll.payments["E1"].paid == Decimal("21648.00")  # 24,000 × 0.82 × 1.1


async def test_E2_an_injury_zeroes_one_goal_of_its_month_in_the_cycles_own_score(january: January) -> None:
    await january.happened("injury")
    await january.rated(90, 90, 91)
    await january.played()
    month = (await january.sheet()).scores["M01"]
    assert month.points == 72 and [part.gate for part in month.parts] == [None, "injured"]
    await january.verified()


async def test_E2_an_incident_after_the_result_brings_its_next_version_until_it_is_settled(
    january: January,
) -> None:
    await january.rated(92, 95, 91)
    await january.played()
    assert (await january.result()).grade == "A"
    soon = datetime(2026, 2, 20, 3, tzinfo=UTC)
    await january.happened("discipline", soon)
    after = await january.result()
    assert (after.number, after.cause, after.grade) == (2, "incident", "B")
    gone = WithdrawIncident(sheet=EMPLOYEE, incident=1, reason="somebody else", by="H1", at=soon)
    await january.sheets.handle(gone, "gone")
    again = await january.result()
    assert (again.number, again.grade) == (3, "A")
    await january.verified()


async def test_E2_a_veto_after_it_is_settled_is_a_proposed_restatement_that_the_committee_decides(
    january: January,
) -> None:
    await january.rated(92, 95, 91)
    await january.played()
    await january.happened("veto", SETTLED)
    sheet = await january.sheet()
    [proposed] = sheet.restatements.values()
    assert sheet.result is not None and sheet.result.grade == "A" and proposed.lowers
    assert proposed.of_result is not None and proposed.of_result.grade_after == "V"
    asked = Decision(proposed.restatement, True, "heard", "as recorded", "H1", SETTLED)
    restatements = Restatements(january.ledger, january.cycles)
    with pytest.raises(Refusal, match=r"restatement\.not-yours"):
        await restatements.decide(asked, "k1", nothing)
    await restatements.decide(asked._replace(by="C1"), "k2", nothing)
    result = await january.result()
    assert (result.cause, result.grade, result.points) == ("restated", "V", exact("93.2"))
    await january.verified()


async def test_E2_a_units_result_that_changes_later_multiplies_anew(january: January) -> None:
    await january.rated(92, 95, 82)
    await january.played()
    await january.does(
        "department.D-1", "assess", "C1", datetime(2026, 2, 19, 3, tzinfo=UTC), period="Y", points=91
    )
    goal = "goal-2026-department.D-1"
    found, context = await january.goals.load(goal)
    due = status(found, context, OUT).next_deadline
    assert due is not None and due.phase == "scored_again"
    command, key = deadline(goal, due.phase, due.at, due.period, due.at)
    await january.goals.handle(command, key, evidence=Evidence())
    await january.seal()
    assert await january.evaluation.issue_above(DEPARTMENT, due.at) == 1
    result = await january.result()
    assert result.cause == "unit" and result.multipliers[0].factor == 1
    await january.verified()


async def test_a_result_is_explained_step_by_step_in_the_order_of_computing(
    january: January, tmp_path: Path
) -> None:
    await with_everything(january)
    cairn = terminal(january, tmp_path)
    done = await cairn("explain", "E1", "--cycle", "2026", "--json")
    assert done.code == 0, done.err
    steps = [(step["code"], step["comes_to"]) for step in done.json["steps"]]
    assert steps == [
        ("mean", "97"), ("mean", "95"), ("before", "96.2"), ("incident", "-2"), ("gained", "0"), ("lost", "-2"),
        ("points", "94.2"), ("rounded", "94.20"), ("by_points", "A"), ("gate", "B at most"), ("grade", "B"),
        ("multiplier", "×0.82"),
    ]  # fmt: skip
    month = await cairn("explain", "E1", "--cycle", "2026", "--period", "M01")
    assert month.code == 0 and "Merit" in month.out and "97" in month.out
    in_chinese = await terminal(january, tmp_path, "zh")("explain", "sheet-2026-E1-1")
    assert (
        "一票否决" not in in_chinese.out
        and "受处分者不得评 A" in in_chinese.out
        and "部门系数" in in_chinese.out
    )


async def test_results_and_what_they_pay_are_shown_by_a_table_of_amounts(
    january: January, tmp_path: Path
) -> None:
    await with_everything(january)
    cairn, table = terminal(january, tmp_path), tmp_path / "amounts.csv"
    assert "94.2" in (await cairn("cycle", "results", "2026")).out
    table.write_text("工号,基数,请假天数\nE1,24000,9\n", encoding="utf-8")
    done = await cairn("cycle", "results", "2026", "--amounts", str(table), "--json")
    assert done.code == 0, done.err
    payment = done.json["payments"]["E1"]
    assert payment["paid"] == "20901.52"  # 24,000 × 252/261 × 0.82 × 1.1
    assert "20901.52" in (await cairn("cycle", "results", "2026", "--amounts", str(table))).out
    table.write_text("工号,基数\nE1,lots\nE1,5\n", encoding="utf-8")
    wrong = await cairn("cycle", "results", "2026", "--amounts", str(table))
    assert wrong.code == 1 and "lots" in wrong.err + wrong.out and "twice" in wrong.err + wrong.out


async def test_E3_a_departments_pot_is_shared_by_its_peoples_points_and_what_is_left_is_named(
    empty: January, tmp_path: Path
) -> None:
    pot = (SCHEMES / "performance-pay.yaml").read_text("utf-8").replace("minimum: {months: 2}\n", "")
    await empty.launched(pot, "employee", ("E1-1", "E1-2", "E1-3"))
    for goal in empty.names:
        await empty.does(goal, "assess", "M1", REVIEW, period="Y", points=3)
    await empty.played()
    await empty.seal()
    table = tmp_path / "pots.csv"
    table.write_text("部门,奖金池,个人上限\nD,10000,150\nX,500,\n", encoding="utf-8")
    done = await terminal(empty, tmp_path)("cycle", "results", "2026", "--pots", str(table), "--json")
    assert done.code == 0, done.err
    payment, shared = done.json["payments"]["E1"], done.json["pots"]
    assert payment["paid"] == "150.00" and payment["factors"] == {"pot_points": "3"}
    assert (shared["D"]["left"], shared["X"]["left"]) == ("50.00", "10.00")


async def test_an_incident_is_hrs_to_record_and_of_a_kind_that_the_policy_knows(january: January) -> None:
    for kind, by, code in (
        ("merit", "M1", "sheet.not-yours"),
        ("praise", "H1", "incident.unknown"),
    ):
        with pytest.raises(Refusal, match=code):
            await january.happened(kind, by=by)
    with pytest.raises(Refusal, match=r"incident\.counts-in"):
        await january.happened("discipline", counts_in="month")
    with pytest.raises(Refusal, match=r"incident\.day"):
        await january.happened("merit", datetime(2026, 1, 10, 3, tzinfo=UTC))
