"""Texts of one rater that are nearly the same about different people: told to the rater, and to nobody else."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple
from unicodedata import normalize

SHORTEST = 20
"""Characters below which two texts may well be the same."""


class Alike(NamedTuple):
    """A text on `key` that is nearly the same as the one about another `person`, by so many percent."""

    key: str
    person: str
    percent: int


def alike(
    texts: Mapping[str, str], others: Iterable[tuple[str, Mapping[str, str]]], least: int
) -> list[Alike]:
    """Which of somebody's texts are nearly equal to what they wrote about others, given as (person, texts by item).
    Case, width and spaces do not count."""
    found: list[Alike] = []
    known = [(person, _plain(words)) for person, theirs in others for words in theirs.values()]
    for key, words in texts.items():
        mine = _plain(words)
        if len(mine) < SHORTEST:
            continue
        percents: dict[str, int] = {}
        for person, theirs in known:
            matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
            if matcher.real_quick_ratio() * 100 < least or matcher.quick_ratio() * 100 < least:
                continue
            percents[person] = max(percents.get(person, 0), int(matcher.ratio() * 100))
        found += [Alike(key, person, share) for person, share in percents.items() if share >= least]
    return found


def _plain(words: str) -> str:
    return "".join(normalize("NFKC", words).casefold().split())
