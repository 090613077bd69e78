"""Events in words: what each says happened, and what it changed."""

from datetime import date
from typing import Any

from cairn.domain.goal.events import Note
from cairn.i18n import term
from cairn_portal.presenting import reasons
from cairn_portal.presenting.origins import origin_words
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import NOTHING, field, figure, value, words

TOLD: dict[str, tuple[str, ...]] = {
    "GoalDrafted": ("carried_from", "origin"),
    "GoalRevised": ("carried_from", "origin"),
    "GoalInterviewHeld": ("on", "participants", "agreed"),
    "GoalSubmitted": ("acting_for",),
    "GoalReturned": ("comment", "acting_for"),
    "GoalSteppedBack": ("stage", "reason", "told"),
    "GoalUrged": ("to", "note"),
    "GoalApproved": ("comment", "acting_for"),
    "GoalPaused": ("reason",),
    "LastDaySet": ("last", "cause", "reason"),
    "AbsencesSet": ("absences",),
    "AdjustmentRequested": ("changes", "reason", "diagnosis", "draws"),
    "AdjustmentConfirmed": ("role", "acting_for"),
    "AdjustmentDeclined": ("role", "reason", "acting_for"),
    "CommitteeVoted": ("vote", "comment"),
    "CommitteeDecided": ("outcome", "ballots"),
    "GoalAdjusted": ("reason", "diagnosis"),
    "GoalDiagnosed": ("diagnosis", "kind", "since", "facts"),
    "DiagnosisClosed": ("diagnosis", "reason"),
    "CheckedIn": ("on", "value", "base", "note", "files"),
    "CheckInsConfirmed": ("check_ins",),
    "CheckInWithdrawn": ("check_in", "reason"),
    "EvidenceWaived": ("period", "reason"),
    "CriterionAccepted": ("criterion", "evidence", "files", "acting_for"),
    "WorkEvaluated": ("evaluation", "on", "marks", "errors", "fatal", "note", "acting_for"),
    "EvaluationWithdrawn": ("evaluation", "reason", "acting_for"),
    "GoalAssessed": ("period", "points", "comment", "acting_for"),
    "GoalRated": ("period", "points", "appraisal", "number"),
    "ManagerChanged": ("effective", "reason"),
    "ReminderSent": ("phase", "to"),
    "DeadlineMissed": ("phase", "awaited", "to"),
    "GoalScored": ("period", "actual", "target", "attainment", "points", "why", "marks"),
    "GoalCancelled": ("cause", "reason"),
    "GoalSuperseded": ("replacement", "reason"),
    "SignalRefused": ("name", "code"),
    "SheetScored": ("period", "sheet_points", "gate"),
    "FlexibleSpaceUsed": ("used", "left"),
    "GoalDecomposed": ("parts",),
}
"""Which facts of an event are told besides what it changed."""
HIDDEN = frozenset({"adjustment", "goal", "sheet"})
NAMED = frozenset({"target", "targets"})
FIGURES = frozenset({"actual", "target", "attainment", "points"})
"""Facts that are numbers, whole ones too."""
"""What an adjustment names of a measure: then the whole measure, as it is filed, need not be told."""


def note(at: Reader, given: Note | dict[str, Any]) -> str:
    """A note on a score in the reader's language."""
    found = given if isinstance(given, Note) else Note.model_validate(given)
    return at.say(f"note:{found.code}", **found.facts)


def days(at: Reader, first: date | str, last: date | str | None) -> str:
    """Days in a row; without a last one somebody is still to return."""
    if last is None:
        return at.say("from {first:day} until they return", first=first)
    return at.say("from {first:day} to {last:day}", first=first, last=last)


def event_name(at: Reader, event: str) -> str:
    """What an event says happened."""
    return at.say(term("event", event))


def described(at: Reader, event: str, facts: dict[str, Any]) -> str:
    """The facts worth telling of an event, in one line."""
    parts = []
    for name in TOLD.get(event, ()):
        given = facts.get(name)
        if given in (None, "", [], {}):
            continue
        if name in ("carried_from", "origin"):
            parts.append(origin_words(at, *((given, None) if name == "origin" else (None, given))))
        elif name == "phase":
            parts.append(at.say(term("phase", given)))
        elif name == "role":
            parts.append(at.say("as {given:role}", given=given))
        elif name in ("vote", "outcome"):
            parts.append(at.say(term("vote", given)))
        elif name == "kind":
            parts.append(at.say(term("diagnosis", given)))
        elif name == "ballots":
            parts += [_ballot(at, each) for each in given]
        elif name == "cause":
            parts += [reasons.cause(at, given)] if given != "asked" else []
        elif name == "code":
            parts.append(reasons.refusal(at, given, facts.get("facts", {})))
        elif name == "why":
            parts.append(note(at, given))
        elif name == "marks":
            parts += [note(at, each) for each in given]
        elif name == "absences":
            parts += [days(at, each["first"], each.get("last")) for each in given]
        elif name == "changes":
            parts += [
                f"{field(at, key)} → {value(at, each)}"
                for key, each in given.items()
                if each not in (None, {})
            ]
        elif name == "parts":
            parts += [
                at.say("{title} ({department})", title=part["title"], department=part["department"])
                for part in given
            ]
        else:
            said = figure(at, given) if name in FIGURES else value(at, given)
            parts.append(f"{field(at, name)} {said}")
    return at.say("separator:clause").join(parts)


def _ballot(at: Reader, ballot: dict[str, Any]) -> str:
    """How a member of the committee voted, as the minutes have it."""
    said = at.say("{who}: {vote}", who=ballot["by"], vote=at.say(term("vote", ballot["vote"])))
    return f"{said} ({words(at, ballot['comment'])})" if ballot.get("comment") else said


def changes(at: Reader, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """`weight 30 → 25`, one for each thing that changed; what is first stated has no before."""
    lines = []
    for name, new in after.items():
        if (
            name in HIDDEN
            or (name == "measure" and NAMED & after.keys())
            or (new is None and before.get(name) is None)
        ):
            continue
        old = f"{value(at, before[name])} → " if name in before and before[name] is not None else ""
        lines.append(f"{field(at, name)}  {old}{value(at, new) if new is not None else NOTHING}")
    return lines
