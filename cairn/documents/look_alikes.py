"""Texts that people take for the same though they are not: they differ in case, width, alphabet or separators."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable

from cairn.documents.cells import trimmed

LOOK_ALIKE = str.maketrans("АВЕКМНОРСТХасеорхуіАΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTXaceopxyiAABEZHIKMNOPTYX")
"""Cyrillic and Greek letters that nobody can tell from Latin ones."""


def look_alikes(written: Iterable[str], key: Callable[[str], str] | None = None) -> list[tuple[str, ...]]:
    """Groups of different texts that people take for the same: `E1`, `e1`, `Ｅ1`; `Sales`, `SALES`; `E14`, `E/14`.

    In the order in which they first stand there. `key` says what alike means, by default `outline`.
    """
    groups: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for text in written:
        groups[(key or outline)(text)][text] = None
    return [tuple(group) for group in groups.values() if len(group) > 1]


def outline(text: str) -> str:
    """What is left of a text when case, width, alphabet and separators are not looked at."""
    plain = unicodedata.normalize("NFKC", trimmed(text)).translate(LOOK_ALIKE).casefold()
    apart = re.sub(r"[\W_]+", "-", plain).strip("-") or plain
    return re.sub(r"(?<=[^\W\d])-(?=\d)|(?<=\d)-(?=[^\W\d])", "", apart)
