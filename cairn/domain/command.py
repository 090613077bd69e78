"""The row that a command declares beside its fields: its name, who may, in which stages, and where it leads.

Permission check, refusals, message reader, lifecycle page and command line are made from these rows.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cairn.domain.rights import Right

StageName = TypeVar("StageName", bound=str)


@dataclass(frozen=True)
class CommandRow(Generic[StageName]):
    """One command that people give.

    `name` is used in updates, signals, the API and the command line, and is its message id (`command:<name>`). `who`
    may give it. It is possible in `stages` and leads to `leads_to`; None: the stage stays. In `already` it is so
    already: asked again, nothing happens. What `judges` is never done to one's own goal, and a refusal says so. What is
    done `by_date` as well is done by `system` then. What is given `by_token` comes from `system` for somebody whom the
    log knows by a token alone (RULES C4).
    """

    name: str
    who: Right[Any]
    stages: tuple[StageName, ...]
    leads_to: StageName | None = None
    already: tuple[StageName, ...] = ()
    judges: bool = False
    by_date: bool = False
    by_token: bool = False
