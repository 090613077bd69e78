"""The workbook as a person would have it: inputs as they stand in its file, results as a formula library finds them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import formualizer
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbook.page import NOTHING, Page

FIRST_DAY = date(1899, 12, 30)
"""Spreadsheets count days from here."""
CLOSE = Fraction(1, 10**8)
"""How far a cell may be from the exact number: it counts in binary and rounds attainments to ten decimals."""


class Inputs(Mapping[str, Any]):
    """A page's inputs by name: days, texts, and numbers as the decimals that were typed."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __getitem__(self, name: str) -> Any:
        value = self.page.sheet[self.page.inputs[name].replace("$", "")].value
        if isinstance(value, datetime):
            return value.date()
        return Decimal(repr(value)) if isinstance(value, int | float) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self.page.inputs)

    def __len__(self) -> int:
        return len(self.page.inputs)

    def maybe(self, name: str) -> Any:
        """The value, None where the page has no such input or its cell is empty."""
        return self[name] if name in self.page.inputs else None


class Recalculated:
    """A workbook's file, every formula of it worked out."""

    def __init__(self, path: Path) -> None:
        self.workbook = formualizer.load_workbook(str(path))
        self.workbook.evaluate_all()

    def value(self, sheet: Worksheet, where: str) -> Any:
        row, column = coordinate_to_tuple(where.replace("$", ""))
        return self.workbook.get_value(sheet.title, row, column)

    @contextmanager
    def with_inputs(self, page: Page, cells: Mapping[str, Any]) -> Iterator[None]:
        """Everything worked out with other inputs on a page; afterwards they are as they were."""
        before = {name: page.sheet[page.inputs[name].replace("$", "")].value for name in cells}
        try:
            self._type(page, cells)
            yield
        finally:
            self._type(page, before)

    def _type(self, page: Page, cells: Mapping[str, Any]) -> None:
        for name, value in cells.items():
            where = page.inputs[name].replace("$", "")
            page.sheet[where].value = value
            self.workbook.set_value(page.sheet.title, *coordinate_to_tuple(where), value)
        self.workbook.evaluate_all()


def differences(page: Page, recalculated: Recalculated, cairn: Mapping[str, Any]) -> list[str]:
    """Every result of a page that is not Cairn's, with its cell; also what one has and the other has not."""
    told = [f"{name}: no cell of {page.sheet.title}" for name in cairn if name not in page.results]
    for name, where in page.results.items():
        if name not in cairn:
            told.append(f"{name}: Cairn says nothing of it")
            continue
        found = recalculated.value(page.sheet, where)
        if not _is_same(found, cairn[name]):
            told.append(
                f"{page.sheet.title}!{where.replace('$', '')} {name}: {found}, Cairn {_told(cairn[name])}"
            )
    return told


def _is_same(found: Any, expected: Any) -> bool:
    match expected:
        case None:
            return found in (None, "", NOTHING)
        case str():
            return bool(found == expected)
        case date():
            return isinstance(found, float | int) and FIRST_DAY + timedelta(days=int(found)) == expected
        case Decimal():
            return isinstance(found, float | int) and Decimal(repr(found)) == expected
    return isinstance(found, float | int) and abs(Fraction(found) - Fraction(expected)) < CLOSE


def _told(expected: Any) -> str:
    return f"{float(expected):.10f}" if isinstance(expected, Fraction) else str(expected)
