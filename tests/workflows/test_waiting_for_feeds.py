"""Scores wait for the feeds that bring their metric, keep nothing else waiting, and come with the feed (RULES D4)."""

from datetime import date
from pathlib import Path

from cairn.application.audit import ScoreAudit
from cairn.application.collecting import FeedRun, run_feed
from cairn.domain.reading import Covers
from cairn.feeds.feed import Feed, FilesSource
from tests.workflows.company import HR, POLICY, Company, morning

FED = POLICY.replace("target: 1200, unit: CNY}", "target: 1200, unit: CNY, metric: sales}")
FEED = Feed(
    name="erp",
    source=FilesSource(kind="csv", path="rows.csv"),
    watermark=date(2025, 12, 31),
    covers=(Covers(metric="sales", since=date(2026, 1, 1), families=("sales",)),),
)


async def comes(
    company: Company, folder: Path, upto: date, on: date, *rows: str, feed: Feed = FEED
) -> FeedRun:
    """The feed brings these rows, and is complete through a day."""
    (folder / "rows.csv").write_text("metric,subject,on,value\n" + "".join(f"{row}\n" for row in rows))
    return await run_feed(company.ledger, feed, upto=upto, by=HR, at=morning(on), base=folder)


async def scores(company: Company, goal: str) -> list[tuple[str, str]]:
    """Each scored period with its points, or why there are none."""
    return [
        (each.period, str(each.points if each.points is not None else each.why.code))
        for each in await company.all(goal, "GoalScored")
    ]


async def running(company: Company) -> str:
    assert FED != POLICY
    company.policy = FED
    await company.launched()
    goal = company.goal()
    await company.active(goal)
    return goal


async def test_D4_a_score_waits_until_its_feed_is_complete(any_company: Company, tmp_path: Path) -> None:
    company = any_company
    goal = await running(company)
    await comes(company, tmp_path, date(2026, 3, 20), date(2026, 4, 1), "sales,E1,2026-03-10,100")
    await company.goes_to(date(2026, 4, 7), goal)
    assert await scores(company, goal) == []
    waiting = (await company.status(goal)).next_deadline
    assert waiting is not None and (waiting.period, waiting.again_at is None) == ("Q1", False)
    late = ("sales,E1,2026-03-10,100", "sales,E1,2026-03-30,50")
    await comes(company, tmp_path, date(2026, 3, 31), date(2026, 4, 7), *late)
    await company.goes_to(date(2026, 4, 9), goal)
    assert await scores(company, goal) == [("Q1", "50")]
    scored = await company.last(goal, "GoalScored")
    assert (scored.actual, scored.inputs.covered) == (150, True)
    assert (scored.inputs.complete_through, len(scored.inputs.coverage)) == (date(2026, 3, 31), 1)
    again = await ScoreAudit(company.ledger, company.cycles).goal(goal)
    assert (again.goals, again.differences) == (1, ())


async def test_D3_a_covered_person_without_rows_has_sold_nothing(company: Company, tmp_path: Path) -> None:
    goal = await running(company)
    ran = await comes(company, tmp_path, date(2026, 3, 31), date(2026, 4, 1))
    assert (ran.events, ran.complete_through) == (0, date(2026, 3, 31))
    await company.goes_to(date(2026, 4, 7), goal)
    assert await scores(company, goal) == [("Q1", "0")]
    again = await ScoreAudit(company.ledger, company.cycles).goal(goal)
    assert (again.goals, again.differences) == (1, ())


async def test_D4_hr_goes_on_without_what_is_not_brought(company: Company) -> None:
    goal = await running(company)
    reason = "no till is connected"
    early = await company.asks(goal, "score_without", HR, period="Q1", reason=reason)
    assert early.refused is not None and early.refused.code == "score-without.not-due"
    await company.goes_to(date(2026, 4, 7), goal)
    assert await scores(company, goal) == []
    other = await company.asks(goal, "score_without", "E1", period="Q1", reason=reason)
    assert other.refused is not None and other.refused.code == "goal.not-yours"
    assert (await company.asks(goal, "score_without", HR, period="Q1", reason=reason)).events == (
        "EvidenceWaived",
    )
    await company.has_happened(goal, "GoalScored")
    scored = await company.last(goal, "GoalScored")
    assert (scored.points, scored.applies, scored.why.code) == (None, False, "not_brought")
    assert (await ScoreAudit(company.ledger, company.cycles).goal(goal)).differences == ()


async def test_D4_what_waits_keeps_nothing_else_from_being_done(company: Company, tmp_path: Path) -> None:
    """The review opens though quarters wait, the year comes after them all, and a quarter that is there is scored."""
    goal = await running(company)
    await company.goes_to(date(2026, 4, 7), goal)
    asked = await company.asks(goal, "adjust", "E1", changes={"target": "1300"}, reason="a new client")
    assert asked.events == ("AdjustmentRequested",)
    await company.goes_to(date(2026, 5, 6), goal)
    assert (await company.story(goal))[-1] == "AdjustmentExpired"
    await comes(company, tmp_path, date(2026, 6, 30), date(2026, 7, 2), "sales,E1,2026-05-10,300")
    await company.goes_to(date(2026, 7, 9), goal)
    assert await scores(company, goal) == [("Q1", "0"), ("Q2", "100")]
    await company.goes_to(date(2027, 1, 17), goal)
    assert (await company.status(goal)).stage == "in_review"
    await comes(company, tmp_path, date(2026, 12, 31), date(2027, 1, 17), "sales,E1,2026-12-10,300")
    await company.goes_to(date(2027, 1, 19), goal)
    assert [period for period, _ in await scores(company, goal)] == ["Q1", "Q2", "Q3", "Q4", "Y"]
    assert (await company.status(goal)).stage == "scored"
