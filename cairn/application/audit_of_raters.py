"""What raters come to again: each role that rates by name from its answers, each appraisal from its releases, and what
goals and results took in of it (RULES E1). What unnamed raters answered is compared by `Appraisals.verify` alone."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application.ratings import fold_appraisal, rated_by
from cairn.application.stored_events import UnreadableEvent, to_events
from cairn.domain.appraisal.events import UNNAMED, AppraisalScored, RoleReleased
from cairn.domain.appraisal.releasing import release_named
from cairn.domain.appraisal.scoring import appraised
from cairn.domain.appraisal.state import Appraisal, evolve
from cairn.domain.goal.events import GoalRated
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Missing
from cairn.domain.sheet.events import RestatementProposed, ResultIssued
from cairn.domain.sheet.state import Sheet
from cairn.ledger import StoredEvent

YEAR = "Y"
Told = Callable[[str, int, str, object, object], None]
"""Takes a difference: of what, at which version, the field, what is recorded, what comes out now."""


class Raters(NamedTuple):
    """The appraisal of a sheet: how many of its scores there are, by number; `unread` says why it cannot be read."""

    name: str
    scored: dict[int, AppraisalScored]
    state: Appraisal
    unread: UnreadableEvent | None = None

    @property
    def last(self) -> AppraisalScored | None:
        return self.state.scored


def raters_of(name: str, rows: Sequence[StoredEvent]) -> Raters:
    """An appraisal as the log has it."""
    try:
        scored = {each.number: each for each in to_events(rows) if isinstance(each, AppraisalScored)}
        return Raters(name, scored, fold_appraisal(name, rows))
    except UnreadableEvent as unread:
        return Raters(name, {}, Appraisal(id=name), unread)


def compare_appraisal(name: str, rows: Sequence[StoredEvent], missing: Missing, tell: Told) -> None:
    """Tells where a release of a named role, or a score of the appraisal, does not come out as recorded. Answers whose
    key is gone can not be looked at."""
    case = Appraisal(id=name)
    for row, event in zip(rows, to_events(rows), strict=True):
        if isinstance(event, RoleReleased) and event.role not in UNNAMED and _is_readable(case, event):
            again = next((each for each in release_named(case, event.at) if each.role == event.role), None)
            if again is None or (again.answers, again.means) != (event.answers, event.means):
                means = again.means if again else "-"
                tell(name, row.version, f"means.{event.role}", event.means, means)
        if isinstance(event, AppraisalScored):
            last = {role: releases[-1] for role, releases in case.releases.items() if releases}
            found = appraised(case.weights, case.items, last, case.without, missing)
            for field in ("goals", "behaviours", "counted"):
                recorded, now = getattr(event, field), getattr(found, field)
                if recorded != now:
                    tell(name, row.version, field, recorded, now)
        case = evolve(case, event)  # type: ignore[arg-type]


def _is_readable(case: Appraisal, release: RoleReleased) -> bool:
    return all(answer.marks for answer in case.answers.get(release.role, {}).values())


def compare_goal(event: GoalRated, version: int, raters: Raters, tell: Told) -> None:
    """Tells where a goal was rated with other points than its appraisal came to."""
    scored = raters.scored.get(event.number) if event.appraisal == raters.name else None
    points = scored.goals.get(event.goal) if scored else None
    if scored is None or points != event.points:
        tell(event.goal, version, f"rated.{event.appraisal}", event.points, points)


def compare_result(event: ResultIssued, version: int, raters: Raters, tell: Told) -> None:
    """Tells where a result took in other points than its appraisal came to."""
    for part in event.ratings:
        if not part.appraisal:
            continue
        scored = raters.scored.get(part.number) if part.appraisal == raters.name else None
        points = scored.behaviours if scored else None
        if scored is None or points != part.points:
            tell(event.sheet, version, f"ratings.{part.part}", part.points, points)


def not_taken_in(
    raters: Raters, sheet: Sheet, rows: Sequence[StoredEvent], goals: dict[str, Goal]
) -> Iterator[tuple[str, datetime]]:
    """(goal or sheet, since when) that have not taken in what the appraisal came to last; a restatement that was
    proposed with it says so itself."""
    rated = rated_by(raters.state)
    if rated is None or raters.last is None:
        return
    for name in rated.asked:
        goal = goals.get(name)
        known = goal.ratings.get(YEAR) if goal else None
        if goal is not None and (known is None or known.points != rated.goals.get(name)):
            yield name, raters.last.at
    for part in sheet.result.ratings if sheet.result else ():
        if part.appraisal == raters.name and part.points != rated.behaviours:
            since = raters.last.at
            proposed = (
                each.at >= since
                for each in to_events(rows)
                if isinstance(each, RestatementProposed) and each.cause == "raters"
            )
            if not any(proposed):
                yield sheet.id, since
