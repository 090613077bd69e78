"""From bytes to text: UTF-8 and what marks itself is read, and Chinese that can be nothing else; all else is asked."""

import codecs
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cairn.documents.cells import quoted
from cairn.documents.mistakes import Mistake, mistake
from cairn.i18n import message

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 100_000
"""Signs of a text by which it is judged."""
CHINESE = "gb18030"


class Decoded(NamedTuple):
    text: str
    encoding: str


def read_content(path: Path) -> bytes | Mistake:
    """A file's bytes, or why there are none."""
    if path.exists() and not path.is_file():  # a folder; a pipe or a device, which may have no end
        return mistake("table:unreadable", path=str(path))
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return mistake("table:not-there", path=str(path))
    except (OSError, ValueError):
        return mistake("table:unreadable", path=str(path))


def decode(raw: bytes, stated: str | None = None) -> Decoded | Mistake:
    """The text of a file. Without a stated encoding: by its byte order mark, as UTF-8, or as GB18030 where the
    bytes make ordinary Chinese and nothing else. Where they fit several encodings the mistake shows each reading."""
    if stated:
        return _as_stated(raw, stated)
    marked = next((encoding for mark, encoding in MARKS if raw.startswith(mark)), None)
    for encoding in [marked] if marked else _unmarked(raw):
        if (text := _decoded(raw, encoding)) is not None and (
            marked or encoding == "utf-8" or _makes_sense(text)
        ):
            return Decoded(text, encoding)
    if marked:
        return mistake("table:encoding-broken", encoding=marked)
    readings = {encoding: text for encoding in FITS if (text := _decoded(raw, encoding)) is not None}
    fitting = [encoding for encoding, text in readings.items() if FITS[encoding](text[:SAMPLE])]
    if fitting == [CHINESE]:
        return Decoded(readings[CHINESE], CHINESE)
    return _asked(raw, fitting or list(readings))


def _unmarked(raw: bytes) -> list[str]:
    """UTF-8; where there are NULs, which no text has, UTF-16 by the side they stand on."""
    if b"\0" not in raw:
        return ["utf-8"]
    even, odd = raw[0::2].count(0), raw[1::2].count(0)
    seeming = ["utf-16-le"] if odd > 10 * even else ["utf-16-be"] if even > 10 * odd else []
    return [*seeming, "utf-8"]


def _makes_sense(text: str) -> bool:
    """Whether unmarked UTF-16 is what it seems to be: other bytes with a NUL among them do not become words."""
    words = text[:SAMPLE]
    return "\0" not in text and (words.isascii() or any(fits(words) for fits in FITS.values()))


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _as_stated(raw: bytes, stated: str) -> Decoded | Mistake:
    try:
        codec = codecs.lookup(stated)
        return Decoded(raw.decode(codec.name).removeprefix("\ufeff"), codec.name)
    except UnicodeError:
        return mistake("table:encoding-not-it", encoding=quoted(stated))
    except (LookupError, ValueError, TypeError, AssertionError):
        return mistake("table:encoding-unknown", encoding=quoted(stated))


def _asked(raw: bytes, encodings: list[str]) -> Mistake:
    """Which encodings the bytes fit, each with the first word that they write differently."""
    line = next((line for line in raw.splitlines() if not line.isascii()), b"")
    shown = []
    for encoding in encodings:
        words = re.split(r"[,;\t|\"]", line.decode(encoding, errors="replace"))
        word = next((word for word in words if not word.isascii()), "")
        shown.append(message("table:encoding-candidate", encoding=encoding, sample=quoted(word.strip())))
    return mistake("table:encoding", candidates=tuple(shown)) if shown else mistake("table:encoding-none")


def _share(text: str, ordinary: Callable[[str], bool]) -> float:
    """Which share of the signs beyond ASCII is ordinary."""
    signs = [sign for sign in text if not sign.isascii()]
    return sum(map(ordinary, signs)) / len(signs) if signs else 0.0


def _lead(sign: str, encoding: str) -> int:
    """The first byte of a sign, 0 where the encoding has no two bytes for it."""
    coded = sign.encode(encoding, errors="ignore")
    return coded[0] if len(coded) == 2 else 0


def _is_chinese(text: str) -> bool:
    """Nearly all of GB 2312, most of it of its level 1: the 3,755 characters that people use every day."""
    common = _share(text, lambda sign: _lead(sign, "gb2312") in range(0xA1, 0xD8))
    return common >= 0.6 and _share(text, lambda sign: _lead(sign, "gb2312") > 0) >= 0.9


def _is_traditional(text: str) -> bool:
    return _share(text, lambda sign: _lead(sign, "big5") in range(0xA1, 0xC7)) >= 0.9


def _is_japanese(text: str) -> bool:
    return _share(text, lambda sign: _lead(sign, "shift_jis") in range(0x81, 0x98)) >= 0.9


def _is_kana(text: str) -> bool:
    """EUC-JP: its kanji alone could as well be Chinese of GB 2312."""
    kana = _share(text, lambda sign: "\u3040" <= sign <= "\u30ff")
    return kana >= 0.2 and _share(text, lambda sign: _lead(sign, "euc_jp") in range(0xA1, 0xD0)) >= 0.9


def _is_korean(text: str) -> bool:
    return _share(text, lambda sign: "\uac00" <= sign <= "\ud7a3") >= 0.9


ACCENTED = re.compile(r"(?<=[A-Za-z])[À-ÖØ-öø-žŠšŽžŒœŸ’]{1,2}|[À-ÖØ-öø-žŠšŽžŒœŸ]{1,2}(?=[A-Za-z])")


def _is_accented(text: str) -> bool:
    """Single accented letters among plain ones: a language of Latin letters."""
    beyond = sum(not sign.isascii() for sign in text)
    return beyond > 0 and sum(len(found) for found in ACCENTED.findall(text)) / beyond >= 0.9


def _is_cyrillic(text: str) -> bool:
    """Words of Cyrillic letters that are capital only where words are."""
    beyond = sum(not sign.isascii() for sign in text)
    words = re.findall(r"(?<![A-zА-яЁё])(?:[А-ЯЁ]?[а-яё]+|[А-ЯЁ]{2,})(?![A-zА-яЁё])", text)
    return beyond > 0 and sum(map(len, words)) / beyond >= 0.9


FITS: dict[str, Callable[[str], bool]] = {
    CHINESE: _is_chinese,
    "big5": _is_traditional,
    "shift_jis": _is_japanese,
    "euc_jp": _is_kana,
    "euc_kr": _is_korean,
    "cp1252": _is_accented,
    "cp1250": _is_accented,
    "cp1251": _is_cyrillic,
}
"""Encodings that a file may be in without a mark, each with what says that its text makes sense."""
