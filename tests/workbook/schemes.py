"""The worksheet of the public schemes (E2, E3): a person a row, every step from what is given to what is paid."""

from collections.abc import Callable, Sequence

from tests.workbook.page import NUMBER, POINTS, Page

Row = dict[str, float | str | None]
EXACTLY = "ROUND({0},10)"
"""Spreadsheets count in binary: what stands at a border is brought back to it before it is rounded or compared."""

KAOHE: dict[str, Row] = {
    "c1": {"month": 92, "july": 92, "merits": 8, "faults": 0, "year": 95, "merit": 7, "fault": 1, "discipline": 0,
           "veto": 0, "unit": 91, "unpaid": 0, "base": 24000},
    "c2": {"month": 90, "july": 89.9, "merits": 0, "faults": 0, "year": 90, "merit": 0, "fault": 0, "discipline": 1,
           "veto": 0, "unit": 91, "unpaid": 0, "base": 24000},
    "c4": {"month": 95, "july": 95, "merits": 0, "faults": 0, "year": 98, "merit": 0, "fault": 0, "discipline": 0,
           "veto": 1, "unit": 91, "unpaid": 0, "base": 30000},
    "c5": {"month": 4, "july": 4, "merits": 0, "faults": 0, "year": 9, "merit": 1, "fault": 7, "discipline": 0,
           "veto": 0, "unit": 82, "unpaid": 12, "base": 18000},
}  # fmt: skip
FIVE: dict[str, Row] = {
    "u1": {"e1": 5, "e2": 5, "e3": 5, "e4": 5, "e5": 0},
    "u2": {"e1": 5, "e2": 5, "e3": 5, "e4": 5, "e5": 3},
    "u3": {"e1": 4, "e2": 4, "e3": 3, "e4": None, "e5": None},
    "u4": {"e1": 5, "e2": 5, "e3": 5, "e4": 5, "e5": 2},
}
POT: dict[str, Row] = {
    "t1": {"points": 3.5, "hours": 1, "months": 12},
    "t2": {"points": 2.8, "hours": 0.5, "months": 12},
    "t3": {"points": 2, "hours": 1, "months": 11},
}
SELLERS: dict[str, Row] = {
    "s1": {"Q1": 40000, "Q2": 100000, "Q3": 130000, "Q4": 150000, "amount": 40000},
    "s2": {"Q1": 45000, "Q2": 50000, "Q3": 45000, "Q4": 140000, "amount": 40000},
    "s4": {"Q1": -20000, "Q2": 100000, "Q3": 100000, "Q4": 100000, "amount": 40000},
}
MEASURES = ("return", "cash_flow", "profit", "growth", "customers", "dealers", "environment", "employees")
SCORECARDS: dict[str, Row] = {
    who: {**dict(zip(MEASURES, attained, strict=True)), "unit": unit, "bonus": bonus}
    for who, attained, unit, bonus in (
        ("b1", (100, 110, 90, 105, 95, 100, 120, 80), 104, 6000),
        ("b2", (100, 100, 100, 100, 120, None, 90, 95), 104, 6000),
        ("b3", (120, 120, 125, 130, 120, 120, 120, 79), 104, 9000),
        ("b4", (100, 100, 100, 100, 100, 100, 100, 99.975), 104, 6000),
        ("b5", (115, 115, 115, 115, 110, 110, 110, 110), 79.99, 6000),
    )
}
QUOTA = 100_000


def write_schemes(page: Page) -> None:
    page.title(
        "公开办法五例",
        "Five public schemes",
        "examples/schemes 中的制度。· The policies of examples/schemes.",
    )
    _table(page, "kaohe", ("绩效考核办法", "Appraisal rules"), KAOHE, _kaohe)
    _table(page, "five", ("联邦五级考核", "Five-level appraisal"), FIVE, _five)
    _pot(page)
    _table(page, "commission", ("销售提成", "Sales commission"), SELLERS, _commission)
    _table(page, "scorecard", ("平衡计分卡", "Balanced scorecard"), SCORECARDS, _scorecard)
    page.widths(10, *[12.0] * 34)


class Line:
    """One person's row that is written from left to right; cells are found by their names."""

    def __init__(self, page: Page, prefix: str) -> None:
        self.page, self.prefix, self.column, self.names = page, prefix, 2, dict[str, str]()

    def give(self, name: str, value: float | str | None) -> None:
        self.names[name] = self.page.put(self.column, value, given=f"{self.prefix}.{name}")
        self.column += 1

    def find(self, name: str, formula: str, as_: str = POINTS, *, strong: bool = False) -> None:
        """A result by a formula, in which `{name}` is the cell of a name before it."""
        text = "=" + formula.format(**self.names)
        self.names[name] = self.page.put(
            self.column, text, found=f"{self.prefix}.{name}", as_=as_, strong=strong
        )
        self.column += 1


def _table(
    page: Page, key: str, title: tuple[str, str], rows: dict[str, Row], formulas: Callable[[Line], None]
) -> None:
    page.heading(*title)
    head = page.row
    page.row += 1
    names: Sequence[str] = ()
    for who, given in rows.items():
        page.put(1, who)
        line = Line(page, f"{key}.{who}")
        for name, value in given.items():
            line.give(name, value)
        formulas(line)
        names = list(line.names)
        page.row += 1
    after, page.row = page.row, head
    page.columns("", *names)
    page.row = after


def _graded(line: Line, bands: Sequence[tuple[float, str]], last: str) -> None:
    line.find("rounded", "ROUND(" + EXACTLY.format("{points}") + ",2)", NUMBER)
    text = f'"{last}"'
    for points, grade in reversed(bands):
        text = f'IF({{rounded}}>={points},"{grade}",{text})'
    line.find("by_points", text, "General")


def _coefficient(line: Line, worth: dict[str, float]) -> None:
    text = "0"
    for grade, coefficient in worth.items():
        text = f'IF({{grade}}="{grade}",{coefficient},{text})'
    line.find("coefficient", text, "General")


def _paid(line: Line, exact: str) -> None:
    line.find("exact", exact)
    line.find("paid", "ROUND(" + EXACTLY.format("{exact}") + ",2)", NUMBER, strong=True)


def _kaohe(line: Line) -> None:
    line.find("M07", "MIN(120,MAX(0,{july}+MIN(5,{merits})-MIN(10,2*{faults})))")
    line.find("mean", "(11*{month}+{M07})/12")
    line.find("mix", "0.6*{mean}+0.4*{year}")
    line.find("points", "MIN(120,MAX(0,{mix}+MIN(5,{merit})-MIN(10,2*{fault})))", strong=True)
    _graded(line, ((90, "A"), (80, "B"), (70, "C"), (60, "D")), "E")
    line.find(
        "grade",
        'IF({veto}=1,"V",IF(AND({discipline}=1,{by_points}="A"),"B",{by_points}))',
        "General",
        strong=True,
    )
    _coefficient(line, {"A": 1.2, "B": 1.1, "C": 1, "D": 0.9, "E": 0.8})
    line.find("factor", "IF({unit}>=85,1,{unit}/100)")
    _paid(line, "{base}*{factor}*{coefficient}*(261-{unpaid})/261")


def _five(line: Line) -> None:
    line.find("points", "AVERAGE({e1}:{e5})", strong=True)
    bands = ((4.6, "Exceptional"), (3.6, "Superior"), (3, "Fully Successful"), (2, "Minimally Successful"))
    _graded(line, bands, "Unsatisfactory")
    line.find("lowest", "MIN({e1}:{e5})", NUMBER)
    at_most = (
        'IF({lowest}<2,"Unsatisfactory",IF({rounded}<2,"Minimally Successful",'
        'IF(AND({lowest}<3,{rounded}>=2),"Minimally Successful",'
        'IF(AND({lowest}<4,{rounded}>=4.6),"Superior",{by_points}))))'
    )
    line.find("grade", at_most, "General", strong=True)


def _commission(line: Line) -> None:
    curve = "IF({0}<0,0,IF({0}<50,{0}/2,IF({0}<=100,{0},IF({0}<130,100+1.5*({0}-100),145+2*({0}-130)))))"
    for quarter in ("Q1", "Q2", "Q3", "Q4"):
        line.find(f"{quarter}.points", curve.format(f"({{{quarter}}}*100/{QUOTA})"))
    for quarter in ("Q1", "Q2", "Q3", "Q4"):
        name = line.names[f"{quarter}.points"]
        line.find(f"{quarter}.paid", "ROUND(" + EXACTLY.format(f"{{amount}}/4*{name}/100") + ",2)", NUMBER)
    line.find("points", curve.format(f"(({{Q1}}+{{Q2}}+{{Q3}}+{{Q4}})*100/{4 * QUOTA})"), strong=True)
    line.find("year", "ROUND(" + EXACTLY.format("{amount}*{points}/100") + ",2)", NUMBER)
    quarters = "+".join(line.names[f"Q{n}.paid"] for n in (1, 2, 3, 4))
    line.find("due", f"ROUND(MAX(0,{{year}}-({quarters})),2)", NUMBER)
    line.find("paid", f"ROUND({quarters}+{{due}},2)", NUMBER, strong=True)


def _scorecard(line: Line) -> None:
    inside = {
        "financial": MEASURES[:4],
        "customer": MEASURES[4:6],
        "process": MEASURES[6:7],
        "learning": MEASURES[7:],
    }
    for measure in MEASURES:
        x = EXACTLY.format(f"{{{measure}}}")
        text = f'IF(ISNUMBER({{{measure}}}),IF({x}<80,0,IF({x}<100,60+40*({x}-80)/20,MIN(120,{x}))),"")'
        line.find(f"{measure}.points", text)
    for key, measures in inside.items():
        cells = ",".join(line.names[f"{measure}.points"] for measure in measures)
        line.find(key, f'IF(COUNT({cells})=0,"",AVERAGE({cells}))', strong=True)
    weights = {"financial": 60, "customer": 20, "process": 10, "learning": 10}
    above = "+".join(f"IF(ISNUMBER({{{key}}}),{weight}*{{{key}}},0)" for key, weight in weights.items())
    below = "+".join(f"IF(ISNUMBER({{{key}}}),{weight},0)" for key, weight in weights.items())
    line.find("points", f"({above})/({below})", strong=True)
    _graded(line, ((110, "A"), (100, "B"), (90, "C"), (70, "D")), "E")
    lowest = EXACTLY.format("MIN({financial},{customer},{process},{learning})")
    capped = f'IF(AND({lowest}<60,OR({{by_points}}="A",{{by_points}}="B")),"C",{{by_points}})'
    line.find("grade", capped, "General", strong=True)
    _coefficient(line, {"A": 1.25, "B": 1.1, "C": 1, "D": 0.6})
    unit = "IF({unit}<80,0,IF({unit}<100,{unit}/100,MIN(1.6,1+0.03*({unit}-100))))"
    line.find("factor", unit)
    _paid(line, "{bonus}*{factor}*{coefficient}")


def _pot(page: Page) -> None:
    """A pot with a cap: as many rounds as there are people, then cents by the largest remainders."""
    page.heading("按分分配的奖金池", "A pot shared by points")
    base = page.given("pot.base", "上年工资总额", "last year's pay", 186400)
    cap = page.given("pot.cap", "个人上限", "the most for one person", 1900)
    pot = page.found(
        "pot.pot", "奖金池（2 %）", "the pot, 2 %", f"=ROUND(ROUND({base}*0.02,10),2)", as_=NUMBER
    )
    rounds, people = 3, list(POT)
    page.columns(
        "", "points", "hours", "months", "pot points", *["round"] * rounds, "exact", "cents", "rest", "paid"
    )
    first, last = page.row, page.row + len(people) - 1

    def column(letter: str) -> str:
        return f"${letter}${first}:${letter}${last}"

    for who in people:
        row = page.row
        page.put(1, who)
        for at, (name, value) in enumerate(POT[who].items(), 2):
            page.put(at, value, given=f"pot.{who}.{name}")
        page.put(5, f"=B{row}*C{row}*D{row}/12", found=f"pot.{who}.points", as_=POINTS)
        before = "0"
        for at, letter in enumerate("FGH", 6):
            earlier = chr(ord(letter) - 1)
            free = (
                f"SUMPRODUCT({column('E')},1-{column(earlier)})" if letter != "F" else f"SUM({column('E')})"
            )
            taken = f"{cap}*SUM({column(earlier)})" if letter != "F" else "0"
            over = f"IF({free}<=0,0,IF(ROUND(({pot}-{taken})*E{row}/{free},10)>{cap},1,0))"
            page.put(at, f"=IF({before}=1,1,{over})", as_="0")
            before = f"{letter}{row}"
        free, taken = f"SUMPRODUCT({column('E')},1-{column('H')})", f"{cap}*SUM({column('H')})"
        exact = f"=IF(H{row}=1,{cap},IF({free}<=0,0,({pot}-{taken})*E{row}/{free}))"
        page.put(9, exact, found=f"pot.{who}.exact", as_=POINTS)
        page.put(10, f"=INT(ROUND(I{row}*100,7))", as_="0")
        page.put(11, f"=ROUND(I{row}*100-J{row},7)", as_=POINTS)
        missing = f"(ROUND(SUM({column('I')})*100,5)-SUM({column('J')}))"
        ahead = f'COUNTIF({column("K")},">"&K{row})+COUNTIF($K${first}:K{row},K{row})'
        paid = f"=(J{row}+IF({ahead}<={missing},1,0))/100"
        page.put(12, paid, found=f"pot.{who}.paid", as_=NUMBER, strong=True)
        page.row += 1
    page.found("pot.left", "剩余", "left", f"=ROUND({pot}-SUM({column('L')}),2)", as_=NUMBER)
