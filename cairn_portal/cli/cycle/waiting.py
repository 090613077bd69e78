"""Scores that wait for what feeds bring (RULES D4): which, for which feed, since when."""

from collections.abc import Mapping, Sequence

from cairn.domain.cycle.stages import cycle_stage_row
from cairn.domain.streams import cycle_of
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.reasons import lack_said
from projections.models import coverage
from projections.models import dashboard as dashboards
from projections.models import overdue as overdues


async def waits_of(s: Session, late: Sequence[overdues.Late]) -> dict[tuple[str, str], coverage.Waits]:
    """Which scores that are due wait for a feed, by goal and period."""
    scores = [(each.goal, each.period) for each in late if each.act == "score" and each.period]
    return {(each.goal, each.period): each for each in await coverage.waiting(s.pool, scores)}


async def waiting_scores(s: Session) -> list[coverage.Waits]:
    """Every score of an open cycle that waits for a feed, longest first."""
    found: list[coverage.Waits] = []
    for each in await dashboards.cycles(s.pool):
        if cycle_stage_row(each.stage).over:
            continue
        cycle = await s.cycle(each.cycle)
        now, policy = await s.clock.now(cycle), await s.policies.version(cycle.policy)
        found += (await waits_of(s, await overdues.overdue(s.pool, cycle.id, now, policy))).values()
    return sorted(found, key=lambda each: (each.due, each.goal))


def waiting_notes(at: Terminal, waits: Sequence[coverage.Waits], zones: Mapping[str, str]) -> list[str]:
    """One sentence for each reason: how many scores wait for it, since when by their cycle's clock (`zones`, by cycle),
    and what to do."""
    by_reason: dict[str, list[coverage.Waits]] = {}
    for each in waits:
        by_reason.setdefault(lack_said(at, each.lack), []).append(each)
    notes = []
    for reason, scores in sorted(by_reason.items()):
        first = min(scores, key=lambda each: each.due)
        notes.append(
            at.say(
                "{count} {count:plural,score waits,scores wait}, the first since {since} ({goal} {period}): {reason}. "
                "See `cairn overdue`.",
                count=len(scores),
                since=at.in_zone(zones.get(cycle_of(first.goal))).moment(first.due),
                goal=first.goal,
                period=first.period,
                reason=reason,
            )
        )
    return notes
