"""The servers Cairn brings along: an embedded Postgres, a real Temporal server with its web UI, and the workers.

For callers (everything returns plain records; a problem is raised as `ServerProblem`, one sentence to print):

    addresses = await start_all(settings, on_step)        # Postgres, migrated, and Temporal; safe to repeat
    start_worker(settings, addresses)                     # one detached worker process; returns its Process
    stop_worker(settings)                                 # every worker
    await portal.start(settings, addresses)               # the portal; returns its address
    start_process(settings, addresses, "…", [sys.executable, "-m", "…"])        # anything else, same care
    down(settings)                                        # stops all; returns the names of what it stopped
    status(settings)                                      # list[ServerStatus] of what should be running
    await checks(settings)                                # list[Check] for `cairn doctor`
    with shown_steps(console) as on_step: …               # shows the steps as Rich progress

`on_step` is called with a `Step` whenever something begins, moves on or is done. All processes are detached:
they outlive the caller, and whoever comes next finds them by their pid files under `<home>/run`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cairn_portal.servers.doctor import Check, checks
    from cairn_portal.servers.problem import ServerProblem
    from cairn_portal.servers.process import Process
    from cairn_portal.servers.steps import OnStep, Step, shown_steps
    from cairn_portal.servers.supervisor import (
        Addresses,
        ServerStatus,
        databases,
        down,
        start_all,
        start_process,
        start_worker,
        status,
        stop_worker,
    )

__all__ = [
    "Addresses",
    "Check",
    "OnStep",
    "Process",
    "ServerProblem",
    "ServerStatus",
    "Step",
    "checks",
    "databases",
    "down",
    "shown_steps",
    "start_all",
    "start_process",
    "start_worker",
    "status",
    "stop_worker",
]
_WHERE = {
    **dict.fromkeys(("Check", "checks"), "doctor"),
    "ServerProblem": "problem",
    "Process": "process",
    **dict.fromkeys(("OnStep", "Step", "shown_steps"), "steps"),
}
"""The module of each name, by default `supervisor`."""


def __getattr__(name: str) -> Any:
    """A name's module is loaded when it is first asked for: a health check every few seconds needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_WHERE.get(name, 'supervisor')}"), name)
    globals()[name] = found
    return found
