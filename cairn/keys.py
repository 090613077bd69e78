"""Keys of 32 bytes: given by a setting, or in a file of the data folder for its owner's eyes alone."""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cairn.i18n import message
from cairn.settings import SettingsProblem

SIZE = 32  # bytes: AES-256


def key_id(key: bytes, use: bytes) -> str:
    """What names a key of that use without telling it."""
    return hashlib.sha256(use + key).hexdigest()[:16]


def given_keys(text: str, earlier: str | None, place: str) -> list[bytes]:
    """The keys of a setting: the present one, then earlier ones with commas between. Raises SettingsProblem."""
    texts = [text, *(earlier or "").split(",")]
    return [decoded(each, place) for each in texts if each.strip()]


def kept_lines(file: Path) -> list[str] | None:
    """The lines of a key file, the present key first; None where there is no file. Raises SettingsProblem."""
    try:
        return file.read_text("ascii").split()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as unreadable:
        raise SettingsProblem(
            message("The key file {file} cannot be read: {reason}.", file=file, reason=str(unreadable))
        ) from unreadable


def kept_keys(lines: Sequence[str], place: str) -> list[bytes]:
    """The keys in the lines of a file. Raises SettingsProblem where there is none."""
    keys = [decoded(text, place) for text in lines]
    if not keys:
        raise SettingsProblem(message("{place} is no key: it has to be 32 bytes in Base64.", place=place))
    return keys


def make_key_file(file: Path, *further: str) -> Path:
    """A file with a new key and further lines, made if it is not there: for its owner's eyes alone."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file
    with os.fdopen(handle, "w", encoding="ascii") as made:
        made.writelines(f"{line}\n" for line in (new_key(), *further))
    return file


def new_key() -> str:
    """A random key in Base64."""
    return base64.b64encode(secrets.token_bytes(SIZE)).decode()


def decoded(text: str, place: str) -> bytes:
    """A key from Base64. Raises SettingsProblem where it is none."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise SettingsProblem(message("{place} is no key: it has to be 32 bytes in Base64.", place=place))
    return key
