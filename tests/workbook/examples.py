"""The worksheet of the rules' small examples: each a table of parts with weight, days and points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.workbook import formulas as say
from tests.workbook.contract import ENDS, STARTS
from tests.workbook.page import NUMBER, Page, column_of

APRIL = (date(2026, 4, 1), date(2026, 4, 30))
YEAR = (STARTS, ENDS)
REPLACED = date(2026, 4, 14)
FOLLOWS = date(2026, 4, 15)


@dataclass(frozen=True)
class Part:
    """A part with its weight and points (None: it has none), and the days on which it counts, where days matter."""

    name: str
    weight: float
    points: float | None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Example:
    """One mean: of which parts, in which period where days count."""

    key: str
    zh: str
    en: str
    parts: tuple[Part, ...]
    period: tuple[date, date] | None = None


def _replaced(visits: float, satisfaction: float, rest: float) -> tuple[Part, ...]:
    return (
        Part("客户拜访 Visits", 10, visits, STARTS, REPLACED),
        Part("满意度 Satisfaction", 10, satisfaction, FOLLOWS, ENDS),
        Part("其余 The rest", 90, rest, STARTS, ENDS),
    )


EXAMPLES = (
    Example("L5", "L5：从未批准的目标失效，其余重新加权", "L5: a goal never approved lapses, the rest is re-weighted",
            (Part("销售 Sales", 60, 50), Part("质量 Quality", 30, 100), Part("失效 Lapsed", 10, None))),
    Example("W1.april", "W1：4 月 15 日更换目标，四月", "W1: a goal replaced on 15 April, April",
            _replaced(40, 120, 90), APRIL),
    Example("W1.year", "W1：同一合约，全年", "W1: the same, the year",
            _replaced(50, 110, 100), YEAR),
    Example("Y2", "Y2：下属按汇报天数", "Y2: subordinates by the days they reported",
            (Part("A", 1, 100, STARTS, ENDS), Part("B", 1, 60, STARTS, date(2026, 6, 30)),
             Part("C", 1, 120, date(2026, 10, 1), ENDS)), YEAR),
    Example("U1.perspective", "U1：维度内一项不适用", "U1: within a perspective one measure does not apply",
            (Part("指标一 First measure", 50, 120), Part("指标二 Second measure", 50, None))),
)  # fmt: skip
BESIDE = (Part("B", 60, 100), Part("C", 10, 80), Part("D", 10, 90))
"""What stands beside the perspective of weight 20 in U1."""
MONTHS, KNOWN, OF_YEAR = 12, 90, 80
"""U1: of twelve months January alone is known; the year has its own score."""


def write_examples(page: Page) -> None:
    page.title(
        "规则例题", "Examples of the rules", "docs/rules.md 中的例题。· The examples of docs/rules.md."
    )
    for example in EXAMPLES:
        _write(page, example)
    _write_perspective(page)
    _write_missing(page)
    page.widths(28, 26, 14, 14, 14, 14)


def _write(page: Page, example: Example) -> None:
    page.heading(example.zh, example.en)
    days = [("period.first", "考核期首日", "first day"), ("period.last", "考核期末日", "last day")]
    for (name, zh, en), day in zip(days, example.period or (), strict=False):
        page.given(f"{example.key}.{name}", zh, en, day)
    page.columns(
        "部分 part", "权重 weight", "首日 first day", "末日 last day", "计入权重 counts by", "得分 points"
    )
    _parts(page, example.key, example.parts)


def _parts(page: Page, key: str, parts: Sequence[Part], name: str = "") -> None:
    weights, points = [], []
    for number, part in enumerate(parts, 1):
        where = f"{key}.{number}"
        page.put(1, part.name)
        weight = page.put(2, part.weight, given=f"{where}.weight")
        counts = f"={weight}"
        if part.first and part.last:
            first = page.put(3, part.first, given=f"{where}.first")
            last = page.put(4, part.last, given=f"{where}.last")
            begins, ends = page.at(f"{key}.period.first"), page.at(f"{key}.period.last")
            inside = f"MAX(0,MIN({last},{ends})-MAX({first},{begins})+1)"
            counts = f"={weight}*{inside}/({ends}-{begins}+1)"
        weights.append(page.put(5, counts, as_=NUMBER))
        points.append(page.put(6, part.points, given=f"{where}.points"))
        page.row += 1
    page.found(
        name or key,
        "加权得分",
        "weighted",
        say.mean_of_columns(column_of(weights), column_of(points)),
        strong=True,
    )


def _write_perspective(page: Page) -> None:
    page.heading(
        "U1：该维度权重 20，与其他目标合计", "U1: that perspective of weight 20 beside the other goals"
    )
    page.columns("部分 part", "", "权重 weight", "得分 points")
    weights, points = [], []
    for name, weight, score in (("A", 20, None), *((p.name, p.weight, p.points) for p in BESIDE)):
        page.put(1, "该维度 the perspective" if score is None else name)
        weights.append(page.put(3, weight, given=f"U1.{name}.weight"))
        points.append(
            page.put(4, f"={page.at('U1.perspective')}", as_=NUMBER)
            if score is None
            else page.put(4, score, given=f"U1.{name}.points")
        )
        page.row += 1
    page.found("U1.whole", "合计", "together", say.mean_by(weights, points), strong=True)


def _write_missing(page: Page) -> None:
    page.heading("U1：40/60，只有一月有分数", "U1: 40/60, January alone is known")
    monthly = page.given("U1.monthly", "月度权重", "weight of the months", 40, "%")
    yearly = page.given("U1.yearly", "年度权重", "weight of the year", 60, "%")
    year = page.given("U1.year", "年度得分", "score of the year", OF_YEAR)
    cells = []
    for number in range(1, MONTHS + 1):
        page.put(1, f"M{number:02d}")
        cells.append(page.put(3, KNOWN if number == 1 else None, given=f"U1.M{number:02d}"))
        page.row += 1
    months = column_of(cells)
    reweighted, zero = f"AVERAGE({months})", f"SUM({months})/ROWS({months})"
    for name, mean, zh, en in (
        ("reweight", reweighted, "权重让给其余", "missing: reweight"),
        ("zero", zero, "按零分计", "missing: zero"),
    ):
        mix = f"=({monthly}*{mean}+{yearly}*{year})/({monthly}+{yearly})"
        page.found(f"U1.{name}", zh, en, mix, strong=True)
