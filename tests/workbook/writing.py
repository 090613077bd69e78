"""Writes a contract into a worksheet: given cells first, then calendar, periods and result as formulas."""

from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from tests.workbook import formulas as say
from tests.workbook.contract import MONTHS, STARTS, Contract, Goal, key_of
from tests.workbook.page import DAY, NOTHING, NUMBER, POINTS, Page, column_of
from tests.workbook.plan import MIXES, PARTS, Plan

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
class Writer:
    """One contract on a page; `prefix` sets the names of a second contract apart."""

    page: Page
    plan: Plan
    contract: Contract
    prefix: str = ""
    data: Data = field(default_factory=Data)
    calendar: dict[str, str] = field(default_factory=dict)

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
        self._calendar()
        if self.contract.first_version:
            key, _ = self.contract.first_version
            self._periods("v1", [(kind, n) for kind, n in self._all_periods() if key_of(kind, n) == key])
        self._periods("", self._all_periods())
        self._result()

    # What is given

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
            "键 key", "目标 goal", "单位 unit", "怎样汇总 aggregation", "权重 weight %", "基线 baseline", "门槛 threshold",
            "目标值 target", "挑战值 stretch", "门槛在完成率 threshold at %", "挑战值在完成率 stretch at %", "审批日 approved on",
            "到期日 due",
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
                page.put(column, value, given=self.name(key, name), as_=NUMBER)
        for column, name in ((10, "threshold"), (11, "stretch")):
            if getattr(goal, name) is not None:
                page.put(column, "=" + self._reached(goal, self.at(key, name), self.at(key, "target")),
                         found=self.name(key, f"{name}_at"), as_=NUMBER)  # fmt: skip
        page.put(12, goal.approved, given=self.name(key, "approved"))
        if goal.due:
            page.put(13, goal.due, given=self.name(key, "due"))

    def _reached(self, goal: Goal, actual: str, target: str) -> str:
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
            value = page.put(3, row.value, given=self.name("reading", str(number), "value"), as_=NUMBER)
            base = page.put(4, row.base, **_named(row.base, self.name("reading", str(number), "base")))
            later = page.put(5, row.later, **_named(row.later, self.name("reading", str(number), "later")))
            since = page.put(
                6, row.on_record, **_named(row.on_record, self.name("reading", str(number), "on"))
            )
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

    # What follows

    def _calendar(self) -> None:
        page, sums = self.page, [goal for goal in self.contract.goals if goal.adds_up]
        change = self.contract.change
        page.heading("各月", "Months")
        targets = [f"{goal.title} 目标 target" for goal in sums]
        page.columns("月 month", "首日 first day", "末日 last day", "天数 days", "有效月数 months in force", *targets,
                     *(["变更后 after the change"] if change else []))  # fmt: skip
        columns: dict[str, list[str]] = {name: [] for name in ("starts", "ends", "months")}
        columns |= {goal.key: [] for goal in sums}
        begin = page.row
        for number in range(1, 13):
            for name, where in self._month(number).items():
                columns[name].append(where)
            for column, goal in enumerate(sums, 6):
                share = f"E{page.row}/COUNT(E${begin}:E${begin + 11})"
                changed = change is not None and change.goal == goal.key
                name = "before" if changed else "calendar"
                where = page.put(column, f"={self.at(goal.key, 'target')}*{share}",
                                 found=self.name(name, key_of("month", number), goal.key), as_=NUMBER)  # fmt: skip
                if changed:
                    where = self._changed(6 + len(sums), number, where, begin, goal)
                columns[goal.key].append(where)
            page.row += 1
        self.calendar = {name: column_of(cells) for name, cells in columns.items()}

    def _month(self, number: int) -> dict[str, str]:
        page, key = self.page, key_of("month", number)
        page.put(1, key)
        begins, row = self.at("starts"), page.row
        starts = page.put(
            2, f"=EDATE({begins},{number - 1})", found=self.name("calendar", key, "starts"), as_=DAY
        )
        ends = page.put(3, f"=EDATE({begins},{number})-1", found=self.name("calendar", key, "ends"), as_=DAY)
        page.put(4, f"=C{row}-B{row}+1", as_="0")
        inside = f"MAX(0,MIN(C{row},{self.at('until')})-MAX(B{row},{self.at('since')})+1)"
        months = page.put(5, f"={inside}/D{row}", found=self.name("calendar", key, "months"), as_=NUMBER)
        return {"starts": starts, "ends": ends, "months": months}

    def _changed(self, column: int, number: int, had: str, begin: int, goal: Goal) -> str:
        """Ended months keep their target, what is left of the new one goes to the others as they had it (T3)."""
        day, row = self.at("change.on"), self.page.row
        old, ends = f"{had[:2]}${begin}:{had[:2]}${begin + 11}", f"$C${begin}:$C${begin + 11}"
        fixed = f'SUMIFS({old},{ends},"<"&{day})'
        still = f'SUMIFS({old},{ends},">="&{day})'
        rest = f"({self.at('change.target')}-{fixed})"
        return self.page.put(column, f"=IF(C{row}<{day},{had},{had}*{rest}/{still})",
                             found=self.name("calendar", key_of("month", number), goal.key), as_=NUMBER)  # fmt: skip

    def _all_periods(self) -> list[tuple[str, int]]:
        kinds = [kind for kind in MIXES[self.contract.family] if kind in MONTHS]
        return [(kind, number) for kind in kinds for number in range(1, 12 // MONTHS[kind] + 1)]

    def _periods(self, version: str, periods: list[tuple[str, int]]) -> None:
        page, goals = self.page, self.contract.goals
        first = {"v1": ("第一版分数", "First version of the score")}.get(version, ("各考核期", "Periods"))
        page.heading(*first)
        heads: list[str] = []
        for goal in goals:
            kpi = ("目标 target", "实际 actual", "完成率 attainment %") if goal.kind == "kpi" else ()
            heads += [f"{goal.title}：{each}" for each in (*kpi, "得分 points")]
        page.columns("考核期 period", "首日 first day", "末日 last day", "有效月数 months in force", *heads,
                     "合约得分 score of the sheet")  # fmt: skip
        for kind, number in periods:
            self._period(kind, key_of(kind, number), number, version)
            page.row += 1

    def _period(self, kind: str, key: str, number: int, version: str) -> None:
        page, row = self.page, self.page.row
        begins, months, label = self.at("starts"), MONTHS[kind], (version, key) if version else (key,)
        page.put(1, key)
        page.put(2, f"=EDATE({begins},{months * (number - 1)})", found=self.name(*label, "starts"), as_=DAY)
        page.put(3, f"=EDATE({begins},{months * number})-1", found=self.name(*label, "ends"), as_=DAY)
        inside = f'{self.calendar["starts"]},">="&B{row},{self.calendar["ends"]},"<="&C{row}'
        page.put(
            4, f"=SUMIFS({self.calendar['months']},{inside})", found=self.name(*label, "months"), as_=NUMBER
        )
        column, points = 5, []
        for goal in self.contract.goals:
            applies = not goal.scored_in or kind in goal.scored_in
            if goal.kind == "kpi":
                self._measured(column, goal, inside if applies else None, label, version)
                column += 3
            formula = self._points(goal, kind, key, column, version) if applies else NOTHING
            points.append(page.put(column, formula, found=self.name(*label, goal.key, "points"), as_=POINTS))
            column += 1
        weights = [self.at(goal.key, "weight") for goal in self.contract.goals]
        page.put(
            column, say.mean_by(weights, points), found=self.name(*label, "score"), as_=POINTS, strong=True
        )

    def _measured(self, column: int, goal: Goal, inside: str | None, label: tuple[str, ...], version: str) -> None:
        """Target, actual and attainment of a KPI in a period; nothing where it is not scored."""
        page, row = self.page, self.page.row
        if inside is None:
            for further, name in enumerate(("target", "actual", "attainment")):
                page.put(column + further, NOTHING, found=self.name(*label, goal.key, name))
            return
        target = (
            f"=SUMIFS({self.calendar[goal.key]},{inside})"
            if goal.adds_up
            else f"={self.at(goal.key, 'target')}"
        )
        target = f'=IF($D{row}>0,{target[1:]},"")'
        where = page.put(column, target, found=self.name(*label, goal.key, "target"), as_=NUMBER)
        actual = page.put(column + 1, self._actual(goal, version), found=self.name(*label, goal.key, "actual"),
                          as_=NUMBER)  # fmt: skip
        page.put(column + 2, say.where_known((where, actual), self._reached(goal, actual, where)),
                 found=self.name(*label, goal.key, "attainment"), as_=NUMBER)  # fmt: skip

    def _actual(self, goal: Goal, version: str) -> str:
        """What the readings come to from the period's first day (or the contract's) to its last (or the contract's)."""
        row, data = self.page.row, self.data
        values = data.first_values if version else data.values
        first, last = f"MAX($B{row},{self.at('since')})", f"MIN($C{row},{self.at('until')})"
        mine = f'{data.goals},"{goal.key}",{data.days},">="&{first},{data.days},"<="&{last}'
        found = f"SUMIFS({values},{mine})"
        match goal.aggregation:
            case "mean":
                found = f"{found}/COUNTIFS({mine})"
            case "ratio":
                found = f"100*{found}/SUMIFS({data.bases},{mine})"
            case "last":
                found = (
                    f'SUMIFS({values},{data.goals},"{goal.key}",{data.days},_xlfn.MAXIFS({data.days},{mine}))'
                )
        return f'=IF(COUNTIFS({mine})=0,"",{found})'

    def _points(self, goal: Goal, kind: str, key: str, column: int, version: str) -> str:
        row, data = self.page.row, self.data
        if goal.kind == "rating":
            mine = f'{data.rating_periods},$A{row},{data.rating_goals},"{goal.key}"'
            formula = f'IF(COUNTIFS({mine})=0,"",SUMIFS({data.rating_points},{mine}))'
        elif goal.kind == "task":
            formula = self._accepted(goal, kind)
        else:
            x = self._x(column - 1)
            formula = f'IF(ISNUMBER({x}),{self._through_curve(goal, x)},"")'
        if version:
            return f'=IF({self.at(goal.key, "approved")}<={self.at("v1.on")},{formula},"")'
        return f"={formula}"

    def _x(self, column: int) -> str:
        return f"${get_column_letter(column)}{self.page.row}"

    def _through_curve(self, goal: Goal, x: str) -> str:
        if goal.proportional:
            return say.proportional(
                x, self.plan.from_elsewhere("ratio.full"), self.plan.from_elsewhere("ratio.cap")
            )
        places = {
            name: self.at(goal.key, f"{name}_at")
            for name in ("threshold", "stretch")
            if getattr(goal, name) is not None
        }
        return say.linear(x, self.plan.curve(), **places)

    def _accepted(self, goal: Goal, kind: str) -> str:
        """The share of a task's criteria accepted by the period's end, from the day it is due."""
        numbers = [self.at(goal.key, "criterion", str(n)) for n in range(1, len(goal.accepted) + 1)]
        whole, done = f"ROWS({column_of(numbers)})", f'COUNTIFS({column_of(numbers)},"<="&$C{self.page.row})'
        share = f"{self.plan.from_elsewhere('ratio.full')}*{done}/{whole}"
        if kind == "year":
            return share
        due = f"{self.at(goal.key, 'due')}<=$C{self.page.row}" if goal.due else "FALSE"
        return f'IF(OR({due},{done}={whole}),{share},"")'

    def _result(self) -> None:
        page, mix = self.page, MIXES[self.contract.family]
        page.heading("年度结果", "The year's result")
        page.columns("部分 part", "", "权重 weight %", "得分 points")
        weights, means = [], []
        for part in mix:
            page.put(1, PARTS[part])
            weights.append(page.put(3, f"={self.plan.from_elsewhere(f'mix.{self.contract.family}.{part}')}"))
            means.append(self._part(part))
            page.row += 1
        page.found(self.name("result.mix"), "加权合计", "the mix", say.mean_by(weights, means))
        plan = self.plan
        low, high = plan.from_elsewhere("scale.from"), plan.from_elsewhere("scale.to")
        page.found(self.name("result.points"), "限于分制", "on the scale",
                   f"=MIN({high},MAX({low},{self.at('result.mix')}))")  # fmt: skip
        page.found(self.name("result.rounded"), "四舍五入", "rounded half up",
                   f"=ROUND({self.at('result.points')},{plan.from_elsewhere('places')})", strong=True)  # fmt: skip
        for column, name, zh in ((1, "grade", "等级"), (2, "coefficient", "系数")):
            page.found(self.name("result", name), zh, name, plan.graded(self.at("result.rounded"), column),
                       as_=NUMBER, strong=True)  # fmt: skip

    def _part(self, part: str) -> str:
        """The mean of a kind's periods by months in force."""
        if part == "subordinates":
            return self.page.put(4, f"={self.at('result.subordinates')}", as_=POINTS)
        keys = [key_of(kind, n) for kind, n in self._all_periods() if kind == part]
        months = column_of([self.at(key, "months") for key in keys])
        scores = column_of([self.at(key, "score") for key in keys])
        return self.page.put(
            4, say.mean_of_columns(months, scores), found=self.name("result", part), as_=POINTS
        )


def _named(value: object, name: str) -> dict[str, str]:
    return {"given": name} if value is not None else {}
