"""What feeds have said of a metric: whom they cover and through which day they are complete (RULES D3, D4)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from cairn.domain.event import Fact
from cairn.domain.reading import Covers, FeedCompleted

ONE_DAY = timedelta(days=1)


class Whom(Fact):
    """The subject of a goal's metric, and who the goal's holder is: a person's id, or a department or the company."""

    subject: str
    holder: str
    family: str | None = None
    department: str | None = None


class Statement(Fact):
    """What a feed said last, and the sealed position of the event that says so."""

    position: int
    said: FeedCompleted


class Coverage(Fact):
    """What is known of a metric of somebody in some days; see `cairn.domain.reading.Evidence`."""

    feeds: tuple[str, ...] = ()
    complete_through: date | None = None
    covered: bool = False
    positions: tuple[int, ...] = ()


def is_covered(covers: Covers, whom: Whom) -> bool:
    """Whether a statement is about somebody. Families and departments stand for the people in them, by what the goal
    says of its holder, and a department for its own figures."""
    if covers.everybody or whom.subject in covers.subjects:
        return True
    if whom.subject in {f"department.{each}" for each in covers.departments}:
        return True
    own = whom.subject == whom.holder
    return own and (whom.family in covers.families or whom.department in covers.departments)


def coverage_of(
    metric: str,
    whom: Whom,
    days: tuple[date, date],
    statements: Sequence[Statement],
    brought_by: Collection[str] = (),
) -> Coverage:
    """What the last statements of all feeds say of somebody's metric in some days, first and last.

    Where a feed covers them, those that do count; else every feed that supplies the metric to anybody: those that name
    it, and those that have brought rows of it (`brought_by`).
    """
    first, last = days
    about = [
        (each, covers)
        for each in statements
        for covers in each.said.covers
        if covers.metric == metric and _meets(covers, first, last) and is_covered(covers, whom)
    ]
    if not about:
        return _supplied(metric, statements, brought_by)
    return Coverage(
        feeds=_names(each for each, _ in about),
        complete_through=min(_through(each, covers, last) for each, covers in about),
        covered=_holds(first, last, [_span(each, covers) for each, covers in about]),
        positions=tuple(sorted({each.position for each, _ in about})),
    )


def _supplied(metric: str, statements: Sequence[Statement], brought_by: Collection[str]) -> Coverage:
    """Feeds that supply a metric, but not to this subject: it is not covered, and known once they are complete."""
    naming = [
        each
        for each in statements
        if each.said.feed in brought_by or any(covers.metric == metric for covers in each.said.covers)
    ]
    silent = sorted({*brought_by} - {each.said.feed for each in naming})
    through = min((each.said.through for each in naming), default=None)
    return Coverage(
        feeds=tuple(sorted({*_names(naming), *silent})),
        complete_through=None if silent else through,
        positions=tuple(sorted(each.position for each in naming)),
    )


def _names(statements: Iterable[Statement]) -> tuple[str, ...]:
    return tuple(sorted({each.said.feed for each in statements}))


def _meets(covers: Covers, first: date, last: date) -> bool:
    return covers.since <= last and (covers.until is None or covers.until >= first)


def _through(statement: Statement, covers: Covers, last: date) -> date:
    """How far a feed is complete for these days; one that has ended is complete for whatever follows."""
    ended = covers.until is not None and statement.said.through >= covers.until
    return max(last, statement.said.through) if ended else statement.said.through


def _span(statement: Statement, covers: Covers) -> tuple[date, date]:
    """The days of which a feed has said everything."""
    ends = statement.said.through
    return covers.since, ends if covers.until is None else min(ends, covers.until)


def _holds(first: date, last: date, spans: Iterable[tuple[date, date]]) -> bool:
    """Whether every day from first to last lies in some span."""
    ahead = first
    for starts, ends in sorted(spans):
        if starts > ahead:
            break
        ahead = max(ahead, ends + ONE_DAY)
    return ahead > last
