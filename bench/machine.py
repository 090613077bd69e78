"""On what it was measured: figures without their machine say nothing."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import psutil

from bench.stand import Stand, connected

FLUSHES = 200


async def facts(stand: Stand) -> dict[str, str]:
    """What a reader has to know to compare these figures with others."""
    async with connected(stand.server, 1) as pool:
        postgres = await pool.fetchval("show server_version")
        buffers = await pool.fetchval("show shared_buffers")
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "disk": f"a write of 8 KiB is forced to the disk in {_flush(stand.home):.2f} ms (median)",
        "system": f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}",
        "postgres": f"{postgres}, as Cairn ships it (shared_buffers {buffers}, durable commits)",
        "load before the run": f"{os.getloadavg()[0]:.1f}",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _flush(folder: Path) -> float:
    """Milliseconds until a small write is on the disk."""
    times = []
    file = folder / "flush"
    with file.open("wb") as out:
        for _ in range(FLUSHES):
            out.write(bytes(8192))
            out.flush()
            began = perf_counter()
            os.fdatasync(out.fileno())
            times.append(1000 * (perf_counter() - began))
    file.unlink()
    return sorted(times)[FLUSHES // 2]
