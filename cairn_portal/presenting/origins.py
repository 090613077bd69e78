"""Where a goal and its targets came from, in words."""

from typing import Any

from cairn.domain.goal.origin import Origin
from cairn_portal.presenting.reader import Reader


def origin_words(at: Reader, origin: Origin | dict[str, Any] | None, carried_from: str | None) -> str:
    """The file with its row, the template, last year's goal; empty where it was typed in."""
    found = Origin.model_validate(origin) if isinstance(origin, dict) else origin
    said = []
    if carried_from is not None:
        said.append(at.say("carried over from {goal}", goal=carried_from))
    if found is not None and found.file:
        said.append(at.say("{file}, row {row}", file=found.file, row=found.row or 0))
    if found is not None and found.template:
        said.append(at.say("template {template}", template=found.template))
    return at.say("separator:clause").join(said)
