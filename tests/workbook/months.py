"""The months of a contract: their days, how much of each is in force, and what a sum's target gives them."""

from tests.workbook.contract import Goal, key_of
from tests.workbook.given import Given
from tests.workbook.page import DAY, NUMBER, absolute, column_of

STARTS, ENDS, MONTHS = "starts", "ends", "months"
"""The names of the columns that every contract has; the others have their goal's key."""
IN_A_YEAR = 12


def write_months(given: Given) -> dict[str, str]:
    """The ranges of the columns by name, one row for each month."""
    page, sums = given.page, [goal for goal in given.contract.goals if goal.adds_up]
    page.heading("各月", "Months")
    changed = ["变更后 after the change"] if given.contract.change else []
    targets = [f"{goal.title} 目标 target" for goal in sums]
    page.columns(
        "月 month",
        "首日 first day",
        "末日 last day",
        "天数 days",
        "有效月数 months in force",
        *targets,
        *changed,
    )
    begin, columns = (
        page.row,
        {name: list[str]() for name in (STARTS, ENDS, MONTHS, *(goal.key for goal in sums))},
    )
    for number in range(1, IN_A_YEAR + 1):
        key = key_of("month", number)
        for name, where in _days(given, number, key).items():
            columns[name].append(where)
        for column, goal in enumerate(sums, 6):
            columns[goal.key].append(_target(given, goal, key, column, begin, 6 + len(sums)))
        page.row += 1
    return {name: column_of(cells) for name, cells in columns.items()}


def _days(given: Given, number: int, key: str) -> dict[str, str]:
    page, row, begins = given.page, given.page.row, given.at("starts")
    name = given.name("calendar", key)
    page.put(1, key)
    starts = page.put(2, f"=EDATE({begins},{number - 1})", found=f"{name}.starts", as_=DAY)
    ends = page.put(3, f"=EDATE({begins},{number})-1", found=f"{name}.ends", as_=DAY)
    page.put(4, f"=C{row}-B{row}+1", as_="0")
    inside = f"MAX(0,MIN(C{row},{given.at('until')})-MAX(B{row},{given.at('since')})+1)"
    months = page.put(5, f"={inside}/D{row}", found=f"{name}.months", as_=NUMBER)
    return {STARTS: starts, ENDS: ends, MONTHS: months}


def _target(given: Given, goal: Goal, key: str, column: int, begin: int, changed: int) -> str:
    """A month's part of the year's target (T1, T2); in the column `changed` what a change leaves of it."""
    page, change = given.page, given.contract.change
    share = f"E{page.row}/COUNT({absolute(begin, 5)}:{absolute(begin + IN_A_YEAR - 1, 5)})"
    part = f"={given.at(goal.key, 'target')}*{share}"
    if change is None or change.goal != goal.key:
        return page.put(column, part, found=given.name("calendar", key, goal.key), as_=NUMBER)
    had = page.put(column, part, found=given.name("before", key, goal.key), as_=NUMBER)
    after = _after(given, had, f"{absolute(begin, column)}:{absolute(begin + IN_A_YEAR - 1, column)}",
                   f"{absolute(begin, 3)}:{absolute(begin + IN_A_YEAR - 1, 3)}")  # fmt: skip
    return page.put(changed, after, found=given.name("calendar", key, goal.key), as_=NUMBER)


def _after(given: Given, had: str, all_had: str, ends: str) -> str:
    """Ended months keep their target, what is left of the new one goes to the others as they had it (T3)."""
    day = given.at("change.on")
    fixed, still = f'SUMIFS({all_had},{ends},"<"&{day})', f'SUMIFS({all_had},{ends},">="&{day})'
    return f"=IF(C{given.page.row}<{day},{had},{had}*({given.at('change.target')}-{fixed})/{still})"
