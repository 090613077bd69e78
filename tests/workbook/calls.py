"""The worksheet of the call-centre scorecard (E2, M4, U2): a call a row, then an agent a row, from marks to the month's
grade."""

from collections.abc import Sequence

from tests.workbook.formulas import mean_by
from tests.workbook.page import NUMBER, POINTS, Page
from tests.workbook.schemes import EXACTLY

CRITERIA = {"greeting": 10, "listening": 20, "resolution": 25, "empathy": 20, "compliance": 15, "close": 10}
WEIGHTS = {"quality": 60, "handling": 20, "satisfied": 20}
LEAST_CALLS, PENALTY, MOST_LOST = 3, 5, 15
LOWER, UPPER, NEAR, NEAR_POINTS = 240, 420, 10, 60
SATISFACTION, CAP = 80, 120
GRADES = ((90, "A", 1.1), (80, "B", 1), (70, "C", 0.8), (0, "D", 0.5))

Mark = float | None
Call = tuple[Sequence[Mark], int, int]
"""Marks of the criteria (None: does not apply), errors, 1 for a fatal one."""
BEST: Sequence[Mark] = (1, 1, 1, 1, 1, 1)
NONE: Call = ((None,) * 6, 0, 0)
"""No call, or one to which no criterion applies: neither counts."""
AGENTS: dict[str, tuple[Sequence[Call], float, float | None]] = {
    "q1": (((BEST, 0, 0), ((1, 1, 1, None, 1, 0), 0, 0), (BEST, 2, 0)), 300, 72),
    "q2": (((BEST, 0, 1), (BEST, 0, 0), (BEST, 0, 0)), 420, 80),
    "q3": ((((1, 1, 1, 0, 1, 1), 5, 0), ((1, 0, 0, 0, 0, 0), 3, 0), ((1, 0.5, 1, 1, 1, 1), 0, 0)), 470, None),
    "q4": (((BEST, 0, 0), ((1, 1, 1, 1, 0, 1), 0, 0), ((1, 1, 1, 0, 1, 0), 0, 0)), 240, 75.98),
    "q5": (((BEST, 0, 0), (BEST, 1, 0), NONE), 462, 100),
}  # fmt: skip
"""Each agent's calls of the month, mean handling time in seconds, satisfaction in % (None: nobody answered)."""


def write_calls(page: Page) -> None:
    page.title(
        "客服质量评分",
        "Call-centre scorecard",
        "examples/schemes/call-centre.yaml：每通电话先加权、扣分、再看致命错误，然后才取平均；不适用的一项空着。",
        "Each call by itself: weights, errors, then a fatal one, only then the mean; what does not apply is empty.",
    )
    calls = _write_each_call(page)
    _write_months(page, calls)
    page.widths(10, *[11.0] * 14)


def _write_each_call(page: Page) -> dict[str, list[tuple[str, str]]]:
    """Of each agent where the calls' points and fatal errors stand."""
    page.heading("每通电话", "Each call")
    page.columns("", "call", *CRITERIA, "errors", "fatal", "加权 weighted", "计为 counts as")
    page.put(1, "权重 weight")
    weights = [page.put(column, weight) for column, weight in enumerate(CRITERIA.values(), 3)]
    page.row += 1
    found: dict[str, list[tuple[str, str]]] = {}
    for who, (calls, _, _) in AGENTS.items():
        found[who] = [_write_call(page, who, number, call, weights) for number, call in enumerate(calls, 1)]
    return found


def _write_call(page: Page, who: str, number: int, call: Call, weights: Sequence[str]) -> tuple[str, str]:
    name, (marks, errors, fatal) = f"{who}.{number}", call
    page.put(1, who)
    page.put(2, number)
    cells = [
        page.put(column, mark, given=f"{name}.{criterion}")
        for column, (criterion, mark) in enumerate(zip(CRITERIA, marks, strict=True), 3)
    ]
    wrong, killed = page.put(9, errors, given=f"{name}.errors"), page.put(10, fatal, given=f"{name}.fatal")
    share = mean_by(weights, cells).removeprefix("=")
    weighted = page.put(
        11, f'=IF(COUNT({",".join(cells)})=0,"",100*{share})', found=f"{name}.weighted", as_=POINTS
    )
    lost = f"MIN({MOST_LOST},{PENALTY}*{wrong})"
    counts = f'=IF(ISNUMBER({weighted}),IF({killed}=1,0,MAX(0,{weighted}-{lost})),"")'
    points = page.put(12, counts, found=f"{name}.counts", as_=POINTS)
    page.row += 1
    return points, killed


def _write_months(page: Page, calls: dict[str, list[tuple[str, str]]]) -> None:
    page.heading("当月", "The month")
    page.columns(
        "", "处理时长 seconds", "满意度 satisfaction %", "质量 quality", "偏离 % off", "时长得分 handling",
        "满意度得分 satisfied", "得分 points", "取整 rounded", "按分定级 by points", "等级 grade", "系数 coefficient",
    )  # fmt: skip
    page.put(1, "权重 weight")
    places = {"quality": 4, "handling": 6, "satisfied": 7}
    weights = [page.put(places[name], weight) for name, weight in WEIGHTS.items()]
    page.row += 1
    for who, (_, seconds, answers) in AGENTS.items():
        _write_month(page, who, seconds, answers, calls[who], weights)
        page.row += 1


def _write_month(
    page: Page,
    who: str,
    seconds: float,
    answers: float | None,
    calls: Sequence[tuple[str, str]],
    weights: Sequence[str],
) -> None:
    page.put(1, who)
    time = page.put(2, seconds, given=f"{who}.seconds")
    satisfied = page.put(3, answers, given=f"{who}.satisfaction")
    points, fatal = (",".join(cells) for cells in zip(*calls, strict=True))
    few = f'=IF(COUNT({points})<{LEAST_CALLS},"",AVERAGE({points}))'
    quality = page.put(4, few, found=f"{who}.quality", as_=POINTS)
    outside = f"MAX(0,100*({LOWER}-{time})/{LOWER},100*({time}-{UPPER})/{UPPER})"
    off = EXACTLY.format(page.put(5, f"={outside}", as_=POINTS))
    handling = f"=IF({off}<=0,100,IF({off}<={NEAR},{NEAR_POINTS},0))"
    handled = page.put(6, handling, found=f"{who}.handling", as_=POINTS)
    ratio = f'=IF(ISNUMBER({satisfied}),MIN({CAP},100*{satisfied}/{SATISFACTION}),"")'
    content = page.put(7, ratio, found=f"{who}.satisfied", as_=POINTS)
    mean = mean_by(weights, (quality, handled, content))
    whole = page.put(8, mean, found=f"{who}.points", as_=POINTS, strong=True)
    rounded = page.put(
        9, f"=ROUND({EXACTLY.format(whole)},2)", found=f"{who}.rounded", as_=NUMBER, strong=True
    )
    by_points = f'"{GRADES[-1][1]}"'
    for least, grade, _ in reversed(GRADES[:-1]):
        by_points = f'IF({rounded}>={least},"{grade}",{by_points})'
    first = page.put(10, f"={by_points}", found=f"{who}.by_points")
    capped = f'=IF(AND(MAX({fatal})=1,OR({first}="A",{first}="B")),"C",{first})'
    last = page.put(11, capped, found=f"{who}.grade", strong=True)
    worth = "0"
    for _, grade, coefficient in GRADES:
        worth = f'IF({last}="{grade}",{coefficient},{worth})'
    page.put(12, f"={worth}", found=f"{who}.coefficient", as_="General", strong=True)
