"""The embedded Temporal server: started on SQLite in the data folder, configured by environment alone."""

import asyncio
import os
import signal
import time
from pathlib import Path

from temporalio.client import Client

from cairn.settings import Settings
from cairn_portal.servers import data_folder, process, temporal_program
from cairn_portal.servers.ports import HOST, free_port, is_free_soon, port_for, taken
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.process import Process
from cairn_portal.servers.steps import OnStep, Step
from cairn_portal.servers.temporal_ready import make_usable

NAME = "temporal"
PATIENCE = 60.0  # seconds
FRONTEND = "FRONTEND_GRPC_PORT"
INNER_PORTS = (
    "FRONTEND_HTTP_PORT",
    "HISTORY_GRPC_PORT",
    "MATCHING_GRPC_PORT",
    "WORKER_GRPC_PORT",
    "FRONTEND_MEMBERSHIP_PORT",
    "HISTORY_MEMBERSHIP_PORT",
    "MATCHING_MEMBERSHIP_PORT",
    "WORKER_MEMBERSHIP_PORT",
)
# Time can be skipped, and each skip takes 10 ms and not a second; commands, launches and lists of one company
# never meet a limit meant for shared clusters; a new search attribute is known at once.
DYNAMIC = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "history.timerProcessorMaxTimeShift": "10ms",
    # One server has one partition of a task queue: from others, tasks reach an idle worker by ten a second.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    "history.maxInFlightUpdates": "100",
    "history.maxTotalUpdates": "10000",
    "frontend.namespaceRPS": "20000",
    "frontend.namespaceRPS.visibility": "1000",
    "system.visibilityPersistenceMaxReadQPS": "10000",
    "system.namespaceCacheRefreshInterval": "250ms",
    "system.forceSearchAttributesCacheRefreshOnRead": "true",
}


async def start(settings: Settings, on_step: OnStep) -> str:
    """Brings the embedded server up, or finds it up; gives its address host:port. Raises `ServerProblem`."""
    home = settings.home
    on_step(Step(NAME, "Temporal: starting"))
    server = process.running(home, NAME)
    client = await _client_of(server) if server is not None else None
    if server is None or client is None:
        program = await temporal_program.found(settings, on_step)
        on_step(Step(NAME, "Temporal: starting"))
        server = _spawn(settings, program, _ports(settings))
        client = await _client_of(server)
    if client is None:
        raise ServerProblem(_explained(server))
    await make_usable(client, settings.namespace)
    on_step(Step(NAME, f"Temporal: ready on {server.address}", finished=True))
    return server.address


def stop(home: Path) -> bool:
    """Lets the server write what it has and end. False if it was not running."""
    server = process.running(home, NAME)
    if server is not None:
        process.stop(home, server, by=signal.SIGTERM, patience=20.0)
    return server is not None


def _ports(settings: Settings) -> dict[str, int]:
    """All ports of the server by the name of their variable: the frontend's as set, the inner ones free."""
    known = data_folder.remembered(settings.home, NAME)
    frontend = port_for("Temporal", settings.temporal_port, known.get(FRONTEND), "CAIRN_TEMPORAL_PORT")
    ports = {FRONTEND: frontend}
    for name in INNER_PORTS:
        last = known.get(name)
        used = set(ports.values())
        ports[name] = (
            last if last is not None and last not in used and is_free_soon(last) else free_port(used)
        )
    data_folder.remember(settings.home, NAME, {**known, **ports})
    return ports


def _spawn(settings: Settings, program: temporal_program.Program, ports: dict[str, int]) -> Process:
    folder = settings.home / NAME
    folder.mkdir(parents=True, exist_ok=True)
    dynamic = folder / "dynamic.yaml"
    dynamic.write_text("".join(f"{key}:\n  - value: {value}\n" for key, value in DYNAMIC.items()))
    if program.kind == "cli":
        command, env = _cli_command(program.path, folder, ports, settings), dict(os.environ)
    else:
        command = [str(program.path), "--allow-no-auth", "start"]
        env = _server_environment(folder / "temporal.db", dynamic, ports)
    address = f"{HOST}:{ports[FRONTEND]}"
    return process.start(settings.home, NAME, command, env=env, cwd=folder, address=address)


def _server_environment(database: Path, dynamic: Path, ports: dict[str, int]) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "SQL", "DB"))},
        "DB": "sqlite",
        "DBNAME": str(database),
        "VISIBILITY_DBNAME": str(database),
        "NUM_HISTORY_SHARDS": "1",
        # SQLite need not wait for the disk: what a power failure takes is restarted from the ledger.
        "SQLITE_SYNCHRONOUS": "0",
        "BIND_ON_IP": HOST,
        "LOG_LEVEL": "warn",
        "DYNAMIC_CONFIG_FILE_PATH": str(dynamic),
        **{name: str(port) for name, port in ports.items()},
    }


def _cli_command(program: Path, folder: Path, ports: dict[str, int], settings: Settings) -> list[str]:
    command = [str(program), "server", "start-dev", "--ip", HOST, "--port", str(ports[FRONTEND])]
    command += ["--http-port", str(ports["FRONTEND_HTTP_PORT"]), "--namespace", settings.namespace]
    command += ["--db-filename", str(folder / "temporal-cli.db"), "--log-level", "warn"]
    ui = port_for("Temporal's web UI", settings.ui_port, ui_port(settings.home), "CAIRN_UI_PORT")
    data_folder.remember(settings.home, "temporal-ui", {"port": ui, "inside": True})
    command += ["--ui-port", str(ui)]
    for key, value in DYNAMIC.items():
        literal = value if value in ("true", "false") or value.isdigit() else f'"{value}"'
        command += ["--dynamic-config-value", f"{key}={literal}"]
    return command


def ui_port(home: Path) -> int | None:
    """The port the web UI had last time."""
    return data_folder.remembered(home, "temporal-ui").get("port")


async def _client_of(server: Process) -> Client | None:
    """A client once the server lets us in; None if the server ends before."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            return await Client.connect(server.address)
        except RuntimeError:
            if not server.alive():
                return None
        await asyncio.sleep(0.02)
    raise ServerProblem(
        f"Temporal did not answer on {server.address} within {PATIENCE:.0f} seconds. "
        f"The end of {server.log}:\n{process.last_lines(server.log)}"
    )


def _explained(server: Process) -> str:
    end = process.last_lines(server.log)
    if "address already in use" in end:
        return taken("Temporal", int(server.address.rpartition(":")[2]), "CAIRN_TEMPORAL_PORT")
    if "no space left" in end or "disk is full" in end:
        disk = Path(server.log).parents[1]
        return f"Temporal stopped because the disk under {disk} is full. Free some space and start again."
    return f"Temporal did not start. The end of {server.log}:\n{end}"
