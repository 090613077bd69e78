"""What can be asked of a cycle. Commands that people give declare a row: who may, in which stages, where it leads."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, get_args

from pydantic import AwareDatetime, Field

from cairn.domain import rights
from cairn.domain.command import CommandRow
from cairn.domain.cycle.events import LaunchFailure, ReviewLeftOut
from cairn.domain.cycle.stages import CycleStage
from cairn.domain.event import Command, Fact
from cairn.domain.refusal import FactValue
from cairn.domain.voting import Vote

CycleRow = CommandRow[CycleStage]


class CycleCommand(Command):
    """Anything asked of a cycle, by its id: by people (`CycleAction`) or by the workflow that keeps its dates."""

    cycle: str


class CycleAction(CycleCommand):
    """A command that people give."""

    row: ClassVar[CycleRow]


class LaunchCycle(CycleAction):
    """Launches a cycle from a preview.

    `seen` is the digest of the preview HR looked at: another plan than that is refused. `clock_offset` is in seconds
    beside Temporal's clock, 0 but in a rehearsal.
    """

    row = CycleRow("launch", rights.hr, stages=("none",), leads_to="launching")

    seen: str
    clock_offset: float = 0.0


class FinishLaunch(CycleCommand):
    """Says that every sheet of the plan is in the log, but for the failures named."""

    looked_up = frozenset({"failures"})

    failures: tuple[LaunchFailure, ...] = ()


class AddSheets(CycleAction):
    """Opens sheets that are missing after the launch, from a preview (RULES L7): of `people`, without any of everybody
    who takes part by now. `seen` is the digest of that preview."""

    row = CycleRow("add_sheets", rights.hr, stages=("goal_setting", "execution"))

    seen: str
    people: tuple[str, ...] = ()


class ReachStage(CycleCommand):
    """The date of a stage has come; `due` is the time it was set for."""

    looked_up = frozenset({"due"})

    stage: CycleStage
    due: AwareDatetime


class FinishPeriod(CycleCommand):
    """Says that all `sheets` have their score of a period, due at `due`."""

    looked_up = frozenset({"sheets", "due"})

    period: str
    sheets: int
    due: AwareDatetime


class OpenResult(Fact):
    """A result that is not done: its stage (`unshown`: a newer version waits to be calibrated), and who is waited
    for."""

    result: str
    stage: str
    awaited: tuple[str, ...]


class FinishReviews(CycleCommand):
    """Says that the `reviews` of a period that has ended are open, but for those left out; due at `due`."""

    looked_up = frozenset({"reviews", "left_out", "due"})

    period: str
    reviews: int
    left_out: tuple[ReviewLeftOut, ...] = ()
    due: AwareDatetime


class FinishAppraisals(CycleCommand):
    """Says that the `appraisals` of the year are open, but for those left out; due at `due`."""

    looked_up = frozenset({"appraisals", "left_out", "due"})

    appraisals: int
    left_out: tuple[ReviewLeftOut, ...] = ()
    due: AwareDatetime


class FinishResults(CycleCommand):
    """Says that the results of all `sheets` are out."""

    looked_up = frozenset({"sheets"})

    sheets: int


class FinishShowing(CycleCommand):
    """Says that the `results` were shown, but for those `waiting` for a calibration."""

    looked_up = frozenset({"results", "waiting"})

    results: int
    waiting: tuple[str, ...] = ()


class CloseCycle(CycleAction):
    """Closes a cycle once its results are out (RULES L8), no goal is open, and no result waits for a signature within
    its window or for the decision of an appeal. With a `reason` HR goes on without these.

    `open_goals` are goals not over yet, as the log has them, of `goals`; `open_results` the results, each with who is
    waited for, and `unshown` says that the policy has results shown, and they are not.
    """

    row = CycleRow(
        "close",
        rights.hr,
        stages=("launching", "goal_setting", "execution", "review", "scoring"),
        leads_to="closed",
        already=("closed",),
        by_date=True,
    )
    looked_up = frozenset({"open_goals", "goals", "open_results", "unshown"})

    open_goals: tuple[str, ...] = ()
    goals: int = 0
    open_results: tuple[OpenResult, ...] = ()
    unshown: bool = False
    reason: str = ""


class AbandonCycle(CycleAction):
    """Gives a cycle up before its end, with a reason: nothing is due, asked for or scored in it any more.

    `open_goals` are how many goals are not over yet, as the log has them, of `goals`.
    """

    row = CycleRow(
        "abandon",
        rights.hr,
        stages=("launching", "goal_setting", "execution", "review", "scoring"),
        leads_to="abandoned",
        already=("abandoned",),
    )
    looked_up = frozenset({"open_goals", "goals"})

    reason: str = Field(min_length=1)
    open_goals: int = 0
    goals: int = 0


AMENDABLE: tuple[CycleStage, ...] = ("goal_setting", "execution", "review", "scoring")
"""The stages of a running cycle."""


class AmendPolicy(CycleAction):
    """Proposes another version of the policy, `name@version`, for a running cycle, with a reason (RULES L11); `seen` is
    the digest of the preview that was looked at. It takes the place of a proposal that is still open."""

    row = CycleRow("amend", rights.hr, stages=AMENDABLE)

    policy: str
    seen: str
    reason: str = Field(min_length=1)


class VoteOnAmendment(CycleAction):
    """Votes, as a member of the committee, for or against a proposed change of the policy."""

    row = CycleRow("vote", rights.committee_other_than_proposer, stages=AMENDABLE)

    amendment: str
    vote: Vote
    comment: str = ""


class EnactAmendment(CycleAction):
    """Lets a change that the committee decided for take effect, stating when and how employees were heard and told."""

    row = CycleRow("enact", rights.hr, stages=AMENDABLE)

    amendment: str
    heard_on: date
    heard: str = Field(min_length=1)
    told_on: date
    told: str = Field(min_length=1)


class RecordRefusedCycleSignal(CycleCommand):
    """Records that a signal was refused: `name` is the command it asked for, the rest the refusal."""

    name: str
    code: str
    field: str | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)


AnyCycleAction = LaunchCycle | AddSheets | CloseCycle | AbandonCycle
AnyCycleCommand = (
    AnyCycleAction
    | FinishLaunch
    | ReachStage
    | FinishPeriod
    | FinishReviews
    | FinishAppraisals
    | FinishResults
    | FinishShowing
    | RecordRefusedCycleSignal
)
AnyAmendmentCommand = AmendPolicy | VoteOnAmendment | EnactAmendment
"""What is decided with both versions of the policy (`cairn.domain.amendment`)."""

AMENDMENT_COMMANDS: Mapping[str, type[AnyAmendmentCommand]] = {
    kind.row.name: kind for kind in get_args(AnyAmendmentCommand)
}
CYCLE_COMMANDS: Mapping[str, type[CycleAction]] = {
    **{kind.row.name: kind for kind in get_args(AnyCycleAction)},
    **AMENDMENT_COMMANDS,
}
"""The commands people give, by the names used in updates, signals, the API and the command line."""
