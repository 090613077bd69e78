"""Money as people write it: `¥100,000`, `10万元`, `USD 1,200.50`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from cairn.documents.cells import Cell, Given, cell_of, half_width, quoted
from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.numbers import read_number, shifted

CURRENCIES = {
    "CNY": ("CNY", "RMB", "CN¥", "人民币", "¥", "元", "圆"),
    "USD": ("USD", "US$", "$", "美元"),
    "EUR": ("EUR", "€", "欧元"),
    "GBP": ("GBP", "£", "英镑"),
    "JPY": ("JPY", "JP¥", "円", "日元"),
    "HKD": ("HKD", "HK$", "港元", "港币"),
    "TWD": ("TWD", "NT$", "新台币"),
    "SGD": ("SGD", "S$", "新加坡元"),
    "KRW": ("KRW", "₩", "韩元"),
    "AUD": ("AUD", "A$", "澳元"),
    "CAD": ("CAD", "C$", "加元"),
    "CHF": ("CHF", "瑞士法郎"),
}
"""What people write for a currency, by its ISO 4217 code. A bare ¥ is the yuan, a bare $ the US dollar."""
TIMES = {"千": 3, "万": 4, "萬": 4, "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "亿": 8, "億": 8}
"""Powers of ten that Chinese puts behind a number."""

CODES = {name: code for code, names in CURRENCIES.items() for name in names}
_NAMES = "|".join(re.escape(name) for name in sorted(CODES, key=len, reverse=True))
_TIMES = "|".join(sorted(TIMES, key=len, reverse=True))
WRITTEN = re.compile(
    rf"(?P<sign>[+-]?) ?(?P<before>{_NAMES})? ?(?P<number>[+-]?[^a-z%]*?[\d.]) ?(?P<times>{_TIMES})? ?"
    rf"(?P<after>(?:{_NAMES})?(?: ?(?:{_NAMES}))?)整?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Money:
    """An amount in units of its currency (10万元 is 100000). `currency` is an ISO 4217 code, empty where none is
    written; `unit` is what was written beside the number (`万元`)."""

    amount: Decimal
    currency: str = ""
    unit: str = ""


def read_money(given: Given) -> Money | Mistake:
    """An amount of money with its currency sign, code or name before or behind it."""
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    if cell.value is not None:
        number = read_number(cell)
        return number if isinstance(number, Mistake) else Money(number)
    return _money(half_width(cell.text), quoted(cell.text))


def _money(text: str, written: str) -> Money | Mistake:
    found = WRITTEN.fullmatch(text) if len(text) <= 100 else None
    if found is None or (found["sign"] and found["number"][0] in "+-"):
        failed = read_number(Cell(text))
        return failed if isinstance(failed, Mistake) else mistake("money:unreadable", written=written)
    number = read_number(Cell(found["sign"] + found["number"]))
    if isinstance(number, Mistake):
        return number
    named = [found["before"] or "", *re.findall(_NAMES, found["after"], re.IGNORECASE)]
    codes = {CODES[name.upper()] for name in named if name}
    if len(codes) > 1:
        return mistake("money:currencies", written=written, codes=tuple(sorted(codes)))
    times = found["times"] or ""
    amount = read_number(shifted(number, TIMES.get(times, 0)))
    if isinstance(amount, Mistake):
        return mistake("number:too-long", written=written, most=30)
    unit = " ".join(filter(None, [found["before"] or "", times + found["after"]]))
    return Money(amount, codes.pop() if codes else "", unit)
