"""What becomes of each goal of a table, in words, at the command line and on pages."""

from cairn.application.drafts import DraftStep
from cairn_portal.presenting import reasons
from cairn_portal.presenting.reader import Reader


def outcome_of(at: Reader, step: DraftStep, *, done: bool) -> str:
    """What becomes of a goal, or (`done`) became of it."""
    match step.act:
        case "same":
            return at.say("nothing to do (it is so already)")
        case "refused":
            return reasons.refusal(at, step.code, step.facts)
        case "revise":
            return at.say("✓ the draft is revised") if done else at.say("revises the draft")
        case "draft":
            told = (
                at.say("✓ drafted as {goal}", goal=step.goal)
                if done
                else at.say("a new draft, {goal}", goal=step.goal)
            )
            if step.short:
                told += at.say("; its weight of {short:number} has no room: 0 for now", short=step.short)
            return told
