"""What raters say comes into their goals and into the year's result by itself, on the real server (RULES E1, Y3)."""

from datetime import date
from fractions import Fraction

from cairn.application.audit import ScoreAudit
from cairn.domain.sheet.events import ResultIssued
from tests.workflows.company import HR, MANAGER, Company, eventually, morning
from tests.workflows.test_appraisals import RATED, opened, whole

IN_RESULTS = f"{RATED}  window: 5\n  late: 10\nresult: {{goals: 80, behaviours: 20}}\n"
OPEN, DUE, RESULTS, LATE = date(2027, 1, 4), date(2027, 1, 11), date(2027, 1, 20), date(2027, 1, 26)
CUSTOMERS = (("E2", "70", "3"), ("E3", "60", "3"), ("E4", "50", "1"))


async def rated(company: Company, policy: str = IN_RESULTS) -> tuple[str, str]:
    """E1's appraisal, answered by all but one of three customers, and E1's goal."""
    case, goal = await opened(company, policy=policy), company.goal("E1", 2)
    await company.goes_to(OPEN, goal, company.goal("E1"))  # the other one was never approved, and lapses
    at = morning(OPEN)
    tokens = await company.appraisals.tokens(case, "internal_customers", ["E2", "E3", "E4"], "E1", at)
    await company.asks_case(case, "nominate", "E1", role="internal_customers", raters=tokens)
    await company.asks_case(case, "confirm", MANAGER)
    for who, role, marks in (
        ("E1", "self", whole(goal, "90", "5")),
        (MANAGER, "manager", whole(goal, "80", "3")),
    ):
        answered = await company.asks_case(case, "submit", who, role=role, marks=marks)
        assert answered.refused is None, answered.refused
    for who, points, mark in CUSTOMERS[:2]:
        await company.appraisals.answer(case, who, whole(goal, points, mark), given=True, at=at)
    return case, goal


async def taken_in(company: Company, case: str, goal: str, number: int = 1) -> None:
    """The answers of the day they are due are taken in, into the goal too, whose workflow hears of it."""
    await company.goes_to(DUE, case)
    await company.has_happened(goal, "GoalRated", number)

    async def told() -> bool:
        found = (await company.status(goal)).next_deadline
        return found is not None and found.phase == "scores_due"

    await eventually(told)


async def has_its_result(company: Company, goal: str) -> ResultIssued:
    await company.goes_to(RESULTS, goal, company.cycle_workflow)
    await company.has_happened(company.sheet(), "ResultIssued")
    found: ResultIssued = await company.last(company.sheet(), "ResultIssued")
    return found


async def test_e1_what_raters_say_is_the_goals_score_and_a_part_of_the_result_and_comes_again_when_more_of_them_do(
    company: Company,
) -> None:
    case, goal = await rated(company)
    reviewed = await company.status(goal)
    assert (reviewed.stage, reviewed.awaited, reviewed.next_deadline) == ("in_review", (), None)
    refused = await company.asks(goal, "assess", MANAGER, points="80")
    assert refused.refused is not None and refused.refused.code == "assess.rated"

    await taken_in(company, case, goal)
    found = await has_its_result(company, goal)
    scored = await company.last(goal, "GoalScored")
    assert (scored.points, scored.formula.code) == (Fraction(8125, 100), "rated")
    [part] = found.ratings
    assert (part.points, part.appraisal, part.number) == (Fraction(65), case, 1)  # (10 × 100 + 70 × 60) / 80
    assert found.points == Fraction(78)  # 0.8 × 81.25 + 0.2 × 65
    assert (found.number, found.cause) == (1, "due")

    await company.appraisals.answer(case, "E4", whole(goal, "50", "1"), given=True, at=morning(RESULTS))
    await company.goes_to(LATE, case)
    await company.has_happened(company.sheet(), "ResultIssued", 2)
    later: ResultIssued = await company.last(company.sheet(), "ResultIssued")
    assert (later.number, later.cause, later.points) == (2, "raters", Fraction("73.6"))
    again = await company.last(goal, "GoalScored")
    assert (again.number, again.cause, again.points) == (2, "raters", 77)
    assert (await company.story(goal)).count("GoalScored") == 2
    assert (await company.story(company.sheet())).count("ResultIssued") == 2

    await company.ledger.wait_sealed(company.sheet(), await company.ledger.version_of(company.sheet()), 60)
    outcome = await ScoreAudit(company.ledger, company.cycles).cycle(
        company.cycle, lambda done, of: None, morning(date(2027, 1, 27))
    )
    assert outcome.sound, outcome
    assert (outcome.appraisals, outcome.goals) == (2, 2)


async def test_u2_a_result_waits_for_raters_who_are_known_and_keeps_nobody_elses_waiting(
    company: Company,
) -> None:
    """E1's raters are done. E2's manager is not, and E2 has no goal that waits for them: their result is not there,
    until HR goes on without."""
    policy = IN_RESULTS.replace("{self: 10, manager: 70, internal_customers: 20}", "{self: 10, manager: 90}")
    case, goal = await opened(company, employees=2, policy=policy), company.goal("E1", 2)
    other = case.replace("E1", "E2")
    lapsing = [company.goal("E1"), company.goal("E2"), company.goal("E2", 2)]
    await company.goes_to(OPEN, goal, *lapsing)
    await company.goes_to(OPEN, other)
    for who, role in (("E1", "self"), (MANAGER, "manager")):
        answered = await company.asks_case(case, "submit", who, role=role, marks=whole(goal, "90", "3"))
        assert answered.refused is None, answered.refused
    await company.goes_to(DUE, other)
    await taken_in(company, case, goal)
    found = await has_its_result(company, goal)
    assert found.points == Fraction(84)  # 0.8 × 90 + 0.2 × 60
    assert "ResultsIssued" not in await company.story(company.cycle_workflow)
    assert await company.story(company.sheet("E2")) == ["SheetOpened", "GoalRemoved", "GoalRemoved"]
    await company.goes_to(date(2027, 2, 2), other)
    went = await company.asks_case(other, "go_on", HR, reason="the year goes on")
    assert "AppraisalScored" in went.events, went.refused
    await company.goes_to(date(2027, 2, 3), company.cycle_workflow)
    await company.has_happened(company.cycle_workflow, "ResultsIssued")
