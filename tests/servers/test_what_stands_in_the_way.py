"""A taken port, a stale lock, a full disk, a second start at the same time: each is told or mended."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cairn.i18n import message
from cairn.settings import Settings
from cairn_portal.servers import ServerProblem, Step, data_folder, ports, postgres, postgres_user, process
from cairn_portal.servers.process import Process
from cairn_portal.servers.steps import quietly


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_configured_port_that_is_taken_is_refused_naming_the_process(taken_port: int) -> None:
    with pytest.raises(ServerProblem) as refused:
        ports.port_for("Postgres", taken_port, None, "CAIRN_POSTGRES_PORT")
    sentence = str(refused.value)
    assert f"Port {taken_port} for Postgres is already taken by {psutil.Process().name()}" in sentence
    assert f"(process {os.getpid()})" in sentence
    assert "CAIRN_POSTGRES_PORT" in sentence


def test_a_remembered_port_that_is_taken_is_replaced_by_a_free_one(taken_port: int) -> None:
    chosen = ports.port_for("Postgres", None, taken_port, "CAIRN_POSTGRES_PORT")
    assert chosen != taken_port
    assert ports.is_free(chosen)


def test_a_remembered_port_that_is_free_is_taken_again() -> None:
    port = ports.free_port()
    assert ports.port_for("Postgres", None, port, "CAIRN_POSTGRES_PORT") == port


def test_a_remembered_port_that_was_just_given_to_another_is_replaced() -> None:
    port = ports.free_port()
    assert ports.port_for("Temporal's web UI", None, port, "CAIRN_UI_PORT", but={port}) != port


async def test_a_start_on_a_configured_port_that_is_taken_ends_with_the_sentence(
    fresh: Settings, taken_port: int
) -> None:
    data_folder.make(fresh.home)
    with pytest.raises(ServerProblem, match=f"Port {taken_port} for Postgres is already taken"):
        await postgres.start(fresh.model_copy(update={"postgres_port": taken_port}), quietly, durable=False)


def test_the_record_of_a_dead_process_whose_number_was_reused_is_stale(tmp_path: Path) -> None:
    process.remember(tmp_path, Process("temporal", os.getpid(), psutil.Process().create_time() - 100, "log"))
    assert process.running(tmp_path, "temporal") is None
    assert not (tmp_path / "run" / "temporal.json").exists()


def test_a_record_cut_short_by_a_crash_is_stale(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "temporal.json").write_text('{"name": "temp')
    assert process.running(tmp_path, "temporal") is None


async def test_a_database_lock_that_names_another_program_does_not_stop_the_start(fresh: Settings) -> None:
    data_folder.make(fresh.home)
    await postgres.start(fresh, quietly, durable=False)
    postgres.stop(fresh.home)
    user = postgres_user.user()
    other = process.start(fresh.home, "other", ["sleep", "600"], user=user, group=postgres_user.group(user))
    lock = fresh.home / "postgres" / "postmaster.pid"
    lock.write_text(f"{other.pid}\n{lock.parent}\n{other.started:.0f}\n5432\n\n127.0.0.1\n\nready\n")
    assert await postgres.start(fresh, quietly, durable=False)


async def test_a_half_made_cluster_is_made_anew(fresh: Settings) -> None:
    data_folder.make(fresh.home)
    (fresh.home / "postgres.new").mkdir()
    (fresh.home / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert await postgres.start(fresh, quietly, durable=False)


async def test_a_cluster_of_another_postgres_version_is_refused(fresh: Settings) -> None:
    (fresh.home / "postgres").mkdir()
    (fresh.home / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServerProblem, match="was made by Postgres 16, this Cairn brings Postgres 18"):
        await postgres.start(fresh, quietly)


def test_a_disk_without_room_is_told_with_what_is_needed_and_what_is_free(tmp_path: Path) -> None:
    with pytest.raises(ServerProblem) as refused:
        data_folder.require_room(tmp_path / "not yet there", 10**18, message("starting Cairn"))
    assert "is full: starting Cairn needs 953,674,316,406 MB" in str(refused.value)


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerProblem, match=r"cannot be written: Not a directory\. Set CAIRN_HOME"):
        data_folder.make(tmp_path / "file" / "home")


async def test_a_second_start_at_the_same_time_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    steps: list[Step] = []

    async def start(name: str, seconds: float) -> None:
        async with data_folder.locked(tmp_path, steps.append, message("starting the servers")):
            order.append(f"{name} in")
            await asyncio.sleep(seconds)
            order.append(f"{name} out")

    await asyncio.gather(start("first", 0.2), start("second", 0))
    assert order == ["first in", "first out", "second in", "second out"]
    assert str(steps[0].sentence) == f"Process {os.getpid()} is starting the servers; waiting for it"
