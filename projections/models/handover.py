"""Hand-overs of results: entries, the messages in which they go to payroll, and lowerings that wait for a decision."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict

from cairn.domain.handover.events import AnyHandoverEvent, HandoverReconciled
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="handover",
    tables=("handover", "handover_entry", "handover_message", "handover_lowering"),
    reads=tuple(each for each in get_args(AnyHandoverEvent) if each is not HandoverReconciled),
    joins=("person", "feedback"),
    by_stream=True,
)
SQL = queries("handover")


class MessageRow(BaseModel):
    """One message: how it goes to payroll, whether payroll has it, and why its webhook did not take it."""

    model_config = ConfigDict(frozen=True)

    handover: str
    stage: str
    message: int
    batch: int
    way: str
    entries: int
    made_by: str
    made_at: datetime
    acknowledge_by: datetime | None
    taken_at: datetime | None
    taken_how: str | None
    failed: str | None
    failed_status: int | None
    failed_at: datetime | None


class EntryRow(BaseModel):
    """One entry: so much of an element for a person, by which version of which result; `reverses` another one."""

    model_config = ConfigDict(frozen=True)

    handover: str
    number: int
    batch: int
    message: int
    person: str
    person_name: str | None
    sheet: str
    version: int
    element: str
    amount: Decimal
    reverses: int | None
    made_at: datetime


class LoweringRow(BaseModel):
    """One lowering that was proposed: who agreed so far, and what became of it (None while it waits)."""

    model_config = ConfigDict(frozen=True)

    handover: str
    proposal: int
    person: str
    person_name: str | None
    sheet: str
    version: int
    changes: Annotated[list[dict[str, Any]], FROM_JSON]
    proposed_at: datetime
    decide_by: datetime
    hr: str | None
    committee: str | None
    outcome: str | None


class SumRow(BaseModel):
    """What somebody's entries of an element come to, by the last version; `taken`: payroll has all of them."""

    model_config = ConfigDict(frozen=True)

    person: str
    element: str
    amount: Decimal
    version: int
    taken: bool


async def messages(reader: Reader, handover: str) -> Sequence[MessageRow]:
    """The messages of a hand-over, in order."""
    return parse_rows(MessageRow, await reader.fetch(SQL["messages"], handover))


async def entries(
    reader: Reader, handover: str, *, batch: int | None = None, person: str | None = None
) -> Sequence[EntryRow]:
    """The entries of a hand-over, of one batch, of one person, in order."""
    return parse_rows(EntryRow, await reader.fetch(SQL["entries"], handover, batch, person))


async def lowerings(reader: Reader, handover: str) -> Sequence[LoweringRow]:
    """The lowerings that were proposed, in order."""
    return parse_rows(LoweringRow, await reader.fetch(SQL["lowerings"], handover))


async def sums(reader: Reader, handover: str) -> Sequence[SumRow]:
    """What everybody's entries come to, by person and element."""
    return parse_rows(SumRow, await reader.fetch(SQL["sums"], handover))
