"""Stage reviews as people read them: one beside the data of its period, those of a cycle, who has none."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, cast

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.access import Shown
from cairn.application.clock import zone_of
from cairn.application.stored_events import to_events
from cairn.domain.case.kind import status
from cairn.domain.cycle.state import Cycle
from cairn.domain.policy import OVERALL
from cairn.domain.review.kind import KIND
from cairn.domain.review.state import SIDES, Review, Written
from cairn.i18n import term
from cairn_portal.cli.case.commanding import cycle_named, require_case
from cairn_portal.cli.case.review import ReviewName
from cairn_portal.cli.goal.progress import lines_of, progress_table
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.cases import told
from cairn_portal.presenting.reviews import said_readers
from cairn_portal.presenting.story import event_name
from cairn_portal.presenting.words import NOTHING, grid, number
from cairn_portal.reading.reviews import WORDLESS, Seen, seen
from cairn_portal.reading.viewing import Viewer, shown
from projections.models import review as review_model
from projections.models import score as score_model
from projections.models.progress import ProgressLine


async def show(at: Terminal, name: ReviewName, reader: As = None) -> None:
    async with session(at) as s:
        await require_case(s, "review", name, reader)
        case, context = await s.application.cases.load(name)
        review, cycle = cast(Review, case), await s.cycle(case.cycle)
        local, person = at.in_zone(zone_of(cycle)), context.person(case.holder)
        view = await viewer(s, reader, cycle)
        manager, department = context.manager_of(case.holder), person.department if person else None
        of = shown("individual", case.holder, manager, department)
        found = seen(review, view, of)
        names, now = await s.names(), status(KIND, review, context)
        data = await _data(s, cycle, review, view, of)
        rows = await s.ledger.read_stream(name)
        story = list(zip(rows, to_events(rows), strict=True))
    lines: list[RenderableType] = [
        Text(f"{name}  ", style="bold").append(at.say(term("stage", f"review.{review.stage}"))),
        Text(
            f"  {review.holder} {names.get(review.holder, '')}  {review.period}  {review.starts} – {review.ends}"
        ),
        Text("  " + at.say(said_readers(at, review)), style="dim"),
        *_data_lines(at, review, data),
        *_texts(local, review, found, names),
    ]
    for row, event in story:
        who = (
            at.say(term("awaited", row.actor))
            if row.actor == "system"
            else f"{row.actor} {names.get(row.actor, '')}"
        )
        head = Text(f"  {local.moment(row.occurred_at)}  ", style="dim")
        lines.append(
            head.append(f"{event_name(at, row.type)}  ", style="bold").append(who.strip(), style="cyan")
        )
        if row.type in WORDLESS:
            lines += [Text(f"      {line}") for line in told(local, "review", event)]
    if now.awaited:
        who = at.say("separator:list").join(
            f"{at.say(term('awaited', each))} {names.get(each, '')}".strip() for each in now.awaited
        )
        lines.append(Text("  " + at.say("waiting for {who}", who=who), style="yellow"))
    at.answer(_facts(review, found, data, now, [row.type for row, _ in story]), *lines)
    at.remark("You read version {version}: give it as --base when you save.", version=review.version)


class PeriodData(NamedTuple):
    """A goal in the period: how far it was at its end, and its score where there is one."""

    line: ProgressLine
    score: score_model.GoalScore | None


async def _data(s: Session, cycle: Cycle, review: Review, view: Viewer, of: Shown) -> list[PeriodData]:
    """What the period brought: progress as of its last day, and the scores so far; as far as the policy's transparency
    shows them to whoever reads (RULES L12)."""
    if not view.may("goals", of):
        return []
    lines = await lines_of(s, cycle, await s.person(review.holder), review.ends)
    scores: dict[str, score_model.GoalScore] = {}
    for sheet in {line.sheet for line in lines} if view.may("scores", of) else ():
        found = await score_model.goal_scores(s.pool, sheet=sheet, period=review.period)
        scores |= {score.goal: score for score in found}
    return [PeriodData(line, scores.get(line.goal)) for line in lines]


def _data_lines(at: Terminal, review: Review, data: Sequence[PeriodData]) -> Iterator[RenderableType]:
    if not data:
        yield Text("  " + at.say("No goal ran in this period."), style="dim")
        return
    title = at.say("{period}: what the data say", period=review.period)
    yield progress_table(at, [each.line for each in data], title)
    for line, score in data:
        if score is not None and score.rounded is not None:
            points = at.say("{title}: {points} points", title=line.title, points=number(score.rounded))
            yield Text("  " + points)


def _texts(at: Terminal, review: Review, found: Seen, names: Mapping[str, str]) -> Iterator[RenderableType]:
    asked = {question.key: question.text.text(at.language) for question in review.questions}
    asked[OVERALL] = at.say("on the whole")
    for side in SIDES:
        yield Text(at.say(term("choice", f"review.{side}")), style="bold")
        if side in found.hidden:
            yield Text("  " + at.say("handed in; it is read once both are handed in"), style="dim")
        texts, drafts = found.texts.get(side, {}), found.drafts.get(side, {})
        for key in review.fields_of(side):
            if key in texts:
                yield from _text(at, asked[key], key, texts[key], names)
            if key in drafts:
                draft = at.say("{question} ({key}), your draft, not handed in", question=asked[key], key=key)
                yield Text(f"  {draft}", style="yellow")
                yield Text(f"      {drafts[key].words}")
        if not texts and not drafts and side not in found.hidden:
            for key in review.fields_of(side):
                yield Text(f"  {asked[key]} ({key})")
            drafted = review.has_draft(side)
            yield Text(
                "  " + at.say("a draft is saved; its writer alone reads it" if drafted else "nothing yet"),
                style="dim",
            )
    for number_, sent in enumerate(found.returns, 1):
        yield Text(
            at.say(
                "Returned, round {n}, by {who}, {at}",
                n=number_,
                who=_who(sent.by, names),
                at=at.moment(sent.at),
            ),
            style="bold",
        )
        for key, words in sent.comments.items():
            yield Text(f"  {asked.get(key, key)}  {words}")
    yield from _earlier(at, asked, found, names)


def _text(
    at: Terminal, question: str, key: str, text: Written, names: Mapping[str, str]
) -> Iterator[RenderableType]:
    head = Text(f"  {question} ({key})  ", style="bold").append(_who(text.author, names), style="cyan")
    if text.edited_by is not None:
        head.append("  " + at.say("put down by {who}", who=_who(text.edited_by, names)), style="yellow")
    yield head
    yield Text(f"      {text.words}")


def _earlier(
    at: Terminal, asked: Mapping[str, str], found: Seen, names: Mapping[str, str]
) -> Iterator[RenderableType]:
    """What was handed in before and reads otherwise now."""
    for each in found.rounds:
        standing = found.texts[each.side]
        changed = {key: text for key, text in each.texts.items() if standing[key].words != text.words}
        if changed:
            side = at.say(term("choice", f"review.{each.side}"))
            yield Text(at.say("Earlier {side}, {at}", side=side, at=at.moment(each.at)), style="bold")
            for key, text in changed.items():
                yield from _text(at, asked.get(key, key), key, text, names)


def _who(id: str, names: Mapping[str, str]) -> str:
    return f"{id} {names.get(id, '')}".strip()


def _facts(
    review: Review, found: Seen, data: Sequence[PeriodData], now: Any, story: Sequence[str]
) -> dict[str, Any]:
    return {
        "review": review.id,
        "stage": review.stage,
        "version": review.version,
        "period": {"key": review.period, "starts": review.starts, "ends": review.ends},
        "questions": review.questions,
        "readers": review.readers,
        "people": review.people,
        "share": review.share,
        "texts": found.texts,
        "drafts": found.drafts,
        "drafted": [side for side in SIDES if review.has_draft(side)],
        "hidden": found.hidden,
        "rounds": found.rounds,
        "returns": found.returns,
        "data": [{"progress": each.line, "score": each.score} for each in data],
        "status": now,
        "events": story,
    }


async def listed(
    at: Terminal,
    cycle: CycleOption = None,
    about: Annotated[str | None, typer.Option(metavar="ID", help="the person it is about")] = None,
    manager: Annotated[str | None, typer.Option(metavar="ID", help="whose people they are about")] = None,
    period: Annotated[str | None, typer.Option(metavar="PERIOD", help="M02, Q1, H1 …")] = None,
) -> None:
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        found = await review_model.reviews(s.pool, of.id, about=about, manager=manager, period=period)
        without = (
            await review_model.left_out(s.pool, of.id, period) if about is None and manager is None else ()
        )
    local = at.in_zone(zone_of(of))
    table = grid(
        at.say("review"), at.say("about"), at.say("period"), at.say("stage"), at.say("report until"),
        at.say("comment until"), at.say("returned"),
    )  # fmt: skip
    for each in found:
        table.add_row(
            each.name,
            f"{each.holder} {each.holder_name or ''}",
            each.period,
            at.say(term("stage", f"review.{each.stage}")),
            _side(
                local, each.report_in, each.report_by, each.report_overdue_at is not None, each.report_drafted
            ),
            _side(
                local,
                each.comment_in,
                each.comment_by,
                each.comment_overdue_at is not None,
                each.comment_drafted,
            ),
            str(each.returns) if each.returns else NOTHING,
        )
    nothing = Text(at.say("No review fits."))
    left = [_without(at, each) for each in without]
    at.answer({"reviews": list(found), "left_out": list(without)}, table if found else nothing, *left)


def _without(at: Terminal, who: review_model.LeftOutOfReviews) -> Text:
    why = at.say(term("left_out_of_reviews", who.code))
    name = f"{who.person} {who.person_name or ''}".strip()
    return Text(
        "  " + at.say("{period}: none for {who} ({why})", period=who.period, who=name, why=why), style="dim"
    )


def _side(at: Terminal, is_in: bool, until: Any, overdue: bool, drafted: bool) -> Text:
    if is_in:
        return Text(at.say("handed in"), style="green")
    said = at.moment(until)
    if drafted:
        said = at.say("{until} (draft)", until=said)
    return Text(said, style="red" if overdue else "")
