"""The client for programs in Python, against the portal's own process: what it answers are values with types."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from cairn_portal.api.application import create_api
from cairn_portal.client import LONGEST_WAIT, TRIES, CairnClient, NotAnswered, ProblemAnswered, Row, wait_of
from tests.pages.conftest import Served, begun


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cycle(served: Served) -> AsyncIterator[str]:
    """A cycle whose goals nobody else touches, which has begun."""
    async with begun(served, "client", 0) as name:
        yield name


def client(served: Served, token: str, language: str = "en") -> CairnClient:
    return CairnClient(served.url, token, language)


async def test_what_is_read_and_what_is_given_come_back_as_models(served: Served, cycle: str) -> None:
    async with client(served, await served.token("E1")) as owner:
        me, goals = await owner.me(), [each async for each in owner.goals(cycle)]
        done = await owner.give_goals("submit", [Row(each.goal) for each in goals], key="all-of-mine")
        again = await owner.give_goals("submit", [Row(goals[0].goal)], key="all-of-mine")
        one = await owner.goal(
            goals[0].goal, wait_for=max(row.answer.position or 0 for row in done.rows if row.answer)
        )
    async with client(served, await served.token("M1")) as manager:
        inbox = await manager.inbox(cycle)
        approved = await manager.give_goal(one.goal.goal, "approve", version=one.version)
        cycles = await manager.cycles()
    assert (me.id, [each.owner for each in goals]) == ("E1", ["E1", "E1"])
    assert {each.weight for each in goals} == {Decimal(80), Decimal(20)}
    assert (done.done, again.done, one.goal.stage) == (2, 1, "submitted")
    assert {each.goal for each in inbox.tasks} >= {each.goal for each in goals}
    assert approved.status is not None and approved.status.version == one.version + len(approved.events)
    assert cycle in {each.cycle for each in cycles}


async def test_a_problem_is_raised_with_its_code_and_in_the_callers_language(
    served: Served, cycle: str
) -> None:
    goal, said = f"goal-{cycle}-E2-1", set()
    for language in ("zh", "en"):
        async with client(served, await served.token("E2"), language) as owner:
            with pytest.raises(ProblemAnswered) as refused:
                await owner.give_goal(goal, "approve")
            told = (await owner.give_goals("approve", [Row(goal)])).rows[0].problem
        problem = refused.value.problem
        assert told is not None and told.code == problem.code == "goal.own"
        assert problem.who_could is not None and problem.detail == told.detail
        said.add(problem.detail)
    assert len(said) == 2


@dataclass
class Between:
    """A proxy before the portal: it cuts the first `cuts` answers off, or says by itself what `says` holds."""

    served: Served
    cuts: int = 0
    says: bytes = b""
    url: str = ""
    asked: int = 0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at = urlsplit(self.served.url)
        there, here = await asyncio.open_connection(at.hostname, at.port)
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                request = await message(reader)
                self.asked += 1
                if self.says:
                    writer.write(self.says)
                    break
                here.write(request)
                answer = await message(there)
                if self.asked <= self.cuts:
                    break
                writer.write(answer)
        here.close()
        writer.close()


async def message(reader: asyncio.StreamReader) -> bytes:
    """One whole request or answer, however many pieces it comes in. Raises IncompleteReadError at the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    return head + await reader.readexactly(int(length[1]) if length else 0)


@asynccontextmanager
async def between(served: Served, **how: object) -> AsyncIterator[Between]:
    made = Between(served, **how)  # type: ignore[arg-type]
    server = await asyncio.start_server(made.pass_on, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


async def test_a_command_whose_answer_is_cut_off_is_asked_again_and_done_once(
    served: Served, cycle: str
) -> None:
    goal, token = f"goal-{cycle}-E3-1", await served.token("E3")
    async with between(served, cuts=2) as proxy, CairnClient(proxy.url, token, "en") as owner:
        done = await owner.give_goal(goal, "submit")
    async with client(served, token) as owner:
        version = (await owner.goal(goal, wait_for=done.position)).version
    assert (done.events, version) == (["GoalSubmitted"], 2)
    assert proxy.asked == 3


async def test_where_no_answer_comes_it_is_asked_a_few_times_and_told_so(served: Served, cycle: str) -> None:
    token = await served.token("E3")
    async with between(served, cuts=99) as proxy, CairnClient(proxy.url, token) as owner:
        with pytest.raises(NotAnswered) as cut:
            await owner.me()
    assert (proxy.asked, cut.value.tries, cut.value.status) == (TRIES, TRIES, None)


async def test_what_something_else_answers_is_no_problem_of_the_api(served: Served, cycle: str) -> None:
    token = await served.token("E3")
    for status, kind, times in (("502 Bad Gateway", "text/html", TRIES), ("200 OK", "text/html", 1),
                                ("403 Forbidden", "application/json", 1)):  # fmt: skip
        said = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: 8\r\n\r\n<nginx/>"
        async with between(served, says=said.encode()) as proxy, CairnClient(proxy.url, token) as owner:
            with pytest.raises(NotAnswered, match="<nginx/>") as told:
                await owner.me()
        assert (proxy.asked, told.value.status) == (times, int(status[:3]))


def test_when_to_ask_again_is_a_number_or_a_date_and_never_long() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 20 < wait_of(soon) <= 30
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    assert [wait_of(each) for each in ("5", "99999", past, "tomorrow", "-1", None)] == [
        5, LONGEST_WAIT, 0, 1, 1, 1
    ]  # fmt: skip


async def test_every_read_of_the_client_is_in_the_document_with_the_same_model() -> None:
    paths = create_api().openapi()["paths"]
    for path, model in (
        ("/me", "Me"), ("/inbox", "Inbox"), ("/goals", "GoalPage"), ("/goals/{goal}", "OneGoal"),
        ("/cycles", "CyclePage"), ("/notices", "ToldPage"), ("/targets", "TargetPage"),
    ):  # fmt: skip
        schema = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": f"#/components/schemas/{model}"}
