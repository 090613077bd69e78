"""Server-sent events over HTTP: each page hears of what concerns its reader, and of nothing before that."""

import asyncio

import httpx2

from cairn.ledger import Ledger, open_pool
from tests.pages.conftest import Served, begun


async def first_heard(
    served: Served, person: str, page: str, ready: asyncio.Event, since: int | None = None
) -> int:
    """The position that a page of somebody's hears of first, after one that it was told before."""
    headers = {"Authorization": f"Bearer {await served.token(person)}"}
    headers |= {} if since is None else {"Last-Event-ID": str(since)}
    async with (
        httpx2.AsyncClient(base_url=served.url, headers=headers, timeout=90) as client,
        client.stream("GET", "/live", params={"page": page}) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("retry"):
                ready.set()
            if line.startswith("id:"):
                return int(line.partition(":")[2])
    raise AssertionError("the stream ended")


async def sealed(served: Served) -> int:
    async with await open_pool(served.cairn.env["CAIRN_DATABASE"], size=2) as pool:
        return await Ledger(pool).sealed_position()


async def submitted(served: Served, cycle: str, person: str) -> int:
    """The position of somebody's goal being handed in."""
    async with served.api(person) as program:
        answer = await program.post(f"/goals/goal-{cycle}-{person}-1/submit")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["position"])


async def test_a_colleague_first_hears_of_what_is_theirs_and_the_manager_of_both(served: Served) -> None:
    async with begun(served, "live", 1) as cycle:
        pages = (("M1", "/inbox"), ("E2", "/"), ("E2", "/inbox"), ("E2", f"/goals/goal-{cycle}-E2-1"))
        ready, since = [asyncio.Event() for _ in pages], await sealed(served)
        told = [
            asyncio.create_task(first_heard(served, *page, event, since))
            for page, event in zip(pages, ready, strict=True)
        ]
        await asyncio.gather(*(event.wait() for event in ready))
        others = await submitted(served, cycle, "E1")
        assert await told[0] >= others, "who approves it hears of it"
        own = await submitted(served, cycle, "E2")
        assert [await each >= own for each in told[1:]] == [True, True, True], "nothing before their own"


async def test_what_happens_after_a_page_was_made_and_before_its_stream_begins_is_heard_of(
    served: Served,
) -> None:
    async with begun(served, "lately", 1) as cycle:
        own = await submitted(served, cycle, "E2")
        async with asyncio.timeout(60):
            assert await first_heard(served, "E2", f"/goals/goal-{cycle}-E2-1", asyncio.Event()) == own


async def test_a_page_that_does_not_move_by_itself_is_not_told_to_ask_again(served: Served) -> None:
    headers = {"Authorization": f"Bearer {await served.token('E1')}"}
    async with httpx2.AsyncClient(base_url=served.url, headers=headers) as client:
        for page in ("", "/audit", "²"):
            answer = await client.get("/live", params={"page": page})
            assert answer.status_code == 204
        since = [(b"Last-Event-ID", "²".encode("latin-1"))]
        async with client.stream("GET", "/live", params={"page": "/"}, headers=since) as answer:
            assert answer.status_code == 200, "it hears from now on"
        assert (await client.get("/live", headers={"Authorization": ""})).status_code != 200
