"""What is late in a cycle, with whom, since when, and who was reminded of it or told."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from cairn.domain.calendar import opening
from cairn.domain.goal.dates import own_due
from cairn.domain.goal.events import DeadlineMissed, ReminderSent
from cairn.domain.policy import Policy
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader
from projections.engine.sql import queries

MODEL = ReadModel(
    name="overdue",
    tables=("notice",),
    reads=(ReminderSent, DeadlineMissed),
    joins=("goal", "dashboard", "inbox", "person", "rating", "score"),
    by_stream=True,
)
SQL = queries("overdue")
Act = Literal["submit", "approve", "confirm_manager", "confirm_hr", "assess", "score", "deliver"]


class Notice(BaseModel):
    """Who was told of a deadline: those waited for before it, or (`escalated`) those above them when it had passed.

    `recipients` are ids of people, `role:hr` or `role:committee`.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    escalated: bool
    recipients: tuple[str, ...]


class Late(BaseModel):
    """One thing that is not done though it was due.

    `awaited` has to do it: a person, `role:hr` or `role:committee`. It is None for the act `score`: the score of
    `period` is not there, and nobody is waited for but Cairn itself. `since` is when the goal came into its stage;
    `days_late` are whole days since `due`, rounded, at least 1; `notices` are those since it waits, last one first.
    """

    model_config = ConfigDict(frozen=True)

    goal: str
    title: str
    owner: str
    owner_name: str | None
    department: str | None
    act: Act
    period: str | None
    awaited: str | None
    awaited_name: str | None
    since: datetime
    due: datetime
    days_late: int
    notices: Annotated[tuple[Notice, ...], FROM_JSON]


async def overdue(
    reader: Reader, cycle: str, at: datetime, policy: Policy, *, department: str | None = None
) -> list[Late]:
    """What is late in a cycle at an instant, all or a department's, latest first.

    The cycle's policy says which periods a family is scored in, and how long people have who were asked late.
    """
    families = [(name, kind) for name, family in policy.families.items() for kind in family.periods]
    names, kinds = [name for name, _ in families], [kind for _, kind in families]
    found: list[Late] = []
    for record in await reader.fetch(SQL["late"], cycle, at, department, names, kinds):
        due = record["due"]
        if record["act"] in ("submit", "approve"):
            asked = max(record["since"], opening(record["begins"], policy.calendar))
            due = own_due(due, asked if record["act"] == "submit" else record["since"], policy)
        if due <= at:
            days = max(1, round((at - due) / timedelta(days=1)))
            told = {name: each for name, each in record.items() if name != "begins"}
            found.append(Late.model_validate({**told, "due": due, "days_late": days}))
    return sorted(found, key=lambda late: (late.due, late.goal, late.act, late.period or ""))
