"""Targets as a workbook: a template to fill in, or those proposed for a cycle, which import again as they are."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from cairn.documents.tables.writing import Column, SheetOut, write_workbook
from cairn.i18n import Language, message
from cairn.targets.reading import PERIODS_IN_FULL, TARGETS


class TargetOut(NamedTuple):
    """A target as its row says it."""

    holder: str
    goal: str
    period: str
    target: Decimal


def targets_workbook(targets: Iterable[TargetOut], holders: Iterable[str], language: Language) -> bytes:
    """These targets as a workbook in one of the languages; none give a template. Periods and `holders` may be chosen,
    others may be typed."""
    columns = [
        Column(TARGETS.header("holder", language), choices=tuple(holders), strict=False, width=20),
        Column(TARGETS.header("goal", language), width=28),
        Column(TARGETS.header("period", language), choices=PERIODS_IN_FULL),
        Column(TARGETS.header("target", language), "number"),
    ]
    return write_workbook([SheetOut(message("targets").text(language), columns, list(targets))])
