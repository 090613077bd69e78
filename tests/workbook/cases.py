"""The cases of the workbook: three mixes, a joiner, a transfer, a changed target, a late approval, a correction."""

from dataclasses import replace
from datetime import date

from tests.workbook.contract import Below, Case, Change, Contract, Goal, Reading

REVENUE = Goal("revenue", "销售额 Sales", 50, unit="万元 CNY 10k", threshold=480, target=600, stretch=720)
COLLECTION = Goal(
    "collection", "回款率 Collection rate", 20, unit="%", aggregation="ratio", threshold=85, target=95, stretch=100
)  # fmt: skip
VISITS = Goal("visits", "客户拜访 Customer visits", 10, unit="次 visits", target=240, proportional=True)
NEEDS = Goal(
    "needs", "需求分析能力 Analysis of needs", 20, kind="rating", scored_in=("year",), ratings={"Y": 87.5}
)  # fmt: skip

SOLD = (41.37, 38.2, 55.9, 61.25, 47.8, 66.6, 30.05, 52, 49.99, 58.41, 71.3, 44.44)
COLLECTED = ((36.1, 40.5), (33, 36.2), (50.2, 52.8), (57, 61.3), (45.9, 47.1), (60, 66.6),
             (28.8, 30.05), (50.1, 52), (47.5, 49.99), (55, 58.41), (69.2, 71.3), (43.1, 44.44))  # fmt: skip
VISITED = (18, 22, 25, 19, 17, 30, 12, 21, 20, 24, 23, 9)


def monthly(goal: str, values: tuple[float, ...], day: int = 25, first: int = 1) -> tuple[Reading, ...]:
    return tuple(Reading(date(2026, n, day), goal, value) for n, value in enumerate(values, first))


def collected(first: int = 1) -> tuple[Reading, ...]:
    rows = enumerate(COLLECTED[first - 1 :], first)
    return tuple(Reading(date(2026, n, 28), "collection", value, base) for n, (value, base) in rows)


SALES = Contract(
    "sales",
    (REVENUE, COLLECTION, VISITS, NEEDS),
    (*monthly("revenue", SOLD), *collected(), *monthly("visits", VISITED, 20)),
)

RELEASE = Goal(
    "release", "平台上线 Release", 40, kind="task", due=date(2026, 9, 30),
    accepted=(date(2026, 8, 20), date(2026, 9, 22), date(2026, 11, 11)),
)  # fmt: skip
PATENTS = Goal("patents", "专利 Patents", 20, unit="项", target=2, proportional=True, scored_in=("year",))
TIME = Goal(
    "time", "研发周期 Development time", 20, unit="天 days", aggregation="mean", lower=True, baseline=100, target=85,
    stretch=80,
)  # fmt: skip
ARCHITECTURE = Goal(
    "architecture", "架构能力 Architecture", 20, kind="rating", scored_in=("half_year", "year"),
    ratings={"H2": 92, "Y": 95},
)  # fmt: skip
DAYS = (98, 104, 97, 91.5, 93, 88, 90, 86.5, 84, 83, 81.5, 79)
RND = Contract(
    "rnd",
    (RELEASE, PATENTS, TIME, ARCHITECTURE),
    (
        *monthly("time", DAYS, 27),
        Reading(date(2026, 5, 6), "patents", 1),
        Reading(date(2026, 10, 9), "patents", 2),
    ),
)

TEAM = Goal(
    "team", "下属达标率 Subordinates on goal", 40, unit="%", aggregation="last", threshold=70, target=85, stretch=95
)  # fmt: skip
TASKS = Goal(
    "tasks", "部门重点工作 Department tasks", 35, kind="task", accepted=(date(2026, 10, 15), None, date(2026, 12, 1))
)  # fmt: skip
SUCCESSORS = Goal("successors", "后备人才 Successors", 25, kind="rating", ratings={"Y": 103})
BELOW = (
    Below("A", date(2026, 1, 1), date(2026, 12, 31), 100),
    Below("B", date(2026, 1, 1), date(2026, 6, 30), 60),
    Below("C", date(2026, 10, 1), date(2026, 12, 31), 120),
)
MANAGEMENT = Contract(
    "management",
    (TEAM, TASKS, SUCCESSORS),
    (
        Reading(date(2026, 3, 31), "team", 71),
        Reading(date(2026, 9, 30), "team", 92),
        Reading(date(2026, 12, 30), "team", 81),
    ),
    below=BELOW,
)

JOINED = date(2026, 7, 16)
JOINER = Contract(
    "sales",
    (
        replace(REVENUE, weight=60, approved=date(2026, 7, 20)),
        replace(COLLECTION, weight=40, approved=date(2026, 7, 20)),
    ),
    (*monthly("revenue", (11, 52, 49.99, 58.41, 71.3, 44.44), 25, 7), *collected(7)),
    since=JOINED,
)

CHANGED = Contract(
    "sales",
    (replace(REVENUE, weight=70, target=1200, threshold=960, stretch=1440), replace(NEEDS, weight=30)),
    monthly("revenue", (92, 101, 88, 117.5, 96, 104, 83, 78.2, 70, 99, 61.6, 90)),
    change=Change("revenue", 1080, date(2026, 8, 15)),
)

LATE = Contract(
    "sales",
    (replace(REVENUE, weight=70), replace(VISITS, weight=30, approved=date(2026, 2, 20))),
    (*monthly("revenue", SOLD), *monthly("visits", VISITED, 20)),
    first_version=("M01", date(2026, 2, 5)),
)

CORRECTED = Contract(
    "sales",
    (replace(REVENUE, weight=80), replace(VISITS, weight=20)),
    tuple(
        replace(row, later=47.6, on_record=date(2026, 4, 20))
        if row.goal == "revenue" and row.day.month == 3
        else row
        for row in (*monthly("revenue", SOLD), *monthly("visits", VISITED, 20))
    ),
    first_version=("M03", date(2026, 4, 5)),
)

FAMILY_CHANGES = date(2026, 3, 15)
TRANSFERRED = (
    Contract(
        "sales",
        (replace(REVENUE, weight=70), replace(VISITS, weight=30)),
        (*monthly("revenue", (55.5, 49)), Reading(date(2026, 3, 12), "revenue", 31.2),
         Reading(date(2026, 3, 25), "revenue", 40), *monthly("visits", (24, 17, 11), 9)),
        until=FAMILY_CHANGES,
    ),
    Contract(
        "rnd",
        (
            replace(PATENTS, weight=30, approved=date(2026, 3, 23)),
            replace(TIME, weight=40, approved=date(2026, 3, 23)),
            replace(ARCHITECTURE, weight=30, approved=date(2026, 3, 23), ratings={"H1": 84, "H2": 92, "Y": 90}),
        ),
        (*(Reading(date(2026, n, 27), "time", value) for n, value in enumerate(DAYS[2:], 3)),
         Reading(date(2026, 10, 9), "patents", 1)),
        since=date(2026, 3, 16),
    ),
)  # fmt: skip

CASES = (
    Case("sales", "销售 Sales", "销售：月度 40 %，年度 60 %", "Sales: months 40 %, year 60 %",
         ("规则 Rules: T1, Y1, U1", "只在年度评的能力目标，各月不适用。",
          "The capability goal is rated in the year alone and does not apply in the months."), (SALES,)),
    Case("rnd", "研发 R&D", "研发：季度 30 %，半年 20 %，年度 50 %", "R&D: quarters 30 %, half-years 20 %, year 50 %",
         ("规则 Rules: M4, M7, Y1, U1", "上半年没有评分，该项权重让给其余目标。",
          "Nobody rated the first half-year: that weight goes to the other goals."), (RND,)),
    Case("management", "管理 Management", "管理：年度 70 %，下属 30 %", "Management: year 70 %, subordinates 30 %",
         ("规则 Rules: Y1, Y2", "下属的结果按汇报天数加权。", "Subordinates count by the days they reported."),
         (MANAGEMENT,)),
    Case("joiner", "入职 Joiner", "年中入职：7 月 16 日起", "Joined on 16 July",
         ("规则 Rules: T1, T2, Y1", "目标按月折算，不满的月按天。", "Targets go by months, a cut month by its days."),
         (JOINER,)),
    Case("transfer", "调动 Transfer", "换岗位序列：3 月 15 日前销售，其后研发", "From sales to R&D after 15 March",
         ("规则 Rules: L7", "两份合约各按自己的比例计算，全年按月数加权。",
          "Two contracts, each with its own mix; the year weighs them by their months."), TRANSFERRED),
    Case("changed", "改目标 Changed target", "年度目标变更：8 月 15 日起", "The year's target changed on 15 August",
         ("规则 Rules: T3, M2", "已结束的月份不变，余数按原比例分到其余月份；门槛与挑战值保持完成率。",
          "Ended months keep their targets, the rest is spread as it was; threshold and stretch keep their places."),
         (CHANGED,)),
    Case("late", "补批 Late approval", "迟到的审批：一月算分以后才批准", "A goal approved after January was scored",
         ("规则 Rules: W2, T6", "批准后整段计入，一月出第二版。",
          "Once approved it counts for its whole span: January gets a second version."), (LATE,)),
    Case("corrected", "更正 Correction", "读数更正：三月出第二版", "A reading corrected: March gets a second version",
         ("规则 Rules: D5, W2", "算分以后才更正的读数，使该期出下一版。",
          "A reading that is corrected after a period was scored makes its next version."), (CORRECTED,)),
)  # fmt: skip
