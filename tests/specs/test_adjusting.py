"""An adjustment takes effect when manager and HR have both confirmed it, and only then."""

from typing import Any

import pytest

from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.measure import Capability, KeyTask, Kpi
from cairn.domain.policy import Adjusting
from cairn.domain.sheet.events import FlexibleSpaceUsed, GoalWeighted
from cairn.i18n import refusal_message
from tests.specs.company import (
    CHEN,
    HE,
    HUA,
    LEARNING,
    LIN,
    OF_DEPARTMENT,
    PEOPLE,
    QIAN,
    RELEASE,
    REVENUE,
    SHEET,
    VISITS,
    WANG,
    ZHAO,
    D,
    active,
    adjusting,
    approved,
    closed,
    confirmed,
    draft,
    fact,
    in_review,
    on,
    person,
    plan,
    requested,
)
from tests.specs.given import deadline, given, please, utc

HIGHER = did.Changes(target=D(1320))
"""Ten per cent on a goal of fifty: five points of flexible space."""


def wish(
    by: str = LIN, day: Any = "04-01", changes: did.Changes = HIGHER, **facts: Any
) -> ask.RequestAdjustment:
    usual: dict[str, Any] = {"adjustment": "a1", "changes": changes, "reason": "market"}
    return please(ask.RequestAdjustment, by, day, **usual | facts)


def confirm(role: str, by: str, day: Any = "04-03", **facts: Any) -> ask.ConfirmAdjustment:
    return please(ask.ConfirmAdjustment, by, day, role=role, **facts)


def test_an_adjustment_is_asked_for_with_its_draw_and_its_expiry_in_ten_working_days() -> None:
    world = given(active()).when(wish()).then(requested())
    assert world.status().awaited == (WANG, "role:hr")
    assert world.goal().stage == "adjusting"


@pytest.mark.parametrize("by", [LIN, WANG, HUA])
def test_owner_manager_and_hr_may_ask(by: str) -> None:
    given(active()).when(wish(by)).then_types(did.AdjustmentRequested)


@pytest.mark.parametrize("by", [QIAN, ZHAO])
def test_nobody_else_may_ask(by: str) -> None:
    given(active()).when(wish(by)).refused("goal.not-yours")


def test_asking_for_the_same_adjustment_again_changes_nothing_even_when_it_has_ended() -> None:
    world = given(active()).having(wish())
    world.when(wish()).nothing()
    world.having(please(ask.WithdrawAdjustment, LIN, "04-02")).when(wish()).nothing()


def test_a_second_adjustment_waits_until_the_first_is_settled() -> None:
    given(adjusting()).when(wish(adjustment="a2")).refused("goal.stage", command="adjust", when=("active",))


def test_only_what_runs_is_adjusted() -> None:
    for events in (draft(), approved(), in_review(), closed()):
        given(events).when(wish()).refused("goal.stage", when=("active",))


@pytest.mark.parametrize(("first", "second"), [("manager", "hr"), ("hr", "manager")])
def test_it_takes_effect_with_the_second_confirmation_in_either_order(first: str, second: str) -> None:
    """Goals changed without consent."""
    who = {"manager": WANG, "hr": HUA}
    world = given(adjusting()).when(confirm(first, who[first], "04-02")).then(confirmed(first, who[first]))
    assert isinstance(kpi := world.goal().measure, Kpi) and kpi.target == 1200
    last = confirm(second, who[second])
    by_at = {"by": who[second], "at": last.at}
    filed = did.GoalAdjusted(
        goal=REVENUE,
        adjustment="a1",
        before=did.Changes(target=D(1200)),
        after=HIGHER,
        reason="market",
        draws=D(5),
        space_left=D(10),
        since=last.at.date(),
        **by_at,
    )
    filed = filed.model_copy(
        update={
            "before": filed.before.model_copy(update={"measure": world.goal().measure}),
            "after": HIGHER.model_copy(update={"measure": world.when(last).after.goal().measure}),
        }
    )
    used = FlexibleSpaceUsed(sheet=SHEET, goal=REVENUE, adjustment="a1", used=D(5), left=D(10), **by_at)
    after = world.when(last).then(confirmed(second, who[second], last.at), filed, used)
    assert isinstance(kpi := after.goal().measure, Kpi) and kpi.target == 1320
    assert after.goal().stage == "active" and after.sheet().space_left == 10


def test_a_second_confirmation_by_the_manager_changes_nothing() -> None:
    given(adjusting(), confirmed("manager", WANG)).when(confirm("manager", WANG)).nothing()


def test_after_it_took_effect_a_confirmation_by_its_name_changes_nothing() -> None:
    world = given(adjusting()).having(confirm("manager", WANG), confirm("hr", HUA))
    world.when(confirm("hr", HE, adjustment="a1")).nothing()
    world.when(confirm("hr", QIAN, adjustment="a1")).refused("goal.not-yours")
    world.when(confirm("hr", HE)).refused("goal.stage")


def test_once_confirmed_only_the_other_is_waited_for() -> None:
    assert given(adjusting(), confirmed("manager", WANG)).status().awaited == ("role:hr",)
    assert given(adjusting(), confirmed("hr", HUA)).status().awaited == (WANG,)


def test_the_same_person_never_confirms_in_both_roles() -> None:
    both = {**PEOPLE, WANG: person(WANG, ZHAO, roles=("hr",))}
    world = given(adjusting(), confirmed("manager", WANG), people=both)
    world.when(confirm("hr", WANG)).refused("adjustment.two-roles", by=WANG)
    world = given(adjusting(), confirmed("hr", WANG), people=both)
    world.when(confirm("manager", WANG)).refused("adjustment.two-roles")


def test_the_owner_confirms_in_neither_role() -> None:
    hr = {**PEOPLE, LIN: person(LIN, WANG, roles=("hr", "committee"))}
    given(adjusting(), people=hr).when(confirm("hr", LIN)).refused("goal.own")
    given(adjusting(), people=hr).when(confirm("manager", LIN)).refused("goal.own")


def test_hr_does_not_confirm_as_manager_nor_the_manager_as_hr() -> None:
    given(adjusting()).when(confirm("manager", HUA)).refused("goal.not-yours", who="manager", manager="wang")
    given(adjusting()).when(confirm("hr", WANG)).refused("goal.not-yours", who="hr_other_than_owner")


def test_a_departments_adjustment_is_confirmed_by_committee_and_hr() -> None:
    command = wish(ZHAO, goal=OF_DEPARTMENT, changes=did.Changes(target=D(33)))
    world = given(active(OF_DEPARTMENT)).having(command)
    assert world.status(OF_DEPARTMENT).awaited == ("role:committee", "role:hr")
    world.when(confirm("manager", ZHAO, goal=OF_DEPARTMENT)).refused("goal.own")
    last = world.having(confirm("manager", CHEN, goal=OF_DEPARTMENT)).when(
        confirm("hr", HUA, goal=OF_DEPARTMENT)
    )
    last.then_types(did.AdjustmentConfirmed, did.GoalAdjusted, FlexibleSpaceUsed)


def test_confirming_by_another_adjustments_name_is_refused() -> None:
    given(adjusting()).when(confirm("hr", HUA, adjustment="a7")).refused(
        "adjustment.unknown", adjustment="a7"
    )


def test_either_side_declines_with_a_reason_and_the_goal_runs_on_unchanged() -> None:
    for role, by in (("manager", WANG), ("hr", HUA)):
        command = please(ask.DeclineAdjustment, by, "04-02", role=role, reason="no")
        declined = fact(did.AdjustmentDeclined, by, command.at, adjustment="a1", role=role, reason="no")
        world = given(adjusting()).when(command).then(declined)
        assert world.goal().stage == "active" and world.sheet().space_left == 15
        world.when(command).refused("goal.stage")
        ended = world.when(confirm("hr", HUA, adjustment="a1")).refused("adjustment.ended", how="declined")
        assert "被拒绝" in refusal_message(ended).text("zh")


def test_the_owner_cannot_decline_and_others_cannot_withdraw() -> None:
    given(adjusting()).when(please(ask.DeclineAdjustment, LIN, "04-02", role="hr", reason="no")).refused(
        "goal.own"
    )
    given(adjusting()).when(please(ask.WithdrawAdjustment, WANG, "04-02")).refused(
        "goal.not-yours", who="who_asked", requester=LIN
    )


def test_a_late_no_to_one_adjustment_does_not_meet_the_next() -> None:
    late = please(ask.DeclineAdjustment, WANG, "04-02", role="manager", reason="no", adjustment="a0")
    given(adjusting()).when(late).refused("adjustment.unknown", adjustment="a0")


def test_who_asked_withdraws_even_after_the_first_confirmation() -> None:
    command = please(ask.WithdrawAdjustment, LIN, "04-02")
    world = given(adjusting(), confirmed("hr", HUA)).when(command)
    after = world.then(fact(did.AdjustmentWithdrawn, LIN, command.at, adjustment="a1"))
    after.when(confirm("manager", WANG, adjustment="a1")).refused("adjustment.ended", how="withdrawn")


def test_who_asked_and_has_left_withdraws_nothing() -> None:
    gone = {**PEOPLE, LIN: person(LIN, WANG, left=on("04-02").date())}
    given(adjusting(), people=gone).when(please(ask.WithdrawAdjustment, LIN, "04-02")).refused("person.left")


def test_unconfirmed_it_expires_and_the_goal_runs_on() -> None:
    expires = on("04-15", 9)
    world = given(adjusting(), confirmed("hr", HUA))
    expired = fact(did.AdjustmentExpired, SYSTEM, expires, adjustment="a1")
    after = world.when(deadline("adjustment_expires", expires)).then(expired)
    after.when(deadline("adjustment_expires", expires, late=5)).nothing()
    after.when(confirm("manager", WANG, "04-16", adjustment="a1")).refused("adjustment.ended", how="expired")


def test_a_confirmation_after_the_expiry_is_refused_though_its_timer_is_late() -> None:
    world = given(adjusting(), confirmed("hr", HUA))
    world.when(confirm("manager", WANG, on("04-15", 9))).refused("adjustment.ended", how="expired")
    world.when(confirm("manager", WANG, on("04-15", 8))).then_types(
        did.AdjustmentConfirmed, did.GoalAdjusted, FlexibleSpaceUsed
    )


def test_an_expiry_after_somebody_acted_does_nothing() -> None:
    world = given(adjusting()).having(confirm("manager", WANG), confirm("hr", HUA))
    world.when(deadline("adjustment_expires", on("04-15", 9))).nothing()


def test_the_expiry_is_counted_from_the_day_in_the_policys_own_time_zone() -> None:
    """16:30 UTC on 31 March is already 1 April in Shanghai."""
    event = given(active()).when(wish(day=utc("03-31", 16, 30))).events[0]
    assert isinstance(event, did.AdjustmentRequested) and event.expires_at == on("04-15", 9)


WINDOWED = plan(adjusting=Adjusting(window_days=10))


@pytest.mark.parametrize("day", ["04-01", "04-10", "07-03"])
def test_within_a_quarters_window_adjustments_are_taken(day: str) -> None:
    given(active(), policy=WINDOWED).when(wish(day=day)).then_types(did.AdjustmentRequested)


@pytest.mark.parametrize(("day", "again"), [("03-31", "2026-04-01"), ("04-11", "2026-07-01")])
def test_outside_it_the_next_window_is_named(day: str, again: str) -> None:
    given(active(), policy=WINDOWED).when(wish(day=day)).refused("adjustment.window", days="10", next=again)


def test_after_the_last_window_there_is_none_to_name() -> None:
    given(active(), policy=WINDOWED).when(wish(day="11-01")).refused("adjustment.window-over", days="10")


def test_the_window_opens_and_shuts_at_the_policys_own_midnight() -> None:
    given(active(), policy=WINDOWED).when(wish(day=utc("03-31", 16))).then_types(did.AdjustmentRequested)
    given(active(), policy=WINDOWED).when(wish(day=utc("04-10", 16))).refused("adjustment.window")


@pytest.mark.parametrize(
    "changes",
    [
        did.Changes(),
        did.Changes(target=D(1200)),
        did.Changes(weight=D(50)),
        did.Changes(title="标题"),
        did.Changes(counterweights={VISITS: D(20)}),
        did.Changes(targets={"M02": D(100)}),
    ],
)
def test_an_adjustment_that_changes_nothing_is_refused(changes: did.Changes) -> None:
    given(active()).when(wish(changes=changes)).refused("adjustment.empty")


def test_only_a_kpi_has_a_target_to_change() -> None:
    for goal in (RELEASE, LEARNING):
        given(active(goal)).when(wish(goal=goal)).refused("adjustment.no-target")
    ranged = Kpi(direction="range", lower=D(1), upper=D(2))
    given(active(measure=ranged)).when(wish()).refused("adjustment.no-target")


def test_a_target_for_a_period_that_is_not_there_is_refused() -> None:
    given(active()).when(wish(changes=did.Changes(targets={"Q5": D(1)}))).refused(
        "adjustment.period", period="Q5"
    )


@pytest.mark.parametrize("targets", [{"Y": 1300}, {"M05": 100, "Q3": 330}])
def test_targets_of_two_kinds_of_period_or_of_the_year_are_refused(targets: dict[str, Any]) -> None:
    """The year's is asked for as the target; two kinds would count twice."""
    command = wish(changes=did.Changes.model_validate({"targets": targets}))
    given(active()).when(command).refused("adjustment.kind")


def test_quarterly_quotas_are_changed_by_quarter_and_the_years_target_by_its_quarters() -> None:
    quotas = Kpi(
        targets={"Q1": D(100), "Q2": D(100), "Q3": D(100), "Q4": D(100)}, metric="sales", subject=LIN
    )
    world = given(active(measure=quotas))
    event = world.when(wish(changes=did.Changes(targets={"Q2": D(120)}))).events[0]
    assert isinstance(event, did.AdjustmentRequested) and event.draws == D("2.5")
    event = world.when(wish(changes=did.Changes(target=D(430)))).events[0]
    assert isinstance(event, did.AdjustmentRequested) and event.draws == D("3.75")


def test_when_one_month_of_a_year_shared_out_is_changed_the_others_keep_their_share() -> None:
    changes = did.Changes(targets={"M05": D(130)})
    world = given(active()).having(wish(changes=changes), confirm("manager", WANG), confirm("hr", HUA))
    measure = world.goal().measure
    assert isinstance(measure, Kpi)
    assert measure.targets["M05"] == 130 and measure.targets["M06"] == 100 and len(measure.targets) == 12
    filed = next(event for event in world.events if isinstance(event, did.GoalAdjusted))
    assert filed.before.targets["M05"] == 100 and filed.after.targets["M05"] == 130
    assert filed.draws == D("1.25")  # 30 % of a twelfth of fifty


def test_an_ended_periods_target_no_longer_changes_scored_or_not() -> None:
    """Goals changed without consent."""
    world = given(active())
    world.when(wish(changes=did.Changes(targets={"M03": D(90)}))).refused(
        "adjustment.period-over", period="M03"
    )
    world.when(wish(changes=did.Changes(targets={"M04": D(90)}))).then_types(did.AdjustmentRequested)


def test_nor_when_it_ended_between_asking_and_confirming() -> None:
    asked = requested(did.Changes(targets={"M04": D(90)}), expires_at=on("05-15", 9))
    world = given(active(), asked, confirmed("hr", HUA))
    world.when(confirm("manager", WANG, "05-01")).refused("adjustment.period-over", period="M04")


def test_weights_after_the_adjustment_make_a_hundred_again() -> None:
    given(active()).when(wish(changes=did.Changes(weight=D(60)))).refused("sheet.not-whole-after", sum="110")
    moved = did.Changes(weight=D(60), counterweights={VISITS: D(10)})
    world = given(active()).having(wish(changes=moved), confirm("manager", WANG))
    last = confirm("hr", HUA)
    events = world.when(last).events
    facts: dict[str, Any] = {"sheet": SHEET, "by": HUA, "at": last.at}
    own = GoalWeighted(goal=REVENUE, before=D(50), after=D(60), **facts)
    other = GoalWeighted(goal=VISITS, before=D(20), after=D(10), **facts)
    assert set(map(repr, events[-2:])) == {repr(own), repr(other)}
    assert world.when(last).after.sheet().weight == 100


def test_counterweights_name_goals_of_the_same_sheet() -> None:
    changes = did.Changes(counterweights={"goal-2026-qian-1": D(0)})
    given(active()).when(wish(changes=changes)).refused("sheet.unknown-goal", goal="goal-2026-qian-1")


def test_no_weight_falls_below_zero() -> None:
    changes = did.Changes(weight=D(61), counterweights={RELEASE: D(-1)})
    given(active()).when(wish(changes=changes)).refused("sheet.weight", goal=RELEASE)


def test_no_adjustment_takes_the_last_weight_of_a_dimension() -> None:
    changes = did.Changes(weight=D(70), counterweights={LEARNING: D(0)})
    given(active()).when(wish(changes=changes)).refused("sheet.no-capability")


def test_a_replaced_metric_keeps_neither_the_old_ones_check_ins_nor_curve_mistakes() -> None:
    said = fact(did.CheckedIn, LIN, goal=VISITS, on="2026-02-01", value=30)
    satisfaction = Kpi(unit="%", aggregation="mean", target=D(90))
    changes = did.Changes(measure=satisfaction)
    world = given(active(VISITS), said).having(
        wish(goal=VISITS, changes=changes),
        confirm("manager", WANG, goal=VISITS),
        confirm("hr", HUA, goal=VISITS),
    )
    replaced = satisfaction.model_copy(update={"since": on("04-03").date()})
    assert world.goal(VISITS).measure == replaced and world.goal(VISITS).check_ins == ()
    steep = did.Changes(measure=Kpi(target=D(90), curve="steep"))
    refusal = given(active(VISITS)).when(wish(goal=VISITS, changes=steep)).refused("measure.curve")
    assert refusal.field == "changes.measure.curve"


def test_a_check_in_counts_on_when_only_the_target_moves() -> None:
    said = fact(did.CheckedIn, LIN, goal=VISITS, on="2026-02-01", value=30)
    changes = did.Changes(measure=Kpi(unit="次", target=D(250), threshold=D(200)))
    world = given(active(VISITS), said).having(
        wish(goal=VISITS, changes=changes),
        confirm("manager", WANG, goal=VISITS),
        confirm("hr", HUA, goal=VISITS),
    )
    assert len(world.goal(VISITS).check_ins) == 1


def test_criteria_that_stay_stay_accepted_and_new_ones_have_to_be_met() -> None:
    done = [fact(did.CriterionAccepted, WANG, goal=RELEASE, criterion=n, evidence="x") for n in (1, 2)]
    new = KeyTask(criteria=("live before Q3", "bug rate below 0.3 %"))
    world = given(active(RELEASE), done).having(
        wish(goal=RELEASE, changes=did.Changes(measure=new)),
        confirm("manager", WANG, goal=RELEASE),
        confirm("hr", HUA, goal=RELEASE),
    )
    assert world.goal(RELEASE).accepted == {1: "x"}
    other = Capability(outcomes=("trained",))
    changed = given(active(RELEASE), done).having(
        wish(goal=RELEASE, changes=did.Changes(measure=other)),
        confirm("manager", WANG, goal=RELEASE),
        confirm("hr", HUA, goal=RELEASE),
    )
    assert changed.goal(RELEASE).accepted == {}


def test_a_new_manager_inherits_the_open_confirmation_and_the_former_ones_stays_theirs() -> None:
    moved = please(ask.ChangeManager, HUA, "04-02", manager=ZHAO, effective="2026-04-02")
    world = given(adjusting()).having(moved)
    assert world.status().awaited == (ZHAO, "role:hr")
    world.when(confirm("manager", WANG)).refused("goal.not-yours", who="manager", manager="zhao")
    world.when(confirm("manager", ZHAO)).then_types(did.AdjustmentConfirmed)
    before = given(adjusting(), confirmed("manager", WANG)).having(moved)
    before.when(confirm("manager", ZHAO)).nothing()
    assert before.status().awaited == ("role:hr",)
