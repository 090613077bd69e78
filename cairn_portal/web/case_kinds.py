"""Kinds of cases that people begin themselves; the others come with a cycle's dates."""

from cairn.application.cases import KINDS

BEGUN_BY_PEOPLE = tuple(
    name for name, kind in KINDS.items() if any("none" in each.row.stages for each in kind.commands.values())
)
