"""The catalogues: .po files, one an area, read as they are written."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LOCALES = Path(__file__).with_name("locales")
ENTRY = re.compile(r'^msgid ((?:".*"\s*)+)^msgstr ((?:".*"\s*)+)', re.MULTILINE)


def sentence(language: Language, id: str) -> str:
    """The template of an id; the id itself where there is no entry."""
    return _entries(language).get(id, id) if id else ""


@cache
def _entries(language: Language) -> dict[str, str]:
    texts = [path.read_text(encoding="utf-8") for path in (LOCALES / language / "LC_MESSAGES").glob("*.po")]
    found = [match.groups() for text in texts for match in ENTRY.finditer(text)]
    return {_joined(id): _joined(text) for id, text in found if _joined(text)}


def _joined(quoted: str) -> str:
    return "".join(ast.literal_eval(line) for line in quoted.splitlines() if line.strip())
