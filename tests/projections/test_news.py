"""What an open page hears of: streams its reader may read and the page shows; nobody else learns that, or when."""

import asyncpg
import pytest

from cairn.application import Application
from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.event import Event
from cairn.domain.goal import events as g
from cairn.domain.streams import kind_of
from cairn.privacy import require_wrapping_keys
from cairn.settings import Settings
from cairn_portal.reading import news
from cairn_portal.reading.newest import KEPT, Newest
from cairn_portal.reading.news import last_concerning, shown_at
from cairn_portal.reading.records import Records
from projections.engine.catch_up import catch_up
from tests.projections.given import GOAL, D, drafted, later, launched, opened, record
from tests.projections.test_mail import APPROVED, PEOPLE, SUBMITTED
from tests.projections.test_notices import year
from tests.specs.company import LIN, WANG
from tests.workflows.company import POLICY

ANOTHER = "goal-2026-chen-1"
PAGES = (
    "/",
    "/inbox",
    "/team",
    "/people/lin",
    "/cases",
    f"/goals/{GOAL}",
    "/cycles/2026",
    "/cycles/2026/cascade",
)
AMONG_THEMSELVES = POLICY + "transparency: {goals: [holder, line, hr, auditors]}\n"
ASSESSED = g.GoalAssessed(goal=GOAL, period="Y", points=D(90), by=WANG, at=later(300))


class Room:
    """People with pages open; `heard` says whether one of them hears of what happens."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.records = Records(Application(pool, require_wrapping_keys(Settings())))

    async def opens(self, policy: str, *events: Event, draft: Event | None = None) -> None:
        adopted = PolicyAdopted(name="small", version="1", text=policy, by="hua", at=later(0))
        await record(self.pool, adopted, launched(), *PEOPLE, draft or drafted(), *events)
        await catch_up(self.pool)
        self.upto = await self.records.ledger.sealed_position()

    async def happens(self, *events: Event) -> None:
        """From here on the pages hear of these events alone."""
        self.after = await self.records.ledger.sealed_position()
        await record(self.pool, *events)
        await catch_up(self.pool)
        self.upto = await self.records.ledger.sealed_position()

    async def heard(self, who: str, page: str) -> bool:
        shows = shown_at(page)
        assert shows is not None
        found = await self.records.newest.between(self.after, self.upto)
        person = await self.records.person(who)
        return await last_concerning(self.records, person, shows, found) is not None

    async def hearing(self, who: str) -> list[str]:
        return [page for page in PAGES if await self.heard(who, page)]


@pytest.fixture
async def room(pool: asyncpg.Pool) -> Room:
    return Room(pool)


async def test_a_goal_is_heard_of_by_its_owner_its_line_and_hr_on_pages_that_show_it(room: Room) -> None:
    await room.opens(AMONG_THEMSELVES)
    await room.happens(SUBMITTED)
    whole_cycle = ["/cycles/2026", "/cycles/2026/cascade"]
    assert await room.hearing(LIN) == ["/", "/inbox", "/team", "/people/lin", f"/goals/{GOAL}", *whole_cycle]
    assert await room.hearing(WANG) == await room.hearing("zhao") == await room.hearing("hua")
    assert await room.hearing("hua") == [
        "/",
        "/inbox",
        "/team",
        "/people/lin",
        f"/goals/{GOAL}",
        *whole_cycle,
    ]
    assert not await room.heard(LIN, f"/goals/{ANOTHER}"), "that page shows another goal"


async def test_a_colleague_who_may_not_read_a_goal_does_not_learn_that_or_when_anything_happened(
    room: Room,
) -> None:
    await room.opens(AMONG_THEMSELVES, opened("sheet-2026-chen-1", (), holder="chen"))
    await room.happens(SUBMITTED, APPROVED)
    assert await room.hearing("chen") == [] and await room.hearing("qian") == []


async def test_who_may_read_a_goal_but_no_score_of_it_hears_of_the_one_and_not_of_the_other(
    room: Room,
) -> None:
    await room.opens(POLICY, opened(), opened("sheet-2026-chen-1", (), holder="chen"))
    await room.happens(APPROVED)
    assert await room.heard("chen", f"/goals/{GOAL}")
    assert await room.heard("chen", "/people/lin") and not await room.heard("chen", "/people/wang")
    assert not await room.heard("chen", "/inbox"), "it is nothing to do with them"
    await room.happens(ASSESSED)
    assert await room.heard(LIN, f"/goals/{GOAL}") and not await room.heard("chen", f"/goals/{GOAL}")


async def test_a_case_is_heard_of_by_those_who_take_part_in_it_alone(room: Room) -> None:
    """A year with one of every kind of case: qian, who takes part in none of them, hears of none."""
    played = year()[5:]
    await room.opens(AMONG_THEMSELVES)
    await room.happens(*(event for event in played if not isinstance(event, g.GoalDrafted)))
    found = await room.records.newest.between(room.after, room.upto)
    cases = {each.stream for each in found if kind_of(each.stream) in ("feedback", "coaching", "review")}
    assert len(cases) >= 3
    for case in cases:
        assert await room.heard(LIN, f"/cases/{case}"), case
        assert not await room.heard("qian", f"/cases/{case}"), case


async def test_more_than_is_kept_at_once_is_heard_of_all_the_same(room: Room) -> None:
    await room.opens(AMONG_THEMSELVES)
    await room.happens(SUBMITTED)
    first = await room.records.newest.between(0, room.upto)
    assert [each.position for each in first] == list(range(room.upto, max(0, room.upto - KEPT), -1))


async def test_a_page_hears_of_nothing_that_any_of_the_read_models_it_shows_has_not_yet(room: Room) -> None:
    await room.opens(AMONG_THEMSELVES)
    await record(room.pool, SUBMITTED)
    await catch_up(room.pool, names=["inbox", "progress"])
    sealed = await room.records.ledger.sealed_position()
    newest = Newest(room.pool, room.records.ledger)
    assert room.upto <= await newest.readable() < sealed, "who carries what is not folded yet"
    await catch_up(room.pool)
    assert await Newest(room.pool, room.records.ledger).readable() == sealed


async def test_in_a_burst_a_page_is_asked_for_again_without_a_look_at_each_stream(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST", 3)
    await room.opens(AMONG_THEMSELVES)
    await room.happens(*(drafted(f"goal-2026-lin-{number}") for number in range(2, 5)))
    assert not await room.heard("chen", "/team"), "three are looked at, and are nothing to do with them"
    await room.happens(*(drafted(f"goal-2026-lin-{number}") for number in range(5, 9)))
    assert await room.heard("chen", "/team"), "of the fourth it is not asked"


async def test_a_page_that_was_away_for_long_hears_of_what_is_kept_no_more(
    room: Room,
) -> None:
    await room.opens(AMONG_THEMSELVES)
    before = await room.records.ledger.sealed_position()
    await room.happens(SUBMITTED)
    kept = Newest(room.pool, room.records.ledger)
    assert await kept.between(room.upto, room.upto) == []
    assert [each.type for each in await kept.between(room.upto - 1, room.upto)] == ["GoalSubmitted"]
    assert len(await kept.between(0, room.upto)) == room.upto and before < room.upto


@pytest.mark.parametrize("path", ["/start", "/audit", "/goals/g/history", "/live", "x"])
def test_pages_that_do_not_move_by_themselves_hear_nothing(path: str) -> None:
    found = shown_at(path)
    assert found is None
