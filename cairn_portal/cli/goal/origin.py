"""Where a goal's targets came from: table and row, template, launch, adjustment or earlier goal, by whom and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from cairn.application.stored_events import to_events
from cairn.application.targets import ProposedTarget
from cairn.domain.event import Fact
from cairn.domain.goal.origin import Origin
from cairn.domain.goal.state import Goal
from cairn.domain.private_text import PrivateText
from cairn.domain.sheet.events import SheetOpened
from cairn.domain.streams import holder_of
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.origins import origin_words
from cairn_portal.presenting.words import words

Way = Literal["typed", "imported", "carried", "launched", "adjusted"]


class TargetFrom(Fact):
    """How a goal came by the targets it has. `proposed` are those that were set for it before the launch, with their
    files; `policy` is the one whose template it came from."""

    way: Way
    by: str
    at: datetime
    origin: Origin | None = None
    carried_from: str | None = None
    reason: PrivateText = ""
    policy: str = ""
    proposed: tuple[ProposedTarget, ...] = ()


async def target_from(s: Session, goal: Goal) -> TargetFrom | None:
    """The origin of what a goal is measured by now; None while there is no goal."""
    stated = goal.stated
    if stated is None:
        return None
    facts = stated.model_dump(exclude={"event"})
    if stated.event == "GoalAdjusted":
        return TargetFrom(way="adjusted", **facts)
    if stated.carried_from is not None:
        return TargetFrom(way="carried", **facts)
    if stated.origin is not None:
        return TargetFrom(way="imported", **facts)
    if stated.event == "GoalDrafted" and await _came_with_its_sheet(s, goal):
        holder = holder_of(goal.sheet)
        set_before = [
            each
            for each in await s.application.targets.proposed(goal.cycle)
            if (each.holder, each.goal) == (holder, goal.key) and each.at <= stated.at
        ]
        return TargetFrom(way="launched", policy=goal.policy, proposed=tuple(set_before), **facts)
    return TargetFrom(way="typed", **facts)


async def _came_with_its_sheet(s: Session, goal: Goal) -> bool:
    """Whether the goal was opened together with its sheet, from a template."""
    opened = next(iter(to_events(await s.ledger.read_stream(goal.sheet, upto=1))), None)
    return isinstance(opened, SheetOpened) and any(each.goal == goal.id for each in opened.placements)


def told_origin(at: Terminal, came: TargetFrom | None, names: Mapping[str, str]) -> list[str]:
    """The origin in words, a line for each source."""
    if came is None:
        return []
    if came.proposed:
        sources = dict.fromkeys((source_words(at, each), each.by, each.at) for each in came.proposed)
        return [
            at.say(
                "target from {source}, set by {who} before the launch, {at}",
                source=source, who=_who(by, names), at=at.moment(when),
            )
            for source, by, when in sources
        ]  # fmt: skip
    who, when = _who(came.by, names), at.moment(came.at)
    match came.way:
        case "launched":
            return [
                at.say(
                    "target from the template of {policy}, at the launch by {who}, {at}",
                    policy=came.policy, who=who, at=when,
                )
            ]  # fmt: skip
        case "adjusted":
            return [
                at.say(
                    "target from an adjustment: {reason}; in force by {who}, {at}",
                    reason=words(at, came.reason), who=who, at=when,
                )
            ]  # fmt: skip
        case "typed":
            return [at.say("target entered by {who}, {at}", who=who, at=when)]
        case "imported" | "carried":
            source = origin_words(at, came.origin, came.carried_from)
            return [at.say("target from {words}, by {who}, {at}", words=source, who=who, at=when)]


def source_words(at: Terminal, target: ProposedTarget) -> str:
    """The table a target was set from, with its row where that is known."""
    if target.row is None:
        return target.source
    return at.say("{file}, row {row}", file=target.source, row=target.row)


def _who(by: str, names: Mapping[str, str]) -> str:
    return f"{by} {names.get(by, '')}".strip()
