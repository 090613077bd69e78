"""Whose results count in whose: subordinates by the days they reported (RULES Y2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from cairn.domain.evaluation.scores import issue_result
from cairn.domain.evaluation.versions import is_settled, propose
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import Policy
from cairn.domain.reporting import reporting_days
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.events import RestatementProposed, ResultIssued, SheetCause, SubordinatePart
from cairn.domain.sheet.state import Sheet

DEEPEST = 100
"""No reporting line is longer; a circle in the people's history ends here."""


class Below(NamedTuple):
    """What a manager's result counts of those who reported to them: their results, the sheets whose result is still
    open (RULES U2), and whether there was anybody at all."""

    parts: tuple[SubordinatePart, ...]
    waiting: tuple[str, ...]
    leads: bool


class Reports(NamedTuple):
    """Manager → the sheets of those who reported to them, with the days on which they did while the sheet counted."""

    days: Mapping[str, Mapping[str, int]]
    holders: Mapping[str, str]

    @classmethod
    def of(
        cls, sheets: Iterable[Sheet], histories: Mapping[str, PersonHistory], schedule: Schedule | None
    ) -> "Reports":
        """From the sheets of a cycle and the people's histories."""
        days: dict[str, dict[str, int]] = defaultdict(dict)
        holders: dict[str, str] = {}
        for sheet in sheets:
            holders[sheet.id] = sheet.holder
            if sheet.kind != "person" or sheet.holder not in histories or schedule is None:
                continue
            last = min(sheet.last_day or schedule.ends, schedule.ends)
            alone = {sheet.holder: histories[sheet.holder]}
            for (manager, _), number in reporting_days(alone, sheet.since, last).items():
                days[manager][sheet.id] = number
        return cls(days, holders)

    def below(self, holder: str, results: Mapping[str, SubordinatePart]) -> Below:
        """What counts of those who reported to somebody, by the results there are."""
        under = self.days.get(holder, {})
        parts = tuple(
            results[sheet].model_copy(update={"days": number})
            for sheet, number in sorted(under.items())
            if sheet in results
        )
        return Below(parts, tuple(sheet for sheet in sorted(under) if sheet not in results), bool(under))

    def in_order(self) -> list[str]:
        """All sheets, those of subordinates before their managers'."""
        heights: dict[str, int] = {}

        def height(holder: str, depth: int) -> int:
            if holder not in heights and depth < DEEPEST:
                heights[holder] = 0  # met again on its own way up, somebody counts as the lowest
                under = (self.holders[sheet] for sheet in self.days.get(holder, {}))
                heights[holder] = 1 + max((height(each, depth + 1) for each in under), default=-1)
            return heights.get(holder, 0)

        return sorted(self.holders, key=lambda sheet: height(self.holders[sheet], 0))


def result_with(
    sheet: Sheet,
    below: Below,
    schedule: Schedule,
    policy: Policy,
    at: datetime,
    changed: str | None = None,
    settled: bool = True,
) -> list[ResultIssued | RestatementProposed]:
    """The sheet's result with these subordinates' results in it: the first one, the next version, or a proposed
    restatement of a settled one; none where it would be the same. `changed` is the sheet whose result changed; with
    `settled` False a restatement was decided, and the next version comes in any case."""
    cause: SheetCause = "due" if sheet.result is None else "subordinates"
    issued = issue_result(sheet, below.parts, schedule, policy, at, below.leads, below.waiting, cause)
    if issued and settled and is_settled(sheet.result, policy, at):
        return [propose(sheet, issued, "Y", cause, at, subordinate=changed)]
    return [*issued]


def counted(sheet: Sheet, under: Sheet, days: int) -> Below:
    """What a manager's last result counted, with the last result of one more subordinate, or another of the same."""
    if sheet.result is None or under.result is None:
        raise ValueError("neither sheet may be without a result")
    others = [part for part in sheet.result.subordinates if part.sheet != under.id]
    points = under.result.points
    parts = (
        []
        if points is None
        else [SubordinatePart(sheet=under.id, version=under.version, result=points, days=days)]
    )
    waiting = tuple(name for name in sheet.result.waiting if name != under.id)
    return Below(tuple(sorted((*others, *parts), key=lambda part: part.sheet)), waiting, True)
