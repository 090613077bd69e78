"""What the committee looks at beside a goal: how far it carries the strategy, and how its members have voted so far."""

from rich.console import RenderableType
from rich.text import Text

from cairn.application.repository import fold_goal
from cairn.domain.goal.contribution import contributions
from cairn.domain.private_text import Unreadable
from cairn.i18n import term
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.contributions import carried
from cairn_portal.presenting.words import words
from projections.models import goal as goals_model


async def of_committee(
    s: Session, at: Terminal, found: goals_model.GoalRow, with_comments: bool
) -> list[RenderableType]:
    """How the committee's members have voted on what is before them, and what was the last decision; for a department's
    goal how far it carries the strategic part it serves."""
    lines = list[RenderableType]()
    if found.tier == "individual" and found.manager is not None:
        return lines
    goal = fold_goal(found.goal, await s.ledger.read_stream(found.goal))
    if found.tier == "department" and found.parent is not None:
        parent = await goals_model.goal(s.pool, found.parent)
        lines += [
            Text(f"  {carried(at, each)}") for each in contributions(goal, parent.parts if parent else ())
        ]
    for ballot in goal.ballots.values():
        comment = ballot.comment if with_comments or not ballot.comment else Unreadable.HIDDEN
        said = f"  {words(at, comment)}" if comment else ""
        lines.append(
            Text(
                f"  {ballot.by}: {at.say(term('vote', ballot.vote))}  {at.moment(ballot.at)}{said}",
                style="yellow",
            )
        )
    return lines
