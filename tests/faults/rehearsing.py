"""A rehearsal as a process of its own, so that it can be killed: `python -m tests.faults.rehearsing <home>`."""

import asyncio
import sys
from pathlib import Path

from cairn.settings import Settings
from cairn_portal.rehearsal.run import rehearse

EXAMPLE = Path(__file__).parents[1] / "workflows" / "example"


def quietly(*_: object) -> None:
    """Nobody watches."""


def settings_in(home: Path) -> Settings:
    return Settings(home=home, database=None, temporal_address=None)


if __name__ == "__main__":
    asyncio.run(rehearse(settings_in(Path(sys.argv[1])), EXAMPLE, EXAMPLE, quietly, quietly, keep=True))
