"""An adjustment that waits for its confirmations: what it asks for, and how pages show it to whoever decides about it
and to everybody else who may read its goal."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cairn.domain.goal.adjustment import values_before
from cairn.domain.goal.state import Goal, PendingAdjustment
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.state import Sheet
from cairn_portal.presenting.adjustments import Changed, change_lines
from cairn_portal.presenting.words import words
from cairn_portal.reading.records import Records
from cairn_portal.signing_in.reader import PageReader
from projections.models import goal as goals_model

CONFIRMING = frozenset({"confirm_manager", "confirm_hr"})
"""Tasks that decide about an adjustment."""


class Asked(NamedTuple):
    """What an adjustment that waits asks for: the goal with its words, as far as whoever looks may read them, and its
    sheet, with the titles of the sheet's goals."""

    goal: Goal
    pending: PendingAdjustment
    sheet: Sheet
    titles: Mapping[str, str]


async def asked_for(records: Records, goal: Goal, sheet: Sheet) -> Asked | None:
    """What an adjustment of a goal asks for, None where none waits."""
    if goal.pending is None:
        return None
    titles: Mapping[str, str] = {}
    if goal.pending.changes.counterweights:
        siblings = await goals_model.goals(records.pool, sheet=sheet.id)
        titles = {each.goal: each.title for each in siblings}
    return Asked(goal, goal.pending, sheet, titles)


def asked_lines(at: PageReader, asked: Asked, names: Mapping[str, str] | None = None) -> list[str]:
    """Why it is asked for, what it draws of the flexible space, and who has confirmed it, by id and by name where
    `names` are given."""
    _, pending, sheet, _ = asked
    called = names or {}
    given = [
        f"{at.say('as {given:role}', given=role)}: {who} {called.get(who, '')}".strip()
        for role, who in pending.confirmed.items()
    ]
    return [
        at.say("reason: {reason}", reason=words(at, pending.reason)),
        at.say(
            "draws {draws:number} points of the flexible space; {left:number} of {space:number} would be left",
            draws=pending.draws,
            left=sheet.space_left - pending.draws,
            space=sheet.space,
        ),
        *([at.say("confirmed: {given}", given=tuple(given))] if given else []),
    ]


def asked_changes(at: PageReader, asked: Asked, dates: Schedule | None) -> Sequence[Changed]:
    """What it changes, from what to what."""
    changes, titles = asked.pending.changes, {each: at.title(said) for each, said in asked.titles.items()}
    return change_lines(
        at, asked.goal, values_before(changes, asked.goal, asked.sheet, dates), changes, titles
    )
