"""The API for programs in Python: what is asked and answered are the models that the portal itself answers with.

Systems in other languages make a client of their own from the document at /api/v1/openapi.json.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from uuid import uuid4

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from cairn.application.targets import ProposedTarget
from cairn_portal.api import answers
from cairn_portal.reading.notices import Told, ToldPage
from projections.models.dashboard import CycleRow
from projections.models.goal import GoalRow
from projections.models.progress import ProgressLine

ROOT = "/api/v1"
TRIES = 4
"""Times that something is asked which nobody answered, or which was asked too often."""
AGAIN = 1.0
LONGEST_WAIT = 60.0
"""Seconds until a client asks again by itself: where nobody says, and at most."""
PASSING = frozenset({429, 502, 503, 504})
"""Asked too often, or no answer of a worker, or of the portal to a proxy before it."""
CUT = (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError)
"""No answer came: what was asked may be done all the same."""
Answer = TypeVar("Answer", bound=BaseModel)


class ProblemAnswered(Exception):
    """The API says no: `problem` says why, with a stable `code`."""

    def __init__(self, problem: answers.Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.code}: {problem.detail}")


class NotAnswered(Exception):
    """No answer of the API came, `tries` times over: none at all, or that of something between, with its `status`. What
    was asked may be done: with the same key it is asked again safely."""

    def __init__(self, why: str, tries: int, status: int | None = None) -> None:
        self.tries, self.status = tries, status
        super().__init__(f"no answer of the API after {tries} tries: {why}")


class Row(NamedTuple):
    """One of many: the goal, case or cycle it is for, the command's fields, and the version that was read."""

    of: str
    fields: Mapping[str, Any] = {}
    version: int | None = None


class CairnClient:
    """`url` is the portal's address, `token` what the provider gave, `language` that of problems (zh, en).

    Every command has a key, so what got no answer is asked again, a few times, and done once. Raises ProblemAnswered,
    and NotAnswered where none came in the end."""

    def __init__(self, url: str, token: str, language: str = "zh", timeout: float = 60.0) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self._http = httpx2.AsyncClient(base_url=f"{url.rstrip('/')}{ROOT}", headers=headers, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._http.aclose()

    # ---------------------------------------------------------------- reading

    async def me(self) -> answers.Me:
        return await self._read(answers.Me, "/me")

    async def inbox(self, cycle: str | None = None, wait_for: int | None = None) -> answers.Inbox:
        return await self._read(answers.Inbox, "/inbox", cycle=cycle, wait_for=wait_for)

    async def notices(self, cycle: str | None = None) -> AsyncIterator[Told]:
        """Everything that whoever asks was told, the latest first, page by page."""
        before: int | None = None
        while True:
            page = await self._read(ToldPage, "/notices", cycle=cycle, before=before, limit=200)
            for each in page.items:
                yield each
            if (before := page.next) is None:
                return

    async def goal(self, goal: str, wait_for: int | None = None) -> answers.OneGoal:
        return await self._read(answers.OneGoal, f"/goals/{goal}", wait_for=wait_for)

    async def progress(self, goal: str, wait_for: int | None = None) -> ProgressLine | None:
        found = await self._asked("GET", f"/goals/{goal}/progress", {"wait_for": wait_for})
        return TypeAdapter(ProgressLine | None).validate_json(found.content)

    async def goals(
        self, cycle: str, owner: str | None = None, stage: str | None = None, department: str | None = None
    ) -> AsyncIterator[GoalRow]:
        """Every goal of a cycle that may be read, page by page."""
        after: str | None = ""
        while after is not None:
            page = await self._read(
                answers.GoalPage, "/goals", cycle=cycle, owner=owner, stage=stage, department=department,
                after=after, limit=200,
            )  # fmt: skip
            for each in page.items:
                yield each
            after = page.next

    async def cycles(self) -> list[CycleRow]:
        return (await self._read(answers.CyclePage, "/cycles")).items

    async def targets(self, cycle: str) -> list[ProposedTarget]:
        """What is proposed for a cycle that is not launched yet."""
        return (await self._read(answers.TargetPage, "/targets", cycle=cycle)).items

    # ---------------------------------------------------------------- commands

    async def give_goal(
        self, goal: str, command: str, fields: Mapping[str, Any] | None = None, *, key: str | None = None,
        version: int | None = None,
    ) -> answers.GoalAnswered:  # fmt: skip
        """Gives a goal a command, `approve` or `check_in`; refused where others changed it since `version`."""
        return await self._given(answers.GoalAnswered, f"/goals/{goal}/{command}", fields, key, version)

    async def give_case(
        self, place: str, case: str, command: str, fields: Mapping[str, Any] | None = None, *,
        key: str | None = None, version: int | None = None,
    ) -> answers.CaseAnswered:  # fmt: skip
        """Gives a case a command; `place` is that of its kind in the address: `reviews`, `feedback`."""
        return await self._given(answers.CaseAnswered, f"/{place}/{case}/{command}", fields, key, version)

    async def give_goals(
        self, command: str, rows: Sequence[Row], *, key: str | None = None
    ) -> answers.GoalsAnswered:
        """Gives many goals the same command; each row has its own answer or problem."""
        return await self._given_many(answers.GoalsAnswered, "goals", "goal", command, rows, key)

    async def give_cases(
        self, place: str, command: str, rows: Sequence[Row], *, key: str | None = None
    ) -> answers.CasesAnswered:
        """Gives many cases of a kind the same command."""
        return await self._given_many(answers.CasesAnswered, place, "case", command, rows, key)

    # ---------------------------------------------------------------- on the way

    async def _read(self, of: type[Answer], path: str, **query: Any) -> Answer:
        return of.model_validate_json((await self._asked("GET", path, query)).content)

    async def _given(
        self,
        of: type[Answer],
        path: str,
        fields: Mapping[str, Any] | None,
        key: str | None,
        version: int | None,
    ) -> Answer:
        headers = {"Idempotency-Key": key or str(uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return of.model_validate_json(
            (await self._asked("POST", path, {}, dict(fields or {}), headers)).content
        )

    async def _given_many(
        self, of: type[Answer], place: str, named: str, command: str, rows: Sequence[Row], key: str | None
    ) -> Answer:
        asked = [{named: row.of, "fields": dict(row.fields), "version": row.version} for row in rows]
        headers = {"Idempotency-Key": key or str(uuid4())}
        found = await self._asked("POST", f"/bulk/{place}/{command}", {}, {"rows": asked}, headers)
        return of.model_validate_json(found.content)

    async def _asked(
        self, method: str, path: str, query: Mapping[str, Any], body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:  # fmt: skip
        """The answer. What was asked too often, what no worker took in time and what got no answer is asked again: by
        the same key it is done once."""
        params = {name: value for name, value in query.items() if value is not None}
        for tries in range(1, TRIES + 1):
            wait = AGAIN
            try:
                answer = await self._http.request(method, path, params=params, json=body, headers=headers)
            except CUT as cut:
                failed: Exception = NotAnswered(str(cut) or type(cut).__name__, tries)
            else:
                if answer.is_success and _is_json(answer):
                    return answer
                failed, wait = _failed(answer, tries), wait_of(answer.headers.get("retry-after"))
                if answer.status_code not in PASSING:
                    break
            if tries < TRIES:
                await asyncio.sleep(wait)
        raise failed


def _is_json(answer: httpx2.Response) -> bool:
    return "json" in answer.headers.get("content-type", "").partition(";")[0]


def _failed(answer: httpx2.Response, tries: int) -> Exception:
    """What an answer is that is not what was asked for: a problem of the API, or something else's answer."""
    if not answer.is_success and _is_json(answer):
        try:
            return ProblemAnswered(answers.Problem.model_validate_json(answer.content))
        except ValidationError:
            pass
    said = " ".join(answer.text.split())[:200]
    return NotAnswered(f"{answer.status_code} {said}".strip(), tries, answer.status_code)


def wait_of(retry_after: str | None) -> float:
    """The seconds to wait that a `Retry-After` names, a number or a date; within what a client waits by itself."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return AGAIN
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)
