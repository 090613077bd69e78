"""Catalogues are .po files; what is compiled from them is kept, found again, and never in the way."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cairn.i18n import catalogues

WARM = "import sys; from cairn.i18n import say; said = say('zh', 'stage:draft'); print(said, 'babel' in sys.modules)"


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of catalogues of our own, with nothing compiled yet and another user's cache."""
    folder = tmp_path / "locales" / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "terms.po").write_text('msgid "stage:draft"\nmsgstr "草稿"\n', encoding="utf-8")
    monkeypatch.setattr(catalogues, "LOCALES", tmp_path / "locales")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    catalogues._of.cache_clear()
    yield folder
    catalogues._of.cache_clear()


def kept(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*.mo")]


def test_what_is_compiled_is_kept_beside_the_sources(copied: Path, tmp_path: Path) -> None:
    assert catalogues.sentence("zh", "stage:draft") == "草稿"
    assert len(kept(tmp_path / "locales" / "__pycache__")) == 1 and not kept(tmp_path / "cache")


def test_a_changed_source_is_compiled_anew_and_the_old_one_goes(copied: Path, tmp_path: Path) -> None:
    catalogues.sentence("zh", "stage:draft")
    (copied / "more.po").write_text('msgid "stage:closed"\nmsgstr "已关闭"\n', encoding="utf-8")
    catalogues._of.cache_clear()
    assert catalogues.sentence("zh", "stage:closed") == "已关闭"
    assert len(kept(tmp_path / "locales")) == 1


def test_a_read_only_install_keeps_it_in_the_users_cache(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "locales" / "__pycache__").write_text("no folder can be made here")
    assert catalogues.sentence("zh", "stage:draft") == "草稿"
    assert len(kept(tmp_path / "cache")) == 1


def test_nothing_that_can_be_written_is_no_hindrance(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "locales" / "__pycache__").write_text("no folder can be made here")
    (tmp_path / "cache").write_text("nor here")
    assert catalogues.sentence("zh", "stage:draft") == "草稿"


def test_a_warm_process_does_without_babel() -> None:
    catalogues.sentence("zh", "stage:draft")
    root = Path(__file__).parents[2]
    said = subprocess.run(
        [sys.executable, "-c", WARM],
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    assert said.stdout.decode().split() == ["草稿", "False"]
