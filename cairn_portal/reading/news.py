"""What of the newest events concerns an open page: of streams its reader may read, and that the page shows.

Somebody is never told that something happened of which they may not know: not even when.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from cairn.application import access
from cairn.domain.cycle.events import CycleAbandoned, CycleClosed, CycleLaunched, StageReached
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person, reports_to
from cairn.domain.refusal import Refusal
from cairn.domain.rights import on_committee
from cairn.domain.streams import CASES, DEPARTMENT, IN_CYCLE, cycle_of, holder_of, kind_of, sheet_of
from cairn_portal.reading.knowing import may_know_case
from cairn_portal.reading.newest import New
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import SCORES, Viewer, is_kept_from, of_goal, of_holder
from projections.models import goal as goals_model
from projections.models import inbox as inboxes
from projections.models import score as scores_model

Sort = Literal["goal", "case", "board", "cycle", "own", "inbox", "cases", "team", "person"]
OF_EVERYBODY = frozenset(each.__name__ for each in (CycleLaunched, StageReached, CycleClosed, CycleAbandoned))
"""What everybody may know of a cycle: where it stands."""
SHOWN_IN: dict[Sort, frozenset[str]] = {
    "own": frozenset({"goal", "sheet", "cycle", "feed", "person", *CASES}),
    "team": frozenset({"goal", "sheet", "cycle", "feed", "person", *CASES}),
    "inbox": frozenset({"goal", "cycle", "person", *CASES}),
    "cases": CASES | {"cycle", "person"},
}
"""The kinds of streams that pages about somebody show."""
MOST = 200
"""Of a burst, such as a launch, so many streams are looked at for one page; then it is asked for again as it is."""
log = logging.getLogger(__name__)


class Shows(NamedTuple):
    """What a page shows: its sort and what it is of (a goal's, a case's, a cycle's or a person's id), empty where it is
    of its reader."""

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
            case "person":
                theirs = new.stream == f"person-{self.of}" or holder_of(new.stream) == self.of
                return kind in SHOWN_IN["team"] and (theirs or kind in ("cycle", "feed"))
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
        case ["people", who]:
            return Shows("person", who)
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
    the newest first. After so many streams that do not, the page is simply asked for again."""
    shown = [each for each in news if shows.includes(each)]
    look, known = _Look(records, person, shows, shown), dict[tuple[str, bool], bool]()
    for new in shown:
        key = new.stream, new.type in SCORES or new.type in OF_EVERYBODY
        if key not in known:
            if len(known) == MOST:
                return new.position
            known[key] = await look.concerns(new)
        if known[key]:
            return new.position
    return None


class _Look:
    """One look at what is new for one page: cycles, rights and goals are asked for once, however much is new."""

    def __init__(self, records: Records, person: Person, shows: Shows, shown: Sequence[New]) -> None:
        self.records, self.person, self.shows = records, person, shows
        goals = dict.fromkeys(each.stream for each in shown if kind_of(each.stream) == "goal")
        self._wanted = [*goals][:MOST]
        self._goals: dict[str, goals_model.GoalRow] | None = None
        self._people: Mapping[str, Person] | None = None
        self._cycles = dict[str, Cycle]()
        self._views = dict[str, Viewer]()
        self._awaited = dict[str, set[str]]()

    async def concerns(self, new: New) -> bool:
        """Whether an event that the page could show concerns it."""
        try:
            match kind_of(new.stream):
                case "goal":
                    return await self._goal(new)
                case "sheet":
                    return await self._sheet(new)
                case "cycle":
                    return new.type in OF_EVERYBODY or access.sees_cycles(self.person)
                case "feed":
                    return True  # that the company's daily figures came in; whose they are is not told
                case "person":
                    return await self._is_below(new.stream.removeprefix("person-"))
            return await may_know_case(self.records, self.person.id, new.stream)
        except Refusal:
            return False
        except Exception:  # one stream that nobody can read: pages go on hearing of all others
            log.exception("whether %s concerns %s is not known", new.stream, self.person.id)
            return False

    async def _goal(self, new: New) -> bool:
        if self._goals is None:
            rows = await goals_model.goals_named(self.records.pool, self._wanted)
            self._goals = {each.goal: each for each in rows}
        row = self._goals.get(new.stream)
        if row is None or not (self.shows.of or await self._is_theirs(row)):
            return False
        view, of = await self._view(row.cycle), of_goal(row)
        return view.may("goals", of) and (new.type not in SCORES or view.may("scores", of))

    async def _is_theirs(self, row: goals_model.GoalRow) -> bool:
        """Whether a page about somebody's own things shows a goal: theirs, of those below, or waiting for them."""
        if self.person.id in (row.owner, row.manager) or _has_place(self.person):
            return True
        if row.department and f"{DEPARTMENT}{row.department}" == holder_of(row.sheet):
            return True
        return await self._is_below(row.owner) or row.goal in await self._waiting(row.cycle)

    async def _waiting(self, cycle: str) -> set[str]:
        """The goals of a cycle that wait for the person themselves, whomever they act for."""
        if cycle not in self._awaited:
            tasks = await inboxes.inbox(self.records.pool, self.person.id, cycle=cycle)
            self._awaited[cycle] = {each.goal for each in tasks}
        return self._awaited[cycle]

    async def _sheet(self, new: New) -> bool:
        holder = holder_of(new.stream)
        theirs = self.shows.of or _has_place(self.person) or await self._is_below(holder)
        if not theirs:
            return False
        cycle = await self._cycle(cycle_of(new.stream))
        view = await self._view(cycle.id)
        of = of_holder(holder, view.among.people if view.among else {})
        if not view.may("goals", of) or (new.type in SCORES and not view.may("scores", of)):
            return False
        if holder != self.person.id:
            return True
        # Nobody hears that their result was worked out before it is shown to them.
        policy = await self.records.application.policies.version(cycle.policy)
        results = await scores_model.results_of(self.records.pool, [new.stream])
        return not any(is_kept_from(self.person.id, each, policy) for each in results)

    async def _cycle(self, name: str) -> Cycle:
        if name not in self._cycles:
            self._cycles[name] = await self.records.cycle(name)
        return self._cycles[name]

    async def _view(self, cycle: str) -> Viewer:
        if cycle not in self._views:
            self._views[cycle] = await self.records.viewer(self.person.id, await self._cycle(cycle))
        return self._views[cycle]

    async def _is_below(self, who: str) -> bool:
        """Whether that is the person themselves, or somebody who reports to them."""
        if who == self.person.id:
            return True
        if self._people is None:
            self._people = await self.records.everybody()
        return reports_to(who, self.person.id, self._people)


def _has_place(person: Person) -> bool:
    """Whether what waits for HR or the committee waits for them too."""
    return "hr" in person.roles or on_committee(person)
