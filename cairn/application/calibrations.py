"""What a calibration looks at: the grades of a unit's people, their spread, how lenient each manager was."""

from collections.abc import Mapping
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
from cairn.domain.evaluation.moving import grades_open_to
from cairn.domain.evaluation.steps import has_steps, waits_for_calibration
from cairn.domain.event import Fact
from cairn.domain.exact import Exact
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.state import Sheet


class Calibrated(Fact):
    """One result of the unit: `computed` is the grade that follows from the points. `again` says that there is a newer
    version than the calibration saw; before results are out there are none, and `periods` are those scored so far.
    `open_to` are the grades it can be moved to here, its own among them, best first."""

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
    open_to: tuple[str, ...] = ()


class Overview(NamedTuple):
    """A calibration with all it looks at; `reasons` says why, by the number of the move."""

    calibration: Calibration
    context: CaseContext
    people: list[Calibrated]
    grades: dict[str, int]
    shares: list[ShareFound]
    leniency: list[Leniency]
    reasons: dict[int, str]


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
            [_seen(sheet, found, context) for sheet in mine],
            grades,
            shares(grades, context.policy.evaluation),
            leniency(rated, context.policy),
            _reasons(found, sheets),
        )


def _manager(sheet: Sheet, context: CaseContext) -> str | None:
    """Who rated them: the manager of the cycle's last day or, before it, of today."""
    history = context.histories.get(sheet.holder)
    last = context.schedule.ends if context.schedule else context.today
    return history.on(min(context.today, last)).manager if history else None


def _reasons(calibration: Calibration, sheets: Mapping[str, Sheet]) -> dict[int, str]:
    """Why each grade was moved: it is said in the version that the move made."""
    return {
        move.id: said.reason
        for move in calibration.moves.values()
        if move.sheet in sheets and (said := sheets[move.sheet].moves.get(move.made)) is not None
    }


def _open_to(sheet: Sheet, calibration: Calibration, context: CaseContext) -> tuple[str, ...]:
    """As `cairn.domain.calibration.decide` takes a move: nothing once it was shown, and once the calibration is over
    only what is newer than it saw."""
    result = sheet.result
    if result is None or not has_steps(sheet, result, context.policy) or sheet.shown == result.number:
        return ()
    if calibration.stage != "open" and not (
        waits_for_calibration(sheet) and sheet.calibration == calibration.id
    ):
        return ()
    return grades_open_to(result, context.policy)


def _seen(sheet: Sheet, calibration: Calibration, context: CaseContext) -> Calibrated:
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
        open_to=_open_to(sheet, calibration, context),
    )
