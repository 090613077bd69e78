"""Whom of the unnamed raters a mail is to be sent, to them alone: no read model names them (RULES C4, ADR 0017).

What was sent lies in the box that says who they are, encrypted with it. It is noted for all raters of an appraisal at
the same moment, whether they have answered or not, so that whoever reads the table learns nothing of either.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

from cairn.application.cases import Cases
from cairn.application.cycles import Cycles
from cairn.domain.appraisal.dates import raters_reminded_at
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.policy import Policy
from cairn.domain.streams import cycle_of
from cairn.privacy.rater_boxes import NO_MAIL, Rater, RaterBoxes

ASKED, REMINDED = "asked", "reminded"
CHUNK = 200
"""Appraisals that are read at once."""


class RaterNotice(NamedTuple):
    """One mail to somebody who rates: its `id` stays what it is until it is sent. `appraisals` are those in which they
    are asked or reminded, the first of them to be answered `until`."""

    id: str
    person: str
    until: datetime
    appraisals: tuple[str, ...]


class _Planned(NamedTuple):
    appraisal: str
    rater: Rater
    until: datetime


class RaterNotices:
    """What mails to unnamed raters need to know. One instance serves a whole process."""

    def __init__(self, cycles: Cycles, cases: Cases, boxes: RaterBoxes) -> None:
        self.cycles, self.cases, self.boxes = cycles, cases, boxes

    async def due(self, at: datetime | None = None) -> list[RaterNotice]:
        """The mails to be sent now: that somebody is asked, and once more before answers are due to those who have not
        answered. Planned here, they are given again until they are `sent`. `at` is the present, by each cycle's clock
        unless it is given."""
        boxes = await self.boxes.raters()
        names = [name for name, raters in boxes.items() if any(_is_untold(each) for each in raters.values())]
        planned: list[_Planned] = []
        batch: dict[str, str] = {}
        policies: dict[str, tuple[Policy, datetime]] = {}
        for start in range(0, len(names), CHUNK):
            for name, case in (await self.cases.states(names[start : start + CHUNK])).items():
                cycle = cycle_of(name)
                if cycle not in policies:
                    policies[cycle] = await self._cycle(cycle, at)
                policy, now = policies[cycle]
                step = _step(cast(Appraisal, case), policy, now)
                if step and any(
                    _concerns(step, *each, cast(Appraisal, case)) for each in boxes[name].items()
                ):
                    planned += await self._plan(name, cast(Appraisal, case), policy, step, batch)
        return _by_mail(planned)

    async def sent(self, notice: RaterNotice) -> None:
        """Notes that a mail was sent, or cannot be."""
        for name in notice.appraisals:
            async with self.boxes.changing(name) as box:
                if box is not None:
                    box.raters = {
                        token: rater.model_copy(update={"mail": NO_MAIL})
                        if rater.mail == notice.id
                        else rater
                        for token, rater in box.raters.items()
                    }

    async def _cycle(self, cycle_id: str, at: datetime | None) -> tuple[Policy, datetime]:
        cycle = await self.cycles.load(cycle_id)
        policy = (await self.cycles.policies.terms(cycle)).policy
        return policy, at or datetime.now(UTC) + timedelta(seconds=cycle.clock_offset)

    async def _plan(
        self, name: str, case: Appraisal, policy: Policy, step: str, batch: dict[str, str]
    ) -> list[_Planned]:
        """Gives a mail to whoever of an appraisal's raters is to be told something now; `batch` are the mails of this
        round by person, so that nobody gets one for each colleague."""
        assert case.answers_by is not None  # else there is no step
        until = case.answers_by.astimezone(ZoneInfo(policy.calendar.timezone))
        async with self.boxes.changing(name) as box:
            if box is None:
                return []
            for token, rater in box.raters.items():
                if not _concerns(step, token, rater, case):
                    continue
                answered = token in box.answers and box.answers[token].given
                mail = rater.mail if rater.is_mailed else batch.setdefault(rater.person, str(uuid4()))
                told = (ASKED, REMINDED) if step == REMINDED else (ASKED,)
                changed = {"told": told, "mail": NO_MAIL if answered else mail}
                box.raters[token] = rater.model_copy(update=changed)
            return [
                _Planned(name, rater, until)
                for rater in box.raters.values()
                if rater.is_mailed and not rater.left
            ]


def _is_untold(rater: Rater) -> bool:
    return not rater.left and (rater.is_mailed or REMINDED not in rater.told)


def _step(case: Appraisal, policy: Policy, now: datetime) -> str:
    """What raters who have not answered are told by now; empty where nothing is due any more."""
    if case.answers_by is None or now >= case.answers_by or case.stage == "ended":
        return ""
    reminded = raters_reminded_at(case, policy)
    return REMINDED if reminded is not None and now >= reminded else ASKED


def _concerns(step: str, token: str, rater: Rater, case: Appraisal) -> bool:
    """Whether somebody who rates is to be told this, or a mail of theirs is not sent yet."""
    asked = next((who for role, who in case.raters.items() if role == rater.role), ())
    if rater.left or token not in asked or f"{rater.role}:{token}" in case.declined:
        return False
    return rater.is_mailed or step not in rater.told


def _by_mail(planned: Sequence[_Planned]) -> list[RaterNotice]:
    mails: dict[str, RaterNotice] = {}
    for name, rater, until in planned:
        before = mails.get(rater.mail, RaterNotice(rater.mail, rater.person, until, ()))
        mails[rater.mail] = before._replace(
            until=min(before.until, until), appraisals=(*before.appraisals, name)
        )
    return list(mails.values())
