"""A table of amounts by person, and one of pots by department, with every mistake named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from cairn.documents.ids import read_id
from cairn.documents.mistakes import DocumentInvalid, Mistake, mistake
from cairn.documents.numbers import read_number
from cairn.documents.tables import Fields, Record, read_records
from cairn.domain.evaluation.paying import Amount, Pot
from cairn.domain.exact import exact

AMOUNTS = Fields(
    {
        "person": ("person", "id", "工号"),
        "amount": ("amount", "bonus", "基数", "金额"),
        "hours": ("hours", "part time", "工时比例"),
        "unpaid": ("unpaid days", "unpaid", "无薪天数", "请假天数"),
    },
    required=("person",),
    subject="person",
)
POTS = Fields(
    {
        "department": ("department", "unit", "部门", "部门编号"),
        "base": ("base", "pot", "奖金池", "工资总额"),
        "cap": ("cap", "个人上限", "上限"),
    },
    required=("department", "base"),
    subject="department",
)
Row = TypeVar("Row", Amount, Pot)


class PayTableInvalid(DocumentInvalid):
    """A table of money that cannot be used."""


@dataclass(frozen=True)
class PayTables:
    """Amounts by person's id, pots by department's id."""

    amounts: Mapping[str, Amount] = field(default_factory=dict)
    pots: Mapping[str, Pot] = field(default_factory=dict)


def read_pay_tables(amounts: Path | None, pots: Path | None) -> PayTables:
    """The tables in CSV or Excel files. Raises PayTableInvalid with every mistake of the first that has any."""
    people = _read(amounts, AMOUNTS, "person", _amount) if amounts else {}
    return PayTables(people, _read(pots, POTS, "department", _pot) if pots else {})


def _read(
    path: Path, fields: Fields, key: str, read: Callable[[Record, list[Mistake]], Row]
) -> dict[str, Row]:
    table = read_records(path, fields)
    mistakes, found = list(table.mistakes), {}
    for record in table.records:
        of = read_id(record[key])
        if isinstance(of, Mistake):
            mistakes.append(of.at(record.place(key)))
            continue
        if of in found:
            mistakes.append(mistake("pay:twice", who=of).at(record.place(key)))
        found[of] = read(record, mistakes)
    if mistakes:
        raise PayTableInvalid(mistakes, table.source)
    return found


def _number(record: Record, name: str, mistakes: list[Mistake], most: int | None = None) -> Decimal | None:
    """A number of at least 0, None where the cell is empty."""
    if not record[name].text and not record[name].fault:
        return None
    found = read_number(record[name])
    if isinstance(found, Mistake):
        mistakes.append(found.at(record.place(name)))
        return None
    if found < 0 or (most is not None and found > most):
        mistakes.append(
            mistake("pay:outside", number=found, most="∞" if most is None else most).at(record.place(name))
        )
    return found


def _amount(record: Record, mistakes: list[Mistake]) -> Amount:
    amount = _number(record, "amount", mistakes)
    hours = _number(record, "hours", mistakes, 1)
    unpaid = _number(record, "unpaid", mistakes)
    if unpaid is not None and exact(unpaid).denominator != 1:
        mistakes.append(mistake("pay:whole-days", number=unpaid).at(record.place("unpaid")))
    return Amount(
        amount=amount or Decimal(0),
        hours=Decimal(1) if hours is None else hours,
        unpaid=None if unpaid is None else int(unpaid),
    )


def _pot(record: Record, mistakes: list[Mistake]) -> Pot:
    return Pot(_number(record, "base", mistakes) or Decimal(0), _number(record, "cap", mistakes))
