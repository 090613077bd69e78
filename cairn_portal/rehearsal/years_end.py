"""A year's end in a rehearsal: what raters are asked, results and restatements as the queries see them, and what is
done beside the cases' workflows: by unnamed raters (ADR 0017), and to restatements."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, cast

from activities.inputs import CaseOutcome, Refused
from cairn.application import Application
from cairn.application.corrections import Asked as AskedCorrection
from cairn.application.corrections import EvidenceOf
from cairn.application.repository import fold_sheet
from cairn.application.restatements import Decision
from cairn.domain.appraisal.events import UNNAMED
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.event import Fact
from cairn.domain.exact import written
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Evaluator
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import appraisal_of, kind_of
from cairn_portal.rehearsal.queries import ScriptedCommand, Table
from projections.models.reading import evidence_of

KINDS = frozenset(("appraisal", "result", "calibration", "restatement", "handover"))
"""The kinds of acts whose queries see the tables of the year's end."""


class Asked(Fact):
    """One thing that somebody is asked to mark and has not, in the table `rating`; `nth` says of which sheet."""

    appraisal: str
    holder: str
    family: str
    nth: str
    role: str
    rater: str
    item: str
    kind: str


class LastResult(Fact):
    """The last version of somebody's result, in the table `result`; `shown` and `signed` are the versions that were."""

    holder: str
    nth: str
    sheet: str
    department: str | None
    number: int
    grade: str | None
    points: str
    shown: int | None
    signed: int | None


class Waiting(Fact):
    """A restatement that waits, or (`decided`) that the person was not told of, in the table `restatement`."""

    restatement: str
    holder: str
    cause: str
    goal: str | None
    period: str
    decided: bool


class YearsEnd:
    """What a rehearsal reads and does of one cycle's appraisals, results and restatements."""

    def __init__(self, cycle: str, application: Application) -> None:
        self.cycle, self.application = cycle, application

    async def tables(self) -> list[Table]:
        """`rating`, `result` and `restatement` as they are now."""
        sheets = await self._sheets()
        return [
            Table("rating", Asked, await self._asked(sheets)),
            Table("result", LastResult, [_last(sheet) for sheet in sheets if sheet.result is not None]),
            Table("restatement", Waiting, [each for sheet in sheets for each in _waiting(sheet)]),
        ]

    async def _sheets(self) -> list[Sheet]:
        names = await self.application.cycles.sheets(self.cycle)
        rows = await self.application.ledger.read_streams(names)
        return [fold_sheet(name, rows[name]) for name in names]

    async def _asked(self, sheets: list[Sheet]) -> list[Asked]:
        found: list[Asked] = []
        cases = await self.application.cases.states(appraisal_of(sheet.id) for sheet in sheets)
        for name, case in cases.items():
            appraisal = cast(Appraisal, case)
            if appraisal.stage == "open":
                found += [
                    Asked(
                        appraisal=name, holder=appraisal.holder, family=appraisal.family, nth=_nth(name), role=role,
                        rater=who, item=item.key,
                        kind=item.kind,
                    )
                    for role, who in [*appraisal.owed(), *await self._unnamed(name, appraisal)]
                    for item in appraisal.items
                ]  # fmt: skip
        return found

    async def _unnamed(self, name: str, appraisal: Appraisal) -> list[tuple[Evaluator, str]]:
        """(role, id) of the unnamed raters who are asked: a rehearsal plays all of them."""
        box = await self.application.appraisals.boxes.read(name)
        return [
            (role, rater.person)
            for role in appraisal.unnamed
            for token, rater in sorted(box.raters.items() if box else (), key=lambda each: each[1].person)
            if token in appraisal.raters.get(role, ()) and not rater.left
        ]

    # ---------------------------------------------------------------- unnamed raters

    async def beside(
        self, each: ScriptedCommand, by: str, instant: datetime
    ) -> ScriptedCommand | CaseOutcome:
        """What is left of a command for the appraisal's workflow: of an unnamed role a nomination by tokens; what its
        raters do never passes through one."""
        name, role = each.case or "", each.fields.get("role")
        if kind_of(name) != "appraisal" or role not in UNNAMED:
            return each
        appraisals, fields = self.application.appraisals, each.fields
        try:
            match each.name:
                case "nominate":
                    tokens = await appraisals.tokens(name, role, fields["raters"], by, instant)
                    return each.model_copy(update={"fields": {**fields, "raters": list(tokens)}})
                case "submit" | "draft":
                    given = each.name == "submit"
                    await appraisals.answer(name, by, fields["marks"], given=given, at=instant)
                case "decline":
                    await appraisals.decline(name, by, fields["reason"], instant)
                case "delegate":
                    await appraisals.delegate(name, by, fields["to"], fields["reason"], instant)
        except Refusal as refusal:
            return CaseOutcome(refused=Refused.of(refusal))
        return CaseOutcome()

    # ---------------------------------------------------------------- what is done beside cases

    async def do(self, each: ScriptedCommand, by: str, key: str, instant: datetime) -> Refused | None:
        """One of the other acts; why it was refused."""
        try:
            await DOING[each.name](self, each, by, key, instant)
        except Refusal as refusal:
            return Refused.of(refusal)
        return None

    async def propose(self, each: ScriptedCommand, by: str, key: str, at: datetime) -> None:
        asked = AskedCorrection(each.of or "", each.fields["correction"], str(each.fields["reason"]), by, at)
        await self.application.restatements.corrections.propose(asked, key, self._evidence)

    async def hear(self, each: ScriptedCommand, by: str, key: str, at: datetime) -> None:
        await self.application.restatements.hear(each.of or "", str(each.fields["said"]), by, at, key)

    async def decide(self, each: ScriptedCommand, by: str, key: str, at: datetime) -> None:
        accepted, reason = bool(int(each.fields["accepted"])), str(each.fields["reason"])
        decision = Decision(each.of or "", accepted, "", reason, by, at)
        await self.application.restatements.decide(decision, key, self._evidence)

    async def tell(self, each: ScriptedCommand, by: str, key: str, at: datetime) -> None:
        await self.application.restatements.tell(each.of or "", by, at, key)

    @property
    def _evidence(self) -> EvidenceOf:
        async def known(goal: Goal, sheet: Sheet, period: Period) -> Evidence:
            return await evidence_of(self.application.pool, goal, sheet, period)

        return known


Doing = Callable[[YearsEnd, ScriptedCommand, str, str, datetime], Awaitable[Any]]
DOING: Mapping[str, Doing] = {
    "restatement propose": YearsEnd.propose,
    "restatement hear": YearsEnd.hear,
    "restatement decide": YearsEnd.decide,
    "restatement tell": YearsEnd.tell,
}
"""What is done beside goals, people and cases, by the act's name (`script.OTHER_COMMANDS`)."""


def _nth(name: str) -> str:
    return name.rpartition("-")[2]


def _last(sheet: Sheet) -> LastResult:
    result = sheet.result
    assert result is not None
    return LastResult(
        holder=sheet.holder, nth=_nth(sheet.id), sheet=sheet.id, department=sheet.department, number=result.number,
        grade=result.grade, points="" if result.points is None else written(result.points), shown=sheet.shown,
        signed=sheet.signed,
    )  # fmt: skip


def _waiting(sheet: Sheet) -> list[Waiting]:
    facts: dict[str, Any] = {"holder": sheet.holder}
    open_ones = [
        Waiting(restatement=key, cause=each.cause, goal=each.goal, period=each.period, decided=False, **facts)
        for key, each in sheet.restatements.items()
    ]
    untold = [
        Waiting(restatement=key, cause="", goal=None, period="", decided=True, **facts)
        for key in sheet.untold
    ]
    return [*open_ones, *untold]
