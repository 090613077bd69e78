"""Who imported people, set targets, changed policies, ran feeds, and whatever else a year rests on."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cairn.domain.cycle import events as c
from cairn.domain.erasure import ErasureOrdered
from cairn.domain.handover import events as h
from cairn.domain.operating import (
    FeedScheduled,
    FeedUnscheduled,
    ScoresVerified,
    WebhookGivenUp,
    WebhookRegistered,
    WebhookRemoved,
    WebhookResumed,
)
from cairn.domain.people import (
    DelegateNamed,
    DepartmentNamed,
    LeavingWithdrawn,
    PersonAway,
    PersonChanged,
    PersonJoined,
    PersonLeft,
    PersonReturned,
)
from cairn.domain.reading import FeedCompleted, ReadingsRecorded
from cairn.domain.skipping import EventSkipped
from cairn.domain.viewing import PersonViewed
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="administration",
    tables=("act",),
    reads=(
        PersonJoined, PersonChanged, PersonLeft, LeavingWithdrawn, PersonAway, PersonReturned, DelegateNamed,
        DepartmentNamed, c.TargetsProposed, c.TargetsWithdrawn, c.PolicyAdopted, c.PolicyAmendmentProposed,
        c.PolicyAmendmentDecided, c.PolicyAmended, ReadingsRecorded, FeedCompleted, FeedScheduled, FeedUnscheduled,
        WebhookRegistered, WebhookRemoved, WebhookGivenUp, WebhookResumed, c.CycleLaunched, c.SheetsAdded,
        c.CycleClosed, c.CycleAbandoned, h.HandoverMade, h.HandoverReconciled, h.LoweringAgreed, h.LoweringDeclined,
        ScoresVerified, EventSkipped, ErasureOrdered, PersonViewed,
    ),
    by_stream=True,
)  # fmt: skip
SQL = queries("administration")
ActKind = Literal["people", "targets", "policies", "feeds", "cycles", "pay", "audit", "webhooks"]


class Act(BaseModel):
    """What somebody recorded at one moment: so many `events` of a type in so many `streams`, `stream` among them, the
    last one at `position`. `rows` are those of tables and feeds."""

    model_config = ConfigDict(frozen=True)

    kind: ActKind
    type: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    events: int
    streams: int
    stream: str
    position: int
    rows: int | None


async def acts(
    reader: Reader, *, kind: ActKind | None = None, by: str | None = None, since: datetime | None = None,
    before: datetime | None = None, most: int = 50,
) -> list[Act]:  # fmt: skip
    """Acts of a kind (None: of all), of one person (None: of everybody), that happened from `since` on and before
    `before`, the newest first."""
    return parse_rows(Act, await reader.fetch(SQL["acts"], kind, by, since, before, most))
