"""How the year was judged and what became of the results, in numbers: whose they are is for those who may read them."""

from collections import Counter
from collections.abc import Sequence

from rich.console import RenderableType

from cairn.domain.cycle.state import Cycle
from cairn.domain.event import Fact
from cairn.i18n import message
from cairn_portal.presenting.words import day, facts, grid
from cairn_portal.reading.viewing import Viewer, is_kept_from
from cairn_portal.reading.year.part import Part, Year, named
from projections.models import appraisal as appraisal_model
from projections.models import calibration as calibration_model
from projections.models import result as result_model
from projections.models import score as score_model
from projections.models.calibration import CalibrationRow


class Judged(Fact):
    """The counts: appraisals and how many came to a score; results shown, talked about, signed in agreement or not;
    appeals by what was decided; results whose last version a restatement brought. `calibrations` are by unit: (name,
    moves that stand, moves undone)."""

    appraisals: int
    scored: int
    shown: int
    talked: int
    signed: int
    disagreeing: int
    unsigned: int
    appeals: dict[str, int]
    restated: int
    calibrations: tuple[tuple[str, int, int], ...]


async def decided(s: Year, cycle: Cycle, view: Viewer) -> Part | None:
    """Appraisals, calibrations, signatures, appeals and restatements of those whom the reader may know of; of their own
    result what was shown to them."""
    appraisals = [
        each for each in await appraisal_model.appraisals(s.pool, cycle.id) if view.knows(each.holder)
    ]
    results = [each for each in await result_model.results(s.pool, cycle.id) if view.knows(each.holder)]
    calibrations = [
        each for each in await calibration_model.calibrations(s.pool, cycle.id) if view.knows(each.holder)
    ]
    if not (appraisals or results or calibrations):
        return None
    policy = await s.policies.version(cycle.policy)
    reader = view.person.id if view.person else None
    restated = [
        each
        for each in await score_model.results(s.pool, cycle.id)
        if each.cause == "restated"
        and view.knows(each.holder or "")
        and not is_kept_from(reader, each, policy)
    ]
    signed = [each for each in results if each.signed == each.number]
    found = Judged(
        appraisals=len(appraisals),
        scored=sum(each.stage in ("scored", "ended") for each in appraisals),
        shown=len(results),
        talked=sum(each.talked is not None for each in results),
        signed=len(signed),
        disagreeing=sum(each.agrees is False for each in signed),
        unsigned=len(results) - len(signed),
        appeals=dict(Counter(each.outcome or "open" for each in results if each.appeals)),
        restated=len(restated),
        calibrations=tuple((each.name, each.moves, each.undone) for each in calibrations),
    )
    shown: list[RenderableType] = [_counts(s, found)]
    if calibrations:
        shown.append(_calibrations(s, calibrations))
    return Part("judged", message("Appraisals and results"), shown, found)


def _counts(s: Year, found: Judged) -> RenderableType:
    at, won, lost = s.at, found.appeals.get("raised", 0), found.appeals.get("upheld", 0)
    return facts(
        (
            at.say("appraisals"),
            at.say(
                "{scored} of {appraisals} came to a score", scored=found.scored, appraisals=found.appraisals
            ),
        ),
        (at.say("results"), at.say("{shown} shown, {talked} talked about", shown=found.shown, talked=found.talked)),
        (
            at.say("signatures"),
            at.say(
                "{signed} signed, {disagreeing} of them not agreeing; {unsigned} not signed",
                signed=found.signed, disagreeing=found.disagreeing, unsigned=found.unsigned,
            ),
        ),
        (
            at.say("appeals"),
            at.say(
                "{appeals}: {won} won, {lost} lost", appeals=sum(found.appeals.values()), won=won, lost=lost
            ),
        ),
        (at.say("restatements"), at.say("{restated:number} results restated", restated=found.restated)),
    )  # fmt: skip


def _calibrations(s: Year, rows: Sequence[CalibrationRow]) -> RenderableType:
    at = s.at
    table = grid(at.say("calibration"), at.say("opened"), at.say("moves that stand"), at.say("undone"))
    for each in rows:
        unit, opened = named(each.holder, each.unit_name), day(each.opened_at.date())
        table.add_row(unit, opened, str(each.moves), str(each.undone))
    return table
