"""How far a department's goal carries its part of the strategy, in a sentence."""

from cairn.domain.goal.contribution import Contribution
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import number


def carried(at: Reader, each: Contribution) -> str:
    """The sentence; without a number on either side it says so."""
    if each.deviation is None:
        return at.say(
            "serves the part {part}: {target} of {of}; how far it carries it cannot be said in numbers",
            part=each.part, target=number(each.target), of=number(each.of),
        )  # fmt: skip
    return at.say(
        "serves the part {part}: {target:number} of {of:number}, {deviation:percent} away from the strategy",
        part=each.part, target=each.target, of=each.of, deviation=each.deviation,
    )  # fmt: skip
