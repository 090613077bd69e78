"""Appraisals: weighted raters, the unnamed by tokens and from a threshold on (RULES E1, U2, C4)."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from cairn.domain.appraisal.context import AppraisalContext, BoxedAnswer
from cairn.domain.appraisal.events import AppraisalOpened, Item, ManagedDays, RoleReleased
from cairn.domain.appraisal.kind import KIND
from cairn.domain.appraisal.likeness import alike
from cairn.domain.appraisal.opening import asked_below, is_appraised, opened
from cairn.domain.appraisal.reading import named_answers_seen, releases_seen
from cairn.domain.appraisal.scoring import appraised, role_means, weighed, with_more
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.kind import decide
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as cycle_after
from cairn.domain.cycle.status import deadlines_of
from cairn.domain.event import SYSTEM
from cairn.domain.policy import AppraisalRules, Behaviour, Evaluator, Name, Policy
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as sheet_after
from tests.specs.casework import Casework
from tests.specs.company import HUA, LIN, PLAN, QIAN, SCHEDULE, SHEET, WANG, ZHAO, launched, on
from tests.specs.company import opened as sheet_opened
from tests.specs.given import for_all
from tests.specs.moving import COMPANY
from tests.specs.rules import Example, outcome, specs
from tests.specs.rules.appraisals import E1

GOAL = "goal-2026-lin-2"
NAME = Name(zh="协作", en="Teamwork")
RULES = AppraisalRules(
    behaviours={"teamwork": Behaviour(title=NAME, anchors={"5": Name(zh="补位", en="Helps unasked")})},
)
CUSTOMERS = tuple(f"{number:016x}" for number in range(1, 5))
"""Tokens."""


def policy(**weights: int) -> Policy:
    evaluators = {role: Decimal(weight) for role, weight in weights.items()}
    sales = PLAN.families["sales"].model_copy(update={"evaluators": evaluators})
    return PLAN.model_copy(update={"families": {**PLAN.families, "sales": sales}, "appraisal": RULES})


RATED = policy(self=10, manager=70, internal_customers=20)
ITEMS = (
    Item(key=GOAL, kind="goal", text=Name(zh="学习", en="Learn"), weight=Decimal(20)),
    Item(key="teamwork", kind="behaviour", text=NAME, weight=Decimal(0)),
)
OPENED = AppraisalOpened(
    case="appraisal-2026-lin-1",
    sheet=SHEET,
    family="sales",
    weights={"self": Decimal(10), "manager": Decimal(70), "internal_customers": Decimal(20)},
    items=ITEMS,
    marks={str(mark): Fraction(20 * mark) for mark in range(1, 6)},
    threshold=3,
    managers=(ManagedDays(manager=WANG, days=365),),
    nominate_by=on("03-05", 9),
    answers_by=on("03-16", 9),
    late_by=on("03-23", 9),
    by=SYSTEM,
    at=on("03-02", 9),
)
BEGUN = Casework("appraisal-2026-lin-1", events=(OPENED,), policy=RATED)
CONFIRMED = BEGUN.asked("nominate", LIN, "03-03", role="internal_customers", raters=CUSTOMERS).asked(
    "confirm", WANG, "03-04"
)


def marks(points: str | int, mark: str | int = 3) -> dict[str, str]:
    return {GOAL: str(points), "teamwork": str(mark)}


def both(case: Casework = CONFIRMED) -> Casework:
    return case.asked("submit", LIN, "03-05", role="self", marks=marks(90)).asked(
        "submit", WANG, "03-06", role="manager", marks=marks(80)
    )


def boxed(*answers: tuple[str, int], asked: int = 1) -> list[BoxedAnswer]:
    return [BoxedAnswer(token, asked, marks(points), f"sealed {token}") for token, points in answers]


def collected(case: Casework, phase: str, answers: Sequence[BoxedAnswer] = ()) -> Casework:
    """The case after the day on which answers are taken in, with those that wait."""
    due = OPENED.answers_by if phase == "collect" else OPENED.late_by
    command = KeepCaseDeadline(case=case.case, phase=phase, due=due, by=SYSTEM, at=due)
    plain = case.context(due)
    context = AppraisalContext(**vars(plain), boxed={"internal_customers": answers})
    events = decide(KIND, command, case.state, context)
    return replace(case, events=(*case.events, *events), just=tuple(events))


# ---------------------------------------------------------------- E1: what raters come to


@specs(E1)
def test_example(example: Example) -> None:
    assert outcome(example) == example.comes_to


def test_E1_self_90_manager_80_and_customers_under_the_threshold_come_to_81_25() -> None:
    assert weighed(
        [(Decimal(10), Fraction(90)), (Decimal(70), Fraction(80)), (Decimal(20), None)]
    ) == Fraction(8125, 100)
    done = collected(both(), "collect", boxed(("t1", 10), ("t2", 20)))
    assert done.state.scored.goals == {GOAL: Fraction(8125, 100)}
    assert done.state.scored.counted == {"self": Decimal(10), "manager": Decimal(70)}


def test_E1_a_roles_score_is_the_plain_mean_of_its_answers() -> None:
    done = collected(both(), "collect", boxed(("t1", 60), ("t2", 70), ("t3", 95)))
    [release] = done.state.releases["internal_customers"]
    assert (release.answers, release.means[GOAL]) == (3, Fraction(75))
    assert done.state.scored.goals == {GOAL: Fraction(80)}  # 9 + 56 + 15


def test_E1_managers_count_by_the_days_of_their_segments() -> None:
    parts = [(Fraction(90), {GOAL: Fraction(60)}), (Fraction(275), {GOAL: Fraction(80)})]
    assert role_means(parts)[GOAL] == Fraction(90 * 60 + 275 * 80, 365)
    two = OPENED.model_copy(
        update={"managers": (ManagedDays(manager=WANG, days=275), ManagedDays(manager=QIAN, days=90))}
    )
    case = replace(BEGUN, events=(two,))
    case = case.asked("submit", LIN, "03-05", role="self", marks=marks(90))
    one = collected(case.asked("submit", WANG, "03-06", role="manager", marks=marks(80)), "collect")
    assert one.state.scored is None and one.standing("03-17").awaited == (QIAN,)
    done = one.asked("submit", QIAN, "03-18", role="manager", marks=marks(60))
    assert done.state.releases["manager"][0].means[GOAL] == Fraction(90 * 60 + 275 * 80, 365)
    assert done.state.scored is not None


def test_E1_behaviours_are_a_part_of_their_own() -> None:
    done = collected(both(), "collect")
    assert done.state.scored.behaviours == Fraction(60)
    found = appraised({"self": Decimal(100)}, ITEMS[:1], {})
    assert (found.goals, found.behaviours) == ({}, None)


def test_of_U2_only_the_employees_own_omission_follows_the_policys_missing() -> None:
    release = RoleReleased(
        case="x", role="manager", number=1, answers=1, means={GOAL: Fraction(80)}, by=SYSTEM, at=on("03-16")
    )
    weights: dict[Evaluator, Decimal] = {"self": Decimal(20), "manager": Decimal(80)}
    omitted = appraised(weights, ITEMS, {"manager": release}, ["self"], "zero")
    assert omitted.goals == {GOAL: Fraction(64)}
    other: dict[Evaluator, Decimal] = {"second_line_manager": Decimal(20), "manager": Decimal(80)}
    left = appraised(other, ITEMS, {"manager": release}, ["second_line_manager"], "zero")
    assert left.goals == {GOAL: Fraction(80)}


POINTS = st.integers(0, 120).map(Fraction)


@for_all(st.lists(POINTS, min_size=3, max_size=8), st.lists(POINTS, min_size=3, max_size=8))
def test_law_E1_a_second_release_is_the_mean_of_all_answers(
    first: list[Fraction], more: list[Fraction]
) -> None:
    before = RoleReleased(
        case="x", role="peers", number=1, answers=len(first),
        means=with_more(None, [{"a": each} for each in first]), by=SYSTEM, at=on("03-16"),
    )  # fmt: skip
    after = with_more(before, [{"a": each} for each in more])
    assert after["a"] == sum([*first, *more]) / Fraction(len(first) + len(more))


# ---------------------------------------------------------------- opened with the year's review


def test_a_policy_without_the_section_opens_no_appraisal() -> None:
    cycle = cycle_after(Cycle(id="2026"), launched()).model_copy(update={"stage": "execution"})
    without = RATED.model_copy(update={"appraisal": None})
    assert [each.at for each in deadlines_of(cycle, RATED) if each.phase == "appraisals"] == [
        SCHEDULE.review_opens
    ]
    assert [each for each in deadlines_of(cycle, without) if each.phase == "appraisals"] == []
    sheet = sheet_after(Sheet(id=SHEET), sheet_opened(SHEET))
    assert is_appraised(sheet, RATED) and not is_appraised(sheet, without)


def test_it_opens_with_what_the_sheet_and_the_places_say() -> None:
    sheet = sheet_after(Sheet(id=SHEET), sheet_opened(SHEET))
    begun = opened(sheet, [], ["b", "a"], SCHEDULE, RATED, COMPANY, on("03-02", 9))
    assert begun.case == "appraisal-2026-lin-1" and begun.subordinates == ("a", "b")
    assert [each.manager for each in begun.managers] == [WANG] and begun.second_line_manager == ZHAO
    assert [item.key for item in begun.items] == ["teamwork"]
    assert begun.nominate_by < begun.answers_by < begun.late_by


def test_fewer_subordinates_than_the_threshold_are_not_asked_at_all() -> None:
    sheet = sheet_after(Sheet(id=SHEET), sheet_opened(SHEET)).model_copy(update={"holder": WANG})
    rated = policy(manager=80, subordinates=20)
    below = [id for id, each in COMPANY.items() if each.on(on("03-02").date()).manager == WANG]
    asked = asked_below(sheet, rated, COMPANY, on("03-02").date())
    assert asked == (sorted(below) if len(below) >= 3 else [])
    assert rated.appraisal is not None
    few = rated.model_copy(update={"appraisal": rated.appraisal.model_copy(update={"threshold": 50})})
    assert asked_below(sheet, few, COMPANY, on("03-02").date()) == []


def test_marks_lie_on_the_policys_scale_and_anchors_belong_to_marks() -> None:
    with pytest.raises(ValidationError) as off:
        Policy.model_validate({**RATED.model_dump(), "appraisal": {"marks": {"1": 0, "5": 130}}})
    assert "mark_off_scale" in str(off.value.errors())
    behaviours = {"teamwork": {"title": {"zh": "x", "en": "x"}, "anchors": {"7": {"zh": "x", "en": "x"}}}}
    with pytest.raises(ValidationError) as of_none:
        AppraisalRules.model_validate({"behaviours": behaviours})
    assert "anchor_of_no_mark" in str(of_none.value.errors())


# ---------------------------------------------------------------- who rates


def test_raters_are_nominated_by_the_employee_and_confirmed_by_the_manager() -> None:
    assert BEGUN.standing("03-02").awaited == (LIN, WANG)
    named = BEGUN.asked("nominate", LIN, "03-03", role="internal_customers", raters=CUSTOMERS)
    assert named.state.raters == {} and not named.state.confirmed
    assert named.refused("confirm", LIN, "03-04").code == "case.not-yours"
    done = named.asked("confirm", WANG, "03-04")
    assert done.state.raters == {"internal_customers": CUSTOMERS}
    again = done.refused("nominate", LIN, "03-05", role="internal_customers", raters=CUSTOMERS[:3])
    assert again.code == "appraisal.raters-asked"


def test_fewer_raters_than_could_be_shown_are_refused() -> None:
    few = BEGUN.refused("nominate", LIN, "03-03", role="internal_customers", raters=CUSTOMERS[:2])
    assert few.code == "appraisal.too-few"
    other = BEGUN.refused("nominate", LIN, "03-03", role="peers", raters=CUSTOMERS)
    assert other.code == "appraisal.not-nominated"
    assert BEGUN.refused("confirm", WANG, "03-04").code == "appraisal.nobody-nominated"


def test_no_message_brings_a_name_into_the_log_as_an_unnamed_raters() -> None:
    said = BEGUN.refused("nominate", LIN, "03-03", role="internal_customers", raters=(QIAN, HUA, ZHAO))
    assert said.code == "appraisal.not-a-token" and QIAN not in str(said.facts)


def test_nominations_that_are_late_are_reminded_and_told_further_up() -> None:
    late = BEGUN.reached("nominate_remind").reached("nominate_escalated")
    assert late.types == ["CaseEscalated"]
    assert late.state.stage == "open"


DOTTED = replace(
    BEGUN,
    events=(
        OPENED.model_copy(update={"weights": {"manager": Decimal(80), "dotted_line_managers": Decimal(20)}}),
    ),
)


def test_who_rates_from_above_by_name_declines_or_delegates_with_a_reason() -> None:
    asked = DOTTED.asked("nominate", LIN, "03-03", role="dotted_line_managers", raters=(QIAN,))
    asked = asked.asked("confirm", WANG, "03-04")
    assert QIAN in asked.standing("03-05").awaited
    passed = asked.asked(
        "delegate", QIAN, "03-05", role="dotted_line_managers", to=ZHAO, reason="he leads it now"
    )
    assert passed.state.raters["dotted_line_managers"] == (ZHAO,)
    gone = passed.asked("decline", ZHAO, "03-06", role="dotted_line_managers", reason="never met")
    assert gone.standing("03-07").awaited == (WANG,)
    stranger = asked.refused("decline", HUA, "03-05", role="dotted_line_managers", reason="x")
    assert stranger.code == "case.not-yours"
    own = asked.refused("decline", WANG, "03-05", role="manager", reason="no time")
    assert own.code == "case.not-yours"
    himself = DOTTED.refused("nominate", LIN, "03-03", role="dotted_line_managers", raters=(LIN,))
    assert himself.code == "appraisal.rater-own"


def test_a_message_cannot_decline_for_a_token() -> None:
    """Only the application, which knows whose a token is, gives such a command, as the system."""
    for who in (LIN, WANG, HUA):
        said = CONFIRMED.refused(
            "decline", who, "03-05", role="internal_customers", rater=CUSTOMERS[0], reason="x"
        )
        assert said.code == "case.not-yours"
    done = CONFIRMED.asked(
        "decline", SYSTEM, "03-05", role="internal_customers", rater=CUSTOMERS[0], reason="x"
    )
    assert done.types == ["RaterDeclined"] and done.just[0].by == SYSTEM


# ---------------------------------------------------------------- answers of named raters


def test_a_draft_is_handed_in_with_what_is_given_on_top_of_it() -> None:
    saved = BEGUN.asked(
        "draft", WANG, "03-03", role="manager", marks={GOAL: "70"}, texts={"teamwork": "helps"}
    )
    missing = saved.refused("submit", WANG, "03-04", role="manager")
    assert missing.code == "appraisal.unanswered"
    done = saved.asked("submit", WANG, "03-04", role="manager", marks={"teamwork": "４"})
    assert done.state.answers["manager"][WANG].marks == {GOAL: "70", "teamwork": "4"}
    assert done.state.answers["manager"][WANG].texts == {"teamwork": "helps"}
    assert done.asked("submit", WANG, "03-05", role="manager", marks={"teamwork": "4"}).types == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({GOAL: "121"}, "points"),
        ({GOAL: "x"}, "points"),
        ({"teamwork": "6"}, "mark"),
        ({"fun": "1"}, "question"),
    ],
)
def test_a_mark_that_there_is_not_is_refused(typed: dict[str, str], code: str) -> None:
    said = BEGUN.refused("submit", WANG, "03-04", role="manager", marks={**marks(80), **typed})
    assert said.code == f"appraisal.{code}"


def test_nobody_answers_for_somebody_else() -> None:
    assert BEGUN.refused("submit", HUA, "03-04", role="manager", marks=marks(1)).code == "case.not-yours"
    assert BEGUN.refused("submit", WANG, "03-04", role="self", marks=marks(1)).code == "case.not-yours"
    unnamed = CONFIRMED.refused("submit", QIAN, "03-04", role="internal_customers", marks=marks(1))
    assert unnamed.code == "case.not-yours"


def test_an_answer_that_counts_is_not_changed() -> None:
    done = collected(both(), "collect")
    late = done.refused("submit", WANG, "03-17", role="manager", marks=marks(10))
    assert late.code in ("case.stage", "appraisal.released")


def test_of_U2_a_manager_who_owes_an_answer_is_waited_for_then_hr_goes_on_with_a_reason() -> None:
    own = CONFIRMED.asked("submit", LIN, "03-05", role="self", marks=marks(90))
    waiting = collected(own.reached("answer_remind"), "collect", boxed(("t1", 60), ("t2", 60), ("t3", 60)))
    assert waiting.state.scored is None and waiting.state.stage == "open"
    assert waiting.refused("go_on", HUA, "03-27", reason="x").code == "appraisal.not-late"
    went = waiting.asked("go_on", HUA, "03-30", reason="she left no word")
    assert went.types == ["AppraisalWentOn", "AppraisalScored"]
    assert went.state.scored.goals == {GOAL: Fraction(10 * 90 + 20 * 60, 30)}


# ---------------------------------------------------------------- questions that change


def test_a_late_change_of_questions_deletes_nothing_and_asks_nobody_twice() -> None:
    answered = BEGUN.asked("submit", WANG, "03-04", role="manager", marks=marks(80))
    changed = answered.asked(
        "change_questions", HUA, "03-05", texts={"teamwork": "Works with others", "candour": "Says what is"},
        reason="clearer",
    )  # fmt: skip
    state = changed.state
    assert state.answers["manager"][WANG].asked == 1
    assert state.questions[0][1].text == NAME and state.items[1].text.en == "Works with others"
    assert WANG not in [who for role, who in state.owed() if role == "manager"]
    new = changed.asked("submit", LIN, "03-06", role="self", marks={**marks(90), "candour": "5"})
    assert new.state.answers["self"][LIN].asked == 2
    goal = changed.refused("change_questions", HUA, "03-05", texts={GOAL: "x"}, reason="x")
    assert goal.code == "appraisal.question"


def test_what_not_everybody_of_a_release_answered_is_not_released() -> None:
    """Beside the mean of the others the single answer could be worked out."""
    more = CONFIRMED.asked("change_questions", HUA, "03-05", texts={"candour": "Says what is"}, reason="more")
    new = BoxedAnswer("t4", 2, {**marks(70), "candour": "5"}, "sealed")
    done = collected(both_with_candour(more), "collect", [*boxed(("t1", 60), ("t2", 60), ("t3", 60)), new])
    [release] = done.state.releases["internal_customers"]
    assert release.answers == 4 and set(release.means) == {GOAL, "teamwork"}


def both_with_candour(case: Casework) -> Casework:
    full = {**marks(90), "candour": "4"}
    return case.asked("submit", LIN, "03-06", role="self", marks=full).asked(
        "submit", WANG, "03-06", role="manager", marks=full
    )


# ---------------------------------------------------------------- the threshold


def test_fewer_answers_than_the_threshold_leave_no_trace() -> None:
    none, two = (collected(both(), "collect", boxed(*answers)) for answers in ((), (("t1", 1), ("t2", 2))))
    assert none.events == two.events


def test_a_late_answer_changes_nothing_until_a_threshold_of_new_ones_is_there() -> None:
    first = boxed(("t1", 60), ("t2", 70), ("t3", 80))
    once = collected(both(), "collect", first)
    with_one = collected(once, "collect_late", [*first, *boxed(("t4", 0))])
    with_none = collected(once, "collect_late", first)
    assert with_one.events == with_none.events and with_one.types == ["AppraisalEnded"]


@for_all(st.integers(0, 9), st.integers(0, 9))
def test_law_E1_two_releases_differ_by_no_answer_or_by_at_least_the_threshold(early: int, late: int) -> None:
    tokens = tuple(f"{number:016x}" for number in range(early + late + 3))
    asked = BEGUN.asked("nominate", LIN, "03-03", role="internal_customers", raters=tokens)
    case = both(asked.asked("confirm", WANG, "03-04"))
    answers = boxed(*((token, 50) for token in tokens[: early + late]))
    case = collected(collected(case, "collect", answers[:early]), "collect_late", answers)
    numbers = [0, *(each.answers for each in case.state.releases.get("internal_customers", ()))]
    steps = [after - before for before, after in pairwise(numbers)]
    assert all(step >= OPENED.threshold for step in steps)
    assert sum(steps) in (
        {0} if early + late < 3 else {early, early + late} if early >= 3 else {early + late}
    )


def test_answers_are_taken_in_in_the_order_of_their_ballots() -> None:
    waiting = boxed(("t3", 60), ("t1", 70), ("t2", 80))
    done = collected(both(), "collect", waiting)
    [taken] = next(event for event in done.just if event.type == "AnswersCollected").roles
    assert [each.ballot for each in taken.answers] == ["t1", "t2", "t3"]
    assert {event.at for event in done.just} == {OPENED.answers_by}


def test_nobody_reads_a_single_answer_of_an_unnamed_rater_or_a_release_before_all_owed_are_in() -> None:
    own = CONFIRMED.asked("submit", LIN, "03-05", role="self", marks=marks(90))
    waiting = collected(own, "collect", boxed(("t1", 60), ("t2", 60), ("t3", 60)))
    assert releases_seen(waiting.state) == []
    assert named_answers_seen(waiting.state, WANG, True) == {}
    done = waiting.asked("submit", WANG, "03-17", role="manager", marks=marks(80))
    assert [each.role for each in releases_seen(done.state)] == ["self", "manager", "internal_customers"]
    seen: Any = named_answers_seen(done.state, ZHAO, True)
    assert set(seen) == {"self", "manager"}
    assert named_answers_seen(done.state, QIAN, False) == {}


# ---------------------------------------------------------------- near-equal texts


def test_nearly_equal_texts_about_two_people_are_told_to_their_writer() -> None:
    text = "Works well with other teams and keeps what was agreed, always in time."
    same = "works well with other teams and keeps what was agreed, always  in time!"
    others = [("qian", {"teamwork": same}), ("zhao", {"teamwork": "Has to learn to listen before deciding."})]
    [found] = alike({"teamwork": text, GOAL: "Good."}, others, 90)
    assert (found.key, found.person) == ("teamwork", "qian") and found.percent >= 90
    assert alike({"teamwork": text}, others, 100) == []
    assert alike({"teamwork": "Good."}, [("qian", {"teamwork": "Good."})], 50) == []
