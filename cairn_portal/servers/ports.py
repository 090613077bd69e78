"""Which port a server gets: the configured one, the remembered one, or a free one."""

import random
import socket
import time

import psutil

from cairn.i18n import Message, message
from cairn_portal.servers.problem import ServerProblem

HOST = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections: a remembered port stays free.
RANGE = range(20_000, 32_000)
LETTING_GO = 0.5  # seconds


def is_free(port: int) -> bool:
    """True if a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_free_soon(port: int) -> bool:
    """True if the port is free or becomes so at once: a server just killed needs a moment to let go."""
    until = time.monotonic() + LETTING_GO
    while not is_free(port):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def free_port(but: set[int] | None = None) -> int:
    """A free port that is not in `but`."""
    for port in random.sample(RANGE, 200):
        if port not in (but or set()) and is_free(port):
            return port
    raise ServerProblem(
        message(
            "No free port was found between {start} and {stop}; stop some servers and try again.",
            start=RANGE.start,
            stop=RANGE.stop,
        )
    )


def port_for(
    server: str, configured: int | None, remembered: int | None, setting: str, but: set[int] | None = None
) -> int:
    """The port a server is to listen on; a configured one that is taken is refused with the taker's name.

    `but`: ports that were just given to others, who do not listen yet.
    """
    if configured is not None:
        if not is_free_soon(configured):
            raise ServerProblem(taken(server, configured, setting))
        return configured
    if remembered is not None and remembered not in (but or set()) and is_free_soon(remembered):
        return remembered
    return free_port(but)


def taken(server: str, port: int, setting: str) -> Message:
    """The sentence about a port in use, naming the process when the system tells."""
    facts = {"port": port, "server": Message(server), "setting": setting, "who": holder(port)}
    if facts["who"] is None:
        return message(
            "Port {port} for {server} is already taken. Stop the process that has it, set {setting} to another "
            "port, or unset it to have a free one chosen.",
            **facts,
        )
    return message(
        "Port {port} for {server} is already taken by {who}. Stop that process, set {setting} to another port, or "
        "unset it to have a free one chosen.",
        **facts,
    )


def holder(port: int) -> str | None:
    """`name (process 123)` of who listens on the port; None where the system does not say."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return None
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr[1] == port:
            return _named(connection.pid)
    return None


def _named(pid: int | None) -> str | None:
    try:
        return f"{psutil.Process(pid).name()} (process {pid})" if pid else None
    except psutil.NoSuchProcess:
        return None
