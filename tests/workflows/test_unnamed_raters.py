"""The attacker: whoever has no wrapping key learns of no unnamed rater's answer, from the log, the read models, a dump,
Temporal, notices, turns, counts, times, or the difference of two reports, nor from the versions of a result that takes
them in, their causes and explanations (RULES C4, ADR 0017, ADR 0020)."""

from datetime import date
from typing import Any

import pytest

from cairn.application.rater_notices import RaterNotices
from cairn.domain.refusal import Refusal
from cairn.privacy import WrappingKeys
from cairn.privacy.rater_boxes import BoxUnreadable, RaterBoxes
from projections.engine.catch_up import catch_up
from projections.models.case import turns
from projections.models.notice import notices
from tests.workflows.company import HR, MANAGER, Company, morning
from tests.workflows.test_appraisals import RATED, opened, whole
from tests.workflows.test_raters_in_results import IN_RESULTS, RESULTS, has_its_result, taken_in
from tests.workflows.test_results_typed import Typing

CUSTOMERS = ("E2", "E3", "E4", "E5")
POINTS = ("73.31", "61.17", "88.43", "5.59")
"""Marks that stand nowhere else."""
JANUARY, DUE, LATE = date(2027, 1, 4), date(2027, 1, 19), date(2027, 1, 26)
TABLES = """
select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('ledger', 'read') and c.relkind in ('r', 'p')
"""

SIZE = "select length(raters) + length(answers) from ledger.rater_box where appraisal = $1"


async def dump(company: Company) -> dict[str, list[str]]:
    """Every row of the database as whoever may read all of it finds it."""
    tables = [row[0] for row in await company.pool.fetch(TABLES)]
    return {
        table: [row[0] for row in await company.pool.fetch(f"select t::text from {table} t")]
        for table in sorted(tables)
    }


def outside(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """A dump without the box itself, whose bytes change with each write."""
    return {table: rows for table, rows in found.items() if table != "ledger.rater_box"}


async def nominated(company: Company, policy: str = RATED) -> tuple[str, str]:
    case = await opened(company, employees=6, policy=policy)
    at = morning(JANUARY)
    tokens = await company.appraisals.tokens(case, "internal_customers", CUSTOMERS, "E1", at)
    named = await company.asks_case(case, "nominate", "E1", role="internal_customers", raters=tokens)
    assert named.refused is None, named.refused
    confirmed = await company.asks_case(case, "confirm", MANAGER)
    assert confirmed.refused is None, confirmed.refused
    return case, company.goal("E1", 2)


async def rates(company: Company, case: str, who: str, points: str, day: date = JANUARY, **how: Any) -> None:
    marks = whole(company.goal("E1", 2), points, "3")
    await company.appraisals.answer(case, who, marks, given=how.get("given", True), at=morning(day))


async def own_and_managers(company: Company, case: str) -> None:
    goal = company.goal("E1", 2)
    for who, role in (("E1", "self"), (MANAGER, "manager")):
        answered = await company.asks_case(case, "submit", who, role=role, marks=whole(goal, "80", "3"))
        assert answered.refused is None, answered.refused


async def settled(company: Company) -> None:
    """All that is recorded lies in the read models."""
    name, version = company.cycle_workflow, await company.ledger.version_of(company.cycle_workflow)
    await company.ledger.wait_sealed(name, version, 60)
    await catch_up(company.pool)


async def history_of(company: Company, case: str) -> list[str]:
    """What Temporal's own database has of a workflow, payloads apart."""
    found = await company.handle(case).fetch_history()
    return [str(event.event_type) for event in found.events]


async def are_told_by_mail(company: Company) -> None:
    """Unnamed raters who have not answered are asked once and reminded once; what was told lies in their box alone."""
    telling = RaterNotices(company.cycles, company.cases, company.appraisals.boxes)
    for day in (JANUARY, date(2027, 1, 14)):
        due = await telling.due(morning(day))
        assert sorted(each.person for each in due) == ["E4", "E5"]
        assert await telling.due(morning(day)) == due  # until they are sent
        for each in due:
            await telling.sent(each)
        assert await telling.due(morning(day)) == []
    assert await telling.due(morning(DUE)) == []


async def test_an_answer_leaves_no_trace_in_log_read_models_or_temporal(company: Company) -> None:
    """Peer, manager, HR, auditor and operator: what each can read is the same before and after, draft or answer."""
    case, _ = await nominated(company)
    await settled(company)
    before, ran = outside(await dump(company)), await history_of(company, case)
    told = {who: await notices(company.pool, who) for who in ("E1", *CUSTOMERS, MANAGER, HR, "BOSS")}
    awaited = await turns(company.pool, morning(JANUARY))
    size = await company.pool.fetchval(
        "select length(raters) + length(answers) from ledger.rater_box where appraisal = $1", case
    )

    await rates(company, case, "E2", POINTS[0], given=False)
    await rates(company, case, "E2", POINTS[0])
    await rates(company, case, "E3", POINTS[1])
    await are_told_by_mail(company)
    await settled(company)

    assert outside(await dump(company)) == before
    assert await history_of(company, case) == ran
    assert {who: await notices(company.pool, who) for who in told} == told
    assert await turns(company.pool, morning(JANUARY)) == awaited
    assert not {each.awaited for each in awaited if each.name == case} & {*CUSTOMERS}
    assert size == await company.pool.fetchval(SIZE, case)
    standing: Any = await company.handle(case).query("status")
    assert not {*standing["awaited"]} & {*CUSTOMERS}


async def test_a_dump_names_no_rater_beside_an_appraisal_and_holds_no_mark(company: Company) -> None:
    """From the nomination to the end, in every table, box and log included."""
    case, _ = await nominated(company)
    await own_and_managers(company, case)
    for who, points in zip(CUSTOMERS[:3], POINTS, strict=False):
        await rates(company, case, who, points)
    for day in (DUE, LATE):
        await settled(company)
        rows = [row for rows in (await dump(company)).values() for row in rows]
        of_case = [row for row in rows if case in row]
        assert of_case and any("RatersNominated" in row for row in of_case)
        assert [row for row in of_case for who in CUSTOMERS if f'"{who}"' in row or f",{who}," in row] == []
        assert [row for row in of_case for mark in POINTS if mark in row] == []
        await company.goes_to(day, case)
        await company.has_happened(case, "AnswersCollected" if day == DUE else "AppraisalEnded")
    assert (
        await company.pool.fetchval("select count(*) from ledger.rater_box where appraisal = $1", case) == 0
    )


async def test_all_answers_of_a_role_come_into_the_log_at_one_moment_that_was_told_before(
    company: Company,
) -> None:
    """Neither the time nor the order of an event, nor its transaction, says who answered when."""
    case, _ = await nominated(company)
    await own_and_managers(company, case)
    for who, points in zip(("E4", "E2", "E5"), POINTS, strict=False):
        await rates(company, case, who, points)
    await company.goes_to(DUE, case)
    await company.has_happened(case, "AppraisalScored")
    rows = [row for row in await company.log(case) if row.type in ("AnswersCollected", "RoleReleased")]
    assert len({row.occurred_at for row in rows}) == 1
    assert {row.actor for row in rows} == {"system"}
    begun = await company.last(case, "AppraisalOpened")
    taken = await company.last(case, "AnswersCollected")
    assert taken.due == begun.answers_by
    [role] = taken.roles
    found = [each.ballot for each in role.answers]
    assert found == sorted(found) and len({*found} - {""}) == 3
    assert all(mark not in each.sealed for each in role.answers for mark in POINTS)
    assert not {*found} & {*(await company.last(case, "RatersConfirmed")).raters["internal_customers"]}
    assert [each.equal for each in await company.appraisals.verify(case)] == [True]


async def test_when_questions_changed_the_log_does_not_tell_who_answered_before(company: Company) -> None:
    case, _ = await nominated(company)
    await own_and_managers(company, case)
    await rates(company, case, "E2", POINTS[0])
    reworded = {"teamwork": "Works with others"}
    changed = await company.asks_case(case, "change_questions", HR, texts=reworded, reason="clearer")
    assert changed.events == ("QuestionsChanged",), changed.refused
    for who in ("E3", "E4"):
        await rates(company, case, who, POINTS[1])
    await company.goes_to(DUE, case)
    await company.has_happened(case, "AppraisalScored")
    [role] = (await company.last(case, "AnswersCollected")).roles
    assert [set(each.model_dump()) for each in role.answers] == [{"ballot", "sealed"}] * 3
    assert len({len(each.sealed) for each in role.answers}) == 1
    assert [each.equal for each in await company.appraisals.verify(case)] == [True]


async def test_two_reports_never_differ_by_one_answer(company: Company) -> None:
    case, goal = await nominated(company)
    await own_and_managers(company, case)
    for who, points in zip(CUSTOMERS[:3], POINTS, strict=False):
        await rates(company, case, who, points)
    await company.goes_to(DUE, case)
    await company.has_happened(case, "AppraisalScored")
    first = await company.last(case, "AppraisalScored")
    await rates(company, case, "E5", "0", DUE)
    with pytest.raises(Refusal) as changed:
        await rates(company, case, "E2", "0", DUE)
    assert changed.value.code == "appraisal.answered"
    await company.goes_to(LATE, case)
    await company.has_happened(case, "AppraisalEnded")
    assert await company.last(case, "AppraisalScored") == first
    assert [
        each.answers for each in await company.all(case, "RoleReleased") if each.role == "internal_customers"
    ] == [3]
    assert goal in first.goals


async def test_a_small_group_is_told_to_nobody_not_even_that_it_was_small(company: Company) -> None:
    """With no answer and with two, the whole log is the same but for its ids."""
    case, _ = await nominated(company)
    await own_and_managers(company, case)
    for who in CUSTOMERS[:2]:
        await rates(company, case, who, "0")
    await company.goes_to(LATE, case)
    await company.has_happened(case, "AppraisalEnded")
    assert [each.role for each in await company.all(case, "RoleReleased")] == ["self", "manager"]
    assert all(each.roles == () for each in await company.all(case, "AnswersCollected"))
    assert await company.appraisals.verify(case) == []


async def test_only_the_rater_is_told_that_they_are_asked_and_only_who_names_them_sees_the_names(
    company: Company,
) -> None:
    case, _ = await nominated(company)
    at = morning(JANUARY)
    await rates(company, case, "E2", POINTS[0])
    [task] = await company.appraisals.tasks("E2", at)
    assert (task.holder, task.role, task.state) == ("E1", "internal_customers", "answered")
    assert await company.appraisals.tasks("E6", at) == []
    assert await company.appraisals.nominees(case, HR, at) == []
    for who in ("E2", "E6"):
        with pytest.raises(Refusal) as refused:
            await company.appraisals.nominees(case, who, at)
        assert refused.value.code == "appraisal.not-nominator"
    seen = {who: await company.appraisals.nominees(case, who, at) for who in ("E1", MANAGER)}
    assert {each.person for each in seen["E1"]} == {*CUSTOMERS}
    assert await company.appraisals.own_answer(case, MANAGER) is None
    await company.appraisals.decline(case, "E3", "we hardly work together", at)
    for who in (MANAGER, HR):
        told = [each for each in await company.appraisals.nominees(case, who, at) if each.declined]
        assert [(each.person, each.reason) for each in told] == [("E3", "we hardly work together")]
    own = await company.appraisals.nominees(case, "E1", at)
    assert {each.person for each in own} == {*CUSTOMERS}
    assert [each for each in own if each.declined or each.reason] == []
    assert (await company.last(case, "RaterDeclined")).by == "system"
    with pytest.raises(Refusal):
        await rates(company, case, "E3", "1")


async def test_who_delegates_passes_the_task_on_under_another_token(company: Company) -> None:
    case, _ = await nominated(company)
    at = morning(JANUARY)
    loads = await company.appraisals.loads(company.cycle)
    assert (loads["E2"], loads.get("E6", 0)) == (1, 0)
    await company.appraisals.delegate(case, "E2", "E6", "E6 has the orders now", at)
    assert await company.appraisals.tasks("E2", at) == []
    assert [each.appraisal for each in await company.appraisals.tasks("E6", at)] == [case]
    with pytest.raises(Refusal) as twice:
        await company.appraisals.delegate(case, "E3", "E4", "x", at)
    assert twice.value.code == "appraisal.rater-twice"
    with pytest.raises(Refusal) as above:
        await company.appraisals.delegate(case, "E3", MANAGER, "x", at)
    assert above.value.code == "appraisal.rater-above"
    assert (await company.appraisals.loads(company.cycle)).get("E2", 0) == 0
    named = {each.person for each in await company.appraisals.nominees(case, MANAGER, at)}
    assert named == {"E3", "E4", "E5", "E6"}


async def test_nobody_is_asked_to_rate_more_colleagues_than_the_policy_says(company: Company) -> None:
    case = await opened(company, employees=6, policy=f"{RATED}  most: 2\n")
    at = morning(JANUARY)
    for number in (2, 3):
        other = f"appraisal-{company.cycle}-E{number}-1"
        await company.appraisals.tokens(other, "internal_customers", ["E4", "E5", "E6"], f"E{number}", at)
    assert (await company.appraisals.loads(company.cycle))["E4"] == 2
    with pytest.raises(Refusal) as loaded:
        await company.appraisals.tokens(case, "internal_customers", ["E2", "E3", "E4"], "E1", at)
    assert (loaded.value.code, loaded.value.facts["load"]) == ("appraisal.rater-load", "2")
    with pytest.raises(Refusal) as stranger:
        await company.appraisals.tokens(case, "internal_customers", ["E2", "E3", "E4"], "E6", at)
    assert stranger.value.code == "case.not-yours"


async def test_whoever_is_nominated_later_is_not_known_by_the_token_that_came(company: Company) -> None:
    case = await opened(company, employees=6)
    at = morning(JANUARY)
    first = await company.appraisals.tokens(case, "internal_customers", ["E2", "E3", "E4"], "E1", at)
    again = await company.appraisals.tokens(case, "internal_customers", ["E4", "E3", "E2"], "E1", at)
    more = await company.appraisals.tokens(case, "internal_customers", ["E2", "E3", "E4", "E5"], "E1", at)
    assert again == first and len(more) == 4 and not {*first} & {*more}


async def test_what_waits_about_somebody_goes_with_the_erasure_of_their_texts(company: Company) -> None:
    case, _ = await nominated(company)
    await rates(company, case, "E2", POINTS[0])
    await company.appraisals.forget("E")
    assert await company.appraisals.boxes.read(case) is not None
    await company.appraisals.forget("E1")
    assert await company.appraisals.boxes.read(case) is None
    with pytest.raises(Refusal):
        await rates(company, case, "E3", POINTS[0])


async def test_without_the_wrapping_key_a_box_does_not_open(company: Company) -> None:
    case, _ = await nominated(company)
    await rates(company, case, "E2", POINTS[0])
    other = RaterBoxes(company.pool, company.pool, WrappingKeys.of(bytes(32)))
    with pytest.raises(BoxUnreadable):
        await other.read(case)
    with pytest.raises(BoxUnreadable):
        await other.raters(company.cycle)


# ---------------------------------------------------------------- what comes into goals and results


async def reviewed(company: Company) -> tuple[str, str]:
    """E1's appraisal whose raters say comes into the result; the named ones have answered."""
    case, goal = await nominated(company, IN_RESULTS)
    await company.goes_to(JANUARY, goal, company.goal("E1"))
    await own_and_managers(company, case)
    return case, goal


async def told_of_result(company: Company, goal: str) -> list[Any]:
    """All that the log has of the goal, the sheet and the result, without what no answer is in."""
    rows = [*await company.log(goal), *await company.log(company.sheet())]
    return [row for row in rows if row.type in ("GoalRated", "GoalScored", "SheetScored", "ResultIssued")]


async def test_two_versions_of_a_result_never_differ_by_one_answer(company: Company) -> None:
    case, goal = await reviewed(company)
    for who, points in zip(CUSTOMERS[:3], POINTS, strict=False):
        await rates(company, case, who, points)
    await taken_in(company, case, goal)
    first = await has_its_result(company, goal)
    await settled(company)
    before = outside(await dump(company))
    await rates(company, case, "E5", "0", RESULTS)
    await settled(company)
    assert outside(await dump(company)) == before
    await company.goes_to(LATE, case)
    await company.has_happened(case, "AppraisalEnded")
    await settled(company)
    assert await company.all(company.sheet(), "ResultIssued") == [first]
    assert (await company.story(goal)).count("GoalRated") == 1


async def test_a_version_of_a_result_tells_no_rater_no_number_of_them_and_no_time_of_an_answer(
    company: Company,
) -> None:
    """Two had answered in time, a third does later: a next version comes at the day that was told before."""
    case, goal = await reviewed(company)
    for who, points in zip(CUSTOMERS[:2], POINTS, strict=False):
        await rates(company, case, who, points)
    await taken_in(company, case, goal)
    await has_its_result(company, goal)
    early = await told_of_result(company, goal)
    await rates(company, case, "E4", POINTS[2], RESULTS)
    await company.goes_to(LATE, case)
    await company.has_happened(company.sheet(), "ResultIssued", 2)
    scored = await company.last(case, "AppraisalScored")
    late = [row for row in await told_of_result(company, goal) if row.occurred_at == scored.at]
    assert [row.type for row in late] == ["GoalRated", "GoalScored", "SheetScored", "ResultIssued"]
    assert {(row.actor, row.occurred_at) for row in late} == {("system", scored.at)}
    everything = [str(row.data) for row in [*early, *late]]
    assert [
        text for text in everything for each in (*CUSTOMERS, *POINTS, "answers") if f'"{each}"' in text
    ] == []
    assert [each.cause for each in await company.all(company.sheet(), "ResultIssued")] == ["due", "raters"]


async def test_a_small_group_is_in_no_result_and_no_explanation_of_one(company: Company) -> None:
    """E1's customers were two, E2's none: the result and its explanation say the same of both, ids apart."""
    case, goal = await nominated(company, IN_RESULTS)
    other, of_other = case.replace("E1", "E2"), company.goal("E2", 2)
    at = morning(JANUARY)
    tokens = await company.appraisals.tokens(other, "internal_customers", ("E3", "E4", "E5", "E6"), "E2", at)
    await company.asks_case(other, "nominate", "E2", role="internal_customers", raters=tokens)
    await company.asks_case(other, "confirm", MANAGER)
    for each in ("E1", "E2"):
        await company.goes_to(JANUARY, company.goal(each), company.goal(each, 2))
    for name, who in ((case, "E1"), (other, "E2")):
        marks = {"teamwork": "3"} | ({goal: "80"} if who == "E1" else {})
        for rater, role in ((who, "self"), (MANAGER, "manager")):
            answered = await company.asks_case(name, "submit", rater, role=role, marks=marks)
            assert answered.refused is None, answered.refused
    for who, mark in (("E3", "5"), ("E4", "1")):
        await company.appraisals.answer(case, who, whole(goal, "7", mark), given=True, at=at)
    await company.goes_to(DUE, other)
    await taken_in(company, case, goal)
    await has_its_result(company, goal)
    await company.goes_to(RESULTS, of_other)
    await company.has_happened(company.sheet("E2"), "ResultIssued")
    await settled(company)
    found, same = [
        (await company.last(company.sheet(who), "ResultIssued")).ratings[0] for who in ("E1", "E2")
    ]
    assert (found.points, found.number, found.applies) == (same.points, same.number, same.applies)

    typing = Typing(company)
    for reader in ("self", MANAGER, HR):
        told = [
            await typing.json("explain", company.sheet(who), "--as", who if reader == "self" else reader)
            for who in ("E1", "E2")
        ]
        ratings = [[step for step in each["steps"] if step["code"] == "rating"] for each in told]
        assert str(ratings[0]).replace("E1", "E2") == str(ratings[1])
        assert [who for who in CUSTOMERS[1:] if who in str(told[0])] == []
