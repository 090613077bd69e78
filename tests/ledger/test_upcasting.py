"""Old events are read in today's schema, and every version ever written has a golden file to prove it."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cairn.ledger import UPCASTERS, StoredEvent, Upcasters, upcast
from tests.ledger.given import NEW_YEAR

GOLDEN = Path(__file__).with_name("golden")

# A made-up type that was first written with one name, then with two, and then with a language.
GREETED = Upcasters(
    {
        ("PersonGreeted", 1): lambda d: {"given": d["name"].split()[0], "family": d["name"].split()[1]},
        ("PersonGreeted", 2): lambda d: {**d, "language": "zh"},
    }
)


def stored(type_: str, schema_version: int, data: dict[str, Any]) -> StoredEvent:
    """An event as it lies in the ledger."""
    text = json.dumps(data)
    return StoredEvent(
        "s-1",
        1,
        type_,
        schema_version,
        uuid4(),
        text,
        NEW_YEAR,
        NEW_YEAR,
        "lin",
        None,
        None,
        None,
        None,
        None,
    )


def golden_name(type_: str, schema_version: int) -> str:
    """The golden file of a version holds {"data": as written, "today": as read now}."""
    return f"{type_}.v{schema_version}.json"


def broken_promises(upcasters: Upcasters, folder: Path) -> list[str]:
    """Registered versions without a golden file, and golden files that are read otherwise than they say."""
    needed = {golden_name(type_, version): (type_, version) for type_, version in upcasters}
    broken = [f"{name} is missing" for name in needed if not (folder / name).exists()]
    for file in sorted(folder.glob("*.v*.json")):
        type_, version = file.name.removesuffix(".json").rsplit(".v", 1)
        golden = json.loads(file.read_text("utf-8"))
        if upcast(stored(type_, int(version), golden["data"]), upcasters) != golden["today"]:
            broken.append(f"{file.name} is read otherwise")
    return broken


def test_every_version_ever_written_has_a_golden_file_that_still_holds() -> None:
    assert broken_promises(UPCASTERS, GOLDEN) == []


def test_a_registered_version_without_a_golden_file_is_found(tmp_path: Path) -> None:
    v1 = {"data": {"name": "Lin Mei"}, "today": {"given": "Lin", "family": "Mei", "language": "zh"}}
    (tmp_path / "PersonGreeted.v1.json").write_text(json.dumps(v1))
    assert broken_promises(GREETED, tmp_path) == ["PersonGreeted.v2.json is missing"]
    v2 = {"data": {"given": "Lin", "family": "Mei"}, "today": {"given": "Lin", "family": "Mei"}}
    (tmp_path / "PersonGreeted.v2.json").write_text(json.dumps(v2))
    assert broken_promises(GREETED, tmp_path) == ["PersonGreeted.v2.json is read otherwise"]


def test_an_old_event_goes_through_every_later_version() -> None:
    today = {"given": "Lin", "family": "Mei", "language": "zh"}
    assert upcast(stored("PersonGreeted", 1, {"name": "Lin Mei"}), GREETED) == today
    assert upcast(stored("PersonGreeted", 2, {"given": "Lin", "family": "Mei"}), GREETED) == today
    assert upcast(stored("PersonGreeted", 3, today), GREETED) == today
    assert upcast(stored("Other", 1, {"a": 1}), GREETED) == {"a": 1}
    assert (GREETED.current_version("PersonGreeted"), GREETED.current_version("Other")) == (3, 1)


def test_an_event_of_a_newer_program_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="knows up to 3"):
        upcast(stored("PersonGreeted", 4, {}), GREETED)


def test_a_step_that_skips_a_version_cannot_be_registered() -> None:
    with pytest.raises(ValueError, match="from version 2 but none from 1"):
        Upcasters({("PersonGreeted", 2): dict})
