"""Starting everything in a folder, also from a process of its own, and which processes run there."""

import os
from pathlib import Path

from cairn.settings import Settings
from cairn_portal.servers import Addresses, start_all, status

CHECKOUT = Path(__file__).parents[2]
START = """
import asyncio
from cairn.settings import Settings
from cairn_portal.servers import start_all
asyncio.run(start_all(Settings(), durable=False))
"""


async def started(settings: Settings) -> Addresses:
    return await start_all(settings, durable=False)


def pids(settings: Settings) -> dict[str, int | None]:
    return {server.name: server.pid for server in status(settings)}


def environment_of(settings: Settings) -> dict[str, str]:
    """For a Python process of its own that starts servers in the same folder."""
    return {**os.environ, "CAIRN_HOME": str(settings.home), "PYTHONPATH": str(CHECKOUT)}
