"""The examples of D1, D2, D3, D4 and D6."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from cairn.application.collecting import yesterday
from cairn.domain.coverage import Coverage, Statement, Whom, coverage_of
from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.evidence import lack_of
from cairn.domain.measure import Kpi
from cairn.domain.reading import Covers, Evidence, FeedCompleted, Reading, aggregate
from cairn.domain.refusal import Refusal
from cairn.feeds.feed import Feed, FilesSource
from cairn.feeds.invalid import FeedRowsInvalid
from cairn.feeds.readings import Metric, Raw, read_rows
from cairn.feeds.readings import Reading as How
from tests.specs.company import HUA, LIN, VISITS, WANG, D, active, on, plan, reading
from tests.specs.given import deadline, given, please
from tests.specs.rules import Example
from tests.specs.rules.cases import DATES, scored

SHANGHAI = ZoneInfo("Asia/Shanghai")
JANUARY = date(2026, 1, 1), date(2026, 1, 31)
LAST = JANUARY[1]
LIN_OF_SALES = Whom(subject=LIN, holder=LIN, family="sales", department="sales")
DEPARTMENT = Whom(subject="department.sales", holder="department.sales", department="sales")
DAILY = Feed(name="erp", source=FilesSource(kind="csv", path="x.csv"))


def read(given_on: Any, **cells: Any) -> list[str]:
    """The days of a row's moment in a feed of Shanghai; raises the first thing wrong with it as a refusal."""
    raw = Raw("erp", 1, {"metric": "m", "subject": "a", "on": given_on, "value": "1", **cells}, {})
    how = How(date(2025, 1, 1), date(2026, 12, 31), SHANGHAI, metrics={"yield": Metric("%", is_ratio=True)})
    try:
        return [row.on.isoformat() for row in read_rows([raw], how)]
    except FeedRowsInvalid as wrong:
        raise Refusal(wrong.mistakes[0].message.id) from None


def said(through: date, *covers: Covers, feed: str = "erp", position: int = 1) -> Statement:
    stated = FeedCompleted(feed=feed, through=through, covers=covers, by=SYSTEM, at=on("02-01"))
    return Statement(position=position, said=stated)


def covers(*, since: date = JANUARY[0], **whom: Any) -> Covers:
    return Covers.model_validate({"metric": "sales", "since": since, **whom})


def known(*statements: Statement, whom: Whom = LIN_OF_SALES, brought_by: Any = ()) -> Coverage:
    return coverage_of("sales", whom, JANUARY, statements, brought_by)


def waits(*statements: Statement, whom: Whom = LIN_OF_SALES, brought_by: Any = (), unread: Any = None) -> str:
    found = known(*statements, whom=whom, brought_by=brought_by)
    evidence = Evidence(complete_through=found.complete_through, feeds=found.feeds, unread=unread or {})
    lack = lack_of("sales", evidence, LAST)
    return lack.reason if lack else "scored"


def points(measure: Kpi, covered: bool, *readings: Reading, through: str = "2027-01-01") -> Any:
    """A year's points of a fed KPI whose feed is complete, or why there are none."""
    fed = measure.model_copy(update={"metric": "sales", "subject": LIN})
    world = given(active(measure=fed)).with_evidence(
        readings=readings, covered=covered, complete_through=date.fromisoformat(through)
    )
    found = scored(world)
    return found.points if found.points is not None else _why(found)


def _why(found: did.GoalScored) -> str:
    assert found.why is not None
    return found.why.code if found.applies else f"not applicable ({found.why.code})"


def covered_by(declared: dict[str, Any], whom: Whom = LIN_OF_SALES) -> str:
    return "yes" if known(said(LAST, covers(**declared)), whom=whom).covered else "no"


PATENTS = Kpi(unit="项", target=D(2), curve="ratio")
ACCIDENTS = Kpi(unit="起", direction="lower", target=D(0), curve="all")


def scored_in_may(through: str, waived: bool = False, *days: int) -> Any:
    """May of a sum of 100 a month, of which 100/31 came on some days."""
    fed = Kpi(target=D(1200), metric="sales", subject=LIN)
    rows = [reading(f"05-{day:02d}", "1", day) for day in days]
    month = DATES.period("M05")
    assert month is not None
    world = given(active(measure=fed)).with_evidence(
        readings=tuple(row.model_copy(update={"value": Decimal(100) / 31}) for row in rows),
        complete_through=date.fromisoformat(through), covered=True,
    )  # fmt: skip
    if waived:
        going_on = please(ask.ScoreWithout, HUA, month.scored_at, period="M05", reason="the till was broken")
        world = world.having(going_on)
    events = world.when(deadline("period_scored", month.scored_at, period="M05", late=1)).events
    if not events:
        return "waits"
    [event] = events
    assert isinstance(event, did.GoalScored)
    return event.points if event.points is not None else _why(event)


def reported(policy: str, confirmed: bool, *values: int, withdrawn: bool = False) -> Any:
    """The year's actual of visits that Lin reported, day by day."""
    world = given(active(VISITS), policy=plan(check_ins=policy))
    for day, value in enumerate(values, 1):
        world = world.having(please(ask.CheckIn, LIN, f"03-{day + 9:02d}", VISITS, value=value))
    if confirmed:
        world = world.having(please(ask.ConfirmCheckIns, WANG, "03-20", VISITS, upto="2026-03-10"))
    if withdrawn:
        last = len(values)
        world = world.having(please(ask.WithdrawCheckIn, LIN, "03-21", VISITS, check_in=last))
    found = scored(world, goal=VISITS)
    return found.actual if found.actual is not None else _why(found)


def withdrawn(by: str, confirmed: bool, reason: str = "") -> str:
    world = given(active(VISITS)).having(please(ask.CheckIn, LIN, "03-10", VISITS, value=5))
    if confirmed:
        world = world.having(please(ask.ConfirmCheckIns, WANG, "03-11", VISITS))
    world.having(please(ask.WithdrawCheckIn, by, "03-12", VISITS, check_in=1, reason=reason))
    return "withdrawn"


D1 = (
    Example("D1", "a row at 2026-01-31 16:30 UTC, a feed of Shanghai", "2026-02-01",
            lambda: read("2026-01-31T16:30:00Z")),
    Example("D1", "the same at 09:30 −07:00; as a moment of a database", "2026-02-01, 2026-02-01",
            lambda: [*read("2026-01-31T09:30:00-07:00"),
                     *read(datetime(2026, 1, 31, 16, 30, tzinfo=UTC))]),
    Example("D1", "without an offset: 2026-01-31 23:59", "2026-01-31", lambda: read("2026-01-31 23:59")),
    Example("D1", "a run at 06:00 in Shanghai on 1 April collects up to", "2026-03-31",
            lambda: yesterday(DAILY, datetime(2026, 4, 1, 6, tzinfo=SHANGHAI).astimezone(UTC)).isoformat()),
)  # fmt: skip

D2 = (
    Example("D2", "94 of a rate in % without its base", "refused: feed:no-base",
            lambda: read("2026-01-31", metric="yield", value="94")),
    Example("D2", "a base of zero under a value of 3", "refused: feed:base-zero",
            lambda: read("2026-01-31", metric="yield", value="3", base="0")),
    Example("D2", "a complete rate of which there is no row", "not applicable (no_base)",
            lambda: points(Kpi(unit="%", aggregation="ratio", target=D(95)), True)),
    Example("D2", "a rate whose bases total zero", "not applicable (no_base)",
            lambda: points(Kpi(unit="%", aggregation="ratio", target=D(95)), True,
                           reading("01-10", "0").model_copy(update={"base": D(0)}))),
    Example("D2", "a mean of 90 over 1 and 100 over 9", "99",
            lambda: aggregate([reading("01-10", "90").model_copy(update={"base": D(1)}),
                               reading("01-11", "100").model_copy(update={"base": D(9)})], "mean")),
)  # fmt: skip

D3 = (
    Example("D3", "two patents a year, covered, no row", "0", lambda: points(PATENTS, True)),
    Example("D3", "no accidents, covered, no row", "100", lambda: points(ACCIDENTS, True)),
    Example("D3", "the same of somebody whom the feed does not cover", "no_readings",
            lambda: points(PATENTS, False)),
    Example("D3", "a mean and a `last`, covered, no row", "no_readings, no_readings",
            lambda: [points(Kpi(target=D(90), aggregation="mean"), True),
                     points(Kpi(target=D(90), aggregation="last"), True)]),
    Example("D3", "covered: everybody; by id; by family; by department; another family", "yes, yes, yes, yes, no",
            lambda: [covered_by(whom) for whom in (
                {"everybody": True}, {"subjects": [LIN]}, {"families": ["sales"]}, {"departments": ["sales"]},
                {"families": ["rnd"]})]),
    Example("D3", "a department's own figures by its id; by the family of its people", "yes, no",
            lambda: [covered_by(declared, DEPARTMENT) for declared in (
                {"departments": ["sales"]}, {"families": ["sales"]})]),
    Example("D3", "January, covered since the 2nd", "no",
            lambda: "yes" if known(said(LAST, covers(since=date(2026, 1, 2), everybody=True))).covered else "no"),
    Example("D3", "one feed up to the 10th, where it ended, another from the 11th", "yes",
            lambda: "yes" if known(
                said(date(2026, 1, 10), covers(until=date(2026, 1, 10), everybody=True), feed="old"),
                said(LAST, covers(since=date(2026, 1, 11), everybody=True), feed="new", position=2),
            ).covered else "no"),
)  # fmt: skip

D4 = (
    Example("D4", "complete through 31 January; through the 30th; never said", "scored, incomplete, incomplete",
            lambda: [waits(said(LAST, covers(everybody=True))),
                     waits(said(LAST - timedelta(1), covers(everybody=True))), waits(brought_by=["erp"])]),
    Example("D4", "nobody covered, another feed that brings the metric is complete", "scored",
            lambda: waits(said(LAST), brought_by=["erp"])),
    Example("D4", "two feeds cover somebody, one of them is behind", "incomplete",
            lambda: waits(said(LAST, covers(everybody=True)),
                          said(date(2026, 1, 9), covers(everybody=True), feed="crm", position=2))),
    Example("D4", "no feed has ever brought the metric", "no_feed", lambda: waits(said(LAST))),
    Example("D4", "a batch of it is parked", "unread",
            lambda: waits(said(LAST, covers(everybody=True)), unread={"erp": 4})),
    Example("D4", "May, 13 of 31 days are there on the 5th of June; all of them on the 9th", "waits, 100",
            lambda: [scored_in_may("2026-05-13", False, *range(1, 14)),
                     scored_in_may("2026-05-31", False, *range(1, 32))]),
    Example("D4", "HR goes on with the 13 days; with none", "41.94, not applicable (not_brought)",
            lambda: [scored_in_may("2026-05-13", True, *range(1, 14)), scored_in_may("2026-05-13", True)]),
)  # fmt: skip

D6 = (
    Example("D6", "500 reported, not confirmed; confirmed; trusted by the policy", "not_confirmed, 500, 500",
            lambda: [reported("confirmed", False, 500), reported("confirmed", True, 500),
                     reported("trusted", False, 500)]),
    Example("D6", "5 confirmed and 7 a day later not yet", "5", lambda: reported("confirmed", True, 5, 7)),
    Example("D6", "trusted: 5 and 7, the 7 withdrawn", "5", lambda: reported("trusted", False, 5, 7, withdrawn=True)),
    Example("D6", "who reported it takes it back before it is confirmed", "withdrawn", lambda: withdrawn(LIN, False)),
    Example("D6", "the same after that", "refused: goal.not-yours", lambda: withdrawn(LIN, True, "the wrong month")),
    Example("D6", "the manager after that, without and with a reason", "refused: check-in.reason",
            lambda: withdrawn(WANG, True)),
    Example("D6", "with a reason", "withdrawn", lambda: withdrawn(WANG, True, "the wrong month")),
    Example("D6", "a report of a day before the goal's span", "refused: check-in.outside",
            lambda: given(active(VISITS)).having(
                please(ask.CheckIn, LIN, "03-10", VISITS, value=5, on="2025-12-31"))),
)  # fmt: skip

READINGS = (D1, D2, D3, D4, D6)
