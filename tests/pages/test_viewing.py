"""Looking at somebody's pages: with a reason that can be kept, and over once whoever looks is not HR any more."""

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from cairn.settings import Settings
from tests.databases import Databases
from tests.pages.conftest import Served, serving
from tests.pages.test_signing_out import signed_in
from tests.portal.conftest import POLICY, ROSTER, Cairn, company_of_its_own, environment

SECOND = "H2,何静,D1,人力资源,销售,,2020-01-01,,HR\n"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    databases: Databases, temporal_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A company of its own with two HR and the portal's own process."""
    files = tmp_path_factory.mktemp("viewing")
    (files / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (files / "roster.csv").write_text(ROSTER + SECOND, encoding="utf-8")
    begun = Settings(
        home=tmp_path_factory.mktemp("viewing-home"),
        database="postgresql://",
        temporal_address=temporal_server,
    )
    async with (
        company_of_its_own("viewing-tests", begun, databases, temporal_server, files) as own,
        serving(own, str(date.today().year + 1)) as served,
    ):
        yield Served(served.url, served.address, served.secret, Cairn(environment(own)), served.cycle)


async def looks(hr: httpx2.AsyncClient, whom: str, reason: str) -> httpx2.Response:
    [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', (await hr.get("/view-as")).text)
    return await hr.post("/view-as", data={"person": whom, "reason": reason, "csrf": csrf})


async def test_a_reason_without_end_is_refused_and_nothing_is_shown(company: Served) -> None:
    hr = await signed_in(company, "H2")
    answer = await looks(hr, "E1", "x" * 501)
    assert (answer.status_code, "viewing-note" in answer.text) == (422, False)
    assert "viewing-note" not in (await hr.get("/inbox")).text
    assert (await company.cairn("replay", "viewing-E1")).code != 0
    await hr.aclose()


async def test_whoever_is_not_hr_any_more_looks_as_nobody_and_is_not_locked_out(
    company: Served, tmp_path: Path
) -> None:
    hr = await signed_in(company, "H2")
    assert (await looks(hr, "E1", "asked how it looks")).status_code == 200
    looked_at = await hr.get("/inbox")
    assert "viewing-note" in looked_at.text
    [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', looked_at.text)
    table = tmp_path / "roster.csv"
    table.write_text(ROSTER + SECOND.replace(",HR", ","), encoding="utf-8")
    assert (await company.cairn("roster", "import", str(table), "--by", "H1", "--yes")).code == 0
    still = await hr.post("/inbox/all/submit", data={"csrf": csrf})
    assert still.status_code == 403, "what was meant as a look is no command of their own"
    own = await hr.get("/inbox")
    assert (own.status_code, "viewing-note" in own.text) == (200, False)
    assert (await hr.post("/view-as/end", data={"csrf": csrf})).status_code == 200
    await hr.aclose()
