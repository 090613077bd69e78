"""Settings come from the environment, and every one of them is explained."""

from pathlib import Path

import pytest

from cairn.settings import Settings
from cairn_portal.servers import backup


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_TEMPORAL_ADDRESS", "temporal:7233")
    monkeypatch.setenv("CAIRN_LANGUAGE", "en")
    assert (Settings().temporal_address, Settings().language) == ("temporal:7233", "en")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_DATABASE", "")
    assert Settings().database is None


def test_a_backup_is_read_by_the_login_that_can_only_read_where_there_is_one() -> None:
    owner, reader = "postgresql://cairn@ledger/cairn", "postgresql://cairn_backup@ledger/cairn"
    assert backup.reader(Settings(admin_database=owner, backup_database=reader)) == reader
    assert backup.reader(Settings(admin_database=owner, backup_database=None)) == owner


def test_the_cache_honours_the_xdg_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CAIRN_CACHE", raising=False)
    assert Settings().cache == tmp_path / "cairn"


def test_folders_are_absolute_so_that_detached_processes_agree(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAIRN_HOME", raising=False)
    assert Settings().home == tmp_path / ".cairn"
