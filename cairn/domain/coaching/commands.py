"""What can be asked of a coaching plan. `case` is its stream, whose name says whom it is about."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, get_args

from pydantic import Field

from cairn.domain.attachment import Attachment
from cairn.domain.case.commands import CaseAction, CaseRow
from cairn.domain.case.rights import case_holder, case_line, case_line_or_hr
from cairn.domain.coaching.events import Conclusion, Gap, Judgement, SupportKind, SupportOutcome
from cairn.domain.coaching.rights import coaching_helper, coaching_pair, coaching_party
from cairn.domain.event import Fact

BEFORE_RUNNING = ("proposed", "objected")
OPEN = (*BEFORE_RUNNING, "running")
ENDED = ("concluded", "lapsed", "cancelled")
Words = Annotated[str, Field(min_length=1)]
MOST = 40
"""Checkpoints, or trainings, that one command may set; more is a slip."""


class CheckpointAsked(Fact):
    """What is expected until the end of a day, and what will show it."""

    expected: Words
    until: date
    shown_by: str = ""


class SupportAsked(Fact):
    """A training or a session, until the end of which day."""

    what: Words
    until: date


class OpenCoaching(CaseAction):
    """Opens a plan for a gap and asks the person to agree; `diagnosis` is the number of the goal's diagnosis in
    which it was found, `insist` keeps facts that look like a verdict."""

    row = CaseRow("open", case_line, stages=("none",), leads_to="proposed", judges=True)

    gap: Gap
    facts: Words
    aim: Words
    ends: date
    checkpoints: tuple[CheckpointAsked, ...] = Field(min_length=1, max_length=MOST)
    mentor: str | None = None
    trainings: tuple[SupportAsked, ...] = Field(default=(), max_length=MOST)
    sessions: tuple[SupportAsked, ...] = Field(default=(), max_length=MOST)
    goal: str | None = None
    diagnosis: int | None = None
    insist: bool = False


class ConfirmReading(CaseAction):
    """Confirms having read the plan, as the person it is about or as the mentor."""

    row = CaseRow("confirm", coaching_pair, stages=OPEN)


class AgreeToCoaching(CaseAction):
    """Agrees with the plan, as the person it is about: it runs."""

    row = CaseRow("agree", case_holder, stages=BEFORE_RUNNING, leads_to="running", already=("running",))

    words: str = ""


class ObjectToCoaching(CaseAction):
    """Objects to the plan in words, as the person it is about."""

    row = CaseRow("object", case_holder, stages=("proposed",), leads_to="objected", already=("objected",))

    words: Words


class GoOnWithCoaching(CaseAction):
    """Lets the plan run with an objection on record, or without an answer once the day for it is over."""

    row = CaseRow(
        "go_on", case_line, stages=BEFORE_RUNNING, leads_to="running", already=("running",), judges=True
    )

    reason: Words


class CommentOnCoaching(CaseAction):
    """Says something to the plan, at any time, as the person it is about."""

    row = CaseRow("comment", case_holder, stages=(*OPEN, "statement", *ENDED))

    words: Words


class ReportCheckpoint(CaseAction):
    """Records what shows a checkpoint, as the person the plan is about or as the mentor."""

    row = CaseRow("report", coaching_pair, stages=("running",))

    checkpoint: int
    evidence: Words
    note: str = ""
    files: tuple[Attachment, ...] = ()


class JudgeCheckpoint(CaseAction):
    """Judges a checkpoint. One that is not met needs a comment, and so does another judgement than before."""

    row = CaseRow("judge", case_line, stages=("running",), judges=True)

    checkpoint: int
    outcome: Judgement
    comment: str = ""


class MoveCheckpoint(CaseAction):
    """Gives a checkpoint that is not met yet another day."""

    row = CaseRow("move", case_line, stages=OPEN, judges=True)

    checkpoint: int
    until: date
    reason: Words


class AddCheckpoint(CaseAction):
    """Adds a checkpoint."""

    row = CaseRow("add_checkpoint", case_line, stages=OPEN, judges=True)

    expected: Words
    until: date
    reason: Words
    shown_by: str = ""


class AddSupport(CaseAction):
    """Promises another training or session; `instead_of` is one that did not take place, whose place it takes."""

    row = CaseRow("promise", coaching_helper, stages=OPEN, judges=True)

    what: Words
    until: date
    reason: Words
    kind: SupportKind = "training"
    instead_of: int | None = None


class RecordSupport(CaseAction):
    """Records what became of a training or session that was promised: by default held, on the day of the command."""

    row = CaseRow("record", coaching_party, stages=OPEN)

    support: int
    outcome: SupportOutcome = "held"
    on: date | None = None
    note: str = ""
    files: tuple[Attachment, ...] = ()


class RecordSession(CaseAction):
    """Records a session with the mentor that took place without having been promised, by default today."""

    row = CaseRow("session", coaching_party, stages=OPEN)

    what: Words
    on: date | None = None
    note: str = ""
    files: tuple[Attachment, ...] = ()


class NameMentor(CaseAction):
    """Names another mentor, or none."""

    row = CaseRow("name_mentor", case_line, stages=OPEN, judges=True)

    mentor: str | None = None
    reason: Words


class ExtendCoaching(CaseAction):
    """Lets the plan end later."""

    row = CaseRow("extend", case_line, stages=OPEN, judges=True)

    ends: date
    reason: Words


class ConcludeCoaching(CaseAction):
    """Says what became of the plan. Failed needs facts, support that was given, and a day that is over; `insist` keeps
    facts that look like a verdict."""

    row = CaseRow("conclude", case_line, stages=("running",), leads_to="concluded", judges=True)

    outcome: Conclusion
    facts: str = ""
    insist: bool = False


class StateToCoaching(CaseAction):
    """Says something to the outcome, as the person it is about."""

    row = CaseRow("state", case_holder, stages=("statement", "concluded"), leads_to="concluded")

    words: Words


class CancelCoaching(CaseAction):
    """Ends the plan without an outcome."""

    row = CaseRow(
        "cancel", case_line_or_hr, stages=OPEN, leads_to="cancelled", already=("cancelled",), judges=True
    )

    reason: Words


AnyCoachingAction = (
    OpenCoaching
    | ConfirmReading
    | AgreeToCoaching
    | ObjectToCoaching
    | GoOnWithCoaching
    | CommentOnCoaching
    | ReportCheckpoint
    | JudgeCheckpoint
    | MoveCheckpoint
    | AddCheckpoint
    | AddSupport
    | RecordSupport
    | RecordSession
    | NameMentor
    | ExtendCoaching
    | ConcludeCoaching
    | StateToCoaching
    | CancelCoaching
)
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyCoachingAction)}
