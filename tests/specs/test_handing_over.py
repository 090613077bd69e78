"""Handing results over to payroll: each thing once, changes by a reversing entry, nothing taken back alone (Y3, E3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.domain.case.kind import decide
from cairn.domain.case.state import Case
from cairn.domain.evaluation.versions import is_result_settled
from cairn.domain.event import SYSTEM
from cairn.domain.goal.state import Goal
from cairn.domain.handover.commands import MakeHandover
from cairn.domain.policy import EvaluationRules
from cairn.domain.result_rules import HandoverRules, Multiplier, Pay
from cairn.domain.sheet.events import MultiplierPart, RestatementProposed, SheetScored
from cairn.domain.sheet.state import Sheet, evolve
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HE, HUA, LIN, QIAN, SHEET, on
from tests.specs.given import for_all
from tests.specs.handovers import (
    FIRST,
    IN_MARCH,
    LINS,
    NAME,
    QIANS,
    QIANS_B,
    START,
    TABLE,
    closed,
    company,
    delivered,
    made,
    previewed,
    restated,
    rules,
    sums,
    with_roles,
)
from tests.specs.moving import COMPANY
from tests.specs.results import issued, results_out, with_result
from tests.specs.schemes.playing import Played
from tests.specs.test_schemes import SELLERS


def test_what_is_final_is_handed_over_by_person_and_element_with_the_version_it_is_of() -> None:
    batch, entries, *settled = FIRST.just
    assert (batch.type, batch.batch, entries.way, batch.entries) == ("HandoverMade", 1, "file", 5)
    said = [(each.number, each.person, each.element, str(each.amount)) for each in entries.entries]
    assert said == [
        (1, LIN, "coefficient", "1"),
        (2, LIN, "pay", "10000.00"),
        (3, QIAN, "coefficient", "1.2"),
        (4, QIAN, "list.promotion", "1"),
        (5, QIAN, "pay", "9600.00"),
    ]
    assert {each.version for each in entries.entries} == {1}
    assert [each.type for each in settled] == ["VersionHandedOver"] * 2


def test_the_same_data_again_nets_to_zero() -> None:
    again = made(FIRST)
    assert again.just == () and previewed(FIRST).same == 2
    assert FIRST.asked("make", HE, IN_MARCH, digest="another's", amounts=TABLE).just == ()


def test_changed_data_gives_one_reversing_entry_and_the_new_one() -> None:
    raised = made(restated(FIRST, 92, "A"))
    batch, entries, _ = raised.just
    assert batch.batch == 2
    said = [(e.number, e.element, str(e.amount), e.reverses, e.version) for e in entries.entries]
    assert said == [
        (6, "coefficient", "-1", 1, 2),
        (7, "coefficient", "1.2", None, 2),
        (8, "list.promotion", "1", None, 2),
        (9, "pay", "-10000.00", 2, 2),
        (10, "pay", "12000.00", None, 2),
    ]
    assert sums(raised)[LIN, "pay"] == 12000
    assert made(raised).just == ()


def test_a_paid_amount_lowered_by_a_late_correction_is_proposed_and_not_sent() -> None:
    lowered = made(restated(FIRST, 65, "C"))
    [proposed] = lowered.just
    assert (proposed.type, proposed.person, proposed.version) == ("LoweringProposed", LIN, 2)
    said = [(each.element, str(each.before), str(each.after)) for each in proposed.changes]
    assert said == [("coefficient", "1", "0.8"), ("pay", "10000.00", "8000.00")]
    assert sums(lowered)[LIN, "pay"] == 10000
    assert made(lowered).just == ()
    assert lowered.standing(IN_MARCH).awaited == ("role:hr", "role:committee")
    one = lowered.asked("agree", HUA, IN_MARCH, proposal=1)
    assert one.types == ["LoweringAgreed"] and sums(one)[LIN, "pay"] == 10000
    assert one.asked("agree", HUA, IN_MARCH, proposal=1).just == ()
    both = one.asked("agree", CHEN, IN_MARCH, proposal=1)
    assert both.types == ["LoweringAgreed", "HandoverMade", "EntriesMade", "VersionHandedOver"]
    assert sums(both)[LIN, "pay"] == 8000 and both.state.proposals == {}
    assert made(both).just == ()


# ---------------------------------------------------------------- who is left out, and why


def why(work: Casework, at: str = IN_MARCH, **given: Any) -> dict[str, str]:
    return {who: each.why for who, each in previewed(work, at=at, **given).left_out.items()}


def test_l8_what_is_not_final_is_not_handed_over_and_is_named_with_why() -> None:
    unsigned, appealed = closed(with_result(), "shown"), closed(with_result(), "appealed")
    assert why(company(unsigned)) == {LIN: "unsigned"}
    assert why(company(appealed)) == {LIN: "appeal"}
    assert why(company(closed(with_result(), "signed"))) == {LIN: "appeal_window"}
    assert why(company(closed(with_result(), "unsigned"))) == {LIN: "appeal_window"}
    newer = LINS[0].model_copy(update={"result": issued(92, "A", 2, cause="restated")})
    assert why(company((newer, LINS[1]))) == {LIN: "not_shown"}
    assert why(company((LINS[0].model_copy(update={"result": None}), LINS[1]))) == {LIN: "no_result"}
    assert why(company(LINS)) == {}
    nothing = company(unsigned).refused("make", HUA, IN_MARCH, digest="x", amounts=TABLE)
    assert (nothing.code, nothing.facts["open"]) == ("handover.nothing", "1")


def test_y3_a_restatement_that_waits_holds_somebody_back_until_it_is_decided() -> None:
    open_one = RestatementProposed(
        sheet=SHEET,
        restatement="2026-lin-1-R1",
        cause="corrected",
        period="Y",
        by=SYSTEM,
        at=on("2027-02-01"),
    )
    held = LINS[0].model_copy(update={"restatements": {"2026-lin-1-R1": open_one}})
    assert why(company((held, LINS[1]), QIANS_B)) == {LIN: "restatement"}


def test_without_steps_time_alone_makes_a_result_final() -> None:
    policy = rules().model_copy(update={"evaluation": EvaluationRules()})
    work = company((with_result(), LINS[1]), policy=policy)
    assert why(work, "2027-01-25") == {LIN: "not_settled"}
    assert why(work, IN_MARCH) == {}


def test_who_has_no_row_in_the_table_is_named_and_keeps_what_they_had() -> None:
    assert why(START, amounts={LIN: {"amount": "10000"}}) == {QIAN: "no_row"}
    later = made(FIRST, {LIN: {"amount": "10000"}})
    assert later.just == () and sums(later) == sums(FIRST)


def test_the_result_of_a_unit_that_is_missing_is_waited_for() -> None:
    part = MultiplierPart(
        key="unit", of="pay", unit="department.sales", sheet="sheet-2026-department.sales-1", version=0, result=None,
        factor=Fraction(1),
    )  # fmt: skip
    waiting = LINS[0].model_copy(update={"result": issued(80, "B", multipliers=(part,))})
    assert why(company((waiting, LINS[1]))) == {LIN: "unit"}


def test_y3_what_was_handed_over_is_settled() -> None:
    sheet = (FIRST.sheets or {})[SHEET]
    assert sheet.handed_over == 1
    young = sheet.model_copy(update={"signed": 0, "shown_at": on("2027-02-28")})
    assert is_result_settled(young, FIRST.policy, on(IN_MARCH))
    assert not is_result_settled(young.model_copy(update={"handed_over": 0}), FIRST.policy, on(IN_MARCH))


# ---------------------------------------------------------------- who may, and what is refused


def test_only_hr_hands_over_and_only_what_they_looked_at() -> None:
    digest = previewed(START).digest
    for who in (LIN, CHEN):
        refused = START.refused("make", who, IN_MARCH, digest=digest, amounts=TABLE)
        assert refused.code == "case.not-yours"
    assert START.refused("make", HUA, IN_MARCH, digest="old", amounts=TABLE).code == "handover.changed"
    other_table = {**TABLE, LIN: {"amount": "99999"}}
    changed = START.refused("make", HUA, IN_MARCH, digest=digest, amounts=other_table)
    assert changed.code == "handover.changed"
    assert START.refused("agree", HUA, IN_MARCH, proposal=1).code == "case.unknown"


def test_a_cycle_has_one_hand_over_and_a_policy_may_have_none() -> None:
    second = replace(START, case="handover-2026-company-2")
    refused = second.refused("make", HUA, IN_MARCH, digest=previewed(START).digest, amounts=TABLE)
    assert refused.code == "handover.name"
    without = replace(START, policy=rules().model_copy(update={"handover": None}))
    assert without.refused("make", HUA, IN_MARCH, digest="x", amounts=TABLE).code == "handover.none"


LOWERED = made(restated(FIRST, 65, "C"))


def test_a_lowering_is_agreed_to_by_two_people_and_nobody_agrees_to_their_own() -> None:
    assert LOWERED.refused("agree", LIN, IN_MARCH, proposal=1).code == "case.not-yours"
    assert LOWERED.refused("agree", HUA, IN_MARCH, proposal=9).code == "handover.proposal"
    both_roles = {**COMPANY, HUA: with_roles(HUA, "hr", "committee")}
    by_one = LOWERED.among(both_roles).asked("agree", HUA, IN_MARCH, proposal=1)
    assert by_one.refused("agree", HUA, IN_MARCH, proposal=1).code == "handover.two-people"
    own = {**COMPANY, LIN: with_roles(LIN, "hr")}
    assert LOWERED.among(own).refused("agree", LIN, IN_MARCH, proposal=1).code == "case.not-yours"
    assert (
        LOWERED.asked("agree", HUA, IN_MARCH, proposal=1).asked("agree", HE, IN_MARCH, proposal=1).just == ()
    )


def test_a_lowering_that_is_declined_stays_as_it_was_and_is_not_proposed_again() -> None:
    declined = LOWERED.asked("decline", CHEN, IN_MARCH, proposal=1)
    assert declined.types == ["LoweringDeclined"] and declined.standing(IN_MARCH).stage == "waiting"
    assert made(declined).just == () and sums(declined) == sums(FIRST)
    again = made(restated(declined, 62, "C"))  # another version that pays the same
    assert again.just == ()
    lower = made(restated(declined, 40, "D"))
    assert lower.types == ["LoweringProposed"]


def test_a_newer_version_takes_the_place_of_a_proposal_and_one_that_pays_more_withdraws_it() -> None:
    newer = made(restated(LOWERED, 40, "D"))
    assert newer.types == ["LoweringProposed"] and newer.just[0].replaces == 1
    assert list(newer.state.proposals) == [2]
    raised = made(restated(LOWERED, 92, "A"))
    assert raised.types == ["LoweringWithdrawn", "HandoverMade", "EntriesMade", "VersionHandedOver"]
    assert sums(raised)[LIN, "pay"] == 12000
    unlooked = restated(LOWERED, 40, "D").refused("agree", HUA, IN_MARCH, proposal=1)
    assert unlooked.code == "handover.newer"


def test_who_leaves_a_list_leaves_it_without_anybodys_agreement_for_nothing_was_paid_by_it() -> None:
    policy = rules(elements=(), lists={"promotion": ("S", "A")})
    first = made(company(QIANS_B, policy=policy))
    fallen = made(restated(first, 80, "B", QIANS))
    assert [(e.element, str(e.amount), e.reverses) for e in fallen.just[1].entries] == [
        ("list.promotion", "-1", 1)
    ]


def test_money_alone_that_falls_is_a_lowering_too() -> None:
    mistyped = made(FIRST, {**TABLE, LIN: {"amount": "9000"}})
    assert mistyped.types == ["LoweringProposed"]
    assert [each.element for each in mistyped.just[0].changes] == ["pay"]


# ---------------------------------------------------------------- payroll


def test_payroll_is_asked_for_its_word_on_a_file_and_reminded() -> None:
    now = FIRST.standing(IN_MARCH)
    assert (now.stage, now.awaited) == ("waiting", ("role:hr",))
    assert now.next_deadline is not None and now.next_deadline.phase == "acknowledge_remind"
    told = FIRST.reached("acknowledge_remind").reached("acknowledge_over")
    assert told.types == ["CaseEscalated"]
    done = told.asked("acknowledge", HUA, "2027-03-10", batch=1)
    assert done.types == ["MessageTaken"] and done.standing("2027-03-10").over
    assert done.asked("acknowledge", HUA, "2027-03-10", batch=1).just == ()
    assert done.refused("acknowledge", HUA, "2027-03-10", batch=7).code == "handover.batch"


SENT = made(company(LINS, QIANS_B, policy=rules(by="webhook")))


def test_a_webhook_is_sent_to_at_once_and_what_came_of_it_is_recorded_once() -> None:
    now = SENT.standing(IN_MARCH)
    assert now.awaited == () and now.next_deadline is not None and now.next_deadline.phase == "send"
    failed = delivered(SENT, taken=False, why="status", status=500)
    assert failed.types == ["MessageNotTaken"] and failed.standing(IN_MARCH).awaited == ("role:hr",)
    assert delivered(failed, taken=False, why="status", status=500).just == ()
    assert delivered(failed, taken=False, why="timeout").types == ["MessageNotTaken"]
    taken = delivered(failed, taken=True, status=200)
    assert taken.types == ["MessageTaken"] and taken.standing(IN_MARCH).over
    assert delivered(taken, taken=True, status=200).just == ()


def test_a_rehearsal_sends_nothing_to_anybody() -> None:
    work = company(LINS, policy=rules(by="webhook"))
    command = MakeHandover.model_validate(
        {"case": NAME, "digest": previewed(work).digest, "amounts": TABLE, "by": HUA, "at": on(IN_MARCH)}
    )
    on_its_clock = replace(work.context(IN_MARCH), clock_offset=-86400.0)
    made_there = work.with_events(decide(work.kind, command, work.state, on_its_clock))
    assert made_there.just[1].way == "file"


def test_entries_go_in_messages_that_keep_somebodys_entries_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cairn.domain.handover.decide.MOST", 3)
    split = made(START)
    assert split.types[:3] == ["HandoverMade", "EntriesMade", "EntriesMade"]
    assert [{entry.person for entry in each.entries} for each in split.just[1:3]] == [{LIN}, {QIAN}]
    assert [each.part for each in split.just[1:3]] == [1, 2]
    assert [entry.number for each in split.just[1:3] for entry in each.entries] == [1, 2, 3, 4, 5]


# ---------------------------------------------------------------- advances and pots


POT: dict[str, Any] = {"sales": {"base": "1000"}}


def of_pots() -> Casework:
    """Lin with 80 points and Qian with 120 in one pot of a thousand."""
    policy = rules(elements=("pay",), lists={}).model_copy(update={"pay": Pay(of="pot")})
    ungraded = {"coefficient": None, "grade": None}
    lin = closed(with_result().model_copy(update={"result": issued(80, "B").model_copy(update=ungraded)}))
    hers = QIANS_B[0].model_copy(update={"result": issued(120, "S", sheet=QIANS).model_copy(update=ungraded)})
    return company(lin, closed(hers), policy=policy)


def test_a_pot_is_divided_once_everybody_in_it_is_final() -> None:
    work = of_pots()
    open_one = closed((work.sheets or {})[QIANS], "appealed")
    waiting = replace(work, cases={**(work.cases or {}), open_one[1].id: open_one[1]})
    found = previewed(waiting, {}, POT).left_out
    assert {who: (each.why, each.waits_for) for who, each in found.items()} == {
        LIN: ("pot", (QIAN,)), QIAN: ("appeal", ()),
    }  # fmt: skip
    assert {who: each.why for who, each in previewed(work, {}, {}).left_out.items()} == {
        LIN: "no_pot", QIAN: "no_pot",
    }  # fmt: skip
    paid = made(work, {}, pots=POT)
    assert sums(paid) == {(LIN, "pay"): Decimal("400.00"), (QIAN, "pay"): Decimal("600.00")}


def ungraded(work: Casework, sheet: str = SHEET) -> Casework:
    """The same, with a result that has points alone."""
    before = (work.sheets or {})[sheet]
    assert before.result is not None
    plain = before.model_copy(update={"result": before.result.model_copy(update={"coefficient": None})})
    return replace(work, sheets={**(work.sheets or {}), sheet: plain})


def test_e3_a_result_changed_after_its_pot_was_paid_moves_nobody_elses_money() -> None:
    paid = made(of_pots(), {}, pots=POT)
    again = made(ungraded(restated(paid, 100, "A")), {}, pots=POT)
    assert sums(again) == {(LIN, "pay"): Decimal("500.00"), (QIAN, "pay"): Decimal("600.00")}
    assert {entry.person for entry in again.just[1].entries} == {LIN}


def test_e3_what_is_paid_of_a_pot_later_keeps_to_its_cap() -> None:
    capped = {"sales": {"base": "1000", "cap": "450"}}
    paid = made(of_pots(), {}, pots=capped)
    assert sums(paid) == {(LIN, "pay"): Decimal("450.00"), (QIAN, "pay"): Decimal("450.00")}
    assert made(ungraded(restated(paid, 120, "S")), {}, pots=capped).just == (), "both are at the cap"
    capped = {"sales": {"base": "1000", "cap": "550"}}
    paid = made(of_pots(), {}, pots=capped)
    assert sums(paid) == {(LIN, "pay"): Decimal("450.00"), (QIAN, "pay"): Decimal("550.00")}
    again = made(ungraded(restated(paid, 120, "S")), {}, pots=capped)
    assert sums(again) == {(LIN, "pay"): Decimal("550.00"), (QIAN, "pay"): Decimal("550.00")}


def with_advances(first_quarter: int, year: int = 80, number: int = 1) -> tuple[Sheet, Case]:
    """Lin with so many points in the first quarter, which were paid in advance, and in the year."""
    scored = SheetScored(
        sheet=SHEET, period="Q1", points=Fraction(first_quarter), rounded=Decimal(first_quarter), parts=(),
        policy="plan@1", by=SYSTEM, at=on("2026-04-05"),
    )  # fmt: skip
    plain = issued(year, "B", number).model_copy(update={"coefficient": None})
    return closed(evolve(with_result(), scored).model_copy(update={"result": plain}))


def test_an_advance_and_what_the_year_pays_beyond_it_are_elements_of_their_own() -> None:
    policy = rules(elements=("pay",), lists={}).model_copy(
        update={"pay": Pay(of="points", advances="quarter")}
    )
    first = made(company(with_advances(40), policy=policy))
    assert sums(first) == {(LIN, "advance.Q1"): Decimal("1000.00"), (LIN, "true_up"): Decimal("7000.00")}
    sheet, case = with_advances(60, number=2)
    moved = made(replace(first, sheets={SHEET: sheet}, cases={case.id: case}))
    assert moved.types[0] == "HandoverMade", "what one element loses the other gains: nothing is lowered"
    assert sums(moved) == {(LIN, "advance.Q1"): Decimal("1500.00"), (LIN, "true_up"): Decimal("6500.00")}
    sheet, case = with_advances(60, year=70, number=3)
    assert made(replace(moved, sheets={SHEET: sheet}, cases={case.id: case})).types == ["LoweringProposed"]


UNIT = Multiplier.model_validate(
    {
        "title": {"zh": "部门", "en": "Unit"},
        "of": "pay",
        "result": "department",
        "pieces": [{"points": 0, "factor": 1}],
    }
)
QUARTERS_DAYS = ("2026-05-20", "2026-08-20", "2026-11-20", "2027-02-20")
"""When the score of each quarter is settled: a month of working days after it."""
TOO_SOON = ("2026-04-20", "2026-07-20", "2026-10-20", "2027-01-20")


def until(played: Played, quarters: Sequence[str], **facts: Any) -> tuple[Sheet, dict[str, Goal]]:
    """Somebody's sheet and goals as they stood when these quarters had been scored, without a result."""
    scores = {key: played.sheet.scores[key] for key in quarters if key in played.sheet.scores}
    goals = {
        name: goal.model_copy(update={"scores": {k: v for k, v in goal.scores.items() if k in quarters}})
        for name, goal in played.goals.items()
    }
    return played.sheet.model_copy(update={"scores": scores, "result": None, **facts}), goals


def commissioned(played: Played) -> Casework:
    """A company that pays commissions, before any quarter was scored."""
    policy = played.policy.model_copy(update={"handover": HandoverRules(elements=("pay",))})
    sheet, goals = until(played, ())
    return Casework(NAME, policy=policy, sheets={sheet.id: sheet}, goals=goals, cycle=results_out(policy))


def as_of(work: Casework, played: Played, quarters: Sequence[str], **facts: Any) -> Casework:
    sheet, goals = until(played, quarters, **facts)
    return replace(work, sheets={sheet.id: sheet}, goals=goals)


@pytest.mark.parametrize("who", SELLERS)
def test_e3_quarters_are_handed_over_as_they_fall_due_and_the_year_what_it_exceeds_them_by(who: str) -> None:
    """Scheme 5: each quarter once its score is settled, by its part of the year as it is known then; at the year's end
    the true-up, and nothing is taken back."""
    play, _, _, advances, _, (_, _, due), total = SELLERS[who]
    played, table = play(), {"who": {"amount": "40000"}}
    work, paid = commissioned(played), list(advances)
    for number, day in enumerate(QUARTERS_DAYS, 1):
        quarters = [f"Q{n}" for n in range(1, number + 1)]
        work = as_of(work, played, quarters)
        assert previewed(work, table, at=TOO_SOON[number - 1]).is_empty, (
            "the score can still change by itself"
        )
        if f"Q{number}" not in played.sheet.scores:
            continue
        work = made(work, table, at=day)
        assert [each.type for each in work.just] == ["HandoverMade", "EntriesMade"], (
            "no result is settled by it"
        )
        [entry] = work.just[1].entries
        said = (entry.element, str(entry.amount), entry.version)
        assert said == (f"advance.Q{number}", paid.pop(0), 0)
        assert made(work, table, at=day).just == ()
    work = replace(work, sheets={played.sheet.id: played.sheet}, goals=played.goals)
    ended = made(work, table)
    assert [(each.element, str(each.amount)) for each in ended.just[1].entries] == [("true_up", due)]
    assert sum(sums(ended).values()) == Decimal(total)


def test_y3_an_advance_that_would_be_less_stays_until_the_year_settles_it_and_one_that_is_more_is_made_up() -> (
    None
):
    """A quarter's score is restated while the year runs."""
    played, table = SELLERS["s2"][0](), {"who": {"amount": "40000"}}
    work = made(as_of(commissioned(played), played, ("Q1",)), table, at=QUARTERS_DAYS[0])
    assert sums(work) == {("who", "advance.Q1"): Decimal("2250.00")}
    before = played.sheet.scores["Q1"]
    for points, stands in ((20, "2250.00"), (30, "3000.00"), (10, "3000.00")):
        newer = before.model_copy(update={"points": Fraction(points), "number": before.number + 1})
        work = made(as_of(work, played, (), scores={"Q1": newer}), table, at="2026-06-20")
        assert sums(work) == {("who", "advance.Q1"): Decimal(stands)}
        assert work.state.proposals == {}


def test_an_advance_waits_for_a_row_for_its_score_to_be_settled_and_for_a_restatement_that_waits() -> None:
    played, table = SELLERS["s1"][0](), {"who": {"amount": "40000"}}
    work = as_of(commissioned(played), played, ("Q1",))
    assert previewed(work, {}, at=QUARTERS_DAYS[0]).is_empty
    assert previewed(work, table, at="2026-04-20").is_empty
    waits = RestatementProposed(
        sheet=played.sheet.id,
        restatement="R1",
        cause="corrected",
        period="Q1",
        by=SYSTEM,
        at=on("2026-05-04"),
    )
    held = as_of(commissioned(played), played, ("Q1",), restatements={"R1": waits})
    assert previewed(held, table, at=QUARTERS_DAYS[0]).is_empty
    of_units = played.policy.model_copy(
        update={"handover": HandoverRules(elements=("pay",)), "multipliers": {"unit": UNIT}}
    )
    assert previewed(replace(work, policy=of_units), table, at=QUARTERS_DAYS[0]).is_empty
    assert not previewed(work, table, at=QUARTERS_DAYS[0]).is_empty


# ---------------------------------------------------------------- laws


@for_all(
    changes=st.lists(
        st.tuples(
            st.sampled_from((SHEET, QIANS)),
            st.sampled_from((("S", 115), ("A", 92), ("B", 80), ("C", 65), ("D", 30))),
            st.sampled_from(("make", "twice", "agree", "decline", "later")),
        ),
        max_size=8,
    )
)
def test_law_the_sum_of_entries_is_what_the_last_handed_over_version_pays(
    changes: list[tuple[str, tuple[str, int], str]],
) -> None:
    """Whatever the order of repeats, changes, agreements and refusals: each sum is what the version pays that was
    handed over last, no number comes twice, and nothing is taken back that both did not agree to."""
    work, worth = FIRST, {(SHEET, 1): Decimal(1), (QIANS, 1): Decimal("1.2")}
    for sheet, (grade, points), then in changes:
        work = restated(work, points, grade, sheet)
        last = (work.sheets or {})[sheet].result
        assert last is not None and last.coefficient is not None
        worth[sheet, last.number] = last.coefficient
        if then == "later":
            continue
        before, work = sums(work), made(work)
        lowered = {each.person for each in work.just if each.type == "LoweringProposed"}
        assert all(sums(work)[who, "pay"] == before[who, "pay"] for who in lowered)
        if then == "twice":
            assert made(work).just == ()
        for proposal in list(work.state.proposals) if then in ("agree", "decline") else ():
            work = decided(work, proposal, then)
    assert sums(work) == by_version(work, worth)


def decided(work: Casework, proposal: int, then: str) -> Casework:
    """The same after a lowering was declined or, by two people, agreed to; one that is overtaken waits."""
    lowering = work.state.proposals[proposal]
    result = (work.sheets or {})[lowering.sheet].result
    if then == "decline":
        return work.asked("decline", CHEN, IN_MARCH, proposal=proposal)
    if result is None or result.number != lowering.version:
        return work
    return work.asked("agree", HUA, IN_MARCH, proposal=proposal).asked(
        "agree", CHEN, IN_MARCH, proposal=proposal
    )


def by_version(work: Casework, worth: Mapping[tuple[str, int], Decimal]) -> dict[tuple[str, str], Decimal]:
    """What the versions pay that stand, worked out apart; on the way that numbers and reversals come once."""
    entries = work.state.all_entries()
    assert [each.number for each in entries] == list(range(1, len(entries) + 1))
    taken_back = [each.reverses for each in entries if each.reverses is not None]
    assert len(taken_back) == len(set(taken_back))
    found: dict[tuple[str, str], Decimal] = {}
    for sheet, who, amount in ((SHEET, LIN, 10000), (QIANS, QIAN, 8000)):
        version = max(each.version for each in entries if each.person == who)
        coefficient = worth[sheet, version]
        found |= {(who, "coefficient"): coefficient, (who, "pay"): amount * coefficient}
        if any(each.person == who and each.element == "list.promotion" for each in entries):
            found[who, "list.promotion"] = Decimal(coefficient in (Decimal("1.5"), Decimal("1.2")))
    return found
