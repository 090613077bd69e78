"""Data folders of their own for tests that start, kill and stop servers."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cairn.settings import Settings
from cairn_portal.servers import down


def _folder() -> Iterator[Settings]:
    home = Path(tempfile.mkdtemp(prefix="cairn-test-"))
    settings = Settings(home=home, database=None, temporal_address=None)
    yield settings
    down(settings)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def fresh() -> Iterator[Settings]:
    """Settings of an empty data folder; what a test leaves running in it is stopped."""
    yield from _folder()


@pytest.fixture(scope="module")
def shared() -> Iterator[Settings]:
    """One data folder for the tests of a file, so that its cluster is made once."""
    yield from _folder()
