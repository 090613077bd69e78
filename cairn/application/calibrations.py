"""What a calibration looks at: the grades of a unit's people, their spread, how lenient each manager was."""

from typing import NamedTuple

from cairn.application.cases import Cases
from cairn.domain.calibration.distribution import (
    Leniency,
    Rated,
    ShareFound,
    grades_of,
    leniency,
    shares,
)
from cairn.domain.calibration.state import Calibration
from cairn.domain.calibration.unit import sheets_of
from cairn.domain.case.context import CaseContext
from cairn.domain.evaluation.steps import waits_for_calibration
from cairn.domain.event import Fact
from cairn.domain.exact import Exact
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.state import Sheet


class Calibrated(Fact):
    """One result of the unit: `computed` is the grade that follows from the points. `again` says that there is a newer
    version than the calibration saw; before results are out there are none, and `periods` are those scored so far."""

    sheet: str
    holder: str
    manager: str | None
    number: int
    points: Exact | None
    computed: str | None
    grade: str | None
    shown: bool
    again: bool
    periods: dict[str, Exact | None]


class Overview(NamedTuple):
    """A calibration with all it looks at."""

    calibration: Calibration
    context: CaseContext
    people: list[Calibrated]
    grades: dict[str, int]
    shares: list[ShareFound]
    leniency: list[Leniency]


class Calibrations:
    """Reads them from the log. One instance serves a whole process."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases

    async def overview(self, name: str) -> Overview:
        """Everything about a calibration, as the log stands now. Refuses one that is not there."""
        found, context = await self.cases.load(name)
        if not isinstance(found, Calibration):
            raise Refusal("case.unknown", field="case", kind="calibration", case=name)
        sheets = await self.cases.sheets(sheets_of(found.holder, found.cycle, context))
        mine = [sheet for sheet in sheets.values() if sheet.end_cause != "family"]
        rated = [Rated(sheet.result, _manager(sheet, context)) for sheet in mine if sheet.result is not None]
        grades = grades_of((each.result for each in rated), context.policy)
        return Overview(
            found,
            context,
            [_seen(sheet, context) for sheet in mine],
            grades,
            shares(grades, context.policy.evaluation),
            leniency(rated, context.policy),
        )


def _manager(sheet: Sheet, context: CaseContext) -> str | None:
    """Who rated them: the manager of the cycle's last day or, before it, of today."""
    history = context.histories.get(sheet.holder)
    last = context.schedule.ends if context.schedule else context.today
    return history.on(min(context.today, last)).manager if history else None


def _seen(sheet: Sheet, context: CaseContext) -> Calibrated:
    result = sheet.result
    return Calibrated(
        sheet=sheet.id,
        holder=sheet.holder,
        manager=_manager(sheet, context),
        number=result.number if result else 0,
        points=result.points if result else None,
        computed=result.computed_grade if result else None,
        grade=result.grade if result else None,
        shown=result is not None and sheet.shown == result.number,
        again=waits_for_calibration(sheet),
        periods={key: each.points for key, each in sheet.scores.items()},
    )
