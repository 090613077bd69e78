"""Compiling catalogues with Babel; imported only when a source has changed since it was last compiled."""

from collections.abc import Sequence
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compiled(language: str, texts: Sequence[bytes]) -> bytes:
    """One .mo of several .po texts of the same language; fuzzy and empty entries are left out."""
    whole = Catalog(locale=language)
    for text in texts:
        for entry in read_po(BytesIO(text), locale=language):
            if entry.id and entry.string and not entry.fuzzy:
                whole.add(entry.id, entry.string)
    out = BytesIO()
    write_mo(out, whole)
    return out.getvalue()
