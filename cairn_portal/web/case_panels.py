"""What a kind of case shows beside its story: texts of a review, a result with its parts, what raters said."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from cairn.application.access import Shown
from cairn.application.calibrations import Overview
from cairn.application.stored_events import to_events
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.calibration.state import Calibration
from cairn.domain.case.context import CaseContext
from cairn.domain.policy import OVERALL
from cairn.domain.result.state import Result
from cairn.domain.review.state import SIDES, Review
from cairn.domain.sheet.events import ResultIssued
from cairn.i18n import term
from cairn_portal.presenting.explained import after_sums, as_their_own, short, steps_of
from cairn_portal.presenting.goal_score import DIFFERS
from cairn_portal.presenting.sheet_score import comes_out, sums_of
from cairn_portal.presenting.words import NOTHING, by_period, number, percent, words
from cairn_portal.reading.appraisals import facts_of
from cairn_portal.reading.cases import CaseRead
from cairn_portal.reading.evidence import FrozenEvidence, frozen_evidence
from cairn_portal.reading.explaining import facts_of_sheet
from cairn_portal.reading.progress import lines_of
from cairn_portal.reading.reviews import Seen, seen
from cairn_portal.reading.viewing import shown
from cairn_portal.signing_in.portal import Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.sums import SumShown, sum_shown
from projections.models import goal as goal_model
from projections.models import score as score_model


class Text(NamedTuple):
    """What somebody wrote on a question. `note` says what is to be known of it, a draft say."""

    question: str
    who: str
    words: str
    note: str = ""


class Table(NamedTuple):
    """Rows below heads; the columns from `numbers` on hold numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: int = 99


class Fact(NamedTuple):
    """A name and a value, with how much time is left where it is a window."""

    name: str
    value: str
    clock: showing.Clock | None = None


class Block(NamedTuple):
    """One part of a panel."""

    title: str
    big: str = ""
    note: str = ""
    facts: Sequence[Fact] = ()
    table: Table | None = None
    texts: Sequence[Text] = ()
    sum: SumShown | None = None


async def panel_of(at: PageReader, visit: Visit, read: CaseRead, names: Mapping[str, str]) -> list[Block]:
    """The parts of a case's panel; most kinds have none but their story."""
    if not read.case.version:
        return []
    match read.case:
        case Review() as review:
            return await _review(at, visit, read, review, names)
        case Result() as result:
            return await _result(at, visit, read, result)
        case Appraisal() as appraisal:
            return await _appraisal(at, visit, appraisal, read.context, names)
        case Calibration():
            return _calibration(
                at, await visit.portal.records.application.calibrations.overview(read.case.id), names
            )
        case _:
            return []


def _about(read: CaseRead) -> Shown:
    """Whoever a case is about, as reading rights look at it."""
    holder = read.case.holder
    person = read.context.person(holder)
    return shown("individual", holder, read.context.manager_of(holder), person.department if person else None)


# ---------------------------------------------------------------- stage reviews


async def _review(
    at: PageReader, visit: Visit, read: CaseRead, review: Review, names: Mapping[str, str]
) -> list[Block]:
    of = _about(read)
    found = seen(review, read.view, of)
    asked = {question.key: question.text.text(at.language) for question in review.questions}
    asked[OVERALL] = at.say("on the whole")
    blocks = [_side(at, side, review, found, asked, names) for side in SIDES]
    for n, sent in enumerate(found.returns, 1):
        who = f"{sent.by} {names.get(sent.by, '')}".strip()
        title = at.say("Returned, round {n}, by {who}, {at}", n=n, who=who, at=at.moment(sent.at))
        said = [Text(asked.get(key, key), "", words(at, text)) for key, text in sent.comments.items()]
        blocks.append(Block(title, texts=said))
    return [*(await _data(at, visit, read, review, of)), *blocks]


def _side(
    at: PageReader, side: str, review: Review, found: Seen, asked: Mapping[str, str], names: Mapping[str, str]
) -> Block:
    texts = next((each for name, each in found.texts.items() if name == side), {})
    written = []
    for key, text in texts.items():
        note = (
            at.say("put down by {who}", who=f"{text.edited_by} {names.get(text.edited_by, '')}")
            if text.edited_by
            else ""
        )
        written.append(
            Text(
                asked.get(key, key),
                f"{text.author} {names.get(text.author, '')}",
                words(at, text.words),
                note,
            )
        )
    note = ""
    if side in found.hidden:
        note = at.say("handed in; it is read once both are handed in")
    elif not written:
        drafted = any(review.has_draft(each) for each in SIDES if each == side)
        note = at.say("a draft is saved; its writer alone reads it" if drafted else "nothing yet")
    return Block(at.say(term("choice", f"review.{side}")), note=note, texts=written)


async def _data(at: PageReader, visit: Visit, read: CaseRead, review: Review, of: Shown) -> list[Block]:
    """What the period brought, for whoever may read goals."""
    records = visit.portal.records
    if not read.view.may("goals", of):
        return []
    person = await records.person(review.holder)
    lines = await lines_of(records, read.cycle, [person.id], review.ends)
    if not lines:
        return []
    rows = []
    for line in lines:
        now = line.current
        figures = f"{number(now.actual)} / {number(now.target)}" if now else NOTHING
        rows.append(
            (at.title(line.title), percent(line.weight), figures, percent(now.done) if now else NOTHING)
        )
    head = (at.say("goal"), at.say("weight"), at.say("actual / target"), at.say("progress"))
    return [Block(at.say("{period}: what the data say", period=review.period), table=Table(head, rows, 1))]


# ---------------------------------------------------------------- results


async def _result(at: PageReader, visit: Visit, read: CaseRead, result: Result) -> list[Block]:
    records = visit.portal.records
    frozen = await frozen_evidence(records, result)
    stands = frozen is None or frozen.number != result.number
    version = await _version(visit, result)
    facts = [
        Fact(at.say("grade"), result.grade or NOTHING),
        Fact(at.say("version"), str(result.number)),
        *_windows(at, read, result),
    ]
    if result.signature is not None and result.signed:
        said = at.say("signed, agrees") if result.signature.agrees else at.say("signed, does not agree")
        facts.append(Fact(at.say("signature"), f"{said} · {at.moment(result.signature.at)}"))
    blocks = [
        Block(at.say("result"), big=f"{number(result.rounded)} · {result.grade or NOTHING}", facts=facts)
    ]
    if not read.view.may("scores", _about(read)):
        return blocks
    if version is not None:
        policy = await records.application.policies.version(version.policy)
        version = as_their_own(version, policy) if visit.person.id == result.holder else version
        facts_then = await facts_of_sheet(records, read.view, read.cycle, version, policy)
        sums = sums_of(at, version, facts_then, policy)
        blocks += [Block(each.title, sum=sum_shown(at, each)) for each in sums]
        differs = "" if comes_out(version, sums, policy) else at.say(DIFFERS)
        steps = after_sums(steps_of(at, version, policy))
        rows = [(step.what, step.of, short(step.comes_to)) for step in steps]
        head = (at.say("step"), at.say("with"), at.say("comes to"))
        told = f"{version.policy} {differs}".strip()
        blocks.append(Block(at.say("How it came about"), note=told, table=Table(head, rows, 2)))
    if stands:  # a version that was not appealed against: as scores are now
        blocks += await _period_scores(at, visit, result)
    return [*blocks, *(_evidence(at, frozen) if frozen else ())]


def _evidence(at: PageReader, frozen: FrozenEvidence) -> list[Block]:
    """What an appeal is decided on: goals and scores as they stood at its own position."""
    periods = sorted({key for goal in frozen.goals for key in goal.scores}, key=by_period)
    rows = [
        (at.title(goal.title), *(_points(goal.scores.get(period)) for period in periods))
        for goal in frozen.goals
    ]
    of_sheet = [_points(frozen.sheet.scores.get(period)) for period in periods]
    note = at.say(
        "As of {at}, when version {number} was appealed against (position {position} of the log). What came later is "
        "not shown here.",
        at=at.moment(frozen.at), number=frozen.number, position=frozen.position,
    )  # fmt: skip
    table = Table((at.say("goal"), *periods), [*rows, (at.say("sheet"), *of_sheet)], 1)
    return [Block(at.say("Evidence the appeal is decided on"), note=note, table=table)]


def _points(score: Any) -> str:
    return number(score.rounded) if score is not None else ""


async def _version(visit: Visit, result: Result) -> ResultIssued | None:
    """The version that was shown last, as it was issued, whatever came later."""
    issued = to_events(await visit.portal.records.ledger.read_stream(result.sheet))
    found = (each for each in issued if isinstance(each, ResultIssued) and each.number == result.number)
    return next(found, None)


def _windows(at: PageReader, read: CaseRead, result: Result) -> list[Fact]:
    """The windows that are open, with the days left in each."""
    ahead: Sequence[tuple[str, datetime | None]] = (
        (at.say("sign until"), result.acknowledge_by if result.stage == "shown" else None),
        (at.say("appeal until"), result.appeal_by if result.stage != "closed" else None),
        (at.say("decide until"), result.open_appeal.decide_by if result.open_appeal else None),
    )
    return [
        Fact(name, at.moment(until), showing.clock(at, until, read.now)) for name, until in ahead if until
    ]


async def _period_scores(at: PageReader, visit: Visit, result: Result) -> list[Block]:
    records = visit.portal.records
    found = await score_model.goal_scores(records.pool, sheet=result.sheet)
    periods = sorted({each.period for each in found}, key=by_period)
    points: dict[str, dict[str, str]] = {}
    for each in found:
        points.setdefault(each.goal, {})[each.period] = number(each.points)
    if not points:
        return []
    titles = {
        each.goal: at.title(each.title) for each in await goal_model.goals(records.pool, sheet=result.sheet)
    }
    rows = [
        (titles.get(goal, goal), *(of.get(period, "") for period in periods))
        for goal, of in sorted(points.items())
    ]
    return [Block(at.say("Goals and periods"), table=Table((at.say("goal"), *periods), rows, 1))]


# ---------------------------------------------------------------- appraisals and calibrations


async def _appraisal(
    at: PageReader, visit: Visit, appraisal: Appraisal, context: CaseContext, names: Mapping[str, str]
) -> list[Block]:
    facts = await facts_of(visit.portal.records, appraisal, context, visit.person.id)
    asked = {each.key: each.text.text(at.language) for each in appraisal.items}
    blocks = []
    for each in facts["released"]:
        head = (at.say("question"), at.say("points"))
        rows = [(asked.get(key, key), number(points)) for key, points in each["means"].items()]
        title = at.say(
            "{role}: {answers} {answers:plural,answer,answers}",
            role=at.say(term("role", each["role"])), answers=each["answers"],
        )  # fmt: skip
        blocks.append(Block(title, table=Table(head, rows, 1)))
    for role, given in facts["answers"].items():
        for who, answer in given.items():
            said = [
                Text(asked.get(key, key), "", answer.texts.get(key, ""), mark)
                for key, mark in answer.marks.items()
            ]
            title = f"{at.say(term('role', role))} · {who} {names.get(who, '')}"
            blocks.append(Block(title, texts=said))
    return blocks


def _calibration(at: PageReader, found: Overview, names: Mapping[str, str]) -> list[Block]:
    head = (at.say("sheet"), at.say("holder"), at.say("version"), at.say("points"), at.say("grade"))
    rows = [
        (
            each.sheet,
            f"{each.holder} {names.get(each.holder, '')}",
            str(each.number),
            number(Fraction(each.points) if each.points is not None else None),
            each.grade
            if each.grade == each.computed
            else f"{each.computed or NOTHING} → {each.grade or NOTHING}",
        )
        for each in found.people
    ]
    spread = " · ".join(f"{grade} {count}" for grade, count in found.grades.items())
    return [
        Block(
            at.say("results"),
            note=spread,
            table=Table(head, [[one or NOTHING for one in row] for row in rows], 2),
        )
    ]
