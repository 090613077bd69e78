"""The catalogues: .po files, one an area, compiled together into one .mo for each language.

A compiled catalogue is kept beside the sources, else, where that folder is read-only, in the user's cache folder;
its name holds the digest of what it was made from, so a changed .po needs no build step.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LOCALES = Path(__file__).with_name("locales")
FORMAT = 1  # counted up when the compiled form changes for the same sources


def sentence(language: Language, id: str) -> str:
    """The template of an id; the id itself where there is no entry."""
    return _of(language)(id) if id else ""


def sources(language: Language) -> list[Path]:
    """The .po files of a language, one an area."""
    return sorted((LOCALES / language / "LC_MESSAGES").glob("*.po"))


@cache
def _of(language: Language) -> Callable[[str], str]:
    return GNUTranslations(BytesIO(_compiled(language))).gettext


def _compiled(language: Language) -> bytes:
    """The language's .mo: the one that is kept, or made now and kept where that is possible."""
    texts = [path.read_bytes() for path in sources(language)]
    digest = hashlib.blake2b(b"\0".join([str(FORMAT).encode(), *texts]), digest_size=10).hexdigest()
    name = f"{language}-{digest}.mo"
    folders = [LOCALES / "__pycache__", *_user_cache()]
    for folder in folders:
        with suppress(OSError):
            return (folder / name).read_bytes()
    from cairn.i18n.compiling import compiled

    content = compiled(language, texts)
    for folder in folders:
        with suppress(OSError):
            _keep(folder, name, content)
            break
    return content


def _keep(folder: Path, name: str, content: bytes) -> None:
    """Written beside and moved into place: another process never reads half a file. Older ones go."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{name}.{os.getpid()}"
    beside.write_bytes(content)
    beside.replace(folder / name)
    for old in folder.glob(f"{name.partition('-')[0]}-*.mo"):
        if old.name != name:
            old.unlink(missing_ok=True)


def _user_cache() -> list[Path]:
    """The user's cache folder, by the XDG convention; none for a user without a home."""
    if given := os.environ.get("XDG_CACHE_HOME"):
        return [Path(given) / "cairn" / "messages"]
    with suppress(RuntimeError):
        return [Path.home() / ".cache" / "cairn" / "messages"]
    return []
