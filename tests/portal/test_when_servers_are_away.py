"""Nothing runs, or not all of it: a sentence with what to do, and exit code 3."""

from pathlib import Path

import pytest

from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import Cairn, environment


@pytest.mark.parametrize(
    "typed", [("status",), ("goal", "show", "x-y-1"), ("inbox", "--by", "E1"), ("projections", "status")]
)
async def test_without_servers_a_command_says_how_to_start_them(
    typed: tuple[str, ...], tmp_path: Path
) -> None:
    nowhere = Cairn({"CAIRN_HOME": str(tmp_path), "CAIRN_DATABASE": "", "CAIRN_TEMPORAL_ADDRESS": ""})
    said = await nowhere(*typed)
    assert (said.code, "cairn up" in said.err) == (3, True)


@pytest.mark.parametrize("typed", [("status",), ("inbox", "--by", "E1")])
async def test_without_servers_a_program_gets_one_json_document(
    typed: tuple[str, ...], tmp_path: Path
) -> None:
    nowhere = Cairn({"CAIRN_HOME": str(tmp_path), "CAIRN_DATABASE": "", "CAIRN_TEMPORAL_ADDRESS": ""})
    said = await nowhere(*typed, "--json")
    assert (said.code, said.json["error"]) == (3, "not-running")


async def test_a_database_that_does_not_answer_is_a_sentence(settings: Settings) -> None:
    gone = Cairn({**environment(settings), "CAIRN_DATABASE": "postgresql://nobody@127.0.0.1:1/nothing"})
    assert (await gone("inbox", "--by", "E1")).code == 3


async def test_a_temporal_that_does_not_answer_is_a_sentence(
    settings: Settings, cairn: Cairn, launched: str
) -> None:
    gone = Cairn({**environment(settings), "CAIRN_TEMPORAL_ADDRESS": "127.0.0.1:1"})
    said = await gone("goal", "submit", f"goal-{launched}-H1-1", "--by", "H1")
    assert (said.code, "Temporal" in said.err) == (3, True)


async def test_without_a_worker_nobody_waits_for_an_answer(
    settings: Settings, cairn: Cairn, launched: str
) -> None:
    alone = Cairn({**environment(settings), "CAIRN_TASK_QUEUE": "nobody-listens"})
    said = await alone("goal", "submit", f"goal-{launched}-H1-1", "--by", "H1", "--lang", "en")
    assert (said.code, "No worker is running" in said.err) == (3, True)


async def test_a_database_that_was_never_migrated_says_what_to_run(
    settings: Settings, databases: Databases
) -> None:
    empty = await databases.empty()
    said = await Cairn({**environment(settings), "CAIRN_DATABASE": empty})("inbox", "--by", "E1")
    assert (said.code, "cairn migrate" in said.err) == (3, True)
    migrated = await Cairn({**environment(settings), "CAIRN_DATABASE": empty})("migrate", "--json")
    assert (migrated.code, "ledger/0001_log.sql" in migrated.json["applied"]) == (0, True)
    await databases.drop(empty)
