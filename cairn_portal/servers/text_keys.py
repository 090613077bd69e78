"""Whether what people wrote about each other can be read with the key that is here."""

from pathlib import Path
from typing import NamedTuple

import asyncpg

from cairn.ledger import open_pool
from cairn.privacy import WrappingKeys, keys_by_wrapping, returned_keys


class Readable(NamedTuple):
    """Of how many people, departments and the company the texts can be read; of how many not, and which wrapping keys,
    by their ids, those need. `returned`: about whom texts can be read although their erasure was ordered."""

    read: int
    lost: int
    needed: tuple[str, ...]
    returned: tuple[str, ...]


async def readable(dsn: str, keys: WrappingKeys) -> Readable:
    """How it stands in the database of this address: nothing is there before the migrations."""
    async with await open_pool(dsn, size=1) as pool:
        try:
            found, returned = await keys_by_wrapping(pool), await returned_keys(pool)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            found, returned = {}, ()
    needed = tuple(name for name in found if name not in keys.known)
    lost = sum(found[name] for name in needed)
    return Readable(sum(found.values()) - lost, lost, needed, returned)


def open_to_others(place: str) -> bool:
    """Whether a key file may be read by other accounts of the machine."""
    file = Path(place)
    return file.is_absolute() and file.exists() and bool(file.stat().st_mode & 0o077)
