"""Real containers for the tests of this folder: `make containers`."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.server import ROOT, Server

COMPOSE = "CAIRN_CONTAINERS"
"""The compose command; the tests of this folder are skipped where it is not set."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Images are built and files laid out; nothing runs yet. All of it is taken away in the end."""
    compose = shlex.split(os.environ.get(COMPOSE, ""))
    if not compose:
        pytest.skip("needs a Docker daemon and some minutes: make containers")
    asked = subprocess.run(["docker", "version"], capture_output=True, text=True)
    assert asked.returncode == 0, f"No Docker daemon answers (DOCKER_HOST says which): {asked.stderr}"
    subprocess.run([ROOT / "tests" / "containers" / "stand_ins" / "build"], check=True)
    folder = tmp_path_factory.mktemp("server")
    _lay_out(folder)
    made = Server(compose, folder)
    try:
        made.build(made.images[0])
        made.as_root("chown", "1000", "/backups")
        yield made
    finally:
        made.gone()


def _lay_out(folder: Path) -> None:
    """The example's files, for containers to read whoever they run as; and a folder for backups."""
    shutil.copytree(ROOT / "examples" / "company", folder / "company")
    for path in (folder / "company", *(folder / "company").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "backups").mkdir(mode=0o700)
