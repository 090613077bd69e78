"""Sessions of the portal that are taken back."""

import re
from html import unescape

import httpx2

from tests.pages.conftest import Served


async def signed_in(served: Served, person: str) -> httpx2.AsyncClient:
    """Somebody's browser, as far as cookies go, signed in by the demo's provider."""
    client = httpx2.AsyncClient(base_url=served.url, follow_redirects=True, timeout=30)
    await client.get(served.address)
    page = (await client.get("/sign-in/go")).text
    [link, *_] = re.findall(rf'href="([^"]*person={person}(?:&[^"]*)?)"', page)
    assert (await client.get(unescape(link))).url.path == "/"
    return client


async def test_all_sessions_of_somebody_end_at_once_and_nobody_elses(served: Served) -> None:
    """A cookie that was copied is of no use any more; signing in again is possible."""
    laptop, phone, other = [await signed_in(served, who) for who in ("E1", "E1", "M1")]
    done = await served.cairn("people", "sign-out", "E1", CAIRN_LANGUAGE="en")
    assert done.code == 0 and "E1" in done.out and "signed out of the portal everywhere" in done.out
    for stolen in (laptop, phone):
        assert (await stolen.get("/inbox")).url.path == "/sign-in"
    assert (await other.get("/inbox")).url.path == "/inbox"
    again = await signed_in(served, "E1")
    assert (await again.get("/inbox")).url.path == "/inbox"
    for client in (laptop, phone, other, again):
        await client.aclose()


async def test_the_language_is_changed_while_one_chooses_who_one_is(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url, follow_redirects=True, timeout=30) as client:
        await client.get(served.address)
        page = (await client.get("/sign-in/go", headers={"Accept-Language": "zh"})).text
        [other] = re.findall(r'href="(/language/en[^"]*)"', page)
        page = (await client.get(unescape(other))).text
        [link, *_] = re.findall(r'href="([^"]*person=E1(?:&[^"]*)?)"', page)
        assert (await client.get(unescape(link))).url.path == "/"


async def test_who_is_not_in_the_roster_has_no_session_to_end(served: Served) -> None:
    assert (await served.cairn("people", "sign-out", "nobody")).code != 0
