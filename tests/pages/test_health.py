"""What tells whoever starts the portal again that it serves."""

import httpx2

from tests.pages.conftest import Served


async def test_whoever_watches_the_portal_hears_whether_its_database_answers_and_nothing_else(
    served: Served,
) -> None:
    async with httpx2.AsyncClient() as watcher:
        answer = await watcher.get(f"{served.url}/health")
    assert (answer.status_code, answer.json()) == (200, {"database": True})
    assert "set-cookie" not in answer.headers
