"""Who is waited for, for what, since when and until when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cairn.domain.goal.events import CommitteeVoted
from cairn.domain.goal.stages import Stage
from cairn.domain.people import places_of
from cairn.domain.policy import Tier
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="inbox",
    tables=("vote",),
    reads=(CommitteeVoted,),
    joins=("goal", "dashboard", "person", "check_in", "rating"),
    by_stream=True,
)
SQL = queries("inbox")
Act = Literal["submit", "approve", "confirm_manager", "confirm_hr", "assess", "confirm_check_ins"]


class Task(BaseModel):
    """One thing one person (or `role:hr`, `role:committee`) has to do. `until` is the cycle's date or the expiry;
    for an approval it leaves out the working days that the policy adds for goals submitted late."""

    model_config = ConfigDict(frozen=True)

    goal: str
    act: Act
    awaited: str
    cycle: str
    sheet: str
    department: str | None
    tier: Tier
    owner: str
    owner_name: str | None
    title: str
    stage: Stage
    version: int
    since: datetime
    until: datetime | None


class Waiting(BaseModel):
    """How much waits for whom in a cycle; `overdue` at the asked instant."""

    model_config = ConfigDict(frozen=True)

    awaited: str
    act: Act
    goals: int
    oldest: datetime
    until: datetime | None
    overdue: int


async def inbox(
    reader: Reader,
    person: str,
    roles: Iterable[str] = (),
    *,
    cycle: str | None = None,
    at: datetime | None = None,
    trusting: Iterable[str] = (),
) -> list[Task]:
    """What waits for a person and for the roles they have (`hr`, `committee`, …), most urgent first.

    Places are as they are held at `at`, without it at each cycle's present (RULES L1, L2). An executive acts for the
    committee, and for HR where all of HR are parties. A role's tasks on the person's own goals are left out: nobody
    judges their own goal; nor does who has voted see the goal again while the others vote. `trusting` are the cycles in
    which reports count without being confirmed.
    """
    tasks = await reader.fetch(SQL["for_person"], person, places_of(roles), cycle, at, list(trusting))
    return parse_rows(Task, tasks)


async def tasks_of_goal(
    reader: Reader, goal: str, at: datetime | None = None, *, trusting: Iterable[str] = ()
) -> list[Task]:
    """Everybody a goal waits for at `at`, without it at its cycle's present; empty while it runs by itself."""
    return parse_rows(Task, await reader.fetch(SQL["for_goal"], goal, at, list(trusting), None, []))


async def tasks_on_goal(
    reader: Reader, goal: str, person: str, roles: Iterable[str] = (), *, at: datetime | None = None,
    trusting: Iterable[str] = (),
) -> list[Task]:  # fmt: skip
    """What of `inbox` is about one goal."""
    found = await reader.fetch(SQL["for_goal"], goal, at, list(trusting), person, places_of(roles))
    return parse_rows(Task, found)


async def waiting(reader: Reader, cycle: str, at: datetime, *, trusting: Iterable[str] = ()) -> list[Waiting]:
    """Who waits for whom in a cycle, most overdue first."""
    return parse_rows(Waiting, await reader.fetch(SQL["waiting"], cycle, at, list(trusting)))
