"""Bare Postgres clusters for what befalls operators: copied, upgraded, promoted, taken back in time."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from cairn_portal.servers import postgres, postgres_user
from cairn_portal.servers.ports import HOST, free_port

NEW = postgres.programs()
OLD = NEW.parents[1] / "pginstall" / "bin"
"""Postgres 16, which comes with the same package."""


@dataclass
class Cluster:
    """One cluster in a folder that it shares with nobody; `programs` are of its version."""

    data: Path
    programs: Path = NEW
    port: int = field(default_factory=free_port)

    @property
    def server(self) -> str:
        return f"postgresql://postgres@{HOST}:{self.port}"

    @property
    def dsn(self) -> str:
        return f"{self.server}/postgres"

    def made(self, *options: str) -> "Cluster":
        """Made by initdb, with the log of its writes wherever it is asked for."""
        how = ("--username=postgres", "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync")
        self.runs("initdb", f"--pgdata={self.data}", *how, *options)
        self.says(
            f"listen_addresses = '{HOST}'", "unix_socket_directories = ''", "fsync = off", "autovacuum = off",
            "wal_level = replica", "max_wal_senders = 4", "hot_standby = on",
        )  # fmt: skip
        return self

    def says(self, *lines: str) -> None:
        """More settings, which take effect at the next start."""
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write("\n".join(lines) + "\n")

    def starts(self) -> "Cluster":
        log = self.data.with_suffix(".log")
        self.runs("pg_ctl", "start", "-w", "-D", self.data, "-l", log, "-o", f"-p {self.port}", quiet=True)
        return self

    def stops(self, mode: str = "fast") -> None:
        self.runs("pg_ctl", "stop", "-w", "-m", mode, "-D", self.data)

    def copy(self, name: str, *options: str) -> "Cluster":
        """A base backup, not started yet."""
        made = Cluster(self.data.with_name(name), self.programs)
        self.runs(
            "pg_basebackup", "-d", self.dsn, "-D", made.data, "--checkpoint=fast", "--no-sync", *options
        )
        return made

    def runs(self, program: str, *arguments: str | Path, quiet: bool = False) -> str:
        """What a program of the cluster's version says; it must succeed."""
        user = postgres_user.user()
        done = subprocess.run(
            [self.programs / program, *arguments], user=user, group=postgres_user.group(user),
            extra_groups=[] if user else None, cwd=self.data.parent, env={**os.environ, "LC_ALL": "C"},
            stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stdout}"
        return done.stdout or ""


@contextmanager
def folder_of_clusters() -> Iterator[Path]:
    """A folder in which clusters may lie; every one of them is stopped at the end."""
    folder = Path(mkdtemp(prefix="cairn-test-"))
    postgres_user.give(folder, postgres_user.user())
    postgres_user.let_pass(OLD / "postgres")
    try:
        yield folder
    finally:
        for lock in folder.glob("*/postmaster.pid"):
            Cluster(lock.parent).stops("immediate")
        shutil.rmtree(folder, ignore_errors=True)
