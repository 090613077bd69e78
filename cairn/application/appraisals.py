"""Appraisals: opening a cycle's, and what unnamed raters do, whom this module alone knows by name (ADR 0017).

Nominations, declines and delegations come into the log under tokens; answers wait in a box beside it until they are
taken in together. Nothing that an unnamed rater does passes through a workflow.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple, cast

from cairn.application import access
from cairn.application.cases import Cases
from cairn.application.cycles import Cycles
from cairn.application.dated_roster import dated_roster_at
from cairn.application.repository import fold_goal, fold_sheet, to_appends
from cairn.application.stored_events import readable, to_events
from cairn.domain.appraisal.commands import DeclineRating, DelegateRating, NominateRaters
from cairn.domain.appraisal.dates import rules_of
from cairn.domain.appraisal.decide import require_rater
from cairn.domain.appraisal.events import UNNAMED, AppraisalOpened, RaterDeclined, RoleReleased
from cairn.domain.appraisal.kind import KIND
from cairn.domain.appraisal.likeness import Alike, alike
from cairn.domain.appraisal.opening import asked_below, is_appraised, opened
from cairn.domain.appraisal.rules import checked_marks, points_of, require_all
from cairn.domain.appraisal.scoring import with_more
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.case.context import CaseContext
from cairn.domain.cycle.events import ReviewLeftOut
from cairn.domain.event import SYSTEM
from cairn.domain.goal.state import Goal
from cairn.domain.identity import SYSTEM_KEYS, Identity, by_system, digest
from cairn.domain.policy import Evaluator
from cairn.domain.private_text import unreadable
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import appraisal_of
from cairn.ledger import AppendConflict, Ledger
from cairn.privacy.rater_boxes import Answered, Box, Rater, RaterBoxes, new_token

CHUNK = 40
"""Sheets that are read at once."""
BATCH = 120
"""Appraisals in one append."""
Progress = Callable[[int, int], Awaitable[None]]


class Opening(NamedTuple):
    """How many appraisals a cycle opened, and whoever has a sheet and none."""

    appraisals: int
    left_out: Sequence[ReviewLeftOut]


class RaterTask(NamedTuple):
    """What an unnamed rater is asked for: whom, in which role, until when, and how far they are themselves."""

    appraisal: str
    holder: str
    role: Evaluator
    until: datetime
    state: str


class Nominee(NamedTuple):
    """Somebody who was nominated in a role. That they `declined`, and the `reason`, is told to the line above and HR
    alone, of subordinates too."""

    role: Evaluator
    person: str
    confirmed: bool
    declined: bool
    reason: str = ""


class Verified(NamedTuple):
    """Whether a release is what the answers behind it give: None where they can no longer be read."""

    role: Evaluator
    number: int
    equal: bool | None


class Appraisals:
    """What a cycle does for its appraisals, and what unnamed raters do. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, cycles: Cycles, cases: Cases, boxes: RaterBoxes) -> None:
        self.ledger, self.cycles, self.cases, self.boxes = ledger, cycles, cases, boxes

    # ---------------------------------------------------------------- opening

    async def open_cycle(self, cycle_id: str, at: datetime, progress: Progress) -> Opening:
        """Opens the appraisal of every sheet whose family names who rates; again after a crash it doubles nothing.
        `at` is the cycle's present."""
        cycle = await self.cycles.load(cycle_id)
        if cycle.schedule is None:
            raise Refusal("cycle.unknown", field="cycle", cycle=cycle_id)
        policy = (await self.cycles.policies.terms(cycle)).policy
        roster = await dated_roster_at(self.ledger, await self.ledger.sealed_position())
        today, names = local_day(at, policy.calendar), await self.cycles.sheets(cycle_id)
        opening, number, left_out = by_system(f"cycle-{cycle_id}", "appraisals"), 0, []
        for start in range(0, len(names), CHUNK):
            begun: list[AppraisalOpened] = []
            for sheet, goals in await self._sheets(names[start : start + CHUNK]):
                if not is_appraised(sheet, policy):
                    continue
                history = roster.histories.get(sheet.holder)
                if history is None or not history.is_here(today):
                    left_out.append(ReviewLeftOut(person=sheet.holder, code="left"))
                    continue
                below = asked_below(sheet, policy, roster.histories, today)
                tokens = await self._tokens_below(appraisal_of(sheet.id), below)
                begun.append(opened(sheet, goals, tokens, cycle.schedule, policy, roster.histories, at))
            await self._open(begun, opening)
            number += len(begun)
            await progress(min(start + CHUNK, len(names)), len(names))
        return Opening(number, left_out)

    async def _tokens_below(self, appraisal: str, people: Iterable[str]) -> list[str]:
        """The tokens of the subordinates who are asked, the same ones when it is asked again."""
        raters = {new_token(): Rater(person=who, role="subordinates") for who in people}
        box = await self.boxes.add(appraisal, raters)
        return [token for token, rater in box.raters.items() if rater.role == "subordinates"]

    async def _sheets(self, names: Sequence[str]) -> list[tuple[Sheet, list[Goal]]]:
        sheets, _ = readable(await self.ledger.read_streams(names), fold_sheet)
        goals = [goal for sheet in sheets.values() for goal in sheet.weighings]
        found, _ = readable(await self.ledger.read_streams(goals), fold_goal)
        return [
            (sheet, [found[goal] for goal in sheet.weighings if goal in found]) for sheet in sheets.values()
        ]

    async def _open(self, begun: Sequence[AppraisalOpened], opening: Identity) -> None:
        """One append for the whole batch; only where a part of it is there already, one by one."""
        if not begun:
            return
        try:
            await self.ledger.append(to_appends(begun, {}, opening))
        except AppendConflict:
            if len(begun) > 1:
                for each in begun:
                    await self._open([each], opening)

    # ---------------------------------------------------------------- who rates

    async def tokens(
        self, appraisal: str, role: Evaluator, people: Sequence[str], by: str, at: datetime | None = None
    ) -> tuple[str, ...]:
        """The tokens of those whom somebody nominates for an unnamed role, to be nominated with; the same people have
        the same ones. Refuses whoever may not nominate, and people who cannot rate here or are asked too often."""
        case, context = await self._load(appraisal, at)
        asked = NominateRaters(case=appraisal, role=role, raters=("-",), by=by, at=context.at)
        access.require_for_case(KIND, asked, case, context)
        if role not in UNNAMED:
            return tuple(people)
        if role in case.raters:
            raise Refusal("appraisal.raters-asked", field="role", role=role)
        loads = await self.loads(case.cycle)
        async with self.boxes.changing(appraisal) as box:
            if box is None:
                raise Refusal("appraisal.collected", field="case")
            for who in people:
                self._require_unnamed(who, role, case, context, box, loads)
            return self._nominated(box, role, dict.fromkeys(people))

    @staticmethod
    def _nominated(box: Box, role: Evaluator, people: Iterable[str]) -> tuple[str, ...]:
        """Other people have all of them other tokens: who came or went could be told from those that stayed."""
        wanted = set(people)
        if wanted != {rater.person for rater in box.raters.values() if rater.role == role}:
            others = {token: rater for token, rater in box.raters.items() if rater.role != role}
            box.raters = others | {new_token(): Rater(person=who, role=role) for who in wanted}
        return tuple(sorted(token for token, rater in box.raters.items() if rater.role == role))

    @staticmethod
    def _require_unnamed(
        who: str, role: Evaluator, case: Appraisal, context: CaseContext, box: Box, loads: Mapping[str, int]
    ) -> None:
        require_rater(who, case, context)
        if context.is_above(who, case.holder):
            raise Refusal("appraisal.rater-above", field="raters", who=who)
        if box.token_of(who) is not None and box.token_of(who, role) is None:
            raise Refusal("appraisal.rater-twice", field="raters", who=who)
        most = rules_of(context.policy).most
        if box.token_of(who, role) is None and loads.get(who, 0) >= most:
            raise Refusal("appraisal.rater-load", field="raters", who=who, load=loads[who], most=most)

    async def loads(self, cycle: str) -> dict[str, int]:
        """How many colleagues each person is asked to rate in a cycle, or nominated for, whether they answered or
        not."""
        found: dict[str, int] = {}
        for raters in (await self.boxes.raters(cycle)).values():
            for rater in raters.values():
                if not rater.left:
                    found[rater.person] = found.get(rater.person, 0) + 1
        return found

    async def nominees(self, appraisal: str, reader: str, at: datetime | None = None) -> list[Nominee]:
        """Who was nominated for unnamed roles, to whoever names or confirms them: the employee and the line above; and
        who declined, to the line and HR."""
        case, context = await self._load(appraisal, at)
        seen = access.require_nominator(reader, case, context)
        box = await self.boxes.read(appraisal) or Box()
        reasons = await self._reasons(appraisal) if seen.declines else {}
        found = []
        for token, rater in box.raters.items():
            role = cast(Evaluator, rater.role)
            confirmed, declined = token in case.raters.get(role, ()), f"{role}:{token}" in case.declined
            nominated = role != "subordinates" and (confirmed or token in case.nominated.get(role, ()))
            told = declined and seen.declines
            if told or (seen.names and nominated and (declined or not rater.left)):
                found.append(Nominee(role, rater.person, confirmed, told, reasons.get(token, "")))
        return sorted(found)

    async def _reasons(self, appraisal: str) -> dict[str, str]:
        """Why raters declined, by token; a reason whose key is gone is not told."""
        rows = [row for row in await self.ledger.read_stream(appraisal) if row.type == RaterDeclined.__name__]
        events = [cast(RaterDeclined, event) for event in to_events(rows)]
        return {each.rater: "" if unreadable(each.reason) else each.reason for each in events}

    # ---------------------------------------------------------------- what unnamed raters do

    async def tasks(
        self, person: str, at: datetime | None = None, cycle: str | None = None
    ) -> list[RaterTask]:
        """Whom somebody is asked to rate as an unnamed rater, the most urgent first. For them alone."""
        mine = {
            appraisal: token
            for appraisal, raters in (await self.boxes.raters(cycle)).items()
            if (token := Box(raters=raters).token_of(person)) is not None
        }
        found = []
        for name, case in (await self.cases.states(mine)).items():
            case = cast(Appraisal, case)
            box = await self.boxes.read(name)
            token = mine[name]
            role = _role_of(token, case)
            if box is None or role is None or case.late_by is None or f"{role}:{token}" in case.declined:
                continue
            answer = box.answers.get(token)
            state = "open" if answer is None else "answered" if answer.given else "drafted"
            until = case.late_by if case.collections else case.answers_by or case.late_by
            found.append(RaterTask(name, case.holder, role, until, state))
        return sorted(found, key=lambda task: (task.until, task.appraisal))

    async def role_of(self, appraisal: str, person: str) -> Evaluator | None:
        """The unnamed role in which somebody is asked, None where they are in none."""
        box = await self.boxes.read(appraisal)
        token = box.token_of(person) if box else None
        case, _ = await self._load(appraisal)
        return _role_of(token, case) if token else None

    async def own_answer(self, appraisal: str, person: str) -> Answered | None:
        """What somebody wrote as an unnamed rater so far; None where they are none, or wrote nothing."""
        box = await self.boxes.read(appraisal)
        token = box.token_of(person) if box else None
        return box.answers.get(token) if box and token else None

    async def answer(
        self, appraisal: str, by: str, marks: Mapping[str, str], *, given: bool, at: datetime | None = None
    ) -> Answered:
        """Saves what an unnamed rater has so far, or (`given`) answers; the log hears of it when answers are taken in.
        An answer may be changed until then, and never after."""
        case, context = await self._load(appraisal, at)
        checked = checked_marks(marks, case.items, case.marks, context.policy.scale)
        async with self.boxes.changing(appraisal) as box:
            token, role = self._asked(box, case, context, by)
            if box is None or case.late_by is None or context.at >= case.late_by:
                raise Refusal("appraisal.collected", field="case")
            before = box.answers.get(token, Answered(ballot=new_token()))
            _require_uncounted(before, role, case)
            known = {item.key for item in case.items}
            whole = {key: mark for key, mark in {**before.marks, **checked}.items() if key in known}
            if before.given and not checked:
                return before
            if before.given and not given:
                raise Refusal("appraisal.answered-before", field="case")
            sealed, asked = "", len(case.questions)
            if given:
                require_all(whole, case.items)
                sealed = self.boxes.seal_answer(appraisal, before.ballot, {"asked": asked, "marks": whole})
            now = Answered(ballot=before.ballot, asked=asked, marks=whole, given=given, sealed=sealed)
            box.answers[token] = now
            return now

    async def decline(self, appraisal: str, by: str, reason: str, at: datetime | None = None) -> None:
        """An unnamed rater does not rate, with a reason that the employee's manager and HR read."""
        case, context = await self._load(appraisal, at)
        box = await self.boxes.read(appraisal)
        token, role = self._asked(box, case, context, by)
        _require_uncounted(box.answers.get(token) if box else None, role, case)
        command = DeclineRating(
            case=appraisal, role=role, rater=token, reason=reason, by=SYSTEM, at=context.at
        )
        await self.cases.handle(command, f"{SYSTEM_KEYS}decline:{token}")
        await self._leave(appraisal, token)

    async def delegate(
        self, appraisal: str, by: str, to: str, reason: str, at: datetime | None = None
    ) -> None:
        """Somebody else rates in an unnamed rater's place; they are asked from now on."""
        case, context = await self._load(appraisal, at)
        loads = await self.loads(case.cycle)
        async with self.boxes.changing(appraisal) as box:
            token, role = self._asked(box, case, context, by)
            if box is None:
                raise Refusal("appraisal.collected", field="case")
            _require_uncounted(box.answers.get(token), role, case)
            if box.token_of(to) is not None and box.token_of(to) in case.raters.get(role, ()):
                raise Refusal("appraisal.rater-twice", field="to", who=to)
            self._require_unnamed(to, role, case, context, box, loads)
            taking = box.token_of(to, role) or new_token()
            box.raters[taking] = Rater(person=to, role=role)
        command = DelegateRating(
            case=appraisal, role=role, rater=token, to=taking, reason=reason, by=SYSTEM, at=context.at
        )
        await self.cases.handle(command, f"{SYSTEM_KEYS}delegate:{token}:{digest(taking)}")
        await self._leave(appraisal, token)

    async def _leave(self, appraisal: str, token: str) -> None:
        async with self.boxes.changing(appraisal) as box:
            if box is not None and token in box.raters:
                box.raters[token] = box.raters[token].model_copy(update={"left": True})
                box.answers.pop(token, None)

    @staticmethod
    def _asked(box: Box | None, case: Appraisal, context: CaseContext, person: str) -> tuple[str, Evaluator]:
        """The token and role under which somebody is asked here. Whoever is not is told no more than that; whoever has
        left rates nobody any more."""
        if not context.is_here(person):
            raise Refusal(
                "person.left" if context.person(person) else "person.unknown", field="by", by=person
            )
        token = box.token_of(person) if box else None
        role = _role_of(token, case) if token else None
        if token is None or role is None:
            raise Refusal("appraisal.not-yours", field="by", by=person)
        return token, role

    # ---------------------------------------------------------------- reading

    async def alike(
        self, person: str, appraisal: str, texts: Mapping[str, str], others: Iterable[str], at: datetime
    ) -> list[Alike]:
        """Which texts of a named rater are nearly what they wrote in other appraisals, by (item, person)."""
        _, context = await self._load(appraisal, at)
        states = await self.cases.states(each for each in others if each != appraisal)
        written = [
            (case.holder, answers[person].texts)
            for case in map(_as_appraisal, states.values())
            for answers in (*case.answers.values(), *case.drafts.values())
            if person in answers
        ]
        return alike(texts, written, rules_of(context.policy).alike)

    async def verify(self, appraisal: str) -> list[Verified]:
        """Of each release of an unnamed role, whether the answers behind it give it; the answers are not told."""
        case, _ = await self._load(appraisal)
        found = []
        for role in case.unnamed:
            opened_ = [
                self.boxes.open_answer(appraisal, each.ballot, each.sealed)
                for each in case.collected.get(role, ())
            ]
            before: RoleReleased | None = None
            used = 0
            for release in case.releases.get(role, ()):
                part = opened_[used : release.answers]
                used = release.answers
                equal = None
                if all(each is not None for each in part) and len(part):
                    marks = [_points(each, case) for each in part if each is not None]
                    equal = with_more(before, marks) == release.means
                found.append(Verified(role, release.number, equal))
                before = release
        return found

    async def forget(self, holder: str) -> None:
        """Takes away what still waits about somebody: their texts were erased."""
        await self.boxes.delete(await self.boxes.of_holder(holder))

    async def _load(self, appraisal: str, at: datetime | None = None) -> tuple[Appraisal, CaseContext]:
        case, context = await self.cases.load(appraisal, at)
        return cast(Appraisal, case), context


def _role_of(token: str, case: Appraisal) -> Evaluator | None:
    """The role in which a token is asked, None while nobody confirmed it."""
    return next((role for role, raters in case.raters.items() if token in raters), None)


def _require_uncounted(answer: Answered | None, role: Evaluator, case: Appraisal) -> None:
    """Refuses to change or give up an answer that was taken in."""
    if answer is not None and any(answer.ballot == each.ballot for each in case.collected.get(role, ())):
        raise Refusal("appraisal.answered", field="rater", role=role)


def _as_appraisal(case: object) -> Appraisal:
    return cast(Appraisal, case)


def _points(answer: Mapping[str, object], case: Appraisal) -> Mapping[str, Fraction]:
    asked, marks = cast(int, answer["asked"]), cast(Mapping[str, str], answer["marks"])
    return points_of(marks, case.questions[asked - 1], case.marks)
