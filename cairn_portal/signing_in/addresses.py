"""Where the portal is, and who may reach it: without a provider of the company's own nobody but this machine."""

import ipaddress

from starlette.requests import HTTPConnection

from cairn.i18n import message
from cairn.settings import Settings, SettingsProblem

DEMO = "/demo"
"""Where the demo's own provider is, below the portal's address."""


def portal_url(settings: Settings) -> str:
    """The address of the portal as people type it, without a slash at its end."""
    if settings.portal_url:
        return settings.portal_url.rstrip("/")
    host = settings.portal_host if is_local(settings.portal_host) else "127.0.0.1"
    return f"http://{host}:{settings.portal_port}"


def issuer(settings: Settings) -> str:
    """The provider at which people sign in."""
    return (settings.oidc_issuer or portal_url(settings) + DEMO).rstrip("/")


def is_demo(settings: Settings) -> bool:
    """Whether anybody at this machine signs in as anybody."""
    return settings.oidc_issuer is None


def require_safe(settings: Settings) -> None:
    """Refuses to let anybody sign in as anybody from elsewhere. Raises SettingsProblem."""
    if is_demo(settings) and not is_local(settings.portal_host):
        raise SettingsProblem(
            message(
                "Without CAIRN_OIDC_ISSUER whoever reaches the portal signs in as anybody, so it listens on this "
                "machine alone: name your provider, or leave out CAIRN_PORTAL_HOST={host}.",
                host=settings.portal_host,
            )
        )


def is_local(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def comes_from_here(request: HTTPConnection) -> bool:
    """Whether a request was sent from this machine, to a name that is this machine's: a page elsewhere whose name
    was made to lead here is told apart by the name it asks for."""
    client = request.client.host if request.client else ""
    return is_local(client) and is_local(request.url.hostname or "")
