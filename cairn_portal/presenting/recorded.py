"""Events of any stream in words: what each changed and the facts worth telling of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cairn.application.replays import Recorded
from cairn.domain.exact import exact
from cairn.domain.private_text import unreadable
from cairn.domain.registry import EVENTS
from cairn.domain.streams import CASES, kind_of
from cairn.i18n import term
from cairn_portal.presenting import cases, story
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.reasons import cause
from cairn_portal.presenting.story import days
from cairn_portal.presenting.words import NOTHING, number, value

TOLD: Mapping[str, tuple[str, ...]] = {
    "SheetOpened": ("family", "department", "since", "space"),
    "GoalPlaced": ("placement",),
    "GoalWeighted": ("goal", "restatement"),
    "GoalRemoved": ("goal", "cause"),
    "SheetExtended": ("reason",),
    "DimensionWaived": ("dimension", "role", "reason"),
    "SheetLastDaySet": ("cause",),
    "SheetAbsencesSet": ("absences",),
    "FlexibleSpaceUsed": ("goal", "used"),
    "IncidentRecorded": ("incident", "kind", "on", "period", "times", "reason"),
    "IncidentWithdrawn": ("incident", "reason"),
    "SheetScored": ("period", "number", "cause"),
    "ResultIssued": ("number", "cause", "coefficient"),
    "VersionCalibrated": ("number",),
    "VersionShown": ("number",),
    "VersionSigned": ("number",),
    "VersionHandedOver": ("number", "handover"),
    "RestatementProposed": ("restatement", "cause", "period", "reason"),
    "RestatementHeard": ("restatement", "said"),
    "RestatementVoted": ("restatement", "vote", "comment"),
    "RestatementDecided": ("restatement", "accepted", "reason"),
    "RestatementTold": ("restatement",),
    "AppraisalOpened": ("family", "weights", "threshold", "answers_by"),
    "RatersNominated": ("role", "raters"),
    "RatersConfirmed": ("raters",),
    "RaterDeclined": ("role", "rater", "reason"),
    "RaterDelegated": ("role", "rater", "to"),
    "AnswerDrafted": ("role",),
    "AnswerGiven": ("role", "rater", "late"),
    "QuestionsChanged": ("reason",),
    "AnswersCollected": ("roles",),
    "RoleReleased": ("role", "number"),
    "AppraisalScored": ("number", "counted"),
    "AppraisalWentOn": ("without", "reason"),
    "PersonChanged": ("effective", "reason"),
    "PersonLeft": ("reason",),
    "LeavingWithdrawn": ("reason",),
    "PersonAway": ("first", "last", "reason"),
    "PersonReturned": ("effective", "reason"),
    "DelegateNamed": ("delegate", "first", "last", "reason"),
    "TargetsProposed": ("source", "rows"),
    "TargetsWithdrawn": ("rows",),
    "ReadingsRecorded": ("rows", "window_from", "window_upto", "correction"),
    "CycleLaunched": ("sheets", "goals"),
    "PeriodScored": ("period", "sheets"),
    "ResultsIssued": ("sheets",),
    "ScoresVerified": ("upto", "goals", "sheets", "results", "differing", "missing", "unread"),
    "StageReached": ("stage",),
}
"""Which facts of an event are told besides what it changed; `--json` has all of them."""
NUMBERED = frozenset({"rows"})
"""Of these only the number is told."""
BY_ROLE = frozenset({"weights", "counted", "raters", "without", "role"})
FREE = frozenset({"ReadingsRecorded", "TargetsProposed", "TargetsWithdrawn", "PolicyAdopted"})
"""Events whose changes are named by what they are about: a row, a target, a field of the policy."""
EXACT = re.compile(r"-?\d+/\d+")
"""An exact number without an end, as events hold it."""
SHOWN = 8
"""Of many changes so many are told."""


def lines_of(at: cases.MomentReader, each: Recorded) -> list[str]:
    """What an event of any stream changed and says, line by line."""
    kind = kind_of(each.stream)
    if kind == "goal":
        told = story.described(at, each.type, each.facts)
        return [*story.changes(at, each.before, each.after), *([told] if told else [])]
    if kind not in CASES or each.type in TOLD:
        return details(at, each.type, each.facts, each.before, each.after, kind)
    event = EVENTS[each.type].model_validate({**each.facts, "by": each.actor, "at": each.occurred_at})
    return [*details(at, each.type, {}, each.before, each.after, kind), *cases.told(at, kind, event)]


def details(
    at: Reader, type_: str, facts: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any],
    kind: str = "",
) -> list[str]:  # fmt: skip
    """What an event changed, then its facts, line by line; a case's `kind` says what its stages are called."""
    staged = {"stage": (before.get("stage"), after["stage"])} if kind in CASES and "stage" in after else {}
    names = [name for name in after if name not in staged]
    lines = [_moved(at, kind, *staged["stage"])] if staged else []
    lines += [_change(at, type_, name, before.get(name), after[name]) for name in names[:SHOWN]]
    if len(names) > SHOWN:
        lines.append(at.say("and {n:number} more", n=len(names) - SHOWN))
    told = at.say("separator:clause").join(_facts(at, type_, facts))
    return [*lines, told] if told else lines


def _moved(at: Reader, kind: str, before: str | None, after: str) -> str:
    said = [at.say(term("stage", f"{kind}.{each}")) for each in (before, after) if each]
    return f"{at.say(term('audited', 'stage'))}  {' → '.join(said)}"


def _change(at: Reader, type_: str, name: str, before: Any, after: Any) -> str:
    what = name if type_ in FREE and name != "version" else at.say(term("audited", name))
    now = _said(at, name, after) if after is not None else NOTHING
    return f"{what}  {_said(at, name, before)} → {now}" if before not in (None, "", ()) else f"{what}  {now}"


def _facts(at: Reader, type_: str, facts: Mapping[str, Any]) -> Iterator[str]:
    for name in TOLD.get(type_, ()):
        given = facts.get(name)
        if given in (None, "", [], {}, (), False):
            continue
        if name == "cause":
            yield cause(at, given)
        elif name == "vote":
            yield at.say(term("vote", given))
        elif name == "absences":
            yield from (days(at, each["first"], each.get("last")) for each in given)
        elif name == "placement":
            yield f"{at.say(term('audited', 'goal'))} {given['goal']}"
        elif name == "stage":
            yield at.say(term("cycle_stage", given))
        elif given is True:
            yield at.say(term("audited", name))
        else:
            yield f"{at.say(term('audited', name))} {_said(at, name, given)}"


def _said(at: Reader, name: str, given: Any) -> str:
    """A value in one line; roles of raters by their names."""
    if unreadable(given):
        return value(at, given)
    if name in NUMBERED:
        return str(len(given))
    if name == "roles" and given and isinstance(given[0], Mapping):
        return at.say("separator:list").join(
            f"{at.say(term('role', each['role']))} {len(each['answers'])}" for each in given
        )
    if name == "dimension":
        return at.say(term("dimension", given))
    if name in BY_ROLE:
        return _by_role(at, name, given)
    if isinstance(given, Mapping):
        return at.say("separator:list").join(f"{key} {_said(at, '', each)}" for key, each in given.items())
    return number(exact(given)) if isinstance(given, str) and EXACT.fullmatch(given) else value(at, given)


def _by_role(at: Reader, name: str, given: Any) -> str:
    match given:
        case Mapping():
            pairs = (f"{at.say(term('role', role))} {value(at, each)}" for role, each in given.items())
            return at.say("separator:list").join(pairs)
        case list() | tuple():
            said = (at.say(term("role", each)) if name == "without" else str(each) for each in given)
            return at.say("separator:list").join(said)
        case _:
            return at.say(term("role", given))
