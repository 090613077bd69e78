"""What a demo leaves to do: a cycle under way today, in which work waits for each of the four people to sign in as."""

import io
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from rich.console import Console

from cairn.application import Application
from cairn.application.collecting import yesterday
from cairn.domain.event import Fact
from cairn.domain.schedule import make_schedule
from cairn.feeds.feed import load_feed
from cairn.feeds.sources import collect
from cairn.policies import parse
from cairn.privacy import wrapping_keys
from cairn.roster.reading import read_roster
from cairn.settings import Settings
from cairn.temporal import connect
from cairn_portal.cli.session import Session
from cairn_portal.cli.setup.first_look import where_to_sign_in
from cairn_portal.cli.terminal import Terminal
from cairn_portal.reading.inbox import inbox_of
from cairn_portal.rehearsal.acts import RefusedCommand
from cairn_portal.rehearsal.script import RehearsalScript
from cairn_portal.rehearsal.under_way import bring_under_way, days_of, running_policy, write_script
from cairn_portal.servers import Addresses
from projections.models import inbox as inboxes
from projections.models.progress import ProgressLine, progress_of_people
from tests.databases import Databases, databases
from tests.portal.conftest import servers_of_its_own

__all__ = ["databases"]
COMPANY = Path(__file__).parents[2] / "examples" / "company"
AWKWARD = [date(2027, 1, 1), date(2028, 2, 29), date(2026, 12, 31), date(2027, 3, 1), date(2027, 5, 30)]
"""New Year's Day, a leap day, the last day of a year, a day after February, a Sunday at a month's end."""
EMPLOYEE, MANAGER, HR, AUDITOR = "E005", "E004", "E024", "E003"


class UnderWay(Fact):
    """A cycle that was brought under way: what waits for whom by what is to be done, what is read of it in either
    language, the employee's progress, and how many events the log had before and after it was asked for again."""

    script: RehearsalScript
    refused: Sequence[RefusedCommand]
    waiting: Mapping[str, Mapping[str, int]]
    read: Mapping[str, str]
    progress: Sequence[ProgressLine]
    events: tuple[int, int]


def quietly(*_: object) -> None:
    """Nobody watches the progress of a test."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def under_way(
    databases: Databases, temporal_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[UnderWay]:
    begun = Settings(
        home=tmp_path_factory.mktemp("home"), database="postgresql://", temporal_address=temporal_server
    )
    async with servers_of_its_own("under-way-tests", begun, databases, temporal_server) as own:
        assert own.database is not None
        async with Application.open(own.database, wrapping_keys(own), name="tests") as application:
            await known(application, own.home)
            client, script = await connect(own), write_script(COMPANY, own.home / "running")
            refused = await bring_under_way(own, script, application, client, quietly)
            before = (await application.operation.log()).events
            again = await bring_under_way(own, script, application, client, quietly)
            sessions = {language: session(own, application, language) for language in ("zh", "en")}
            s = sessions["zh"]
            yield UnderWay(
                script=script,
                refused=(*refused, *again),
                waiting={who: await waiting(s, who) for who in (EMPLOYEE, MANAGER, HR, AUDITOR)},
                read={
                    name: await where_to_sign_in(each, "2026", script.cycle)
                    for name, each in sessions.items()
                },
                progress=await progress_of_people(
                    application.pool, [EMPLOYEE], max(script.days()), cycle=script.cycle.id
                ),
                events=(before, (await application.operation.log()).events),
            )


async def known(application: Application, folder: Path) -> None:
    """The company's people, one of whom has left since the cycle began."""
    policy = parse((COMPANY / "policy.yaml").read_text(encoding="utf-8"), source="policy.yaml")
    left = (date.today() - timedelta(days=40)).isoformat()
    roster = (
        (COMPANY / "roster.csv").read_text(encoding="utf-8").replace("2024-01-08,,", f"2024-01-08,{left},")
    )
    assert left in roster
    (folder / "roster.csv").write_text(roster, encoding="utf-8")
    found = read_roster(folder / "roster.csv", departments=COMPANY / "roster.departments.csv", policy=policy)
    done = await application.people.import_roster(found.roster, HR, datetime.now(UTC))
    assert done.last is not None
    await application.ledger.wait_sealed(*done.last, 60)


def session(own: Settings, application: Application, language: str) -> Session:
    told = Console(file=io.StringIO())
    at = Terminal(own.model_copy(update={"language": language}), False, told, told)
    return Session(at, Addresses(own.database or "", own.temporal_address or ""), application)


async def waiting(s: Session, who: str) -> Counter[str]:
    """What waits for somebody: the task of a goal, or the kind of case with the step."""
    found = (await inbox_of(s.records, await s.person(who))).waiting
    return Counter(
        each.act if isinstance(each, inboxes.Task) else f"{each.kind}.{each.step}" for each in found
    )


async def test_nothing_that_the_script_says_is_refused_and_nothing_is_done_twice(under_way: UnderWay) -> None:
    assert [f"{each.act} {each.goal}: {each.sentence}" for each in under_way.refused] == []
    before, after = under_way.events
    assert before == after


async def test_each_of_the_four_finds_something_to_do(under_way: UnderWay) -> None:
    assert under_way.waiting == {
        EMPLOYEE: {"submit": 1, "review.report": 1, "coaching.mentor": 1},
        MANAGER: {
            "approve": 6, "confirm_manager": 1, "confirm_check_ins": 2, "review.comment": 2, "feedback.observed": 1,
            "feedback.given": 1,
        },
        HR: {"confirm_hr": 1, "approve": 2},
        AUDITOR: {"submit": 1},
    }  # fmt: skip


async def test_an_employees_goals_are_fed_up_to_yesterday(under_way: UnderWay) -> None:
    sold = next(line for line in under_way.progress if line.title == "销售额")
    assert sold.stage == "active" and sold.current is not None
    assert sold.current.period == "M03" and sold.current.done is not None and 40 < sold.current.done < 100
    assert sold.current.latest is not None and sold.current.days_left is not None
    yesterday = max(under_way.script.days()) - timedelta(days=1)
    assert (
        yesterday - timedelta(days=3) < sold.current.latest <= yesterday and 4 <= sold.current.days_left <= 12
    )


async def test_the_end_of_the_demo_says_what_waits_for_whom(under_way: UnderWay) -> None:
    told = {name: text.splitlines() for name, text in under_way.read.items()}
    assert [line.split()[0] for line in told["zh"][2::2]] == [EMPLOYEE, MANAGER, HR, AUDITOR]
    assert {len(lines) for lines in told.values()} == {10}
    assert str(under_way.script.cycle.starts) in told["zh"][0]
    assert "待办：" in told["zh"][3] and "审批 × 6" in told["zh"][5]
    assert "HR确认调整：平均客单价不低于 10 万元" in told["zh"][7]
    assert "waiting: " in told["en"][3] and "approve × 6" in told["en"][5]
    assert "confirm the adjustment as HR: Average deal of at least ¥100,000" in told["en"][7]


@pytest.mark.parametrize("year", [2027, 2028])
def test_on_any_day_three_weeks_of_the_third_month_are_over_and_one_is_to_come(year: int) -> None:
    policy = parse(
        running_policy((COMPANY / "policy.yaml").read_text(encoding="utf-8")), source="policy.yaml"
    )
    for day in (date(year, 1, 1) + timedelta(days=each) for each in range(366)):
        days = days_of(day)
        schedule = make_schedule(days["starts"], days["ends"], policy)
        third, second = schedule.period("M03"), schedule.period("M02")
        assert third is not None and second is not None and third.holds(day)
        assert 20 <= (day - third.starts).days <= 23 and (third.ends - day).days >= 4
        assert second.scored_at.date() < day and schedule.review_opens.date() > day + timedelta(days=200)


@pytest.mark.parametrize("today", AWKWARD, ids=str)
def test_the_files_that_are_written_on_any_day_are_whole(today: date, tmp_path: Path) -> None:
    script = write_script(COMPANY, tmp_path / "running", today)
    assert script.cycle.starts < today < script.cycle.ends and max(script.days()) == today
    feed = load_feed(script.folder / script.feeds[0])
    assert yesterday(feed, datetime(today.year, today.month, today.day, 4, tzinfo=UTC)) == today - timedelta(
        days=1
    )
    found = collect(feed, after=feed.watermark, upto=today - timedelta(days=1), base=script.folder)
    assert {row.on for row in found.rows} == {
        script.cycle.starts + timedelta(days=each) for each in range((today - script.cycle.starts).days)
    }
    assert write_script(COMPANY, tmp_path / "running", today + timedelta(days=9)) == script, (
        "it keeps its days"
    )
