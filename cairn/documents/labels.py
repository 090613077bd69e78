"""Names of people, departments and goals: kept as they are written, but for what nobody means by it."""

import unicodedata
from collections.abc import Iterable

from cairn.documents.cells import Given, cell_of, half_width, quoted
from cairn.documents.look_alikes import look_alikes
from cairn.documents.mistakes import Mistake, Remark, mistake, remark
from cairn.documents.texts import invisible_in

LONGEST = 200
WRITTEN_FOR_NOTHING = r"""
null nil none n/a #n/a nan (null) (none) - -- --- — —— / \ ? . 无 無 空 (空) 暂无 没有 不详 未知
"""
PLACEHOLDERS = frozenset(WRITTEN_FOR_NOTHING.split())
"""What exports and people write for "nothing", as text."""


def read_label(given: Given, most: int = LONGEST) -> str | Mistake:
    """A name on one line of at most `most` characters; `NULL`, `N/A`, `-`, `无` are no names."""
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    label = " ".join(unicodedata.normalize("NFC", cell.text).split())
    if not label:
        return mistake("cell:empty")
    if len(label) > most:
        return mistake("text:too-long", written=quoted(label), most=most, length=len(label))
    if signs := invisible_in(label, allowed="\u200c\u200d"):
        return mistake("text:invisible", written=quoted(label), signs=signs)
    return placeholder(label) or label


def placeholder(text: str) -> Mistake | None:
    """Why a text names nothing: it is what people write where there is nothing. None for all other texts."""
    if half_width(text).casefold() in PLACEHOLDERS:
        return mistake("label:placeholder", written=quoted(text))
    return None


def look_alike_remarks(labels: Iterable[str]) -> list[Remark]:
    """Each group of names that differ in case, width or signs between words alone: `sales`, `Sales`, `SALES`."""
    groups = look_alikes(labels)
    return [remark("label:look-alikes", names=tuple(map(quoted, group))) for group in groups]
