"""What can happen to a coaching plan. Class names and fields are the storage format.

`until` is a day that lasts to its end (RULES K3). Checkpoints and what is promised are numbered from 1, apart.
"""

from datetime import date
from typing import Literal

from cairn.domain.attachment import Attachment
from cairn.domain.case.events import CaseDeadlineEvent, CaseEvent
from cairn.domain.private_text import PrivateText

Gap = Literal["skill", "knowledge", "execution", "motivation", "other"]
SupportKind = Literal["training", "session"]
"""What the company owes: a training, or a session with the mentor."""
SupportOutcome = Literal["held", "missed", "not_held"]
"""It took place; it took place without the person; it did not take place."""
Judgement = Literal["met", "not_met"]
Conclusion = Literal["met", "failed"]


class CoachingOpened(CaseEvent):
    """The manager opened a plan: `gap` and `facts` are what was found, `goal` the goal it is about, `diagnosis` the
    number of the goal's diagnosis that it answers, `aim` what is to be reached until the end of the day `ends`.
    `insisted`: the facts stand, although they look like a verdict."""

    aim: PrivateText
    ends: date
    facts: PrivateText
    gap: Gap
    mentor: str | None = None
    goal: str | None = None
    diagnosis: int | None = None
    insisted: bool = False


class CheckpointSet(CaseEvent):
    """A checkpoint: what is `expected` until the end of a day, and what will show it (`shown_by`). `reason` where it
    was added to a plan that was open already."""

    checkpoint: int
    expected: PrivateText
    until: date
    shown_by: PrivateText = ""
    reason: PrivateText = ""


class SupportPromised(CaseEvent):
    """What the company owes until the end of a day. `instead_of` is the number of what it takes the place of."""

    support: int
    kind: SupportKind
    what: PrivateText
    until: date
    instead_of: int | None = None
    reason: PrivateText = ""


class AgreementAsked(CaseEvent):
    """The person is asked to agree with the plan as it is now, and the mentor to confirm having read it, until the end
    of the day `answer_by`."""

    answer_by: date


class CoachingRead(CaseEvent):
    """Somebody confirmed having read the plan as it is, as the person it is about or as the mentor."""

    touching = False

    role: Literal["holder", "mentor"]


class CoachingAgreed(CaseEvent):
    """The person agreed: the plan runs."""

    words: PrivateText = ""


class CoachingObjected(CaseEvent):
    """The person objected, in words; the manager decides until the end of the day `decide_by`."""

    words: PrivateText
    decide_by: date


class CoachingWentOn(CaseEvent):
    """The manager lets the plan run without the person's agreement: `objected`, or without any answer."""

    reason: PrivateText
    objected: bool = False


class CoachingCommented(CaseEvent):
    """The person said something to the plan."""

    words: PrivateText


class CheckpointReported(CaseEvent):
    """Evidence of a checkpoint came, from the person or the mentor: words, or a reference to where it lies."""

    checkpoint: int
    evidence: PrivateText
    note: PrivateText = ""
    late: bool = False
    files: tuple[Attachment, ...] = ()


class CheckpointMissed(CaseDeadlineEvent):
    """The day of a checkpoint is over without evidence: `to` were told."""

    checkpoint: int
    to: tuple[str, ...]


class CheckpointJudged(CaseEvent):
    """The line judged a checkpoint."""

    checkpoint: int
    outcome: Judgement
    comment: PrivateText = ""


class CheckpointMoved(CaseEvent):
    """A checkpoint has another day; what was reported and judged of it before stays in the log."""

    checkpoint: int
    before: date
    until: date
    reason: PrivateText


class SupportRecorded(CaseEvent):
    """What became of something the company owed; `on` is the day on which it took place, None where it did not."""

    support: int
    outcome: SupportOutcome
    on: date | None = None
    note: PrivateText = ""
    late: bool = False
    files: tuple[Attachment, ...] = ()


class SupportOverdue(CaseDeadlineEvent):
    """The day of something the company owed is over and nobody recorded it: `to` were told."""

    support: int
    to: tuple[str, ...]


class MentorNamed(CaseEvent):
    """Somebody else is the mentor and confirms until the end of the day `confirm_by`, or nobody is."""

    mentor: str | None
    before: str | None
    reason: PrivateText
    confirm_by: date | None = None


class MentorLeft(CaseDeadlineEvent):
    """The mentor is not here any more: `to` were told."""

    mentor: str
    to: tuple[str, ...]


class CoachingExtended(CaseEvent):
    """The plan ends later."""

    before: date
    ends: date
    reason: PrivateText


class CoachingConcluded(CaseEvent):
    """What became of the plan and the facts that show it. `statement_by` is the day until whose end the person is asked
    for a statement, None where it was met. `insisted`: the facts stand as they are, although they look like a verdict.
    """

    outcome: Conclusion
    facts: PrivateText = ""
    insisted: bool = False
    statement_by: date | None = None


class CoachingStated(CaseEvent):
    """The person said something to the outcome; `late`: after the day until which it was asked for."""

    words: PrivateText
    late: bool = False


class StatementLapsed(CaseDeadlineEvent):
    """The person was asked for a statement and made none."""


class CoachingLapsed(CaseDeadlineEvent):
    """The person left: the plan ends without an outcome. `last` is their last day."""

    last: date


class CoachingCancelled(CaseEvent):
    """The plan ends without an outcome, for a reason."""

    reason: PrivateText


AnyCoachingEvent = (
    CoachingOpened
    | CheckpointSet
    | SupportPromised
    | AgreementAsked
    | CoachingRead
    | CoachingAgreed
    | CoachingObjected
    | CoachingWentOn
    | CoachingCommented
    | CheckpointReported
    | CheckpointMissed
    | CheckpointJudged
    | CheckpointMoved
    | SupportRecorded
    | SupportOverdue
    | MentorNamed
    | MentorLeft
    | CoachingExtended
    | CoachingConcluded
    | CoachingStated
    | StatementLapsed
    | CoachingLapsed
    | CoachingCancelled
)
