"""What is read of a goal once it is scored: its score with inputs, its story, the cycle at a glance, the cascade."""

from datetime import date
from fractions import Fraction

import asyncpg

from cairn.domain.cycle import events as c
from cairn.domain.exact import exact
from cairn.domain.goal import events as g
from cairn.domain.people import Department, DepartmentNamed, Person, PersonChanged, PersonLeft
from cairn.domain.sheet import events as s
from projections.engine.catch_up import catch_up
from projections.models.cascade import CascadeGoal, cascade, coverage, gaps, rolled_up
from projections.models.dashboard import cycles, dashboard
from projections.models.history import history
from projections.models.person import departments, people, person
from projections.models.refused import refusals
from projections.models.score import (
    goal_scores,
    goal_scores_by_key,
    restatements,
    result,
    results,
    sheet_scores,
)
from tests.projections.given import (
    CYCLE,
    GOAL,
    SHEET,
    D,
    active,
    drafted,
    joined,
    later,
    launched,
    opened,
    record,
)

FACTS = {"aggregation": "sum", "n": "62", "direction": "higher", "curve": "standard"}
COUNTED = g.Note.model_validate({"code": "counted", "facts": FACTS})


def scored(points: str, version: int, at: float = 95) -> g.GoalScored:
    return g.GoalScored(
        goal=GOAL, period="Q1", starts=date(2026, 1, 1), ends=date(2026, 3, 31), actual=D("290000.50"),
        target=D(300000), attainment=Fraction(29000050, 300000), points=exact(points), rounded=D("96.67"),
        formula=COUNTED, inputs=g.Inputs(readings=(7, 9), upto=20, version=version), policy="small@1",
        by="system", at=later(at),
    )  # fmt: skip


async def test_a_score_keeps_its_inputs_formula_policy_and_exact_numbers(pool: asyncpg.Pool) -> None:
    await record(pool, opened(), *active())
    position = await record(pool, scored("96.66683333", 4))
    await catch_up(pool)
    [found] = await goal_scores(pool, goal=GOAL)
    assert (found.actual, found.attainment, found.points) == (
        exact("290000.50"),
        Fraction(29000050, 300000),
        exact("96.66683333"),
    )
    assert (found.rounded, found.why, found.marks) == (D("96.67"), None, ())
    assert (found.inputs.readings, found.inputs.upto, found.inputs.version) == ((7, 9), 20, 4)
    assert (found.formula, found.policy, found.position, found.version) == (
        COUNTED, "small@1", position, 5
    )  # fmt: skip
    assert [each.title for each in await goal_scores(pool, sheet=SHEET, period="Q1")] == ["销售额"]
    assert await goal_scores(pool, sheet=SHEET, period="Q2") == []


async def test_the_last_score_of_a_period_stands(pool: asyncpg.Pool) -> None:
    await record(pool, *active(), scored("96", 4), scored("97", 5))
    await catch_up(pool)
    assert [each.points for each in await goal_scores(pool, goal=GOAL)] == [97]
    assert await goal_scores_by_key(pool, CYCLE, "revenue") == await goal_scores(pool, goal=GOAL)
    assert await goal_scores_by_key(pool, CYCLE, "quota") == []


async def test_a_sheets_scores_and_result_say_what_they_were_made_of(pool: asyncpg.Pool) -> None:
    part = s.ScorePart(goal=GOAL, version=5, weight=D(100), points=exact(96))
    quarter = s.PeriodPart(period="Q1", kind="quarter", months=exact(3), points=exact(96))
    at = {"sheet": SHEET, "policy": "small@1", "by": "system", "at": later(96)}
    await record(
        pool,
        opened(),
        s.SheetScored.model_validate(
            {"period": "Q1", "points": D(96), "rounded": D(96), "parts": (part,), **at}
        ),
        s.ResultIssued.model_validate(
            {"points": D("96.005"), "rounded": D("96.01"), "grade": "A", "coefficient": D("1.2"), **at}
            | {"mix": {"quarter": D(40), "year": D(60)}, "periods": (quarter,)}
        ),
    )
    await catch_up(pool)
    [score] = await sheet_scores(pool, cycle=CYCLE, period="Q1")
    assert (score.points, score.parts, score.holder) == (exact(96), (part,), "lin")
    assert await sheet_scores(pool, sheet=SHEET) == [score]
    issued = await result(pool, SHEET)
    assert issued is not None
    assert (issued.rounded, issued.grade, issued.periods) == (D("96.01"), "A", (quarter,))
    assert await results(pool, CYCLE, "sales") == [issued]
    assert await results(pool, CYCLE, "rd") == []


async def test_a_restatement_is_listed_until_it_is_decided_and_then_until_the_person_was_told(
    pool: asyncpg.Pool,
) -> None:
    at = {"sheet": SHEET, "by": "hua", "at": later(96)}
    first, second, third = (f"2026-lin-1-R{number}" for number in (1, 2, 3))

    def proposed(name: str, **facts: str) -> s.RestatementProposed:
        return s.RestatementProposed(restatement=name, cause="readings", period="Q1", **facts, **at)

    def decided(name: str, accepted: bool) -> s.RestatementDecided:
        return s.RestatementDecided(restatement=name, accepted=accepted, heard="h", reason="r", **at)

    async def listed() -> tuple[list[str], list[tuple[str, bool | None]]]:
        await catch_up(pool)
        waiting, untold = [await restatements(pool, CYCLE, decided=each) for each in (False, True)]
        return [each.restatement for each in waiting], [(each.restatement, each.accepted) for each in untold]

    await record(pool, opened(), proposed(first), proposed(second, replaces=first))
    assert await listed() == ([second], [])
    await record(pool, decided(second, True), proposed(third), decided(third, False))
    assert await listed() == ([], [(second, True), (third, False)])
    await record(pool, s.RestatementTold(restatement=second, **at))
    assert await listed() == ([], [(third, False)])
    last = "2026-lin-1-R4"
    told = s.RestatementTold(restatement=last, **at)
    await record(pool, proposed(last), decided(last, True), told)
    assert await listed() == ([], [(third, False)])


async def test_a_goals_story_tells_who_changed_what_from_what_in_sealed_order(pool: asyncpg.Pool) -> None:
    by = {"by": "hua", "at": later(9)}
    before, after = g.Changes(target=D(1200)), g.Changes(target=D(1000))
    filed = {
        "goal": GOAL,
        "adjustment": "a1",
        "before": before,
        "after": after,
        "reason": "市场",
        "draws": D(2),
    }
    weighted = {"sheet": SHEET, "goal": GOAL, "before": D(100), "after": D(90)}
    await record(
        pool,
        opened(),
        *active(),
        g.GoalRevised.model_validate({"goal": GOAL, "title": "新客户", "measure": drafted().measure, **by}),
        g.GoalAdjusted.model_validate({**filed, "space_left": D(13), **by}),
        s.GoalWeighted.model_validate({**weighted, **by}),
        g.ManagerChanged(goal=GOAL, former="wang", manager="zhao", effective=date(2026, 2, 1), **by),
        s.GoalRemoved.model_validate({"sheet": SHEET, "goal": GOAL, **by}),
        s.GoalRemoved.model_validate({"sheet": SHEET, "goal": "goal-2026-lin-2", **by}),
    )
    await catch_up(pool)
    story = await history(pool, GOAL)
    assert [each.type for each in story] == [
        "SheetOpened", "GoalDrafted", "GoalSubmitted", "GoalApproved", "GoalActivated", "GoalRevised",
        "GoalAdjusted", "GoalWeighted", "ManagerChanged", "GoalRemoved",
    ]  # fmt: skip
    changes = {each.type: (each.before, each.after) for each in story}
    assert changes["GoalRevised"] == ({"title": "销售额"}, {"title": "新客户"})
    assert changes["GoalAdjusted"] == ({"target": "1200"}, {"target": "1000"})
    assert changes["GoalWeighted"] == ({"weight": "100"}, {"weight": "90"})
    assert changes["ManagerChanged"] == ({"manager": "wang"}, {"manager": "zhao"})
    assert changes["GoalRemoved"] == ({"weight": "90"}, {"weight": None})
    assert (story[3].actor, story[3].occurred_at, story[3].stream, story[3].version) == (
        "wang",
        later(2),
        GOAL,
        3,
    )
    assert [each.type for each in await history(pool, GOAL, upto=2)] == ["SheetOpened", "GoalDrafted"]


async def test_a_story_goes_as_far_as_the_fold_though_the_log_has_more(pool: asyncpg.Pool) -> None:
    await record(pool, opened(), *active())
    await catch_up(pool)
    weighted = {"sheet": SHEET, "goal": GOAL, "before": D(100), "after": D(90), "by": "hua", "at": later(9)}
    await record(
        pool, s.GoalWeighted.model_validate(weighted), g.ReviewOpened(goal=GOAL, by="hua", at=later(9))
    )
    assert [each.position for each in await history(pool, GOAL)] == [1, 2, 3, 4, 5]
    await catch_up(pool)
    story = await history(pool, GOAL)
    assert [(each.position, each.type) for each in story[5:]] == [(6, "GoalWeighted"), (7, "ReviewOpened")]


async def test_a_story_tells_every_sheet_the_goal_was_placed_in(pool: asyncpg.Pool) -> None:
    by = {"by": "hua", "at": later(9)}
    placement = s.Placement(goal=GOAL, dimension="duties", weight=D(20))
    part = s.ScorePart(goal=GOAL, weight=D(20), points=D(96), version=4)
    other, scores = (
        "sheet-2026-qi-1",
        {"period": "Q1", "points": D(90), "rounded": D(90), "policy": "p", **by},
    )
    await record(
        pool,
        opened(),
        drafted(),
        opened(other, ()),
        s.GoalPlaced.model_validate({"sheet": other, "placement": placement, **by}),
        s.SheetScored.model_validate({"sheet": other, "parts": (part,), **scores}),
        s.SheetScored.model_validate({"sheet": other, "parts": (), **scores}),
    )
    await catch_up(pool)
    story = await history(pool, GOAL)
    assert [(each.stream, each.type) for each in story] == [
        (SHEET, "SheetOpened"), (GOAL, "GoalDrafted"), (other, "GoalPlaced"), (other, "SheetScored"),
    ]  # fmt: skip
    assert story[2].facts == {"sheet": other, "weight": "20"}
    assert story[3].facts == {
        "period": "Q1", "weight": "20", "points": "96", "sheet_points": "90", "policy": "p"
    }  # fmt: skip


async def test_a_cycle_at_a_glance_counts_stages_waits_delays_and_space(pool: asyncpg.Pool) -> None:
    other, tall = "goal-2026-qi-1", "goal-2026-company-1"
    failure = c.LaunchFailure(sheet="sheet-2026-x-1", code="exists", facts={"streams": ("sheet-2026-x-1",)})
    finished = c.LaunchFinished(cycle=CYCLE, sheets=1, goals=3, failures=(failure,), by="system", at=later(0))
    used = {"sheet": SHEET, "goal": GOAL, "adjustment": "a1", "used": D("2.5"), "left": D("12.5")}
    await record(
        pool, DepartmentNamed(department=Department(id="sales", name="销售一部"), by="hua", at=later(0))
    )
    await record(pool, launched(), finished, opened(), *active(), drafted(other, owner="qi"))
    await record(pool, s.FlexibleSpaceUsed.model_validate({**used, "by": "hua", "at": later(9)}))
    await record(pool, drafted(tall, tier="strategic", department=None, manager=None))
    scored_ = {"cycle": CYCLE, "period": "Q1", "sheets": 1, "due": later(95), "by": "system", "at": later(95)}
    await record(pool, c.PeriodScored.model_validate(scored_))
    await catch_up(pool)
    found = await dashboard(pool, CYCLE, later(0))
    assert found is not None and found.cycle.launch is not None
    assert (found.cycle.stage, found.cycle.launch.failures, found.cycle.scored) == (
        "goal_setting", (failure,), {"Q1": 1}
    )  # fmt: skip
    assert found.stages == {"draft": 2, "active": 1}
    company, sales = found.departments
    assert (company.department, company.goals) == (None, 1)
    assert (sales.name, sales.stages, sales.waiting, sales.overdue) == (
        "销售一部",
        {"draft": 1, "active": 1},
        1,
        0,
    )
    assert (sales.space, sales.used, sales.sheets) == (D(15), D("2.5"), 1)
    late = await dashboard(pool, CYCLE, found.cycle.schedule.drafts_due)
    assert late is not None and [line.overdue for line in late.departments] == [1, 1]
    assert [each.cycle for each in await cycles(pool)] == [CYCLE]
    assert await dashboard(pool, "2031", later(0)) is None


async def test_a_cycles_stage_follows_its_events_to_the_end(pool: asyncpg.Pool) -> None:
    by = {"cycle": CYCLE, "by": "system", "at": later(1)}
    await record(
        pool, launched(), c.StageReached.model_validate({"stage": "execution", "due": later(1), **by})
    )
    await catch_up(pool)
    assert [(each.stage, each.results) for each in await cycles(pool)] == [("execution", False)]
    await record(
        pool,
        c.ResultsIssued.model_validate({"sheets": 1, **by}),
        c.CycleClosed.model_validate({"goals": 1, **by}),
    )
    await catch_up(pool)
    assert [(each.stage, each.results, each.version) for each in await cycles(pool)] == [("closed", True, 4)]


async def test_a_launch_that_finishes_late_does_not_turn_the_stage_back(pool: asyncpg.Pool) -> None:
    by = {"cycle": CYCLE, "by": "system", "at": later(1)}
    reached = c.StageReached.model_validate({"stage": "execution", "due": later(1), **by})
    await record(pool, launched(), reached, c.LaunchFinished.model_validate({"sheets": 1, "goals": 1, **by}))
    for window in (1, 3):
        await pool.execute("delete from read.cycle")
        await pool.execute("update read.projection set cursor = 0")
        await catch_up(pool, names=["dashboard"], window=window)
        assert [each.stage for each in await cycles(pool)] == ["execution"]


async def test_the_cascade_shows_goals_under_goals_and_the_parts_nobody_took_up(pool: asyncpg.Pool) -> None:
    top, below = "goal-2026-company-1", "goal-2026-sales-1"
    parts = (
        g.Part(title="主营业务A", department="sales", target=D(15)),
        g.Part(title="新业务B", department="lab", target=D(30)),
    )
    await record(
        pool,
        drafted(top, tier="strategic", department=None),
        g.GoalDecomposed(goal=top, parts=parts, by="boss", at=later(1)),
        drafted(below, tier="department"),
        g.GoalAligned(goal=below, parent=top, by="wang", at=later(2)),
        drafted(GOAL, parent=below),
    )
    await catch_up(pool)
    tree = await cascade(pool, CYCLE)
    assert [(each.depth, each.goal, each.children) for each in tree] == [
        (0, top, 1),
        (1, below, 1),
        (2, GOAL, 0),
    ]
    assert [each.goal for each in await cascade(pool, CYCLE, root=below)] == [below, GOAL]
    taken, gap = await coverage(pool, CYCLE)
    assert (taken.part_title, taken.aligned, taken.covered) == ("主营业务A", (below,), True)
    assert (gap.department, gap.target, gap.covered) == ("lab", D(30), False)
    assert (taken.people, gap.people) == (("lin",), ())


async def test_what_nobody_carries_is_listed_from_the_strategy_down(pool: asyncpg.Pool) -> None:
    """A part without goal, a department's goal without people or strategy, a duty that serves nothing: a parent that
    was cancelled is none."""
    top, whole = "goal-2026-company-1", "goal-2026-company-2"
    sales, lab, gone = (f"goal-2026-department.{name}-1" for name in ("sales", "lab", "gone"))
    alone = "goal-2026-zhao-1"
    await record(
        pool,
        drafted(top, tier="strategic", department=None),
        g.GoalDecomposed(
            goal=top, by="boss", at=later(1),
            parts=(g.Part(title="A", department="sales"), g.Part(title="B", department="rd")),
        ),
        drafted(whole, tier="strategic", department=None),
        drafted(sales, tier="department", parent=top),
        drafted(lab, tier="department", department="lab"),
        drafted(gone, tier="department", parent=top),
        g.GoalCancelled(goal=gone, by="boss", at=later(2)),
        drafted(GOAL, parent=sales),
        drafted(alone, owner="zhao", parent=gone),
    )  # fmt: skip
    await catch_up(pool)
    assert [(each.code, each.goal) for each in await gaps(pool, CYCLE)] == [
        ("part", top),
        ("undivided", whole),
        ("unaligned", lab),
        ("nobody", lab),
        ("alone", alone),
    ]
    assert (await gaps(pool, CYCLE))[0].department == "rd"


def in_tree(
    goal: str, parent: str | None, depth: int, weight: int | None, attained: int | None
) -> CascadeGoal:
    return CascadeGoal(
        depth=depth, goal=goal, parent=parent, tier="individual", title=goal, owner="lin", department=None,
        stage="active", weight=None if weight is None else D(weight), parts=(), children=0,
        attainment=None if attained is None else Fraction(attained),
    )  # fmt: skip


def test_m6_what_serves_a_goal_comes_to_its_weighted_mean_at_any_depth() -> None:
    """RULES M6: children at 0, 0, 0, 50 → 12.5; weights count; what is not known gives its weight to the rest."""
    equal = [in_tree("top", None, 0, None, None)]
    equal += [in_tree(f"c{n}", "top", 1, None, attained) for n, attained in enumerate((0, 0, 0, 50))]
    assert rolled_up(equal)["top"] == (Fraction(25, 2), 4, 4)
    deep = [
        in_tree("top", None, 0, 100, None), in_tree("a", "top", 1, 75, None), in_tree("b", "top", 1, 25, 100),
        in_tree("a1", "a", 2, 60, 40), in_tree("a2", "a", 2, 40, None),
    ]  # fmt: skip
    assert rolled_up(deep)["a"] == (Fraction(40), 1, 2)
    assert rolled_up(deep)["top"] == (Fraction(55), 2, 2)


async def test_M6_the_weight_of_a_goal_in_the_one_it_serves_is_no_weight_of_its_sheet(
    pool: asyncpg.Pool,
) -> None:
    top = "goal-2026-department.sales-1"
    await record(
        pool,
        opened(),
        drafted(parent=top, parent_weight=D(3)),
        g.GoalAligned(goal=GOAL, parent=top, parent_weight=D(1), by="lin", at=later(1)),
        g.GoalAligned(goal=GOAL, parent=top, by="lin", at=later(2)),
    )
    await catch_up(pool)
    one, none = (await history(pool, GOAL))[-2:]
    assert (one.before, one.after) == ({"parent_weight": "3"}, {"parent_weight": "1"})
    assert (none.before, none.after) == ({"parent_weight": "1"}, {"parent_weight": None})


async def test_people_are_as_the_roster_last_stated_them(pool: asyncpg.Pool) -> None:
    moved = Person(
        id="lin", name="林", department="rd", family="rd", hired=date(2020, 1, 1), roles=("hr", "committee")
    )
    at = {"person": "lin", "effective": date(2026, 5, 1), "by": "hua", "at": later(100)}
    lab = Department(id="rd", name="研发部", head="wang", parent=None)
    await record(pool, DepartmentNamed(department=lab, by="hua", at=later(0)), joined("lin"), joined("qi"))
    await record(pool, PersonChanged.model_validate({"details": moved, **at}))
    await catch_up(pool)
    assert await person(pool, "lin") == moved
    assert await departments(pool) == [lab]
    await record(pool, PersonLeft.model_validate(at))
    await catch_up(pool)
    assert await person(pool, "lin") == moved.model_copy(update={"left": date(2026, 5, 1)})
    assert [each.id for each in await people(pool)] == ["qi"]
    assert [each.id for each in await people(pool, manager="wang", with_leavers=True)] == ["qi"]
    assert await person(pool, "nobody") is None


async def test_refused_signals_are_kept_for_who_sent_them(pool: asyncpg.Pool) -> None:
    facts = {"stage": "draft", "when": ["submitted"]}
    said = {"name": "approve", "code": "goal.stage", "facts": facts, "by": "wang", "at": later(1)}
    await record(pool, drafted(), g.SignalRefused.model_validate({"goal": GOAL, **said}))
    await record(pool, launched(), c.CycleSignalRefused.model_validate({"cycle": CYCLE, **said, "by": "hua"}))
    await catch_up(pool)
    assert [(each.kind, each.by) for each in await refusals(pool)] == [("cycle", "hua"), ("goal", "wang")]
    [of_goal] = await refusals(pool, stream=GOAL)
    assert (of_goal.code, of_goal.field) == ("goal.stage", None)
    assert of_goal.facts == {"stage": "draft", "when": ("submitted",)}
    assert [each.name for each in await refusals(pool, by="hua")] == ["approve"]
