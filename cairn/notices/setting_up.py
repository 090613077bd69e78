"""Where mail is sent, as an operator sets it up, or what is wrong with the settings."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import default
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from cairn.i18n import Message, message
from cairn.notices.kinds import KINDS
from cairn.notices.quiet import Quiet, read_quiet, read_zone
from cairn.settings import Settings, SettingsProblem

NEARBY = ("localhost", "127.0.0.1", "::1")
"""Hosts to which mail may go without TLS."""
PORTS = {"smtp": 587, "smtps": 465}
ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+")


class MailServer(NamedTuple):
    """A server that takes mail: `tls` from the first byte, by STARTTLS, or not at all."""

    host: str
    port: int
    tls: str
    user: str | None
    password: str | None


class Mailing(NamedTuple):
    """All that sending needs: the server, whom mails are from, which kinds are sent, in which languages, and when none
    is, by the clock of `zone`.

    `gather` is for how many seconds notices to the same person are gathered into one mail. `portal` is the address that
    links begin with, without a slash at its end; None: mails have no links.
    """

    server: MailServer
    sender: Address
    kinds: frozenset[str]
    languages: tuple[str, ...]
    gather: float
    portal: str | None
    quiet: Quiet | None
    zone: ZoneInfo


def mailing_of(settings: Settings) -> Mailing | None:
    """How mail is set up, None where it is not. Raises SettingsProblem with what to set."""
    if not settings.smtp_url:
        return None
    languages = (
        ("zh", "en") if settings.mail_language == "both" else (settings.mail_language or settings.language,)
    )
    portal = settings.portal_url.rstrip("/") if settings.portal_url else None
    return Mailing(
        _server(settings.smtp_url, settings.smtp_password_file),
        _sender(settings.mail_from),
        _kinds(settings.mail_kinds),
        languages,
        settings.mail_gather,
        portal,
        _quiet(settings.mail_quiet),
        _zone(settings.mail_timezone),
    )


def _server(url: str, password_file: Path | None) -> MailServer:
    """The address is never repeated in what is said: a password may stand in it."""
    try:
        parts = urlsplit(url)
        host, port, plain = parts.hostname, parts.port, parse_qs(parts.query).get("tls") == ["no"]
    except ValueError:
        host = None
    if not host or parts.scheme not in PORTS:
        raise SettingsProblem(
            message(
                "CAIRN_SMTP_URL is no address of a mail server: state smtp://user@host:587 or smtps://host."
            )
        )
    user, password = parts.username, parts.password
    if password_file is not None:
        password = _password(password_file)
    tls = "tls" if parts.scheme == "smtps" else "none" if plain or host in NEARBY else "starttls"
    if tls == "none" and user and host not in NEARBY:
        raise SettingsProblem(
            message("CAIRN_SMTP_URL says tls=no and names a user: a password is sent over TLS only.")
        )
    return MailServer(
        host,
        port or PORTS[parts.scheme],
        tls,
        unquote(user) if user else None,
        unquote(password) if password and password_file is None else password,
    )


def _password(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsProblem(
            message("The file {file} of CAIRN_SMTP_PASSWORD_FILE cannot be read.", file=file)
        ) from None


def _sender(written: str | None) -> Address:
    """The address of who mails are from, with a name or without."""
    try:
        [found] = default.header_factory("from", written or "").addresses
        if ADDRESS.fullmatch(found.addr_spec):
            return Address(display_name=found.display_name, addr_spec=found.addr_spec)
    except (ValueError, IndexError, MessageError):
        pass
    raise SettingsProblem(
        message("Set CAIRN_MAIL_FROM to the address that mails come from: Cairn <cairn@example.com>.")
    )


def _quiet(written: str | None) -> Quiet | None:
    found = read_quiet(written) if written else None
    if isinstance(found, Message):
        raise SettingsProblem(message("CAIRN_MAIL_QUIET: {what}", what=found))
    return found


def _zone(name: str) -> ZoneInfo:
    found = read_zone(name)
    if isinstance(found, Message):
        raise SettingsProblem(message("CAIRN_MAIL_TIMEZONE: {what}", what=found))
    return found


def _kinds(written: str) -> frozenset[str]:
    kinds = {each.strip() for each in written.split(",")} - {""}
    if not kinds or kinds - {*KINDS}:
        raise SettingsProblem(
            message("CAIRN_MAIL_KINDS names kinds of notices, with commas between: {kinds}.", kinds=KINDS)
        )
    return frozenset(kinds)
