"""Results shown to the people, and those that are not done: what a cycle does for all of them (RULES Y3, L8)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application.cases import Cases
from cairn.application.cycles import Cycles
from cairn.application.repository import TRIES, fold_sheet, to_appends
from cairn.application.stored_events import folded, readable
from cairn.domain.cycle.commands import OpenResult
from cairn.domain.cycle.state import Cycle
from cairn.domain.evaluation.steps import has_steps, waits_for_calibration
from cairn.domain.identity import by_system
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.result.kind import KIND
from cairn.domain.result.showing import shown
from cairn.domain.result.state import Result, result_name
from cairn.domain.rights import HR
from cairn.domain.streams import cycle_of
from cairn.ledger import AppendConflict, Ledger

CHUNK = 40
"""Sheets that are read at once."""
UNSHOWN = "unshown"
"""The stage of a result whose last version was shown to nobody yet."""
NAMED = 20
"""Of so many open results it is said who is waited for."""
Progress = Callable[[int, int], Awaitable[None]]


class Showing(NamedTuple):
    """How many results were shown, and the sheets of those that wait for a calibration of a newer version."""

    results: int
    waiting: Sequence[str]


class Results:
    """Shows results, and says which are not done. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, cycles: Cycles, cases: Cases) -> None:
        self.ledger, self.cycles, self.cases = ledger, cycles, cases

    async def show_all(self, cycle_id: str, at: datetime, progress: Progress) -> Showing:
        """Shows everybody their result, but where a calibration has to see it first; again it shows nothing twice."""
        cycle = await self.cycles.load(cycle_id)
        policy, names = await self._policy(cycle), await self.cycles.sheets(cycle_id)
        number, waiting = 0, []
        for start in range(0, len(names), CHUNK):
            for name in names[start : start + CHUNK]:
                counts, waits = await self._show(name, policy, at)
                number += counts
                waiting += [name] if waits else []
            await progress(min(start + CHUNK, len(names)), len(names))
        return Showing(number, waiting)

    async def show_newer(self, sheet: str, at: datetime) -> bool:
        """Shows a sheet's last version, where the results of its cycle are shown. Returns whether it is."""
        cycle = await self.cycles.load(cycle_of(sheet))
        if not cycle.shown:
            return False
        counts, _ = await self._show(sheet, await self._policy(cycle), at)
        return counts

    async def open_ones(self, cycle_id: str, at: datetime) -> tuple[list[OpenResult], bool]:
        """The results that wait for a signature within its window, for the decision of an appeal, or for a calibration
        of a newer version that was shown to nobody; and whether the policy has results shown that are not."""
        cycle = await self.cycles.load(cycle_id)
        policy = await self._policy(cycle)
        if not policy.evaluation.steps:
            return [], False
        names = await self.cycles.sheets(cycle_id)
        found: dict[str, str] = {}
        for start in range(0, len(names), CHUNK):
            found |= await self._open(names[start : start + CHUNK], policy)
        waited = {
            name: (await self.cases.status(name, at)).awaited
            for name in [name for name, stage in found.items() if stage != UNSHOWN][:NAMED]
        }
        open_now = [
            OpenResult(result=name, stage=stage, awaited=(HR,) if stage == UNSHOWN else waited.get(name, ()))
            for name, stage in found.items()
        ]
        return open_now, cycle.results and not cycle.shown

    async def _open(self, sheets: Sequence[str], policy: Policy) -> dict[str, str]:
        """Those of these sheets' results that are not done, by the names of their cases, with their stages."""
        read, _ = readable(await self.ledger.read_streams(sheets), fold_sheet)
        states = await self.cases.states(map(result_name, sheets))
        found: dict[str, str] = {}
        for name, sheet in read.items():
            case, result = result_name(name), sheet.result
            if case in states and states[case].stage in ("shown", "appealed"):
                found[case] = states[case].stage
            elif result is not None and has_steps(sheet, result, policy) and sheet.shown != result.number:
                found[case] = UNSHOWN
        return found

    async def _policy(self, cycle: Cycle) -> Policy:
        return (await self.cycles.policies.terms(cycle)).policy

    async def _show(self, name: str, policy: Policy, at: datetime) -> tuple[bool, bool]:
        """(whether the last version is shown now, whether it waits for a calibration)."""
        case = result_name(name)
        for _ in range(TRIES):
            rows = await self.ledger.read_streams([name, case])
            sheet = fold_sheet(name, rows[name])
            result: Result = folded(KIND.new(case), rows[case], KIND.evolve)
            events = shown(result, sheet, policy, at)
            if not events or sheet.result is None:
                there, waits = has_steps(sheet, sheet.result, policy), waits_for_calibration(sheet)
                return there and not waits, there and waits
            try:
                identity = by_system(case, f"show:{sheet.result.number}")
                versions = {name: sheet.version, case: result.version}
                await self.ledger.append(to_appends(events, versions, identity))
                return True, False
            except AppendConflict:
                continue
        raise Refusal("command.stale", stream=case)
