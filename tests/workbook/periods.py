"""The periods of a contract: target, actual, attainment and points of each goal, and the sheet's score."""

from dataclasses import dataclass

from tests.workbook import formulas as say
from tests.workbook.contract import MONTHS, Goal, key_of
from tests.workbook.given import Given
from tests.workbook.months import ENDS, STARTS
from tests.workbook.months import MONTHS as IN_FORCE
from tests.workbook.page import DAY, NOTHING, NUMBER, POINTS, column_letter, column_of
from tests.workbook.plan import MIXES, Plan


def periods_of(family: str) -> list[tuple[str, int]]:
    """(kind, number) of the periods that count in a family's year."""
    kinds = [kind for kind in MIXES[family] if kind in MONTHS]
    return [(kind, number) for kind in kinds for number in range(1, 12 // MONTHS[kind] + 1)]


@dataclass
class Periods:
    """A table of periods. `version` names one that was scored before everything was known: goals approved later and
    readings corrected later do not count in it."""

    given: Given
    plan: Plan
    months: dict[str, str]
    version: str = ""

    def write(self, periods: list[tuple[str, int]]) -> None:
        page = self.given.page
        page.heading(
            *(("第一版分数", "First version of the score") if self.version else ("各考核期", "Periods"))
        )
        heads: list[str] = []
        for goal in self.given.contract.goals:
            kpi = ("目标 target", "实际 actual", "完成率 attainment %") if goal.kind == "kpi" else ()
            heads += [f"{each} · {goal.title}" for each in (*kpi, "得分 points")]
        page.columns("考核期 period", "首日 first day", "末日 last day", "有效月数 months in force", *heads,
                     "合约得分 score of the sheet")  # fmt: skip
        for kind, number in periods:
            self._period(kind, number)
            page.row += 1

    def name(self, *parts: str) -> str:
        return self.given.name(*([self.version] if self.version else []), *parts)

    def _period(self, kind: str, number: int) -> None:
        page, key = self.given.page, key_of(kind, number)
        self._days(key, MONTHS[kind], number)
        column, points = 5, []
        for goal in self.given.contract.goals:
            applies = not goal.scored_in or kind in goal.scored_in
            if goal.kind == "kpi":
                self._measured(column, goal, key, applies)
                column += 3
            formula = self._points(goal, kind, column) if applies else NOTHING
            points.append(page.put(column, formula, found=self.name(key, goal.key, "points"), as_=POINTS))
            column += 1
        weights = [self.given.at(goal.key, "weight") for goal in self.given.contract.goals]
        page.put(column, say.mean_by(weights, points), found=self.name(key, "score"), as_=POINTS, strong=True)

    def _days(self, key: str, months: int, number: int) -> None:
        page, begins = self.given.page, self.given.at("starts")
        page.put(1, key)
        page.put(2, f"=EDATE({begins},{months * (number - 1)})", found=self.name(key, "starts"), as_=DAY)
        page.put(3, f"=EDATE({begins},{months * number})-1", found=self.name(key, "ends"), as_=DAY)
        page.put(4, f"={self._sum_of(IN_FORCE)}", found=self.name(key, "months"), as_=NUMBER)

    def _sum_of(self, column: str) -> str:
        """What the period's months have together in a column."""
        row, months = self.given.page.row, self.months
        return f'SUMIFS({months[column]},{months[STARTS]},">="&$B{row},{months[ENDS]},"<="&$C{row})'

    def _measured(self, column: int, goal: Goal, key: str, applies: bool) -> None:
        """Target, actual and attainment of a KPI; nothing where it is not scored."""
        page, names = (
            self.given.page,
            [self.name(key, goal.key, n) for n in ("target", "actual", "attainment")],
        )
        if not applies:
            for further, name in enumerate(names):
                page.put(column + further, NOTHING, found=name)
            return
        aimed = self._sum_of(goal.key) if goal.adds_up else self.given.at(goal.key, "target")
        target = page.put(column, f'=IF($D{page.row}>0,{aimed},"")', found=names[0], as_=NUMBER)
        actual = page.put(column + 1, self._actual(goal), found=names[1], as_=NUMBER)
        reached = say.where_known((target, actual), self.given.reached(goal, actual, target))
        page.put(column + 2, reached, found=names[2], as_=NUMBER)

    def _actual(self, goal: Goal) -> str:
        """What the readings come to from the period's first day (or the contract's) to its last (or the contract's)."""
        row, data = self.given.page.row, self.given.data
        values = data.first_values if self.version else data.values
        first, last = f"MAX($B{row},{self.given.at('since')})", f"MIN($C{row},{self.given.at('until')})"
        mine = f'{data.goals},"{goal.key}",{data.days},">="&{first},{data.days},"<="&{last}'
        found = f"SUMIFS({values},{mine})"
        match goal.aggregation:
            case "mean":
                found = f"{found}/COUNTIFS({mine})"
            case "ratio":
                found = f"100*{found}/SUMIFS({data.bases},{mine})"
            case "last":
                latest = f"_xlfn.MAXIFS({data.days},{mine})"
                found = f'SUMIFS({values},{data.goals},"{goal.key}",{data.days},{latest})'
        return f'=IF(COUNTIFS({mine})=0,"",{found})'

    def _points(self, goal: Goal, kind: str, column: int) -> str:
        row, data = self.given.page.row, self.given.data
        if goal.kind == "rating":
            mine = f'{data.rating_periods},$A{row},{data.rating_goals},"{goal.key}"'
            formula = f'IF(COUNTIFS({mine})=0,"",SUMIFS({data.rating_points},{mine}))'
        elif goal.kind == "task":
            formula = self._accepted(goal, kind)
        else:
            reached = f"{column_letter(column - 1)}{row}"
            formula = f'IF(ISNUMBER({reached}),{self._through_curve(goal, reached)},"")'
        if self.version:
            approved = f"{self.given.at(goal.key, 'approved')}<={self.given.at(self.version + '.on')}"
            return f'=IF({approved},{formula},"")'
        return f"={formula}"

    def _through_curve(self, goal: Goal, reached: str) -> str:
        plan = self.plan
        if goal.proportional:
            return say.proportional(
                reached, plan.from_elsewhere("ratio.full"), plan.from_elsewhere("ratio.cap")
            )
        has = [name for name in ("threshold", "stretch") if getattr(goal, name) is not None]
        return say.linear(
            reached, plan.curve(), **{name: self.given.at(goal.key, f"{name}_at") for name in has}
        )

    def _accepted(self, goal: Goal, kind: str) -> str:
        """The share of a task's criteria accepted by the period's end, from the day it is due (M7)."""
        row, numbers = self.given.page.row, range(1, len(goal.accepted) + 1)
        days = column_of([self.given.at(goal.key, "criterion", str(n)) for n in numbers])
        whole, done = f"ROWS({days})", f'COUNTIFS({days},"<="&$C{row})'
        least, full = self.plan.from_elsewhere("scale.from"), self.plan.from_elsewhere("scale.full")
        share = f"{least}+({full}-{least})*{done}/{whole}"
        if kind == "year":
            return share
        due = f"{self.given.at(goal.key, 'due')}<=$C{row}" if goal.due else "FALSE"
        return f'IF(OR({due},{done}={whole}),{share},"")'
