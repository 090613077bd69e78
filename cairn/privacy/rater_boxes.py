"""The boxes of unnamed raters: whose each token is, and what they answered until it is taken in (RULES C4, ADR 0017).

One box an appraisal, in a table beside the log. Everything in it is encrypted under the wrapping key and padded; each
write encrypts the whole box anew. Only the application's appraisals open one (an import contract).
"""

import base64
import binascii
import json
import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import asyncpg
from pydantic import BaseModel, ConfigDict, Field

from cairn.domain.streams import NAMESPACE, cycle_of, holder_of
from cairn.i18n import message
from cairn.ledger.statements import read_statements
from cairn.privacy.wrapping import WrappingKeys
from cairn.settings import SettingsProblem

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
RATERS, ANSWERS = "raters", "answers"
BLOCK: Mapping[str, int] = {RATERS: 1024, ANSWERS: 8192}
"""Bytes in whose multiples the parts of a box are kept, so that its size tells little."""
NO_MAIL = "-" * 36
ANSWER_BLOCK = 1024
"""Likewise of one sealed answer in the log."""
Pool = asyncpg.Pool


class BoxUnreadable(SettingsProblem):
    """A box was encrypted under a wrapping key that is not known here, or is no longer whole."""

    def __init__(self, appraisal: str) -> None:
        super().__init__(
            message(
                "Who the unnamed raters of {appraisal} are cannot be read here: CAIRN_TEXT_KEY is not the key that it "
                "was kept under. Set the same one for all workers and commands, earlier ones in "
                "CAIRN_EARLIER_TEXT_KEYS.",
                appraisal=appraisal,
            )
        )


class Rater(BaseModel):
    """Whose a token is: a person, in a role. `left` says that they declined, or another one rates in their place.

    `told` is what they were told by mail so far, `mail` the id of one that is being sent, or as many dashes: how much a
    box holds says nothing of who is still to be told."""

    model_config = ConfigDict(frozen=True)

    person: str
    role: str
    left: bool = False
    told: tuple[str, ...] = ()
    mail: str = NO_MAIL

    @property
    def is_mailed(self) -> bool:
        """Whether a mail to them is being sent."""
        return self.mail != NO_MAIL


class Answered(BaseModel):
    """What an unnamed rater has written: marks by item of the `asked`-th questions; a draft until it is `given`. It
    comes into the log as `sealed`, under a number of its own."""

    model_config = ConfigDict(frozen=True)

    ballot: str = ""

    asked: int = 0
    marks: dict[str, str] = Field(default_factory=dict)
    given: bool = False
    sealed: str = ""


class Box(BaseModel):
    """An appraisal's raters and answers, by token."""

    raters: dict[str, Rater] = Field(default_factory=dict)
    answers: dict[str, Answered] = Field(default_factory=dict)

    def token_of(self, person: str, role: str | None = None) -> str | None:
        """The token of somebody who rates here, None where they do not (any more)."""
        found = (
            token
            for token, rater in self.raters.items()
            if rater.person == person and not rater.left and role in (None, rater.role)
        )
        return next(found, None)


def new_token() -> str:
    """A token: random, so that it follows from nobody's id."""
    return secrets.token_hex(8)


class RaterBoxes:
    """Opens and changes boxes. Whoever has no wrapping key can do neither."""

    def __init__(self, pool: Pool, writing: Pool, wrapping: WrappingKeys) -> None:
        self._pool, self._writing, self._wrapping = pool, writing, wrapping

    async def read(self, appraisal: str) -> Box | None:
        """A box, None where there is none (any more). Raises BoxUnreadable."""
        row = await self._pool.fetchrow(_SQL["of_appraisal"], appraisal)
        return self._opened(appraisal, row) if row else None

    async def raters(self, cycle: str | None = None) -> dict[str, dict[str, Rater]]:
        """Who rates in every appraisal (of a cycle), by token. Raises BoxUnreadable."""
        rows = await self._pool.fetch(_SQL["of_cycle"], cycle)
        return {row["appraisal"]: self._raters(row["appraisal"], row) for row in rows}

    async def add(self, appraisal: str, raters: Mapping[str, Rater]) -> Box:
        """The box of an appraisal, made with these raters where there is none."""
        made = self._sealed(appraisal, Box(raters=dict(raters)))
        await self._writing.execute(_SQL["add"], appraisal, cycle_of(appraisal), *made)
        row = await self._writing.fetchrow(_SQL["of_appraisal"], appraisal)
        if row is None:  # it was deleted meanwhile: the appraisal has ended
            return Box()
        return self._opened(appraisal, row)

    @asynccontextmanager
    async def changing(self, appraisal: str) -> AsyncIterator[Box | None]:
        """A box to be changed, alone; what it holds at the end is kept. None where there is none (any more)."""
        async with self._writing.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(_SQL["locked"], appraisal)
            box = self._opened(appraisal, row) if row else None
            yield box
            if box is not None:
                await connection.execute(
                    _SQL["put"], appraisal, cycle_of(appraisal), *self._sealed(appraisal, box)
                )

    async def delete(self, appraisals: Collection[str]) -> None:
        """Takes boxes away: nobody can say any more whose a token was."""
        await self._writing.execute(_SQL["delete"], list(appraisals))

    async def of_holder(self, holder: str) -> list[str]:
        """The appraisals of somebody that have a box."""
        rows = await self._pool.fetch(_SQL["names_like"], f"-{holder}-")
        return [row["appraisal"] for row in rows if holder_of(row["appraisal"]) == holder]

    def seal_answer(self, appraisal: str, ballot: str, answer: Mapping[str, Any]) -> str:
        """An answer as it is kept in the log: for the holder of the wrapping key alone, bound to its place."""
        place = uuid5(NAMESPACE, f"{appraisal}\n{ballot}")
        name, sealed = self._wrapping.wrap(_padded(answer, ANSWER_BLOCK), place, "rater-answer")
        return f"{name}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open_answer(self, appraisal: str, ballot: str, sealed: str) -> dict[str, Any] | None:
        """The answer again; None where it was sealed under another key, or changed."""
        name, _, text = sealed.partition(".")
        try:
            bytes_ = base64.urlsafe_b64decode(text)
        except (binascii.Error, ValueError):
            return None
        plain = self._wrapping.unwrap(
            bytes_, name, uuid5(NAMESPACE, f"{appraisal}\n{ballot}"), "rater-answer"
        )
        return None if plain is None else dict(json.loads(plain))

    def _sealed(self, appraisal: str, box: Box) -> tuple[str, bytes, str, bytes]:
        parts = box.model_dump(mode="json")
        raters = self._wrapping.wrap(_padded(parts[RATERS], BLOCK[RATERS]), _place(appraisal, RATERS), RATERS)
        answers = self._wrapping.wrap(
            _padded(parts[ANSWERS], BLOCK[ANSWERS]), _place(appraisal, ANSWERS), ANSWERS
        )
        return (*raters, *answers)

    def _opened(self, appraisal: str, row: asyncpg.Record) -> Box:
        answers = self._part(appraisal, ANSWERS, row["answers"], row["answers_by"])
        return Box(
            raters=self._raters(appraisal, row),
            answers={token: Answered.model_validate(each) for token, each in answers.items()},
        )

    def _raters(self, appraisal: str, row: asyncpg.Record) -> dict[str, Rater]:
        found = self._part(appraisal, RATERS, row["raters"], row["raters_by"])
        return {token: Rater.model_validate(each) for token, each in found.items()}

    def _part(self, appraisal: str, part: str, sealed: bytes, by: str) -> dict[str, Any]:
        plain = self._wrapping.unwrap(sealed, by, _place(appraisal, part), part)
        if plain is None:
            raise BoxUnreadable(appraisal)
        return dict(json.loads(plain))


def _place(appraisal: str, part: str) -> UUID:
    return uuid5(NAMESPACE, f"{appraisal}\n{part}")


def _padded(value: Mapping[str, Any], block: int) -> bytes:
    """JSON with blanks behind it up to a whole number of blocks."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    return text.ljust(-(-len(text) // block) * block)
