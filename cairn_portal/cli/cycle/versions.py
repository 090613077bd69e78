"""The versions of a sheet's scores and result, from the log itself: which one, why, when, to how many points."""

from collections.abc import Callable, Sequence

from rich.console import RenderableType

from cairn.application.clock import zone_of
from cairn.application.stored_events import to_events
from cairn.domain.event import SYSTEM, Event
from cairn.domain.policy import EvaluationRules
from cairn.domain.private_text import without_words
from cairn.domain.sheet.events import (
    Restated,
    RestatementDecided,
    RestatementHeard,
    RestatementProposed,
    RestatementTold,
    RestatementVoted,
    ResultIssued,
    SheetScored,
    VersionCalibrated,
    VersionShown,
    VersionSigned,
)
from cairn.domain.streams import cycle_of
from cairn.i18n import term
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number, words

CHAINED = (
    SheetScored,
    ResultIssued,
    VersionCalibrated,
    VersionShown,
    VersionSigned,
    RestatementProposed,
    RestatementHeard,
    RestatementVoted,
    RestatementDecided,
    RestatementTold,
)


async def show_versions(
    s: Session,
    sheets: Sequence[str],
    period: str | None,
    with_words: bool = True,
    own: EvaluationRules | None = None,
) -> None:
    """Every version of somebody's sheets, of each in the order of the log, with proposed restatements: what was heard,
    voted, decided and told of them; what people said to that only `with_words`. Whoever reads their `own` sees of
    results by steps those that were shown to them, and who moved a grade from which one where the policy says so."""
    streams = await s.ledger.read_streams(sheets)
    found: list[Event] = [
        event for sheet in sheets for event in to_events(streams[sheet]) if isinstance(event, CHAINED)
    ]
    if own is not None and own.steps:
        found = [each for each in map(_as_shown(found, own), found) if each is not None]
    if period is not None:
        found = [event for event in found if getattr(event, "period", period) == period]
    if not with_words:
        found = [without_words(event) for event in found]
    at = s.at.in_zone(zone_of(await s.cycle(cycle_of(sheets[0])))) if sheets else s.at
    names = await s.names() | {SYSTEM: at.say("system")}
    told = [{"type": event.type, **event.model_dump(mode="json")} for event in found]
    at.answer(told, _table(at, found, names))


def _as_shown(found: Sequence[Event], rules: EvaluationRules) -> Callable[[Event], Event | None]:
    """An event as the person whose result it is may see it, None where it is not theirs to see."""
    shown = {(event.sheet, event.number) for event in found if isinstance(event, VersionShown)}

    def seen(event: Event) -> Event | None:
        if not isinstance(event, ResultIssued) or event.told:
            return event
        if (event.sheet, event.number) not in shown:
            return None
        return event if rules.ratings == "both" else event.model_copy(update={"moved": None})

    return seen


def _table(at: Terminal, found: Sequence[Event], names: dict[str, str]) -> RenderableType:
    points = at.say("points")
    several = len({event.stream for event in found}) > 1
    table = grid(
        *([at.say("sheet")] if several else []),
        at.say("what"), at.say("version"), at.say("because of"), points, at.say("grade"), at.say("time"), at.say("who"),
        right=(points,),
    )  # fmt: skip
    for event in found:
        of_sheet = [event.stream] if several else []
        table.add_row(*of_sheet, *_cells(at, event), at.moment(event.at), names.get(event.by, event.by))
    return table


def _cells(at: Terminal, event: Event) -> tuple[str, ...]:
    match event:
        case SheetScored():
            cause = at.say(f"cause:{event.cause}")
            return event.period, str(event.number), cause, number(event.rounded), event.grade or ""
        case ResultIssued():
            cause = at.say(f"cause:{event.cause}")
            result = at.say("result")
            move, grade = event.moved, event.grade or NOTHING
            if move is not None:
                why = words(at, move.reason)
                cause = at.say("{what}: {outcome}", what=cause, outcome=why) if why else cause
                grade = grade if move.computed == grade else f"{move.computed} → {grade}"
            return result, str(event.number), cause, number(event.rounded), grade
        case VersionShown():
            return at.say("shown to the person"), str(event.number), "", "", ""
        case VersionSigned():
            return at.say("signed"), str(event.number), "", "", ""
        case VersionCalibrated(number=0):
            return at.say("calibrated without it: it is calibrated when it comes"), "", "", "", ""
        case VersionCalibrated():
            return at.say("calibrated, the grade stays"), str(event.number), "", "", ""
        case RestatementProposed():
            change = event.of_result or event.of_period or next(iter(_of_periods(event)), None)
            said = f"{number(change.before)} → {number(change.after)}" if change else NOTHING
            what = at.say("proposed {restatement}", restatement=event.restatement)
            return what, "", words(at, event.reason) or at.say(f"cause:{event.cause}"), said, ""
        case RestatementHeard():
            return (
                at.say("heard on {restatement}", restatement=event.restatement),
                "",
                words(at, event.said),
                "",
                "",
            )
        case RestatementVoted():
            vote = at.say(term("vote", event.vote))
            return f"{vote} {event.restatement}", "", words(at, event.comment), "", ""
        case RestatementTold():
            return at.say("told of {restatement}", restatement=event.restatement), "", "", "", ""
        case RestatementDecided():
            decided = at.say("accepted") if event.accepted else at.say("declined")
            return f"{decided} {event.restatement}", "", words(at, event.reason), "", ""
        case _:
            return event.type, "", "", "", ""


def _of_periods(event: RestatementProposed) -> list[Restated]:
    """The sheet's scores that a correction changes, the first period first."""
    return [each.of_period for each in event.scores if each.of_period is not None]
