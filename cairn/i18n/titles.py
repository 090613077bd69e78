"""Titles of goals in the reader's language: those that a policy gave them. What people wrote stays as they wrote it."""

from collections.abc import Iterable, Mapping

from cairn.domain.vocabulary import Name

Titles = Mapping[str, Name]
"""A title as it was recorded → its name in both languages."""


def titles_in(policies: Iterable[Iterable[Name]]) -> Titles:
    """The titles of the templates of some policies. One that means different things to readers of the other language is
    left out: nobody could tell which."""
    found: dict[str, Name] = {}
    unclear: set[str] = set()
    for name in (name for titles in policies for name in titles):
        for recorded in (name.zh, name.en):
            if found.setdefault(recorded, name) != name:
                unclear.add(recorded)
    return {recorded: name for recorded, name in found.items() if recorded not in unclear}


def title_in(titles: Titles, recorded: str, language: str) -> str:
    """A title as a reader of the language knows it."""
    name = titles.get(recorded)
    return recorded if name is None else name.text(language)
