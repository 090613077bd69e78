"""Which command it is (RULES C1): the stream it is for, the key its caller gave it, and a digest of what is asked."""

import hashlib
import re
from typing import NamedTuple

from cairn.domain.event import Command
from cairn.domain.refusal import Refusal

SYSTEM_KEYS = "system:"
"""How the keys of deadlines and of all else that no person asks for begin. No message may name one."""
LONGEST_KEY = 200
"""Characters of a caller's key."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SEPARATOR = "\t"


class Identity(NamedTuple):
    """A command on `stream` under its caller's `key`: `name` is the command's, `digest` covers kind, actor and content.

    The same stream and key with another name or digest is another command, and refused.
    """

    stream: str
    key: str
    name: str
    digest: str

    @property
    def id(self) -> str:
        """Key and stream in one text, different for any two pairs: keys hold no control characters."""
        return f"{self.key}{_SEPARATOR}{self.stream}"

    @property
    def asked(self) -> str:
        """What was asked, as it is kept beside the events: name and digest; empty where the key says it all."""
        return f"{self.name} {self.digest}".strip()


def identify(command: Command, stream: str, key: str) -> Identity:
    """The identity of a command as it was asked: its time does not count, nor what was looked up for it."""
    name = _name(command)
    asked = command.model_dump_json(exclude={"at", *command.looked_up}, exclude_defaults=True)
    return Identity(stream, key, name, digest(name, asked))


def by_system(stream: str, key: str) -> Identity:
    """The identity of something no person gives as a command: its key says all there is to compare."""
    return Identity(stream, f"{SYSTEM_KEYS}{key}", "", "")


def digest(*parts: str) -> str:
    """A short digest of texts in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def check_key(key: str) -> None:
    """Refuses a caller's key that is the system's, or that cannot be kept."""
    if key.startswith(SYSTEM_KEYS):
        raise Refusal("command.key-reserved", field="command_id", key=key[:LONGEST_KEY], prefix=SYSTEM_KEYS)
    if _CONTROL.search(key):
        raise Refusal("command.key-unwritable", field="command_id")


def _name(command: Command) -> str:
    """The name people use, or the kind of what only the system asks for."""
    row = getattr(type(command), "row", None)
    return row.name if row else type(command).__name__
