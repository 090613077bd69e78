"""The versions of a sheet's scores and result, from the log itself: which one, why, when, to how many points."""

from collections.abc import Sequence

from rich.console import RenderableType

from cairn.application.clock import zone_of
from cairn.application.stored_events import to_events
from cairn.domain.event import SYSTEM, Event
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
)
from cairn.domain.streams import cycle_of
from cairn.i18n import term
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number, words

CHAINED = (
    SheetScored,
    ResultIssued,
    RestatementProposed,
    RestatementHeard,
    RestatementVoted,
    RestatementDecided,
    RestatementTold,
)


async def show_versions(
    s: Session, sheets: Sequence[str], period: str | None, with_words: bool = True
) -> None:
    """Every version of somebody's sheets, of each in the order of the log, with proposed restatements: what was heard,
    voted, decided and told of them; what people said to that only `with_words`."""
    streams = await s.ledger.read_streams(sheets)
    found = [event for sheet in sheets for event in to_events(streams[sheet]) if isinstance(event, CHAINED)]
    if period is not None:
        found = [event for event in found if getattr(event, "period", period) == period]
    if not with_words:
        found = [without_words(event) for event in found]
    at = s.at.in_zone(zone_of(await s.cycle(cycle_of(sheets[0])))) if sheets else s.at
    names = await s.names() | {SYSTEM: at.say("system")}
    told = [{"type": event.type, **event.model_dump(mode="json")} for event in found]
    at.answer(told, _table(at, found, names))


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
            return result, str(event.number), cause, number(event.rounded), event.grade or NOTHING
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
