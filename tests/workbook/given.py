"""Writes what is given of a contract: dates, goals, readings, ratings, criteria, subordinates."""

from dataclasses import dataclass, field

from tests.workbook import formulas as say
from tests.workbook.contract import STARTS, Contract, Goal
from tests.workbook.page import DAY, NUMBER, Page, column_of

HOW = {"sum": "合计 sum", "mean": "平均 mean", "last": "期末值 last", "ratio": "合计之比 ratio of sums"}


@dataclass
class Data:
    """The ranges of the readings and ratings."""

    days: str = ""
    goals: str = ""
    values: str = ""
    first_values: str = ""
    bases: str = ""
    rating_periods: str = ""
    rating_goals: str = ""
    rating_points: str = ""


@dataclass
class Given:
    """A contract's inputs on a page; `prefix` sets the names of a second contract apart."""

    page: Page
    contract: Contract
    prefix: str = ""
    data: Data = field(default_factory=Data)

    def name(self, *parts: str) -> str:
        return self.prefix + ".".join(parts)

    def at(self, *parts: str) -> str:
        return self.page.at(self.name(*parts))

    def write(self) -> None:
        self._dates()
        self._goals()
        self._readings()
        self._ratings()
        self._criteria()
        self._subordinates()

    def _dates(self) -> None:
        page, contract = self.page, self.contract
        page.heading("日期", "Dates")
        page.given(self.name("starts"), "周期首日", "the cycle's first day", STARTS)
        page.given(self.name("since"), "合约首日", "the contract's first day", contract.since)
        page.given(self.name("until"), "合约末日", "the contract's last day", contract.until)
        if contract.change:
            page.given(self.name("change.on"), "目标变更：第二人确认日", "target changed: second confirmation",
                       contract.change.on)  # fmt: skip
            page.given(self.name("change.target"), "变更后的年度目标", "the year's target from then on",
                       contract.change.target)  # fmt: skip
        if contract.first_version:
            key, day = contract.first_version
            page.given(self.name("v1.on"), f"{key} 第一次算分日", f"{key} first scored on", day)

    def _goals(self) -> None:
        page = self.page
        page.heading("目标", "Goals")
        page.columns(
            "键 key", "目标 goal", "单位 unit", "怎样汇总 aggregation", "权重 weight %", "基线 baseline",
            "门槛 threshold", "目标值 target", "挑战值 stretch", "门槛在完成率 threshold at %",
            "挑战值在完成率 stretch at %", "审批日 approved on", "到期日 due",
        )  # fmt: skip
        for goal in self.contract.goals:
            self._goal(goal)
            page.row += 1

    def _goal(self, goal: Goal) -> None:
        page, key = self.page, goal.key
        better = "越低越好 lower" if goal.lower else ""
        texts = (
            key,
            goal.title,
            goal.unit,
            f"{HOW[goal.aggregation]} {better}" if goal.kind == "kpi" else "",
        )
        for column, text in enumerate(texts, 1):
            page.put(column, text)
        page.put(5, goal.weight, given=self.name(key, "weight"))
        for column, name in enumerate(("baseline", "threshold", "target", "stretch"), 6):
            value = getattr(goal, name)
            if value is not None:
                page.put(column, value, given=self.name(key, name))
        for column, name in ((10, "threshold"), (11, "stretch")):
            if getattr(goal, name) is not None:
                page.put(column, "=" + self.reached(goal, self.at(key, name), self.at(key, "target")),
                         found=self.name(key, f"{name}_at"), as_=NUMBER)  # fmt: skip
        page.put(12, goal.approved, given=self.name(key, "approved"))
        if goal.due:
            page.put(13, goal.due, given=self.name(key, "due"))

    def reached(self, goal: Goal, actual: str, target: str) -> str:
        baseline = self.at(goal.key, "baseline") if goal.baseline is not None else ""
        return f"ROUND({say.attainment(actual, target, baseline, goal.lower)},10)"

    def _readings(self) -> None:
        rows, page = self.contract.readings, self.page
        if not rows:
            return
        page.heading("读数", "Readings")
        page.columns("日期 day", "目标 goal", "值 value", "基数 base", "更正值 corrected to", "更正日 corrected on",
                     "算分用 counts", "第一次算分用 counted first")  # fmt: skip
        cells = []
        for number, row in enumerate(rows):
            one = [
                page.put(1, row.day, given=self.name("reading", str(number), "day")),
                page.put(2, row.goal),
            ]
            name = self.name("reading", str(number))
            value = page.put(3, row.value, given=f"{name}.value")
            base = page.put(4, row.base, given=f"{name}.base" if row.base is not None else "")
            later = page.put(5, row.later, given=f"{name}.later")
            since = page.put(6, row.on_record, given=f"{name}.on", as_=DAY)
            counts = page.put(7, f"=IF(ISNUMBER({later}),{later},{value})", as_=NUMBER)
            first = counts
            if self.contract.first_version:
                known = f"AND(ISNUMBER({later}),{since}<={self.at('v1.on')})"
                first = page.put(8, f"=IF({known},{later},{value})", as_=NUMBER)
            cells.append([*one, counts, first, base])
            page.row += 1
        columns = [column_of(column) for column in zip(*cells, strict=True)]
        self.data.days, self.data.goals, self.data.values, self.data.first_values, self.data.bases = columns

    def _ratings(self) -> None:
        page = self.page
        rated = [(g.key, period, points) for g in self.contract.goals for period, points in g.ratings.items()]
        if not rated:
            return
        page.heading("评分", "Ratings")
        page.columns("考核期 period", "目标 goal", "分数 points")
        cells = []
        for goal, period, points in rated:
            row = [page.put(1, period), page.put(2, goal)]
            cells.append([*row, page.put(3, points, given=self.name(goal, "rating", period))])
            page.row += 1
        columns = [column_of(column) for column in zip(*cells, strict=True)]
        self.data.rating_periods, self.data.rating_goals, self.data.rating_points = columns

    def _criteria(self) -> None:
        page = self.page
        for goal in self.contract.goals:
            if goal.kind != "task":
                continue
            page.heading(f"验收标准：{goal.title}", f"criteria of {goal.key}")
            page.columns("第几条 number", "通过日 accepted on")
            for number, day in enumerate(goal.accepted, 1):
                page.put(1, number)
                page.put(2, day, given=self.name(goal.key, "criterion", str(number)), as_=DAY)
                page.row += 1

    def _subordinates(self) -> None:
        page = self.page
        if not self.contract.below:
            return
        page.heading("下属", "Subordinates")
        page.columns("姓名 who", "汇报首日 first day", "汇报末日 last day", "天数 days", "结果 result")
        days, results = [], []
        for each in self.contract.below:
            page.put(1, each.who)
            first = page.put(2, each.first, given=self.name("below", each.who, "first"))
            last = page.put(3, each.last, given=self.name("below", each.who, "last"))
            days.append(
                page.put(4, f"=MAX(0,{last}-{first}+1)", found=self.name("below", each.who, "days"), as_="0")
            )
            results.append(page.put(5, each.result, given=self.name("below", each.who, "result")))
            page.row += 1
        mean = say.mean_of_columns(column_of(days), column_of(results))
        page.found(self.name("result.subordinates"), "下属结果（按天）", "subordinates by days", mean)
