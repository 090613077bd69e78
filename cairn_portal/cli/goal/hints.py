"""What a goal still lacks to be SMART, told while it is set."""

from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.smart import Hint, smart_hints
from cairn.domain.goal.state import Goal
from cairn.i18n import Message, term
from cairn_portal.cli.goal.commanding import goal_id
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal

SETTING = ("draft", "returned", "submitted")
"""Stages in which a goal may still be sent back, so that hints are of use."""


def hints_of(goal: Goal, context: GoalContext) -> tuple[Hint, ...]:
    """The hints of a goal that is being set; later only that its parts do not make it up any more."""
    if goal.over:
        return ()
    return tuple(hint for hint in smart_hints(goal, context) if goal.stage in SETTING or hint.code == "parts")


def sentence(at: Terminal, hint: Hint) -> str:
    """`measurable: the number has no unit …`"""
    said = at.say(Message(f"smart:{hint.code}", hint.facts))
    return at.say(term("smart_letter", hint.letter)) + at.say("separator:colon") + said


async def tell_hints(at: Terminal, name: str) -> None:
    """Remarks on a goal after a command that set it; programs find them in `cairn goal show --json`."""
    if at.as_json:
        return
    async with session(at) as s:
        found = hints_of(*await s.goals.load(goal_id(name)))
    for hint in found:
        at.remark("SMART hint, {sentence}", sentence=sentence(at, hint))
