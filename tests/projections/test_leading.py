"""Of those who follow the log under one name one leads, and another takes over."""

import asyncio

import asyncpg
import pytest

from projections.engine.following import keep_lead, leading

NAME = "rescoring"


async def test_one_leads_and_another_takes_over_when_its_session_is_taken(
    shared: str, pool: asyncpg.Pool
) -> None:
    async with leading(shared, NAME) as first:

        async def second() -> bool:
            async with leading(shared, NAME):
                return True

        waiting = asyncio.create_task(second())
        done, _ = await asyncio.wait([waiting], timeout=0.6)
        assert not done

        other = await asyncpg.connect(shared)
        await other.execute("select pg_terminate_backend($1)", first.get_server_pid())
        await other.close()
        assert await asyncio.wait_for(waiting, 10)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await keep_lead(first)


async def test_the_lead_ends_with_its_context_whatever_ended_it(shared: str, pool: asyncpg.Pool) -> None:
    with pytest.raises(TimeoutError):
        async with leading(shared, NAME):
            raise TimeoutError
    async with asyncio.timeout(10), leading(shared, NAME):
        pass


async def test_the_server_takes_the_session_of_a_leader_that_says_nothing(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.engine.following.SILENCE", "300ms")
    async with leading(shared, NAME), asyncio.timeout(10), leading(shared, NAME):
        pass
