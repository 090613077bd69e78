"""What answers hold, for the document and for clients made from it: the same models that are read and shown."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cairn.application.targets import ProposedTarget
from cairn.domain.case.status import CaseStatus
from cairn.domain.cycle.status import CycleStatus
from cairn.domain.goal.status import GoalStatus
from cairn.domain.people import Person
from projections.models.case import Turn
from projections.models.dashboard import CycleRow
from projections.models.goal import GoalRow, SheetRow
from projections.models.inbox import Task
from projections.models.progress import ProgressLine
from projections.models.score import GoalScore


class WhoCould(BaseModel):
    """The right that it takes, by its name and in words."""

    right: str
    sentence: str


class Problem(BaseModel):
    """What an answer says that is not what was asked for (RFC 9457)."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="stable, for programs")
    field: str | None = Field(None, description="where it is wrong")
    facts: dict[str, Any] | None = Field(None, description="the values of the sentence")
    who_could: WhoCould | None = None
    mistakes: list[dict[str, Any]] | None = Field(
        None, description="of a policy, a roster or targets: each with its place"
    )


class Answered(BaseModel):
    """What a command came to; `position` is where it can be read, null where it was not sealed in time."""

    events: list[str]
    replayed: bool = Field(description="whether it was done before, by the same key")
    position: int | None


class GoalAnswered(Answered):
    """What a goal's command came to."""

    status: GoalStatus | None


class CaseAnswered(Answered):
    """What a case's command came to."""

    status: CaseStatus | None


class CycleAnswered(Answered):
    """What a cycle's command came to."""

    status: CycleStatus | None


class RowAnswered(BaseModel):
    """What a row of a bulk came to: `answer` where it was done, `problem` where it was not."""

    problem: Problem | None = None


class GoalRowAnswered(RowAnswered):
    """Of one goal."""

    goal: str
    answer: GoalAnswered | None = None


class CaseRowAnswered(RowAnswered):
    """Of one case."""

    case: str
    answer: CaseAnswered | None = None


class CycleRowAnswered(RowAnswered):
    """Of one cycle."""

    cycle: str
    answer: CycleAnswered | None = None


class BulkAnswered(BaseModel):
    """How many rows were done and how many were not."""

    done: int
    refused: int


class GoalsAnswered(BulkAnswered):
    """What became of each goal, in the order they were asked in."""

    rows: list[GoalRowAnswered]


class CasesAnswered(BulkAnswered):
    """What became of each case, in the order they were asked in."""

    rows: list[CaseRowAnswered]


class CyclesAnswered(BulkAnswered):
    """What became of each cycle, in the order they were asked in."""

    rows: list[CycleRowAnswered]


class Page(BaseModel):
    """Some of a list; `next` is the `after` of the next page, null on the last one."""

    next: str | None


class GoalPage(Page):
    """Some goals."""

    items: list[GoalRow]


class CyclePage(Page):
    """Cycles."""

    items: list[CycleRow]


class TargetPage(Page):
    """Targets that are proposed for a cycle."""

    items: list[ProposedTarget]


class Inbox(BaseModel):
    """What waits for somebody; `now` is the present of each cycle."""

    tasks: list[Task]
    turns: list[Turn]
    now: dict[str, datetime]


class OneGoal(BaseModel):
    """A goal with all about it, as far as it may be read."""

    goal: GoalRow
    version: int
    sheet: SheetRow | None
    awaited: list[Task]
    progress: ProgressLine | None
    scores: list[GoalScore] | None
    now: datetime


class Me(Person):
    """Whoever asks, as the roster has them."""
