"""Server-sent events over HTTP: each page hears of what concerns its reader, and of nothing before that."""

import asyncio

import httpx2

from tests.pages.conftest import Served, begun


async def first_heard(served: Served, person: str, page: str, ready: asyncio.Event) -> int:
    """The position that a page of somebody's hears of first."""
    headers = {"Authorization": f"Bearer {await served.token(person)}"}
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


async def submitted(served: Served, cycle: str, person: str) -> int:
    """The position of somebody's goal being handed in."""
    async with served.api(person) as program:
        answer = await program.post(f"/goals/goal-{cycle}-{person}-1/submit")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["position"])


async def test_a_colleague_first_hears_of_what_is_theirs_and_the_manager_of_both(served: Served) -> None:
    async with begun(served, "live", 1) as cycle:
        pages = (("M1", "/inbox"), ("E2", "/"), ("E2", "/inbox"), ("E2", f"/goals/goal-{cycle}-E2-1"))
        ready = [asyncio.Event() for _ in pages]
        told = [
            asyncio.create_task(first_heard(served, *page, event))
            for page, event in zip(pages, ready, strict=True)
        ]
        await asyncio.gather(*(event.wait() for event in ready))
        others = await submitted(served, cycle, "E1")
        assert await told[0] >= others, "who approves it hears of it"
        own = await submitted(served, cycle, "E2")
        assert [await each >= own for each in told[1:]] == [True, True, True], "nothing before their own"


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
