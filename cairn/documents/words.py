"""Words of which there are few: yes and no, and whatever list a caller has."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from cairn.documents.cells import Given, cell_of, half_width, quoted
from cairn.documents.mistakes import Mistake, mistake

Meaning = TypeVar("Meaning")

YES_AND_NO: Mapping[str, bool] = {
    **dict.fromkeys(("是", "对", "有", "√", "✓", "✔", "yes", "y", "true", "t", "1", "on"), True),
    **dict.fromkeys(
        ("否", "不", "不是", "错", "无", "没有", "×", "✗", "✘", "no", "n", "false", "f", "0", "off"), False
    ),
}


def read_yes_no(given: Given) -> bool | Mistake:
    """是 or 否, yes or no, true or false, 1 or 0, √ or ×."""
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    word = half_width(cell.text).casefold()
    if not word:
        return mistake("cell:empty")
    found = YES_AND_NO.get(word)
    return mistake("word:yes-no", written=quoted(cell.text)) if found is None else found


def read_word(given: Given, meanings: Mapping[str, Meaning]) -> Meaning | Mistake:
    """What a word of a list means, whatever its case and width; else the list, and the word that is nearest."""
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    word = half_width(cell.text).casefold()
    if not word:
        return mistake("cell:empty")
    for known, meaning in meanings.items():
        if half_width(known).casefold() == word:
            return meaning
    facts = {"written": quoted(cell.text), "known": tuple(meanings)}
    near = nearest(word, meanings)
    return mistake("word:near", near=near, **facts) if near else mistake("word:unknown", **facts)


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that was probably meant."""
    close = difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=cutoff)
    return close[0] if close else None


def hint(near: str | None) -> dict[str, str]:
    """The facts that a sentence's `{hint:hint}` needs: what was probably meant, or nothing."""
    return {"hint": "near" if near else "", "near": near or ""}


def names_in(language: str, words: Mapping[str, Meaning]) -> dict[Meaning, str]:
    """What to call each meaning of a vocabulary in a language: the first of its names there, else the first of all."""
    found: dict[Meaning, str] = {}
    for wanted in (True, False):
        for name, meaning in words.items():
            if (name.isascii() == (language == "en")) is wanted:
                found.setdefault(meaning, name)
    return {meaning: found[meaning] for meaning in dict.fromkeys(words.values())}
