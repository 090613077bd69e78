"""What can be asked of an appraisal. `case` is its stream, whose name says whose sheet it is."""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field

from cairn.domain.appraisal.rights import (
    appraisal_rater,
    appraisal_rater_above,
    case_holder_or_line,
)
from cairn.domain.case.commands import CaseAction, CaseRow
from cairn.domain.case.rights import case_line
from cairn.domain.policy import Evaluator
from cairn.domain.review.rights import review_hr

RUNNING = ("open", "scored")
Reason = Annotated[str, Field(min_length=1)]
Given = dict[str, str]
"""By item: a mark of the scale, of a goal points; or words."""


class NominateRaters(CaseAction):
    """Names all raters of a role: of unnamed roles by the tokens that the application made for them."""

    row = CaseRow("nominate", case_holder_or_line, stages=("open",))

    role: Evaluator
    raters: tuple[str, ...] = Field(min_length=1)


class ConfirmRaters(CaseAction):
    """Confirms who was nominated: they are asked from now on."""

    row = CaseRow("confirm", case_line, stages=("open",))


class DeclineRating(CaseAction):
    """Does not rate, and says why. Who is known by a token gives it through the application, which knows them."""

    row = CaseRow("decline", appraisal_rater_above, stages=RUNNING, by_token=True)

    role: Evaluator
    rater: str = ""
    reason: Reason


class DelegateRating(CaseAction):
    """Has somebody else rate in one's place, likewise."""

    row = CaseRow("delegate", appraisal_rater_above, stages=RUNNING, by_token=True)

    role: Evaluator
    rater: str = ""
    to: str
    reason: Reason


class DraftAnswer(CaseAction):
    """Saves what a named rater has so far."""

    row = CaseRow("draft", appraisal_rater, stages=RUNNING)

    role: Evaluator
    marks: Given = Field(default_factory=dict)
    texts: Given = Field(default_factory=dict)


class SubmitAnswer(CaseAction):
    """A named rater answers: their draft, with what is given on top of it. It cannot be changed once it counts."""

    row = CaseRow("submit", appraisal_rater, stages=("open",))

    role: Evaluator
    marks: Given = Field(default_factory=dict)
    texts: Given = Field(default_factory=dict)


class ChangeQuestions(CaseAction):
    """Changes the behaviours that are asked about: `texts` rewords them or adds one, `drop` leaves some out."""

    row = CaseRow("change_questions", review_hr, stages=("open",))

    texts: Given = Field(default_factory=dict)
    drop: tuple[str, ...] = ()
    reason: Reason


class GoOnWithoutAnswers(CaseAction):
    """Goes on without what somebody omitted, once it has been waited for (RULES U2)."""

    row = CaseRow("go_on", review_hr, stages=("open",), already=("scored", "ended"))

    reason: Reason


AnyAppraisalAction = (
    NominateRaters
    | ConfirmRaters
    | DeclineRating
    | DelegateRating
    | DraftAnswer
    | SubmitAnswer
    | ChangeQuestions
    | GoOnWithoutAnswers
)
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyAppraisalAction)}
