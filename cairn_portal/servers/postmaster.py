"""Whether a cluster's server runs: told by the lock file it wrote, and by asking it where that is not enough.

No file of its process is read but those everybody may read: root in a container has no right to the others.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from cairn_portal.servers.ports import HOST

START_SLACK = 2.0  # seconds between a process's start and the time in its lock file, which has whole seconds
PATIENCE = 10  # seconds


@dataclass(frozen=True)
class Lock:
    """`postmaster.pid`: the process, when it began (Unix seconds) and its port."""

    pid: int
    started: int
    port: int


def read(cluster: Path) -> Lock | None:
    """The cluster's lock file; None if there is none or it was cut short."""
    try:
        pid, _, started, port = (cluster / "postmaster.pid").read_text().splitlines()[:4]
        return Lock(int(pid), int(started), int(port))
    except (OSError, ValueError):
        return None


def serves(lock: Lock, cluster: Path, psql: Path, password: str) -> bool:
    """True if the process that the lock names runs and is the server of this cluster.

    A number may have gone to another program, even to another Postgres: the start time tells them apart. Where
    the clock was set meanwhile that says nothing, and whoever answers on the port is asked for its cluster.
    """
    try:
        found = psutil.Process(lock.pid)
        if found.name() != "postgres" or found.status() == psutil.STATUS_ZOMBIE:
            return False
        on_time = abs(found.create_time() - lock.started) < START_SLACK
    except psutil.Error:
        return False
    return on_time or _answers(lock.port, cluster, psql, password)


def _answers(port: int, cluster: Path, psql: Path, password: str) -> bool:
    """True if a server on the port takes the password and works on this cluster."""
    command = [str(psql), "--no-psqlrc", "-Atc", "SHOW data_directory"]
    command += ["-h", HOST, "-p", str(port), "-U", "postgres", "postgres"]
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    try:
        asked = subprocess.run(
            command,
            env={**plain, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "5"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return asked.returncode == 0 and Path(asked.stdout.strip()).samefile(cluster)
    except (OSError, subprocess.TimeoutExpired):
        return False
