"""Who is told by chat, where, in which language and when not: the operator's file, or what is wrong with it.

The addresses in it are secrets, so nobody else's account may read the file, and nothing that is said of it repeats one.
"""

import re
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from cairn.documents.mistakes import Mistake, Place
from cairn.documents.yaml.document import read_yaml
from cairn.documents.yaml.models import read_model
from cairn.domain.people import Person
from cairn.i18n import Language, Message, message
from cairn.notices.chat import is_address
from cairn.notices.kinds import KINDS, Kind
from cairn.notices.quiet import Quiet, read_quiet, read_zone
from cairn.settings import Settings, SettingsProblem

EVERYBODY = "everybody"
NONE = "none"
ROLES = ("hr", "committee", "executive", "auditor")
OF_PERSON = re.compile(r"\{(id|email)\}")
"""What stands for the person in an address that is written for several."""
REPEATING_NOTHING = frozenset(
    {
        "schema:missing",
        "yaml:tab",
        "yaml:wide-space",
        "yaml:wide-colon",
        "yaml:needs-quotes",
        "yaml:empty",
        "yaml:too-deep",
    }
)
"""Mistakes whose sentences have no word of the file in them but a name of a field that we give."""
OTHERS = 0o077
"""The rights of a file that belong to other accounts."""


class Channel(NamedTuple):
    """Where to, in which language, and when not. `address` is an Apprise address, a secret."""

    address: str
    language: Language
    quiet: Quiet | None


class _Written(BaseModel):
    """One entry of the file; `to` are people's ids, departments, roles or everybody."""

    model_config = ConfigDict(extra="forbid")

    to: tuple[str, ...]
    address: str
    language: Literal["zh", "en"] | None = None
    quiet: str | None = None


class _File(BaseModel):
    """What the file holds: its own settings, and entries."""

    model_config = ConfigDict(extra="forbid")

    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] | None = None
    quiet: str | None = None
    kinds: tuple[Kind, ...] = KINDS
    gather: int = 60
    channels: tuple[_Written, ...]


class Channels(NamedTuple):
    """All that telling by chat needs. `gather` is for how many seconds notices to the same reader are gathered into one
    message; `portal` is the address that links begin with, without a slash at its end.

    `by_reader` are the channels of people's ids, `role:hr`, `department.D02` and `everybody`, None for who wants none.
    An address may hold a place for the person's id or mail address.
    """

    by_reader: dict[str, Channel | None]
    kinds: frozenset[str]
    gather: float
    zone: ZoneInfo
    portal: str | None

    def of_role(self, place: str) -> Channel | None:
        """The channel of a role (`role:hr`), which all who have it read together."""
        return self.by_reader.get(place)

    def of_person(self, person: Person) -> Channel | None:
        """The channel that this person alone reads: their own, else that of their department, else everybody's."""
        readers = (person.id, f"department.{person.department}", EVERYBODY)
        found = next((self.by_reader[each] for each in readers if each in self.by_reader), None)
        if found is None or ("{email}" in found.address and not person.email):
            return None
        facts = {"id": person.id, "email": person.email}
        address = OF_PERSON.sub(lambda each: quote(facts[each[1]], safe="@"), found.address)
        return found._replace(address=address)


def channels_of(settings: Settings) -> Channels | None:
    """How chat is set up, None where it is not. Raises SettingsProblem with what to mend."""
    file = settings.chat_file
    if file is None:
        return None
    written = _read(file)
    if not 0 <= written.gather <= 86_400:
        raise _problem(file, message("gather is a number of seconds, at most a day."))
    zone = read_zone(written.timezone)
    if isinstance(zone, Message):
        raise _problem(file, zone)
    by_reader: dict[str, Channel | None] = {}
    for number, each in enumerate(written.channels, 1):
        channel = _channel(file, number, each, written, settings.language)
        for to in each.to:
            _check_reader(file, number, to, channel, several=len(each.to) > 1)
            if to in by_reader:
                raise _problem(file, message("Two entries are for {to}: leave one.", to=to))
            by_reader[to] = channel
    portal = settings.portal_url.rstrip("/") if settings.portal_url else None
    return Channels(by_reader, frozenset(written.kinds), written.gather, zone, portal)


def _read(file: Path) -> _File:
    try:
        others = file.stat().st_mode & OTHERS
    except OSError:
        raise SettingsProblem(
            message("The file {file} of CAIRN_CHAT_FILE cannot be read.", file=file)
        ) from None
    if others:
        raise SettingsProblem(
            message(
                "Other accounts may read or write {file}, in which addresses of chat services are secrets: "
                "`chmod 600 {file}`.",
                file=file,
            )
        )
    found = read_model(read_yaml(file), _File)
    if isinstance(found, _File):
        return found
    raise _problem(file, _without_words_of_the_file(found[0]))


def _without_words_of_the_file(mistake: Mistake) -> Message:
    """Where a mistake is, and what it is where that repeats nothing: an address may stand in any place of the file."""
    what = mistake.message
    if what.id not in REPEATING_NOTHING:
        what = message(
            "this does not fit. The file has `channels`, and may have `timezone`, `language`, `quiet`, `kinds` and "
            "`gather`; each of the channels is a line such as `- {{to: E005, address: 'feishu://…'}}`, and may have "
            "`language` and `quiet`. Addresses stand in quotes."
        )
    where = Place(line=mistake.place.line).message
    return message("place:told", where=where, what=what) if where else what


def _channel(file: Path, number: int, each: _Written, whole: _File, language: Language) -> Channel | None:
    if each.address == NONE:
        return None
    # an address for several is tried with somebody's in it
    if not is_address(OF_PERSON.sub("somebody@example.com", each.address)):
        raise _problem(
            file,
            message(
                "Entry {number}: its address is none that Apprise knows, such as feishu://token, dingtalk://token, "
                "wecombot://key or slack://token/{{email}}.",
                number=number,
            ),
        )
    quiet = _quiet(file, each.quiet if each.quiet is not None else whole.quiet)
    return Channel(each.address, each.language or whole.language or language, quiet)


def _check_reader(file: Path, number: int, to: str, channel: Channel | None, *, several: bool) -> None:
    """What concerns one person is read by them alone: an address for several has something of the person in it, and
    that of a role's room, which nobody is alone in, has not."""
    role = to.removeprefix("role:") if to.startswith("role:") else None
    if role is not None and role not in ROLES:
        raise _problem(file, message("Entry {number}: there is no role {role}.", number=number, role=role))
    if to in ROLES:
        raise _problem(
            file,
            message(
                "Entry {number}: {role} is a role, and {role} alone would be a person's id: write role:{role}.",
                number=number,
                role=to,
            ),
        )
    alone = channel is None or OF_PERSON.search(channel.address) is not None
    if channel is not None and alone and role is not None:
        raise _problem(
            file,
            message(
                "Entry {number}: the room of role:{role} is one for all who have that role, and its address has no "
                "{{id}} or {{email}} in it.",
                number=number,
                role=role,
            ),
        )
    group = several or to == EVERYBODY or to.startswith("department.")
    if not alone and role is None and group:
        raise _problem(
            file,
            message(
                "Entry {number}: an address for several people needs {{id}} or {{email}} in it, else all of them would "
                "read what concerns one.",
                number=number,
            ),
        )


def _quiet(file: Path, written: str | None) -> Quiet | None:
    if written is None or written == NONE:
        return None
    found = read_quiet(written)
    if isinstance(found, Message):
        raise _problem(file, found)
    return found


def _problem(file: Path, what: Message) -> SettingsProblem:
    return SettingsProblem(message("{file} of CAIRN_CHAT_FILE: {what}", file=file, what=what))
