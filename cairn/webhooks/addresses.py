"""Where a webhook may lead: to other machines, never to what listens inside, unless whoever runs Cairn allows it.

A name is looked up when a message is sent, and the message goes to the very address that was looked at: a name that
leads elsewhere a moment later is of no use to anybody.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from cairn.domain.refusal import Refusal
from cairn.i18n import message
from cairn.settings import Settings, SettingsProblem

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST = 2000
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that a gateway translates to IPv4 (RFC 6052)."""
PORTS = {"https": 443, "http": 80}


class Inside(Exception):
    """A name leads to an address to which nothing may be sent."""


class Place(NamedTuple):
    """Where a message is sent: the address that was looked up, for a host by its name."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def url(self) -> str:
        """With the address in the host's place."""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{shown}:{self.port}{self.path}"

    @property
    def named(self) -> str:
        """The host as its own server knows it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


class Allowed(NamedTuple):
    """Names and networks inside to which webhooks may lead all the same."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def takes(self, host: str, address: Address) -> bool:
        """Whether a message to a host may go to this address of it."""
        if host in self.names or any(address in network for network in self.networks):
            return True
        return all(each.is_global and not each.is_multicast for each in (address, *_within(address)))


def _within(address: Address) -> Sequence[Address]:
    """The IPv4 addresses that an IPv6 address leads to, by the ways there are of writing one in the other."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    translated = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in TRANSLATED else None
    found = (address.ipv4_mapped, address.sixtofour, translated, *(address.teredo or ()))
    return [each for each in found if each is not None]


def allowed_of(settings: Settings) -> Allowed:
    """What CAIRN_WEBHOOK_INSIDE allows. Raises SettingsProblem."""
    names, networks = set(), []
    for part in (settings.webhook_inside or "").split(","):
        text = part.strip().lower()
        if "/" in text:
            try:
                networks.append(ipaddress.ip_network(text))
            except ValueError:
                raise SettingsProblem(
                    message("CAIRN_WEBHOOK_INSIDE: {text} is no network, such as 10.2.0.0/16.", text=text)
                ) from None
        elif text:
            names.add(text.strip("[]"))
    return Allowed(frozenset(names), tuple(networks))


def read_url(written: str, allowed: Allowed) -> SplitResult:
    """An address as HR registers it. Refuses what is none, and http to a host that is not allowed by its name."""
    try:
        found = urlsplit(written)
        host, port = found.hostname, found.port
    except ValueError:
        raise Refusal("webhook.url", field="url", given=written[:LONGEST]) from None
    if (
        found.scheme not in PORTS or not host or port == 0 or len(written) > LONGEST or found.username is not None
        or found.password is not None or not written.isascii() or not written.isprintable() or " " in written
    ):  # fmt: skip
        raise Refusal("webhook.url", field="url", given=written[:LONGEST])
    if found.scheme == "http" and host not in allowed.names:
        raise Refusal("webhook.plain", field="url", host=host)
    return found


async def place_of(url: str, allowed: Allowed) -> Place:
    """Where a registered address leads now. Raises Inside, and OSError where its name leads nowhere."""
    found = urlsplit(url)
    host = found.hostname or ""
    port = found.port or PORTS[found.scheme]
    looked_up = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]).partition("%")[0] for each in looked_up]
    _require_allowed(host, addresses, allowed)
    path = found.path or "/"
    return Place(found.scheme, host, port, addresses[0], f"{path}?{found.query}" if found.query else path)


def _require_allowed(host: str, addresses: Sequence[str], allowed: Allowed) -> None:
    """Raises Inside where any address of a name is inside: one of several would be chosen by chance."""
    for each in addresses:
        if not allowed.takes(host, ipaddress.ip_address(each)):
            raise Inside(host)
