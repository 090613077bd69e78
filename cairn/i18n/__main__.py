"""`make messages`: tells which ids have no sentence and which sentences nobody uses, and puts the .po files right.

A new id is written with an empty sentence, to be filled in; one that is used no more is taken out.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from cairn.i18n.catalogues import LOCALES, Language, sources
from cairn.i18n.compiling import entries, written
from cairn.i18n.extracting import Use, kind_of, placeholders, uses

INPUTS = (
    "schema", "place", "cell", "number", "percent", "money", "date", "moment", "id", "label", "text", "word", "table",
    "query", "yaml",
)  # fmt: skip
AREAS = {
    "refusal": "refusals", "policy": "policies", "gap": "policies", "roster": "roster", "feed": "feeds",
    "target": "targets", "script": "script", "setting": "settings", "option": "settings",
    **dict.fromkeys(INPUTS, "documents"),
}  # fmt: skip
"""Where codes of a kind go, if not into `terms`."""
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def catalogue(language: Language) -> dict[str, str]:
    """Every entry of a language, whatever its area."""
    return {id: text for path in sources(language) for id, text in entries(path.read_bytes()).items()}


def missing(language: Language, used: Iterable[Use]) -> dict[str, str]:
    """The ids without a sentence in a language, each with a place that uses it."""
    known = catalogue(language)
    wanted = [use for use in used if not use.id.endswith("*") and (language == "zh" or use.kind)]
    empty = {id: "" for id, text in known.items() if not text}
    return empty | {use.id: use.where for use in wanted if not known.get(use.id)}


def unused(language: Language, used: Iterable[Use]) -> list[str]:
    """The entries that no code and no sentence uses."""
    found = list(used)
    exact = {use.id for use in found}
    begun = [use for use in found if use.id.endswith("*")]
    kinds = spoken_kinds()
    return [
        id
        for id in catalogue(language)
        if id not in exact and kind_of(id) not in kinds and not any(use.covers(id) for use in begun)
    ]


def spoken_kinds() -> set[str]:
    """The kinds of terms that the sentences speak, as in `{stage:stage}`."""
    templates = [text for language in LANGUAGES for pair in catalogue(language).items() for text in pair]
    return {spec for text in templates for specs in placeholders(text).values() for spec in specs if spec}


def area(use: Use) -> str:
    """The .po file a new id goes to: by its kind, or by the folder of the code that uses it."""
    if use.kind:
        return AREAS.get(use.kind, "terms")
    folders = Path(use.where).parts[1:-1]
    known = {path.stem for path in sources("zh")}
    return next((folder for folder in folders if folder in known), "portal")


def put_right(language: Language, used: list[Use]) -> None:
    """Writes the .po files anew: missing ids added, unused ones taken out."""
    gone, lacking = set(unused(language, used)), missing(language, used)
    new = {use.id: area(use) for use in used if use.id in lacking}
    folder = LOCALES / language / "LC_MESSAGES"
    for path in {*sources(language), *(folder / f"{name}.po" for name in new.values())}:
        before = entries(path.read_bytes()) if path.exists() else {}
        after = {id: text for id, text in before.items() if id not in gone}
        after |= {id: "" for id, name in new.items() if name == path.stem and id not in catalogue(language)}
        path.write_bytes(written(language, after))


def main(root: Path) -> int:
    if not (root / "cairn" / "i18n").is_dir():
        print(f"{root} holds no source of Cairn; name the folder that holds cairn/")
        return 2
    used = uses(root)
    lacking = {language: missing(language, used) for language in LANGUAGES}
    idle = {language: unused(language, used) for language in LANGUAGES}
    for language in LANGUAGES:
        for id, where in lacking[language].items():
            print(f"{language}: missing: {id}  {where}")
        for id in idle[language]:
            print(f"{language}: taken out, nobody uses it: {id}")
        put_right(language, used)
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
