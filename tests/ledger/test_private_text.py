"""What people write about each other lies in the log encrypted, and comes out as words as long as its key is there."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from cairn.application.repository import first_answer, fold_goal, to_appends
from cairn.application.stored_events import to_events
from cairn.domain.erasure import ErasureOrdered
from cairn.domain.event import Event
from cairn.domain.goal.commands import ReturnGoal
from cairn.domain.goal.events import CommitteeDecided, GoalReturned, GoalSubmitted, SignalRefused
from cairn.domain.identity import Identity, by_system, identify
from cairn.domain.people import PersonAway
from cairn.domain.private_text import Unreadable
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import SheetExtended
from cairn.domain.voting import Ballot
from cairn.ledger import IdReused, Ledger, StoredEvent, open_pool, verify
from cairn.privacy import PrivateLedger, WrappingKeys, delete_keys, returned_keys, written_about
from cairn.privacy.data_keys import WRITTEN_WITH
from cairn.privacy.sealing import TextKey
from cairn.settings import SettingsProblem
from tests.ledger.given import seal_all

AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
GOAL, OTHERS = "goal-2026-E1-1", "goal-2026-E2-1"
WORDS = "Zu viel auf einmal 写得太多"
KEYS = WrappingKeys.of(bytes(32))
GOLDEN_TEXT = "9JvA2vsxpPXGv3CcPNZEzcmkknVk9qs4TnhdxCal"
GOLDEN_WRAPPED_BY = "ae33dad8cf0b9ea4"
GOLDEN_KEY = (
    "000000000000000000000000cea6423e49656d690f47cfd8b6fe9317627111d923b33c63c9bbef95691b2b91fd6b930b696fc75c"
    "69c1730f6b2118d87770f9d2b58e4907594527d8973104200f090a4c3b0d72ff997308f801c7c8b0"
)


def returned(comment: str = WORDS, goal: str = GOAL) -> Event:
    return GoalReturned(goal=goal, comment=comment, by="M1", at=AT)


def asked(key: str = "1", goal: str = GOAL) -> Identity:
    return by_system(goal, key)


async def recorded(
    ledger: Ledger, *events: Event, key: str = "1", version: int = 0, command: Identity | None = None
) -> bool:
    """Records a command's events; whether all of them were there already."""
    versions = dict.fromkeys((event.stream for event in events), version)
    return (await ledger.append(to_appends(events, versions, command or asked(key)))).replayed


def said(rows: Sequence[StoredEvent]) -> list[Any]:
    return [getattr(event, "comment", None) for event in to_events(rows)]


async def stored(pool: Any) -> str:
    """Everything in the ledger's tables, as text."""
    tables = await pool.fetch("select tablename from pg_tables where schemaname = 'ledger'")
    rows = [await pool.fetch(f"select t::text as row from ledger.{each['tablename']} t") for each in tables]
    return "\n".join(row["row"] for of in rows for row in of)


@pytest.fixture
def ledger(pool: Any) -> PrivateLedger:
    return PrivateLedger(pool, KEYS)


async def test_a_comment_lies_encrypted_in_the_log_and_is_read_as_it_was_written(
    ledger: PrivateLedger, pool: Any
) -> None:
    await recorded(ledger, returned())
    assert WORDS not in await stored(pool) and "viel" not in await stored(pool)
    assert said(await ledger.read_stream(GOAL)) == [WORDS]
    assert said((await ledger.read_streams([OTHERS, GOAL]))[GOAL]) == [WORDS]
    assert said(await ledger.as_of(GOAL)) == [WORDS]
    await seal_all(pool)
    assert said(await ledger.read_sealed(after=0)) == [WORDS]
    row = (await ledger.read_stream(GOAL))[0]
    assert said(await ledger.find([row.id])) == [WORDS]


async def test_whoever_follows_the_log_or_reads_it_by_type_gets_the_words(
    ledger: PrivateLedger, pool: Any
) -> None:
    await recorded(ledger, returned())
    await seal_all(pool)
    [page] = [page async for page in ledger.pages_of(["GoalReturned"], upto=1)]
    assert said(page) == [WORDS]
    following, tries = ledger.subscribe("anybody", ["GoalReturned"]), []

    async def once_too_often(row: StoredEvent) -> None:
        tries.append(row)
        if len(tries) == 1:
            raise ValueError

    await following.take(await following.next(10), once_too_often)
    await ledger.ask_again("anybody", GOAL)
    await following.do_what_is_asked(once_too_often)
    assert said(tries) == [WORDS, WORDS]
    assert WORDS not in await stored(pool)


async def test_what_lies_deeper_in_an_event_is_encrypted_too_and_the_rest_stays_readable(
    ledger: PrivateLedger, pool: Any
) -> None:
    ballots = (Ballot(by="C1", vote="for", comment="secret one", at=AT), Ballot(by="C2", vote="for", at=AT))
    decided = CommitteeDecided(
        goal=GOAL, adjustment=None, outcome="for", ballots=ballots, members=2, quorum=1,
        majority="simple", by="C2", at=AT,
    )  # fmt: skip
    refused = SignalRefused(goal=GOAL, name="return", code="x", facts={"value": "secret two"}, by="M1", at=AT)
    await recorded(ledger, decided, refused)
    assert to_events(await ledger.read_stream(GOAL)) == [decided, refused]
    assert "secret" not in await stored(pool)
    data = json.loads(await pool.fetchval("select data from ledger.event where type = 'CommitteeDecided'"))
    assert data["ballots"][0]["vote"] == "for" and data["ballots"][1]["comment"] == ""


async def test_each_person_has_a_key_of_their_own(ledger: PrivateLedger, pool: Any) -> None:
    away = PersonAway(person="E1", first=AT.date(), reason="ill", by="H", at=AT)
    sheet = SheetExtended(sheet="sheet-2026-E1-1", until=AT.date(), reason="ill", by="H", at=AT)
    department = returned(goal="goal-2026-department.sales-1")
    await recorded(ledger, returned(), returned(goal=OTHERS), away, sheet, department)
    await recorded(ledger, returned(goal="goal-2026-company-1"), command=asked("2"))
    owners = await pool.fetch("select owner from ledger.text_key order by owner")
    assert [row["owner"] for row in owners] == ["E1", "E2", "company", "department.sales"]


async def test_a_deleted_key_reads_as_erased_and_everybody_elses_words_stay(
    ledger: PrivateLedger, pool: Any
) -> None:
    await recorded(ledger, returned(), returned(goal=OTHERS))
    await pool.execute("delete from ledger.text_key where owner = 'E1'")
    for reader in (PrivateLedger(pool, KEYS), PrivateLedger(pool, WrappingKeys.of(bytes(32), b"x" * 32))):
        assert said(await reader.read_stream(GOAL)) == [Unreadable.ERASED]
        assert said(await reader.read_stream(OTHERS)) == [WORDS]
    assert fold_goal(GOAL, await PrivateLedger(pool, KEYS).read_stream(GOAL)).stage == "returned"


async def test_without_the_wrapping_key_words_are_erased_and_numbers_are_not(
    ledger: PrivateLedger, pool: Any
) -> None:
    await recorded(ledger, returned())
    for keys in (WrappingKeys(), WrappingKeys.of(b"y" * 32)):
        [event] = to_events(await PrivateLedger(pool, keys).read_stream(GOAL))
        assert (event.by, said([*await PrivateLedger(pool, keys).read_stream(GOAL)])) == (
            "M1", [Unreadable.ERASED],
        )  # fmt: skip


async def test_without_any_key_no_words_are_recorded_and_what_has_none_is(pool: Any) -> None:
    keyless = PrivateLedger(pool, WrappingKeys())
    with pytest.raises(SettingsProblem, match="CAIRN_TEXT_KEY"):
        await recorded(keyless, returned())
    await recorded(keyless, GoalSubmitted(goal=GOAL, by="E1", at=AT), returned(comment=""))
    assert await pool.fetchval("select count(*) from ledger.text_key") == 0


async def test_a_new_wrapping_key_takes_over_and_the_earlier_one_still_reads(pool: Any) -> None:
    await recorded(PrivateLedger(pool, KEYS), returned())
    both = PrivateLedger(pool, WrappingKeys.of(b"z" * 32, bytes(32)))
    await recorded(both, returned("second"), key="2", version=1)
    assert said(await both.read_stream(GOAL)) == [WORDS, "second"]
    lost = PrivateLedger(pool, WrappingKeys.of(b"z" * 32))
    await recorded(lost, returned("third"), key="3", version=2)
    assert said(await lost.read_stream(GOAL)) == [Unreadable.ERASED, Unreadable.ERASED, "third"]


async def test_the_same_append_again_is_known_for_the_same_from_any_process(pool: Any) -> None:
    assert not await recorded(PrivateLedger(pool, KEYS), returned())
    assert await recorded(PrivateLedger(pool, KEYS), returned())
    with pytest.raises(IdReused):
        await recorded(PrivateLedger(pool, KEYS), returned("other words"))


async def test_many_who_write_about_one_person_for_the_first_time_share_one_key(pool: Any) -> None:
    ledgers = [PrivateLedger(pool, KEYS) for _ in range(8)]
    await asyncio.gather(
        *(
            recorded(each, returned(f"by {n}", f"goal-2026-E1-{n}"), command=by_system(f"{n}", "1"))
            for n, each in enumerate(ledgers)
        )
    )
    assert await pool.fetchval("select count(*) from ledger.text_key") == 1
    for n in range(8):
        assert said(await ledgers[0].read_stream(f"goal-2026-E1-{n}")) == [f"by {n}"]


async def test_words_moved_to_another_event_or_stream_are_not_believed(
    ledger: PrivateLedger, pool: Any
) -> None:
    """Whoever can change rows cannot make somebody say what they said elsewhere."""
    await recorded(ledger, returned("no"))
    await recorded(ledger, returned("yes"), key="2", version=1)
    rows = await Ledger(pool).read_stream(GOAL)
    swapped = [rows[0]._replace(data=rows[1].data), rows[1]._replace(stream=OTHERS)]
    assert said(await ledger._opened(swapped)) == [Unreadable.ERASED, Unreadable.ERASED]
    assert said(await ledger._opened(rows)) == ["no", "yes"]


async def test_hashes_are_over_the_ciphertext(ledger: PrivateLedger, pool: Any) -> None:
    """They come out right for whoever has no key, and after one was deleted."""
    await recorded(ledger, returned())
    await seal_all(pool)
    await pool.execute("delete from ledger.text_key")
    assert (await verify(pool)).faults == ()


async def test_what_was_written_in_clear_before_stays_readable(ledger: PrivateLedger, pool: Any) -> None:
    await recorded(Ledger(pool), returned("from before"))
    await recorded(ledger, returned("since"), key="2", version=1)
    assert said(await ledger.read_stream(GOAL)) == ["from before", "since"]
    assert "from before" in await stored(pool)


async def test_words_that_look_like_a_mark_of_ours_are_words(ledger: PrivateLedger) -> None:
    for n, words in enumerate(('{"sealed": "x", "key": "y"}', '"sealed":', '{"unreadable": "erased"}')):
        await recorded(ledger, returned(words), key=f"{n}", version=n)
        assert said(await ledger.read_stream(GOAL))[-1] == words


async def test_a_key_that_was_used_is_compared_and_nobody_can_guess_at_the_words_by_it(
    ledger: PrivateLedger, pool: Any
) -> None:
    """The digest of a command would tell whether a guess at its words is right."""
    command = ReturnGoal(goal=GOAL, comment="no", by="M1", at=AT)
    identity = identify(command, GOAL, "k")
    await recorded(ledger, returned("no"), command=identity)
    assert identity.digest not in await stored(pool)
    rows = await ledger.read_stream(GOAL)
    assert first_answer(identity, rows) == rows
    other = identify(ReturnGoal(goal=GOAL, comment="yes", by="M1", at=AT), GOAL, "k")
    with pytest.raises(Refusal, match=r"command\.key-used"):
        first_answer(other, rows)
    await pool.execute("delete from ledger.text_key")
    with pytest.raises(Refusal, match=r"command\.key-used"):
        first_answer(identity, await PrivateLedger(pool, KEYS).read_stream(GOAL))


@pytest.mark.parametrize("role", ["cairn_sealer", "cairn_reader", "cairn_folder"])
async def test_whoever_does_not_write_sees_no_key(database: str, pool: Any, role: str) -> None:
    async with await open_pool(database, role=role, size=1) as acting:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await acting.fetch("select * from ledger.text_key")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await acting.fetch("select * from ledger.rater_box")


async def test_a_writer_adds_keys_and_can_neither_change_nor_delete_one(
    database: str, ledger: PrivateLedger
) -> None:
    async with await open_pool(database, role="cairn_writer", size=2) as acting:
        await recorded(PrivateLedger(acting, KEYS), returned())
        for change in ("update ledger.text_key set owner = 'E2'", "delete from ledger.text_key"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await acting.execute(change)
    assert said(await ledger.read_stream(GOAL)) == [WORDS]


async def test_what_is_written_once_a_key_is_deleted_is_kept_under_another(
    ledger: PrivateLedger, pool: Any
) -> None:
    """A process that wrote about somebody a moment ago does not go on with the key that is gone."""
    await recorded(ledger, returned("before"))
    keys = (await written_about(pool, "E1")).keys
    assert await delete_keys(pool, keys) == 1
    await recorded(ledger, returned("after"), key="2", version=1)
    assert said(await PrivateLedger(pool, KEYS).read_stream(GOAL)) == [Unreadable.ERASED, "after"]
    assert not set((await written_about(pool, "E1")).keys) & set(keys)


async def test_what_is_written_about_somebody_is_counted_by_event_and_unread(
    ledger: PrivateLedger, pool: Any
) -> None:
    """Neither what others wrote in streams whose names look alike, nor what is erased already."""
    gone = returned("gone")
    await recorded(ledger, gone)
    await delete_keys(pool, (await written_about(pool, "E1")).keys)
    await recorded(Ledger(pool), returned("from before"), key="2", version=1)
    await recorded(Ledger(pool), returned("from before", "goal-2026-E11-2"), key="2")
    ballots = tuple(
        Ballot(by=by, vote="for", comment=why, at=AT) for by, why in (("C1", "a"), ("C2", "b"), ("C3", ""))
    )
    decided = CommitteeDecided(
        goal=GOAL, adjustment=None, outcome="for", ballots=ballots, members=3, quorum=1, majority="simple", by="C2",
        at=AT,
    )  # fmt: skip
    away = PersonAway(person="E1", first=AT.date(), reason="ill", by="H", at=AT)
    others = returned(goal="goal-2026-E11-1"), returned(goal="goal-2026-M-E1-1")
    await recorded(ledger, decided, key="3", version=2)
    await recorded(ledger, away, *others, key="4")
    found = await written_about(pool, "E1")
    assert (found.texts, found.total, found.in_clear) == ({"CommitteeDecided": 2, "PersonAway": 1}, 3, 1)
    assert (found.first, found.last, len(found.keys)) == (AT, AT, 1)
    nothing = await written_about(pool, "E9")
    assert (nothing.keys, nothing.total, nothing.first, nothing.in_clear) == ((), 0, None, 0)


async def test_a_key_that_comes_back_after_its_erasure_was_ordered_is_found(
    ledger: PrivateLedger, pool: Any
) -> None:
    """As a backup brings it back, or as an order leaves it that did not come to its end."""
    await recorded(ledger, returned(), returned(goal=OTHERS))
    keys = (await written_about(pool, "E1")).keys
    assert await returned_keys(pool) == ()
    await recorded(ledger, ErasureOrdered(owner="E1", keys=keys, texts=1, reason="r", by="H", at=AT), key="2")
    assert await returned_keys(pool) == ("E1",)
    kept = await pool.fetchrow("select * from ledger.text_key where owner = 'E1'")
    await delete_keys(pool, keys)
    await recorded(ledger, returned("since"), key="3", version=1)
    assert await returned_keys(pool) == ()
    columns = "id, owner, wrapped_by, wrapped, made_at"
    await pool.execute("delete from ledger.text_key where owner = 'E1'")
    await pool.execute(f"insert into ledger.text_key ({columns}) values ($1, $2, $3, $4, $5)", *kept)
    assert await returned_keys(pool) == ("E1",)


async def test_why_something_was_erased_outlasts_it(ledger: PrivateLedger, pool: Any) -> None:
    order = ErasureOrdered(owner="E1", keys=(), texts=0, reason="asked for it", by="H", at=AT)
    await recorded(ledger, returned(), order)
    assert "asked for it" not in await stored(pool)
    await pool.execute("delete from ledger.text_key where owner = 'E1'")
    assert to_events(await PrivateLedger(pool, KEYS).read_stream(order.stream)) == [order]


def test_what_was_encrypted_and_wrapped_before_is_read_for_ever() -> None:
    """The stored form of a text and of its key. These values are never edited: another form goes beside them."""
    id, place = UUID(int=7), (b"goal-2026-E1-1", UUID(int=1).bytes, b"comment")
    wrapped = bytes.fromhex(GOLDEN_KEY)
    key = KEYS.unwrap(wrapped, GOLDEN_WRAPPED_BY, id, "E1")
    assert key == bytes(range(64))
    assert TextKey(id, key).open(GOLDEN_TEXT, place) == "写得太多"
    assert TextKey(id, key).seal("写得太多", place) == {"sealed": GOLDEN_TEXT, "key": str(id)}


async def test_keys_that_are_in_use_are_looked_up_again_together(ledger: PrivateLedger, pool: Any) -> None:
    """And each writes under its own."""
    for n in range(2):
        for owner in ("E1", "E2", "E3"):
            goal = f"goal-2026-{owner}-1"
            await recorded(ledger, returned(f"{owner} {n}", goal), key=f"{n}", version=n)
        await asyncio.sleep(WRITTEN_WITH)
    for owner in ("E1", "E2", "E3"):
        assert said(await PrivateLedger(pool, KEYS).read_stream(f"goal-2026-{owner}-1")) == [
            f"{owner} 0",
            f"{owner} 1",
        ]
    assert await pool.fetchval("select count(*) from ledger.text_key") == 3
