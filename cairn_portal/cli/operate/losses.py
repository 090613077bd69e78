"""Workflows that are not there or do not go on, in words: which ones, what is wrong, and what to do."""

from collections import defaultdict
from collections.abc import Iterable

from activities.inputs import STARTER
from cairn.domain.operating import BegunAgain
from cairn_portal.cli.terminal import Terminal

NAMED = 5
"""Workflows of one kind that are named; the others are counted."""


def losses_said(at: Terminal, losses: Iterable[BegunAgain]) -> list[str]:
    """A line for each kind of loss: how many, which ones, and what is wrong with them."""
    by_loss: dict[str, list[str]] = defaultdict(list)
    for each in losses:
        by_loss[each.loss].append(each.workflow)
    return [
        at.say(
            "{count} {count:plural,workflow,workflows}: {loss:loss} ({named}).",
            count=len(names),
            loss=loss,
            named=named(at, names),
        )
        for loss, names in sorted(by_loss.items())
    ]


def named(at: Terminal, names: list[str]) -> str:
    """The first names, the starter's before all others, and how many more there are."""
    ordered = sorted(names, key=lambda name: (name != STARTER, not name.startswith("cycle-"), name))
    listed = at.say("separator:list").join(ordered[:NAMED])
    more = len(ordered) - NAMED
    return at.say("{listed} and {more} more", listed=listed, more=more) if more > 0 else listed
