"""Kinds of cases that people begin by a form; the others come with a cycle's dates, or from tables."""

from cairn.application.cases import KINDS
from cairn_portal.web.forms import is_typed

BEGUN_BY_PEOPLE = tuple(
    name
    for name, kind in KINDS.items()
    if any("none" in each.row.stages and is_typed(each) for each in kind.commands.values())
)
