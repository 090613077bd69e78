"""Entries as a CSV file in which a spreadsheet executes nothing, and payroll's own sums, with every mistake named."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from cairn.documents.ids import read_id
from cairn.documents.mistakes import DocumentInvalid, Mistake, mistake
from cairn.documents.numbers import read_number
from cairn.documents.tables import Fields, read_records
from cairn.domain.handover.commands import PayrollSum
from cairn.domain.handover.events import Entry
from cairn.domain.handover.state import Message
from cairn.payroll.message import message_id

COLUMNS = (
    "id", "cycle", "batch", "message", "number", "person", "sheet", "version", "element", "amount", "reverses",
)  # fmt: skip
EXECUTED = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so may be taken for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
THEIRS = Fields(
    {
        "person": ("person", "id", "工号", "员工编号"),
        "element": ("element", "pay element", "薪资项", "项目"),
        "amount": ("amount", "sum", "金额"),
    },
    required=("person", "element", "amount"),
    subject="person",
)


class PayrollTableInvalid(DocumentInvalid):
    """Payroll's table cannot be used."""


def written(cycle: str, handover: str, messages: Iterable[Message]) -> str:
    """The entries of messages as CSV: one row each, always the same for the same entries. A row's `id` never comes
    again with other content, so that payroll can tell what it has."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for message in messages:
        id = message_id(handover, message)
        for entry in message.entries:
            rows.writerow(_row(cycle, message, id, entry))
    return text.getvalue()


def _row(cycle: str, message: Message, id: str, entry: Entry) -> list[str]:
    texts = (f"{id}:{entry.number}", cycle, str(message.batch), str(message.number), str(entry.number))
    of = (entry.person, entry.sheet, str(entry.version), entry.element)
    amounts = (format(entry.amount, "f"), "" if entry.reverses is None else str(entry.reverses))
    return [*map(guarded, (*texts, *of)), *amounts]


def guarded(cell: str) -> str:
    """A text that no spreadsheet executes. Amounts are numbers, and stay as they are."""
    return f"'{cell}" if cell.startswith(EXECUTED) else cell


def read_sums(path: Path) -> list[PayrollSum]:
    """Payroll's own sums, row by row. Raises PayrollTableInvalid with every mistake of the table."""
    table = read_records(path, THEIRS)
    mistakes = list(table.mistakes)
    found: list[PayrollSum] = []
    for record in table.records:
        person, amount = read_id(record["person"]), read_number(record["amount"])
        element = record["element"].text.strip()
        if isinstance(person, Mistake):
            mistakes.append(person.at(record.place("person")))
        elif isinstance(amount, Mistake):
            mistakes.append(amount.at(record.place("amount")))
        elif not element:
            mistakes.append(mistake("cell:empty").at(record.place("element")))
        else:
            found.append(PayrollSum(person=person, element=element, amount=amount, row=record.number))
    if mistakes:
        raise PayrollTableInvalid(mistakes, table.source)
    return found
