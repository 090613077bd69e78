"""Whoever reads at the command line, where they are named."""

from typing import Annotated

import typer

from cairn.domain.cycle.state import Cycle
from cairn_portal.cli.session import Session
from cairn_portal.reading.viewing import Viewer

As = Annotated[
    str | None, typer.Option("--as", metavar="ID", help="as this person would read it; by default all of it")
]


async def viewer(s: Session, who: str | None, cycle: Cycle) -> Viewer:
    """The viewer named in a cycle; nobody named reads everything. Refuses somebody who is not known or has left."""
    return await s.records.viewer(who, cycle)
