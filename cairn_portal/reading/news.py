"""What of the newest events concerns an open page: of streams its reader may read, and that the page shows.

Somebody is never told that something happened of which they may not know: not even when.
"""

import logging
from collections.abc import Sequence
from typing import Literal, NamedTuple

from cairn.application import access
from cairn.domain.cycle.events import CycleAbandoned, CycleClosed, CycleLaunched, StageReached
from cairn.domain.people import Person, reports_to
from cairn.domain.refusal import Refusal
from cairn.domain.rights import on_committee
from cairn.domain.streams import CASES, DEPARTMENT, IN_CYCLE, cycle_of, holder_of, kind_of, sheet_of
from cairn_portal.reading.knowing import may_know_case
from cairn_portal.reading.newest import New
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import SCORES, is_kept_from, of_goal, of_holder
from projections.models import goal as goals_model
from projections.models import inbox as inboxes
from projections.models import score as scores_model

Sort = Literal["goal", "case", "board", "cycle", "own", "inbox", "cases", "team"]
OF_EVERYBODY = frozenset(each.__name__ for each in (CycleLaunched, StageReached, CycleClosed, CycleAbandoned))
"""What everybody may know of a cycle: where it stands."""
SHOWN_IN: dict[Sort, frozenset[str]] = {
    "own": frozenset({"goal", "sheet", "cycle", "feed", "person", *CASES}),
    "team": frozenset({"goal", "sheet", "cycle", "feed", "person", *CASES}),
    "inbox": frozenset({"goal", "cycle", "person", *CASES}),
    "cases": CASES | {"cycle", "person"},
}
"""The kinds of streams that pages about somebody show."""
log = logging.getLogger(__name__)


class Shows(NamedTuple):
    """What a page shows: its sort and what it is of (a goal's, a case's or a cycle's id), empty where it is of its
    reader."""

    sort: Sort
    of: str = ""

    def includes(self, new: New) -> bool:
        """Whether an event could change the page, whoever reads it."""
        kind = kind_of(new.stream)
        match self.sort:
            case "goal":
                return new.stream in (self.of, sheet_of(self.of)) or kind == "feed"
            case "case":
                return new.stream == self.of
            case "board":
                near = kind in ("result", "sheet") and cycle_of(new.stream) == cycle_of(self.of)
                return new.stream == self.of or near
            case "cycle":
                return kind in IN_CYCLE and cycle_of(new.stream) == self.of
            case _:
                return kind in SHOWN_IN[self.sort]


def shown_at(path: str) -> Shows | None:
    """What the page at a path of the portal shows; None where it is none that moves by itself."""
    match path.split("/")[1:]:
        case [""]:
            return Shows("own")
        case ["inbox"]:
            return Shows("inbox")
        case ["cases"]:
            return Shows("cases")
        case ["team", *_]:
            return Shows("team")
        case ["goals", goal]:
            return Shows("goal", goal)
        case ["cases", case]:
            return Shows("case", case)
        case ["cases", case, "board"]:
            return Shows("board", case)
        case ["cycles", cycle] | ["cycles", cycle, "cascade"]:
            return Shows("cycle", cycle)
    return None


async def last_concerning(records: Records, person: Person, shows: Shows, news: Sequence[New]) -> int | None:
    """The position of the newest of these events that concerns somebody's open page, None where none does. `news` has
    the newest first."""
    known: dict[str, bool] = {}
    for new in news:
        if not shows.includes(new):
            continue
        key = f"{new.stream} {new.type in SCORES or new.type in OF_EVERYBODY}"
        if key not in known:
            try:
                known[key] = await _concerns(records, person, shows, new)
            except Refusal:
                known[key] = False
            except Exception:  # one stream that nobody can read: pages go on hearing of all others
                log.exception("whether %s concerns %s is not known", new.stream, person.id)
                known[key] = False
        if known[key]:
            return new.position
    return None


async def _concerns(records: Records, person: Person, shows: Shows, new: New) -> bool:
    match kind_of(new.stream):
        case "goal":
            return await _goal_concerns(records, person, shows, new)
        case "sheet":
            return await _sheet_concerns(records, person, shows, new)
        case "cycle":
            return new.type in OF_EVERYBODY or access.sees_cycles(person)
        case "feed":
            return True  # that the company's daily figures came in; whose they are is not told
        case "person":
            return await _is_below(records, person, new.stream.removeprefix("person-"))
    return await may_know_case(records, person.id, new.stream)


async def _goal_concerns(records: Records, person: Person, shows: Shows, new: New) -> bool:
    row = await goals_model.goal(records.pool, new.stream)
    if row is None:
        return False
    view, of = await records.viewer(person.id, await records.cycle(row.cycle)), of_goal(row)
    if not view.may("goals", of) or (new.type in SCORES and not view.may("scores", of)):
        return False
    if shows.of or person.id in (row.owner, row.manager) or _has_place(person):
        return True
    if row.department and f"{DEPARTMENT}{row.department}" == holder_of(row.sheet):
        return True
    if await _is_below(records, person, row.owner):
        return True
    now = await records.clock.now(await records.cycle(row.cycle))
    tasks = await inboxes.tasks_of_goal(records.pool, new.stream, now)
    return any(task.awaited == person.id for task in tasks)


async def _sheet_concerns(records: Records, person: Person, shows: Shows, new: New) -> bool:
    holder, cycle = holder_of(new.stream), await records.cycle(cycle_of(new.stream))
    view = await records.viewer(person.id, cycle)
    of = of_holder(holder, view.among.people if view.among else {})
    if not view.may("goals", of) or (new.type in SCORES and not view.may("scores", of)):
        return False
    if holder == person.id:  # nobody hears that their result was worked out before it is shown to them
        policy = await records.application.policies.version(cycle.policy)
        results = await scores_model.results_of(records.pool, [new.stream])
        return not any(is_kept_from(person.id, each, policy) for each in results)
    return bool(shows.of) or _has_place(person) or await _is_below(records, person, holder)


def _has_place(person: Person) -> bool:
    """Whether what waits for HR or the committee waits for them too."""
    return "hr" in person.roles or on_committee(person)


async def _is_below(records: Records, person: Person, who: str) -> bool:
    """Whether that is the person themselves, or somebody who reports to them."""
    if who == person.id:
        return True
    people = await records.everybody()
    return reports_to(who, person.id, people)
