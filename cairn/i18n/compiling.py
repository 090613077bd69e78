"""Catalogues as .po text: read with Babel, written in the plain form kept here, compiled into one .mo.

Imported only when a source has changed since it was last compiled, and by `make messages`.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import escape, read_po

HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def compiled(language: str, texts: Sequence[bytes]) -> bytes:
    """One .mo of several .po texts of the same language; what is not translated yet is left out."""
    whole = Catalog(locale=language)
    for text in texts:
        for id, sentence in entries(text).items():
            if sentence:
                whole.add(id, sentence)
    out = BytesIO()
    write_mo(out, whole)
    return out.getvalue()


def entries(text: bytes) -> dict[str, str]:
    """The sentences of a .po text by id, in its order; empty where there is no translation yet."""
    read = read_po(BytesIO(text), abort_invalid=True)
    return {str(entry.id): "" if entry.fuzzy else str(entry.string) for entry in read if entry.id}


def written(language: str, sentences: Mapping[str, str]) -> bytes:
    """A .po text: one entry after another, each on lines of its own, nothing that changes with the day."""
    blocks = [f"msgid {escape(id)}\nmsgstr {escape(sentence)}\n" for id, sentence in sentences.items()]
    return "\n".join([HEADER.format(language=language), *blocks]).encode()
