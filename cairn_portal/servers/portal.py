"""The portal as one of Cairn's processes: pages and API on a port of their own."""

import asyncio
import sys
import time

from cairn.i18n import marked, message
from cairn.settings import Settings
from cairn_portal.servers import data_folder, logins, process
from cairn_portal.servers.portal_key import demo_pass
from cairn_portal.servers.ports import HOST, port_for
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.process import Process
from cairn_portal.servers.supervisor import Addresses, databases, start_process

NAME = "portal"
CALLED = marked("the portal")
PATIENCE = 30.0  # seconds


async def start(settings: Settings, addresses: Addresses) -> str:
    """Starts the portal, or finds it running; gives the address at which people open it. Raises ServerProblem."""
    found = process.running(settings.home, NAME)
    if found is None:
        port = choose_port(settings)
        own = settings.model_copy(update={"portal_port": port})
        login = databases(settings, logins.PORTAL)
        there = Addresses(login.database_dsn, addresses.temporal_address)
        host = HOST if settings.portal_host in ("0.0.0.0", "::") else settings.portal_host
        command = [sys.executable, "-m", "cairn_portal.served"]
        found = start_process(own, there, NAME, command, address=f"{host}:{port}")
    await _until_it_answers(found)
    return shown_address(settings, found.address)


def shown_address(settings: Settings, place: str) -> str:
    """The address at which people open the portal; that of the demo's sign-in opens it."""
    url = settings.portal_url or f"http://{place}"
    return url if settings.oidc_issuer else f"{url}/demo/enter/{demo_pass(settings)}"


def choose_port(settings: Settings) -> int:
    """The port of the portal, kept for the next start too."""
    known = data_folder.remembered(settings.home, NAME).get("port")
    port = port_for(CALLED, settings.portal_port, known, "CAIRN_PORTAL_PORT")
    data_folder.remember(settings.home, NAME, {"port": port})
    return port


async def _until_it_answers(found: Process) -> None:
    host, _, port = found.address.rpartition(":")
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if not found.alive():
            break
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    raise ServerProblem(
        message(
            "The portal did not start. The end of {log}:\n{end}",
            log=found.log,
            end=process.last_lines(found.log),
        )
    )
