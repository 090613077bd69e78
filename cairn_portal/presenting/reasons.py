"""Why something is so, in words: the coded reasons that plans and events hold, said in the reader's language."""

from collections.abc import Mapping

from cairn.domain.cycle.events import LaunchFailure, LeftOut
from cairn.domain.goal.evidence import Lack
from cairn.domain.launch.plan import Missing
from cairn.domain.private_text import unreadable
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import words


def left_out(at: Reader, found: LeftOut) -> str:
    """Why somebody takes no part; a policy's own reason as its author wrote it."""
    reason = found.reason.text(at.language) if found.reason else None
    return at.say(f"left_out:{found.code}", **found.facts, reason=reason)


def launch_failure(at: Reader, found: LaunchFailure) -> str:
    """Why a sheet of a launch could not be opened."""
    return at.say(f"launch_failure:{found.code}", **found.facts)


def missing(at: Reader, found: Missing) -> str:
    """What a planned sheet lacks before it can be submitted."""
    return at.say(f"missing:{found.code}", **found.facts)


def cause(at: Reader, code: str) -> str:
    """Why a goal was cancelled, where nobody wrote a reason."""
    return at.say(f"cause:{code}")


def refusal(at: Reader, code: str, facts: Mapping[str, object]) -> str:
    """The sentence of a refusal that was recorded; its code, where its facts cannot be read."""
    if unreadable(facts):
        return f"{code} {words(at, facts)}"
    return at.say(f"refusal:{code}", **facts)


def lack_said(at: Reader, found: Lack) -> str:
    """Which readings a score waits for."""
    return at.say(
        f"lack:{found.reason}",
        metric=found.metric,
        feeds=found.feeds,
        through=found.complete_through,
    )
