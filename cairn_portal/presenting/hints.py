"""What a goal still lacks to be SMART, in words."""

from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.smart import Hint, smart_hints
from cairn.domain.goal.state import Goal
from cairn.i18n import Message, term
from cairn_portal.presenting.reader import Reader

SETTING = ("draft", "returned", "submitted")
"""Stages in which a goal may still be sent back, so that hints are of use."""


def hints_of(goal: Goal, context: GoalContext) -> tuple[Hint, ...]:
    """The hints of a goal that is being set; later only that its parts do not make it up any more."""
    if goal.over:
        return ()
    return tuple(hint for hint in smart_hints(goal, context) if goal.stage in SETTING or hint.code == "parts")


def sentence(at: Reader, hint: Hint) -> str:
    """`measurable: the number has no unit …`"""
    said = at.say(Message(f"smart:{hint.code}", hint.facts))
    return at.say(term("smart_letter", hint.letter)) + at.say("separator:colon") + said
