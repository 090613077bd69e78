"""The example policies that come along: whole plans to begin one's own from."""

import sysconfig
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cairn.domain.vocabulary import Name
from cairn.policies.reading import parse

SOURCES = ("company/policy.yaml", "schemes/*.yaml")
"""Below `examples`, the one to begin with first."""


class Example(NamedTuple):
    """One policy: `name` is its own, `families` its job families."""

    name: str
    title: Name
    families: tuple[Name, ...]
    text: str


@cache
def examples() -> tuple[Example, ...]:
    """Every example there is: of the source folder, else as they were installed; none where neither is there."""
    here = next((each for each in _folders() if each.is_dir()), None)
    if here is None:
        return ()
    return tuple(_example(file) for pattern in SOURCES for file in sorted(here.glob(pattern)))


def _folders() -> tuple[Path, ...]:
    """Where they may be."""
    return (
        Path(__file__).parents[2] / "examples",
        Path(sysconfig.get_path("data")) / "share" / "cairn" / "examples",
    )


def _example(file: Path) -> Example:
    text = file.read_text("utf-8")
    policy = parse(text, file.name)
    return Example(policy.name, policy.title, tuple(family.name for family in policy.families.values()), text)
