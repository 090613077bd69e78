"""A detached process that can be found again, by pid and start time, so that a reused pid fools nobody."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from cairn.i18n import message
from cairn_portal.servers.problem import ServerProblem

LOG_KEPT = 20 * 1024 * 1024  # bytes; a longer log is set aside at the next start
CLOCK_SLACK = 2.0  # seconds; the kernel's boot time, and with it every start time, may be re-estimated

# The shell leaves the program to init and names it, so it never becomes our zombie. Its output goes where
# stderr goes, a file opened by us: the program may run as a user who could not open it.
DETACH = '"$@" >&2 </dev/null & echo $!'


@dataclass(frozen=True)
class Process:
    """One running program: its name among Cairn's processes, pid, start time (Unix seconds) and log file."""

    name: str
    pid: int
    started: float
    log: str
    address: str = ""

    def alive(self) -> bool:
        """True while this very process runs: same pid, same start time, not a zombie."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < CLOCK_SLACK
            return same and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def start(
    home: Path,
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    group: int | None = None,
    address: str = "",
    cwd: Path | None = None,
) -> Process:
    """Starts a program in a session of its own, recorded under `<home>/run`; its output goes to its log."""
    log = log_file(home, name)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        shell = subprocess.run(
            ["/bin/sh", "-c", DETACH, "sh", *command],
            env=dict(env) if env is not None else None,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
            user=user,
            group=group,
            extra_groups=[] if user else None,
            check=True,
            umask=0o077,  # what it writes, a database among it, is for its own user alone
        )
    pid = int(shell.stdout)
    return remember(home, Process(name, pid, started_at(pid), str(log), address))


def started_at(pid: int) -> float:
    """When the process began, or now if it is gone already: then nobody will take another one for it."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return time.time()


def log_file(home: Path, name: str) -> Path:
    """The log of a process; one that grew long is set aside under `.1` first."""
    log = home / "logs" / f"{name}.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_KEPT:
        log.replace(log.with_suffix(".log.1"))
    return log


def remember(home: Path, process: Process) -> Process:
    """Writes the record by rename, so that a reader sees a whole one or none."""
    record = home / "run" / f"{process.name}.json"
    record.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = record.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(process)))
    draft.replace(record)
    return process


def recorded(home: Path) -> list[Process]:
    """Every process that was started and not stopped, alive or not, by name."""
    records = sorted((home / "run").glob("*.json"))
    return [process for process in map(_read, records) if process is not None]


def running(home: Path, name: str) -> Process | None:
    """The live process of this name. The record of a dead one is a stale lock: it is removed."""
    record = home / "run" / f"{name}.json"
    process = _read(record)
    if process is not None and process.alive():
        return process
    record.unlink(missing_ok=True)
    return None


def _read(record: Path) -> Process | None:
    """None for a record that is missing or was cut short by a crash."""
    try:
        return Process(**json.loads(record.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def stop(
    home: Path, process: Process, *, by: signal.Signals = signal.SIGTERM, patience: float = 15.0
) -> None:
    """Asks the process to end, waits `patience` seconds, then ends it; its record goes with it."""
    if process.alive():
        _send(process, by)
        if not _gone(process, patience):
            _send(process, signal.SIGKILL)
            _gone(process, 5.0)
    (home / "run" / f"{process.name}.json").unlink(missing_ok=True)


def _send(process: Process, what: signal.Signals) -> None:
    try:
        os.kill(process.pid, what)
    except ProcessLookupError:
        return
    except PermissionError as refused:
        raise ServerProblem(
            message(
                "{name} (process {pid}) belongs to another user; stop it as the user who started it.",
                name=process.name,
                pid=process.pid,
            )
        ) from refused


def _gone(process: Process, patience: float) -> bool:
    until = time.monotonic() + patience
    while process.alive():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def last_lines(log: Path | str, count: int = 5) -> str:
    """The end of a log, for the sentence that says why a process did not start."""
    try:
        with Path(log).open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 8192))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(line[:400] for line in text.splitlines()[-count:])
