"""Events of cases in words: every fact that people put in, in the order in which the event states them."""

from datetime import datetime
from typing import Any, Protocol

from cairn.domain.case.events import CaseDeadlineEvent
from cairn.domain.event import Event
from cairn.domain.handover.events import Change, SumDiffering
from cairn.domain.result.events import AppealBallot
from cairn.i18n import term
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import NOTHING, field, value


class MomentReader(Reader, Protocol):
    """Somebody with a time zone as well."""

    def moment(self, value: datetime | None) -> str: ...


UNTOLD = frozenset({"case", "by", "at"})
"""Fields of an event that its line tells anyway; a deadline's is its own time."""

SIDES = ("side", "sides", "without")
"""Fields that name a side of a case, or several."""


CHOICES = ("kind", "outcome", "gap", "role")
"""Fields whose values have names of their own (`choice:<kind>.<value>`)."""


def _ballot(at: MomentReader, each: AppealBallot) -> str:
    """Who voted for which grade on an appeal, or for what stood, and why."""
    return f"{each.by} · {each.grade or NOTHING} · {value(at, each.reason)}"


OWN_WORDS = frozenset({"feedback.value"})
"""Fields that are called something else in cases of one kind than everywhere (`field:<kind>.<name>`)."""


def told(at: MomentReader, kind: str, event: Event) -> list[str]:
    """One line for each fact of an event worth telling; `kind` is the case's."""
    lines = []
    for name in type(event).model_fields:
        given: Any = getattr(event, name)
        if name in UNTOLD or given in (None, "", (), {}, False):
            continue
        if name == "due" and isinstance(event, CaseDeadlineEvent):
            continue
        if name == "phase":
            lines.append(at.say(term("phase", f"{kind}.{given}")))
        elif name in CHOICES:
            lines.append(f"{field(at, name)}  {at.say(term('choice', f'{kind}.{given}'))}")
        elif name == "cause":
            lines.append(f"{field(at, name)}  {at.say(term('cause', given))}")
        elif name in SIDES:
            sides = (given,) if isinstance(given, str) else given
            said = at.say("separator:list").join(at.say(term("choice", f"{kind}.{side}")) for side in sides)
            lines.append(f"{field(at, name)}  {said}")
        elif name == "readers":
            said = at.say("separator:list").join(at.say(term("reader", each)) for each in given)
            lines.append(f"{field(at, name)}  {said}")
        elif isinstance(given, datetime):
            lines.append(f"{field(at, name)}  {at.moment(given)}")
        elif name == "to":
            who = at.say("separator:list").join(at.say(term("awaited", each)) for each in given)
            lines.append(f"{field(at, name)}  {who}")
        elif name == "why" and kind == "handover":
            status = getattr(event, "status", None) or NOTHING
            lines.append(f"{field(at, name)}  {at.say(term('not_taken', given), status=status)}")
        elif name == "way":
            lines.append(f"{field(at, name)}  {at.say(term('way', given))}")
        elif name == "entries" and isinstance(given, tuple):
            lines.append(f"{field(at, name)}  {len(given)}")
        elif name == "changes" and kind == "handover":
            lines += [_change(at, each) for each in given]
        elif name == "differences":
            lines += [_differing(at, each) for each in given]
        elif name == "pots":
            parts = {unit: each.model_dump(exclude_none=True) for unit, each in given.items()}
            lines.append(f"{field(at, name)}  {value(at, parts)}")
        elif name == "ballots":
            lines += [f"{field(at, name)}  {_ballot(at, each)}" for each in given]
        elif name == "files":
            lines.append(f"{field(at, name)}  {value(at, [each.model_dump() for each in given])}")
        else:
            called = f"{kind}.{name}" if f"{kind}.{name}" in OWN_WORDS else name
            lines.append(f"{field(at, called)}  {value(at, given)}")
    return lines


def element_said(at: Reader, code: str) -> str:
    """An element of a hand-over: `advance.Q1` is the advance of a period, `list.promotion` a list of the policy."""
    kind, dot, name = code.partition(".")
    said = at.say(term("element", kind))
    return at.say("{what}: {name}", what=said, name=name) if dot else said


def _change(at: Reader, change: Change) -> str:
    before, after = (NOTHING if each is None else format(each, "f") for each in (change.before, change.after))
    return f"{element_said(at, change.element)}  {before} → {after}"


def _differing(at: Reader, found: SumDiffering) -> str:
    ours, theirs = (NOTHING if each is None else format(each, "f") for each in (found.ours, found.theirs))
    kind = at.say(term("difference", found.kind))
    return f"{found.person} {element_said(at, found.element)}  {ours} → {theirs}  {kind}"


def plan_stage(at: Reader, stage: str, outcome: str | None) -> str:
    """A coaching plan's stage, with what became of it."""
    said = at.say(term("stage", f"coaching.{stage}"))
    if outcome is None:
        return said
    return at.say("{what}: {outcome}", what=said, outcome=at.say(term("choice", f"coaching.{outcome}")))
