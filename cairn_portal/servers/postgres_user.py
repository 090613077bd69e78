"""Postgres refuses to run as root: there it gets a system user of its own, and just the rights it needs."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

from cairn.i18n import message
from cairn_portal.servers.problem import ServerProblem

SYSTEM_USER = "pgserver"  # the same name the Postgres wheel uses, so that a machine gets one such user


def user() -> str | None:
    """The user Postgres is to run as; None: as we are. Creates the system user the first time root asks."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _create()
    return SYSTEM_USER


def _create() -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        raise ServerProblem(
            message(
                "Postgres does not run as root, and the user {user} for it could not be "
                "created ({reason}). Run Cairn as an ordinary user.",
                user=SYSTEM_USER,
                reason=getattr(failed, "stderr", "") or failed,
            )
        ) from failed


def group(name: str | None) -> int | None:
    return pwd.getpwnam(name).pw_gid if name else None


def give(path: Path, name: str | None) -> None:
    """Makes the user owner of the folder or file, and lets them pass (not list) the folders above it."""
    if name is None:
        return
    entry = pwd.getpwnam(name)
    os.chown(path, entry.pw_uid, entry.pw_gid)
    let_pass(path)


def let_pass(path: Path) -> None:
    for folder in path.absolute().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def let_read(tree: Path) -> None:
    """Makes a tree of programs readable for everyone: a strict umask may have kept it for root alone."""
    let_pass(tree)
    for path in (tree, *tree.rglob("*")):
        mode = path.stat().st_mode
        passable = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        if (mode | stat.S_IROTH | passable) != mode:
            path.chmod(mode | stat.S_IROTH | passable)
