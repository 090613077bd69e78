"""The Temporal server is looked for in order; an old one is passed over, and no way to get one is told."""

from pathlib import Path

import pytest

from cairn.settings import Settings
from cairn_portal.servers import ServerProblem, go_build, temporal_program
from cairn_portal.servers.steps import quietly
from cairn_portal.servers.temporal_ready import too_old


def program(path: Path, says: str) -> Path:
    """A program that answers any call with one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine without any Temporal server, Go, or way to the download."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(go_build, "USUAL_PLACE", tmp_path / "no-go")
    monkeypatch.setattr(temporal_program, "DOWNLOAD_HOST", "127.0.0.1")
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache", temporal_address=None)


def test_a_new_command_line_tool_on_the_path_is_taken(bare: Settings, tmp_path: Path) -> None:
    tool = program(tmp_path / "bin" / "temporal", "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)")
    found = temporal_program.present(bare)
    assert found == temporal_program.Program("cli", tool, "1.32.0", "on PATH")


def test_an_old_command_line_tool_is_passed_over_for_the_built_server(bare: Settings, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "temporal", "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)")
    built = program(temporal_program.SERVER.program(bare.cache), "")
    assert temporal_program.present(bare) == temporal_program.Program(
        "server", built, "1.32.1", "built with Go"
    )


async def test_without_any_way_to_a_server_the_sentence_says_what_to_install(bare: Settings) -> None:
    with pytest.raises(ServerProblem, match=r"install Go 1\.26\.8 or newer.*or set CAIRN_TEMPORAL_ADDRESS"):
        await temporal_program.found(bare, quietly)


def test_an_old_go_is_not_used(bare: Settings, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "go", "go version go1.19.8 linux/amd64")
    assert go_build.go() is None


@pytest.mark.skipif(go_build.go() is None, reason="needs Go")
async def test_a_build_that_fails_repeats_what_go_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", "off")
    absent = go_build.Source("go.temporal.io/absent", "cmd/absent", "v9.9.9", "absent")
    with pytest.raises(ServerProblem, match=r"go\.temporal\.io/absent@v9\.9\.9` failed"):
        await go_build.build(absent, tmp_path, quietly)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(("version", "verdict"), [("1.31.9", True), ("1.32.0", False), ("2.0.0", False)])
def test_a_server_that_cannot_skip_time_is_too_old(version: str, verdict: bool) -> None:
    assert too_old(version) is verdict
