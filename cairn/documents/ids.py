"""Ids: normalised (NFKC, trimmed), case kept; look-alikes told, zeros that a spreadsheet took away found again."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cairn.documents.cells import Cell, Given, cell_of, quoted, trimmed
from cairn.documents.labels import placeholder
from cairn.documents.look_alikes import look_alikes, outline
from cairn.documents.mistakes import Mistake, Remark, mistake, remark
from cairn.documents.texts import invisible_in
from cairn.i18n import Message, message

LONGEST = 100
RESERVED = ("company", "system")
RESERVED_PREFIXES = ("department.", "role:")
LOST_DIGITS = Decimal(10) ** 15
"""Excel keeps fifteen digits of a number: of a longer id the rest is gone."""


def read_id(given: Given, most: int = LONGEST) -> str | Mistake:
    """An id of at most `most` characters. Words for "nothing" (`NULL`, `N/A`) and invisible signs are refused."""
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    if _has_lost_digits(cell):
        return mistake("id:digits-lost", written=quoted(cell.text))
    id = normalised(cell.text)
    if not id:
        return mistake("cell:empty")
    if len(id) > most:
        return mistake("text:too-long", written=quoted(id), most=most, length=len(id))
    if signs := invisible_in(id, allowed=""):
        return mistake("text:invisible", written=quoted(id), signs=signs)
    return placeholder(id) or id


def normalised(id: str) -> str:
    """The id as it is kept and compared: NFKC, without blanks around it."""
    return trimmed(unicodedata.normalize("NFKC", trimmed(id)))


def reserved(id: str) -> Mistake | None:
    """Why nobody may have this id (RULES L10): it means something else in Cairn. None where anybody may."""
    if id in RESERVED or id.startswith(RESERVED_PREFIXES):
        return mistake("id:reserved", id=quoted(id))
    return None


def look_alike_remarks(ids: Iterable[str]) -> list[Remark]:
    """Each group of look-alike ids once: they stay different, and somebody should know."""
    return [remark("id:look-alikes", ids=tuple(map(quoted, group))) for group in look_alikes(ids)]


@dataclass(frozen=True)
class LostZeros:
    """References that are known once leading zeros are looked past: what was written → the id that is meant."""

    matches: Mapping[str, str]
    message: Message


def match_zeros(unknown: Sequence[str], known: Iterable[str]) -> LostZeros | None:
    """Unknown references that differ from one known id in leading zeros alone; None where there are none."""
    by_rest: defaultdict[str, set[str]] = defaultdict(set)
    for id in known:
        by_rest[_without_zeros(id)].add(id)
    matches = {
        text: next(iter(ids))
        for text in unknown
        if len(ids := by_rest.get(_without_zeros(text), set()) - {text}) == 1
    }
    if not matches:
        return None
    written, meant = next(iter(matches.items()))
    facts = {"number": len(matches), "unknown": len(set(unknown)), "written": quoted(written)}
    return LostZeros(matches, message("id:zeros", meant=quoted(meant), **facts))


def probable_ids(unknown: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Unknown ids that look like one known id alone – but for case, width, alphabet, separators or leading zeros – with
    the id that is probably meant."""
    by_look: defaultdict[str, set[str]] = defaultdict(set)
    for id in known:
        by_look[_look(id)].add(id)
    alike = {text: by_look.get(_look(text), set()) - {text} for text in unknown}
    return {text: next(iter(ids)) for text, ids in alike.items() if len(ids) == 1}


def _look(text: str) -> str:
    return _without_zeros(outline(text))


def _without_zeros(text: str) -> str:
    """`0042` and `42` alike, `E0042` and `E42` too."""
    found = re.fullmatch(r"(\D*)0*(\d.*)", text)
    return f"{found[1]}{found[2]}" if found else text


def _has_lost_digits(cell: Cell) -> bool:
    number = isinstance(cell.value, int | Decimal) and not isinstance(cell.value, bool)
    return number and abs(Decimal(cell.value or 0)) >= LOST_DIGITS  # type: ignore[arg-type]
