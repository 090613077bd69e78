"""Restatements: the person is heard, HR decides or the committee by vote, the person is told (RULES Y3, L12)."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.corrections import Corrections, EvidenceOf
from cairn.application.cycles import Cycles
from cairn.application.ratings import Ratings
from cairn.application.repository import (
    TRIES,
    first_answer,
    fold_person,
    fold_sheet,
    retried,
    to_appends,
)
from cairn.application.scored_sheets import ScoredSheet, ScoredSheets
from cairn.application.seats import SeatHolders
from cairn.domain.evaluation.correcting import Slip
from cairn.domain.evaluation.rating import scored_with, versions_with_ratings
from cairn.domain.evaluation.reports import counted, days_above, result_with
from cairn.domain.evaluation.versions import (
    next_restatement,
    propose,
    versions,
    versions_with_incidents,
)
from cairn.domain.event import Event
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import evolve
from cairn.domain.identity import Identity, check_key, digest
from cairn.domain.refusal import Refusal
from cairn.domain.rights import Restating
from cairn.domain.schedule import local_day
from cairn.domain.sheet.events import (
    Correction,
    Minutes,
    RestatementDecided,
    RestatementHeard,
    RestatementProposed,
    RestatementTold,
    RestatementVoted,
    ResultIssued,
    SheetScored,
)
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import appraisal_of
from cairn.domain.voting import Ballot, electorate, is_repeated, tally
from cairn.ledger import AppendConflict, Ledger


class Decision(NamedTuple):
    """What somebody decided about a restatement, or how they voted on it; `heard` is what the person it is about said,
    empty where that was recorded before."""

    restatement: str
    accepted: bool
    heard: str
    reason: str
    by: str
    at: datetime


class _Outcome(NamedTuple):
    """What a restatement would record now, the proposal that says so, and the streams' versions that were read."""

    events: list[Event]
    proposed: RestatementProposed
    versions: dict[str, int]


class Restatements:
    """Decides what waits in the streams of sheets; `corrections` proposes what HR mends by hand. One instance serves a
    whole process."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.seats = ledger, SeatHolders(ledger)
        self.sheets = ScoredSheets(ledger, cycles)
        self.corrections = Corrections(ledger, self.sheets)
        self.ratings = Ratings(ledger, cycles)

    async def hear(self, restatement: str, said: str, by: str, at: datetime, key: str) -> tuple[str, ...]:
        """Records what the person said to a restatement that waits: they themselves do, or HR."""

        def heard(sheet: Sheet) -> Event | None:
            _waiting(sheet, restatement)
            if sheet.hearings.get(restatement) == said:
                return None
            return RestatementHeard(sheet=sheet.id, restatement=restatement, said=said, by=by, at=at)

        return await self._say("hear", restatement, by, at, key, said, heard)

    async def tell(self, restatement: str, by: str, at: datetime, key: str) -> tuple[str, ...]:
        """Records that the person was told what was decided: they themselves do, or HR."""

        def told(sheet: Sheet) -> Event | None:
            if restatement in sheet.restatements:
                raise Refusal("restatement.undecided", field="restatement", restatement=restatement)
            if restatement not in sheet.untold:
                return None
            return RestatementTold(sheet=sheet.id, restatement=restatement, by=by, at=at)

        return await self._say("tell", restatement, by, at, key, "", told)

    async def _say(
        self, name: str, restatement: str, by: str, at: datetime, key: str, words: str,
        event_of: Callable[[Sheet], Event | None],
    ) -> tuple[str, ...]:  # fmt: skip
        check_key(key)
        stream = _stream_of(restatement)
        identity = Identity(stream, key, name, digest(name, by, restatement, words))
        for _ in range(TRIES):
            rows = await self.ledger.read_stream(stream)
            around = await self.sheets.around(fold_sheet(stream, rows), by, at)
            if earlier := first_answer(identity, rows, around.schedule.calendar.timezone):
                return tuple(row.type for row in earlier)
            access.require_to_speak(by, around.holder, around.people, at, around.schedule.calendar)
            event = event_of(around.sheet)
            if event is None:
                return ()
            try:
                await self.ledger.append(to_appends([event], {stream: around.sheet.version}, identity))
                return (event.type,)
            except AppendConflict:
                continue
        raise Refusal("command.stale", stream=stream)

    async def decide(self, asked: Decision, key: str, evidence: EvidenceOf) -> tuple[str, ...]:
        """Records a decision, or a vote on it, with the next versions where it is accepted; returns the events' names.

        HR decides; what lowers something is the committee's, by vote; nobody decides about themselves or what they
        proposed. Refuses an unknown or decided restatement, one on which the person was not heard, and one that would
        come out otherwise by now: it is proposed anew then."""
        check_key(key)
        stream = _stream_of(asked.restatement)
        content = (asked.restatement, str(asked.accepted), asked.heard, asked.reason)
        identity = Identity(stream, key, "restate", digest("restate", asked.by, *content))
        return await retried(stream, lambda: self._try(asked, stream, identity, evidence))

    async def _try(
        self, asked: Decision, stream: str, identity: Identity, evidence: EvidenceOf
    ) -> tuple[str, ...]:
        rows = await self.ledger.read_stream(stream)
        around = await self.sheets.around(fold_sheet(stream, rows), asked.by, asked.at)
        if earlier := first_answer(identity, rows, around.schedule.calendar.timezone):
            return tuple(row.type for row in earlier)
        proposed = _waiting(around.sheet, asked.restatement)
        by_hand = proposed.by if proposed.correction is not None else None
        about = Restating(holder=around.holder, lowers=proposed.lowers, proposed_by=by_hand)
        alone = access.require_for_restatement(
            asked.by, about, around.people, asked.at, around.schedule.calendar
        )
        first, said = _hearing(asked, around.sheet)
        accepted, minutes = asked.accepted, None
        if not alone:
            voted, accepted, minutes = await self._vote(asked, around, about)
            if minutes is None:
                await self._append([*first, *voted], {stream: around.sheet.version}, identity)
                return tuple(event.type for event in (*first, *voted))
        decided = RestatementDecided(
            sheet=stream, restatement=asked.restatement, accepted=accepted, heard=said, reason=asked.reason,
            minutes=minutes, by=asked.by, at=asked.at,
        )  # fmt: skip
        if not accepted:
            await self._append([*first, decided], {stream: around.sheet.version}, identity)
            return tuple(event.type for event in (*first, decided))
        now = await self._now(around, proposed, asked, evidence)
        if _outcome(now.proposed) != _outcome(proposed):
            await self._append(
                [now.proposed], {stream: around.sheet.version}, identity._replace(key=f"{identity.key} anew")
            )
            raise Refusal(
                "restatement.otherwise", field="restatement", was=asked.restatement, now=now.proposed.restatement
            )  # fmt: skip
        cited = [_citing(event, asked.restatement) for event in now.events]
        await self._append([*first, *cited, decided], now.versions, identity)
        return tuple(event.type for event in (*first, *cited, decided))

    async def _vote(
        self, asked: Decision, around: ScoredSheet, about: Restating
    ) -> tuple[list[Event], bool, Minutes | None]:
        """The event of a vote that decides nothing yet, [] where it is the same again; else what it decides, with the
        minutes."""
        ballot = Ballot(
            by=asked.by, vote="for" if asked.accepted else "against", comment=asked.reason, at=asked.at
        )
        given = around.sheet.ballots.get(asked.restatement, {})
        if is_repeated(given, ballot):
            return [], False, None
        seats = await self.seats.on(local_day(asked.at, around.policy.calendar))
        parties = {about.proposed_by}
        among = electorate(about.holder, seats.committee - parties, seats.executives - parties, asked.by)
        found = tally(given, ballot, among, around.policy.committee)
        if found.outcome is None:
            voted = RestatementVoted(
                sheet=around.sheet.id, restatement=asked.restatement, vote=ballot.vote, comment=ballot.comment,
                by=asked.by, at=asked.at,
            )  # fmt: skip
            return [voted], False, None
        minutes = Minutes(
            ballots=found.ballots,
            members=found.members,
            quorum=found.quorum,
            majority=around.policy.committee.majority,
        )
        return [], found.outcome == "for", minutes

    async def _now(
        self, around: ScoredSheet, proposed: RestatementProposed, asked: Decision, evidence: EvidenceOf
    ) -> _Outcome:
        """What a restatement would record now."""
        if proposed.correction is not None:
            return await self._of_correction(around, proposed, asked, evidence)
        if proposed.cause == "incident":
            return await self._of_incident(around, proposed, asked.at)
        if proposed.cause == "raters":
            return await self._of_raters(around, asked.at, evidence)
        if proposed.goal is not None:
            return await self._of_goal(around, proposed, proposed.goal, asked.at, evidence)
        return await self._of_subordinate(around, proposed, asked.at)

    async def _of_correction(
        self, around: ScoredSheet, proposed: RestatementProposed, asked: Decision, evidence: EvidenceOf
    ) -> _Outcome:
        goal, case = proposed.goal or "", await self.sheets.case(around)
        correction = proposed.correction or Correction()
        slip = Slip(goal, correction, proposed.restatement, proposed.reason, asked.by, asked.at)
        found = await self.corrections.mended(slip, case, "restated", evidence)
        known = {around.sheet.id: around.sheet.version, goal: case.goals[goal].version}
        anew = found.proposed.model_copy(
            update={"restatement": next_restatement(around.sheet), "by": proposed.by}
        )
        return _Outcome([*found.facts, *found.versions], anew, known)

    async def _of_goal(
        self,
        around: ScoredSheet,
        proposed: RestatementProposed,
        name: str,
        at: datetime,
        evidence: EvidenceOf,
    ) -> _Outcome:
        """The goal's score as it would be now and what follows from it."""
        case, period = await self.sheets.case(around), around.schedule.period(proposed.period)
        if period is None:
            raise Refusal("cycle.unknown", cycle=around.cycle.id)
        goal, goals = case.goals[name], dict(case.goals)
        context = case.context.model_copy(update={"evidence": await evidence(goal, around.sheet, period)})
        scored = score(goal, period.key, context, at, "restated")
        goals[name] = evolve(goal, scored)
        following = versions(around.sheet, goals, period.key, around.schedule, around.terms, at, "restated")
        before = goal.scores.get(period.key)
        now = propose(around.sheet, following, period.key, proposed.cause, at, scored, before)
        return _Outcome(
            [scored, *following], now, {goal.id: goal.version, around.sheet.id: around.sheet.version}
        )

    async def _of_incident(
        self, around: ScoredSheet, proposed: RestatementProposed, at: datetime
    ) -> _Outcome:
        """The sheet's versions with its incidents as they are recorded now."""
        case, sheet, period = await self.sheets.case(around), around.sheet, proposed.period
        following = versions_with_incidents(
            sheet, case.goals, period, around.schedule, around.terms, at, "restated"
        )
        now = propose(sheet, following, period, "incident", at)
        return _Outcome([*following], now, {sheet.id: sheet.version})

    async def _of_raters(self, around: ScoredSheet, at: datetime, evidence: EvidenceOf) -> _Outcome:
        """The goals' scores and the result with what raters say by now."""
        found = await self.ratings.around(appraisal_of(around.sheet.id), evidence)
        if found is None:
            raise Refusal("cycle.unknown", cycle=around.cycle.id)
        rated, rating = found
        scored, goals = scored_with(rated, rating, at)
        following = versions_with_ratings(rated, rating._replace(goals=goals), at, "restated")
        now = propose(rating.sheet, following, "Y", "raters", at)
        versions = {each: goal.version for each, goal in rating.goals.items()}
        return _Outcome([*scored, *following], now, {**versions, rating.sheet.id: rating.sheet.version})

    async def _of_subordinate(
        self, around: ScoredSheet, proposed: RestatementProposed, at: datetime
    ) -> _Outcome:
        name, sheet = proposed.subordinate or "", around.sheet
        under = fold_sheet(name, await self.ledger.read_stream(name))
        if sheet.result is None:
            raise Refusal("cycle.unknown", cycle=around.cycle.id)
        history = fold_person(await self.ledger.read_stream(f"person-{under.holder}"))
        days = days_above(under, history, around.schedule).get(sheet.holder, 0) if history else 0
        beside = counted(sheet, under, days, around.schedule)
        policy = around.terms.on(around.schedule.ends)
        issued = result_with(sheet, beside, around.schedule, policy, at, name, settled=False)
        results = [each for each in issued if isinstance(each, SheetScored | ResultIssued)]
        now = propose(sheet, results, "Y", proposed.cause, at, subordinate=name)
        again: list[Event] = [each.model_copy(update={"cause": "restated"}) for each in results]
        return _Outcome(again, now, {sheet.id: sheet.version})

    async def _append(self, events: list[Event], versions: dict[str, int], identity: Identity) -> None:
        if events:
            await self.ledger.append(to_appends(events, versions, identity))


def _stream_of(restatement: str) -> str:
    return f"sheet-{restatement.rpartition('-R')[0]}"


def _waiting(sheet: Sheet, restatement: str) -> RestatementProposed:
    proposed = sheet.restatements.get(restatement)
    if proposed is None:
        raise Refusal(
            "restatement.unknown", field="restatement", restatement=restatement, known=sorted(sheet.restatements)
        )  # fmt: skip
    return proposed


def _hearing(asked: Decision, sheet: Sheet) -> tuple[list[Event], str]:
    """(the event of a hearing that is told with the decision, what the person said). Nobody decides unheard."""
    before = sheet.hearings.get(asked.restatement, "")
    said = asked.heard.strip() or before
    if not said:
        raise Refusal("restatement.not-heard", field="heard", restatement=asked.restatement)
    if said == before:
        return [], said
    heard = RestatementHeard(
        sheet=sheet.id, restatement=asked.restatement, said=said, by=asked.by, at=asked.at
    )
    return [heard], said


def _outcome(proposed: RestatementProposed) -> tuple[object, ...]:
    return proposed.of_goal, proposed.of_period, proposed.of_result, proposed.scores


def _citing(event: Event, restatement: str) -> Event:
    """A version says which restatement brought it."""
    if "restatement" not in type(event).model_fields:
        return event
    return event.model_copy(update={"restatement": restatement})
