"""What `cairn doctor` looks at: each check is a name, a verdict and a sentence that says what to do."""

import importlib
import importlib.util
import platform
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
from temporalio.service import RPCError

from cairn import privacy
from cairn.application.sessions import require_sessions
from cairn.i18n import Message, message, verbatim
from cairn.ledger import home, open_pool
from cairn.ledger.logins import may_tamper
from cairn.notices.channels import channels_of
from cairn.notices.sending import ServerAway
from cairn.notices.sending import connected as mail_connected
from cairn.notices.setting_up import mailing_of
from cairn.privacy import wrapping_keys
from cairn.settings import Settings, SettingsProblem
from cairn.temporal import KEY_FILE, payload_keys
from cairn_portal.servers import data_folder, logins, migrate, postgres, process, temporal, temporal_program
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.temporal_ready import connected, missing_search_attributes, server_version
from cairn_portal.servers.text_keys import Readable, open_to_others, readable

PACKAGES = ("cairn", "projections", "activities", "workflows", "cairn_portal", "worker")


@dataclass(frozen=True)
class Check:
    """One look at one thing. `ok` is None where there is nothing to judge yet (a server not started)."""

    name: Message
    ok: bool | None
    sentence: Message


async def checks(settings: Settings) -> list[Check]:
    """Everything, from the interpreter to the migrations; never raises."""
    found = [_python(), *map(_package, PACKAGES)]
    found += [_program(settings), _disk(settings), _ports(settings), _key(settings), *_others(settings)]
    for name, look in (
        (verbatim("Postgres"), _postgres),
        (message("Migrations"), _migrations),
        (message("Rights"), _rights),
        (message("Key of private text"), _text_key),
        (message("Ledger"), _ledger),
        (verbatim("Temporal"), _temporal),
        (message("Mail"), _mail),
        (message("Chat"), _chat),
    ):
        found.append(await _looked(name, look, settings))
    return found


async def _looked(name: Message, look: Callable[[Settings], Awaitable[Check]], settings: Settings) -> Check:
    try:
        return await look(settings)
    except (ServerProblem, SettingsProblem) as problem:
        return Check(name, False, problem.sentence)
    except (OSError, asyncpg.PostgresError, RPCError, RuntimeError, TimeoutError) as failed:
        return Check(name, False, verbatim(str(failed) or type(failed).__name__))


def _python() -> Check:
    enough, facts = (
        sys.version_info >= (3, 11),
        {"version": platform.python_version(), "path": sys.executable},
    )
    if enough:
        return Check(verbatim("Python"), True, message("{version} at {path}", **facts))
    return Check(
        verbatim("Python"), False, message("{version} at {path}; Cairn needs 3.11 or newer", **facts)
    )


def _package(package: str) -> Check:
    """Others ship packages of such plain names too: what counts is which file is loaded."""
    name = message("Package {package}", package=package)
    spec = importlib.util.find_spec(package)
    if spec is None:
        return Check(name, False, message("not found; install Cairn anew (`make setup`)"))
    place = spec.origin or next(iter(spec.submodule_search_locations or []), "?")
    home = importlib.util.find_spec("cairn")
    root = str(home.origin).removesuffix("cairn/__init__.py") if home else ""
    if place.startswith(root):
        return Check(name, True, verbatim(place))
    return Check(name, False, message("{file} is not Cairn's: another package took its name", file=place))


def _program(settings: Settings) -> Check:
    name = message("Temporal server")
    if settings.temporal_address is not None:
        return Check(
            name, True, message("not started by Cairn: {address}", address=settings.temporal_address)
        )
    program = temporal_program.present(settings)
    if program is None and temporal_program.download_in_reach():
        return Check(name, None, message("none yet; the next start downloads one"))
    return Check(name, program is not None, program.sentence if program else temporal_program.NEED)


def _disk(settings: Settings) -> Check:
    name, free = message("Disk"), shutil.disk_usage(data_folder.existing(settings.home)).free
    facts = {"free": data_folder.megabytes(free), "folder": settings.home}
    if free >= data_folder.ROOM_TO_START:
        return Check(name, True, message("{free} free under {folder}", **facts))
    needed = data_folder.megabytes(data_folder.ROOM_TO_START)
    return Check(
        name, False, message("{free} free under {folder}; starting needs {needed}", needed=needed, **facts)
    )


def _ports(settings: Settings) -> Check:
    servers = [found for found in process.recorded(settings.home) if found.address and found.alive()]
    if not servers:
        nothing = message("no server is running; free ports are chosen at the start unless set")
        return Check(message("Ports"), None, nothing)
    listed = [f"{server.name} {server.address}" for server in servers]
    return Check(message("Ports"), True, verbatim(listed))


def _key(settings: Settings) -> Check:
    """Where the key lies, and what is believed without it."""
    name = message("Payload key")
    try:
        keys = payload_keys(settings)
    except SettingsProblem as problem:
        never_started = settings.temporal_address is None and not (settings.home / temporal.NAME).exists()
        return Check(name, None if never_started else False, problem.sentence)
    place = "CAIRN_PAYLOAD_KEY" if settings.payload_key else str(settings.home / KEY_FILE)
    if keys.reads_plain:
        said = message(
            "{key} from {place}; what comes unencrypted is believed", key=keys.current, place=place
        )
    else:
        said = message("{key} from {place}; what comes unencrypted is refused", key=keys.current, place=place)
    return Check(name, True, said)


async def _text_key(settings: Settings) -> Check:
    """Where the key that wraps the others lies, who may read it, and whether it opens what is recorded."""
    name, keys, dsn = message("Key of private text"), wrapping_keys(settings), await _database(settings)
    if keys.current is None:
        never_started = settings.database is None and not (settings.home / postgres.NAME).exists()
        return Check(name, None if never_started else False, privacy.NO_KEY)
    if open_to_others(keys.place):
        said = message("other accounts may read {place}: `chmod 600 {place}`", place=keys.place)
        return Check(name, False, said)
    facts = {"key": keys.current, "place": keys.place}
    if dsn is None:
        return Check(name, True, message("{key} from {place}; keep a copy apart from backups", **facts))
    found = await readable(dsn, keys)
    if found.lost:
        return Check(name, False, _lost(found, keys.place))
    if found.returned:
        said = message(
            "texts about {who} can be read although their erasure was ordered: it did not come to its end, or a backup "
            "brought their keys back. Do it again with `cairn people erase`",
            who=found.returned,
        )
        return Check(name, False, said)
    said = message(
        "{key} from {place}; it opens the texts about {count} {count:plural,holder,holders}. Keep a copy apart from "
        "the database and its backups: without it nobody reads them again",
        count=found.read,
        **facts,
    )
    return Check(name, True, said)


def _lost(found: Readable, place: str) -> Message:
    return message(
        "{place} does not open the texts about {count} {count:plural,holder,holders}: they need the key {needed}. Add "
        "it to CAIRN_EARLIER_TEXT_KEYS, or as a further line of text.key. Numbers are not concerned",
        place=place,
        count=found.lost,
        needed=found.needed,
    )


def _others(settings: Settings) -> list[Check]:
    """What a Temporal that asks for no password leaves open to whoever is on the same machine."""
    server = process.running(settings.home, temporal.NAME)
    if settings.temporal_address is not None or server is None:
        return []
    said = message(
        "can reach Temporal on {address}, which asks for no password: they see which workflows there are, and can stop "
        "them or take work away from the workers. They read no content, and without the key give no command. Where you "
        "do not trust them, set CAIRN_TEMPORAL_ADDRESS to a server with TLS.",
        address=server.address,
    )
    return [Check(message("Other accounts of this machine"), None, said)]


async def _rights(settings: Settings) -> Check:
    """Whether the login of workers, or of commands, could change what is recorded."""
    name, dsn = message("Rights"), settings.database
    if dsn is None and process.running(settings.home, postgres.NAME):
        dsn = postgres.login(settings.home, logins.WORKER)
    if dsn is None:
        return Check(name, None, message("unknown while Postgres is not running"))
    try:
        login, mighty = await may_tamper(dsn)
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return Check(name, None, message("unknown before the migrations"))
    if not mighty:
        return Check(
            name, True, message("{login} records and reads, and cannot change what is recorded", login=login)
        )
    return Check(
        name,
        None,
        message(
            "{login} could change what is recorded: set CAIRN_ADMIN_DATABASE and give Cairn logins of its own "
            "(deploy/example.env)",
            login=login,
        ),
    )


async def _database(settings: Settings) -> str | None:
    if settings.database is not None:
        return settings.database
    return (
        postgres.login(settings.home, logins.MIGRATION)
        if process.running(settings.home, postgres.NAME)
        else None
    )


async def _postgres(settings: Settings) -> Check:
    name, dsn = verbatim("Postgres"), await _database(settings)
    if dsn is None:
        return Check(name, None, message("not running; `cairn up` starts it"))
    await require_sessions(settings)
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        version = str(connection.get_settings().server_version)
    finally:
        await connection.close()
    if int(version.split(".")[0].split()[0]) >= 15:
        return Check(name, True, message("version {version}", version=version))
    return Check(name, False, message("version {version}; Cairn needs 15 or newer", version=version))


async def _migrations(settings: Settings) -> Check:
    name, dsn = message("Migrations"), await _database(settings)
    if dsn is None:
        return Check(name, None, message("unknown while Postgres is not running"))
    pending = await migrate.pending(dsn)
    if not pending:
        return Check(name, True, message("the database is up to date"))
    if settings.database is None:
        return Check(name, False, message("pending: {pending}; `cairn up` applies them", pending=pending))
    own = "python -m cairn_portal.servers.migrate"
    return Check(
        name, False, message("pending: {pending}; `{command}` applies them", pending=pending, command=own)
    )


async def _ledger(settings: Settings) -> Check:
    name, dsn = message("Ledger"), await _database(settings)
    if dsn is None or await migrate.pending(dsn):
        return Check(name, None, message("unknown while Postgres is not running or lacks migrations"))
    async with await open_pool(dsn, size=1) as pool:
        place = (await home(pool)).place
    facts = {"place": place}
    if place == "home":
        return Check(name, True, Message(f"place:{place}"))
    return Check(
        name, False, message("{place:place}: `cairn ledger open-epoch --dry-run` says what to do", **facts)
    )


async def _temporal(settings: Settings) -> Check:
    name, server = verbatim("Temporal"), process.running(settings.home, temporal.NAME)
    address = settings.temporal_address or (server.address if server else None)
    if address is None:
        return Check(name, None, message("not running; `cairn up` starts it"))
    client = await connected(settings, address)
    facts = {"version": await server_version(client), "address": address}
    missing = await missing_search_attributes(client, settings.namespace)
    if not missing:
        return Check(
            name, True, message("version {version} on {address}, search attributes registered", **facts)
        )
    lacking = message(
        "version {version} on {address}; missing search attributes: {missing}", missing=missing, **facts
    )
    return Check(name, False, lacking)


async def _mail(settings: Settings) -> Check:
    """Whether the mail server lets us in; no mail is sent."""
    name, mailing = message("Mail"), mailing_of(settings)
    if mailing is None:
        return Check(name, None, message("not set up (CAIRN_SMTP_URL): notices are read in Cairn alone"))
    facts = {"host": mailing.server.host, "port": str(mailing.server.port)}
    try:
        async with mail_connected(mailing.server):
            pass
    except ServerAway as away:
        return Check(
            name, False, message("{host}:{port} cannot be used: {why:mail_trouble}", why=away.why, **facts)
        )
    if mailing.portal is None:
        said = message(
            "{host}:{port} answers; set CAIRN_PORTAL_URL, so that mails lead to what they tell of", **facts
        )
        return Check(name, True, said)
    return Check(name, True, message("{host}:{port} answers", **facts))


async def _chat(settings: Settings) -> Check:
    """Whether the file of chat services can be used; nothing is sent."""
    name, channels = message("Chat"), channels_of(settings)
    if channels is None:
        return Check(name, None, message("not set up (CAIRN_CHAT_FILE): nobody is told by chat"))
    facts = {"count": len(channels.by_reader), "file": settings.chat_file}
    if channels.portal is None:
        said = message(
            "{count} {count:plural,entry,entries} in {file}; set CAIRN_PORTAL_URL, so that messages lead to what they "
            "tell of",
            **facts,
        )
        return Check(name, True, said)
    return Check(name, True, message("{count} {count:plural,entry,entries} in {file}", **facts))
