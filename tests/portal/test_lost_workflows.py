"""What operators are told of workflows that are lost, builds nobody serves and workers that do not answer, and how
`cairn recover` and `cairn deploy` put it right."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client

import worker
from activities import supervisor
from activities.inputs import STARTER
from cairn.settings import Settings
from cairn.temporal import NamespaceTaken, connect
from cairn_portal import gateway
from cairn_portal.servers.migrate import migrate_all
from cairn_portal.servers.temporal_ready import make_usable
from tests.databases import Databases
from tests.portal.conftest import Answer, Cairn, environment
from tests.workflows.changed import SlowerGoalWorkflow
from tests.workflows.company import eventually
from workflows.cycle import CycleWorkflow
from workflows.feed import FeedWorkflow
from workflows.starter import StarterWorkflow

CYCLE = "2040"
GOAL, OTHER = f"goal-{CYCLE}-E1-1", f"goal-{CYCLE}-E2-1"
HURRIED = """
from datetime import timedelta
from cairn_portal import cli, gateway
gateway.PATIENCE = timedelta(seconds=2)
cli.main()
"""
"""The program itself, with less patience."""
FEED = """name: erp
schedule: "0 6 * * *"
timezone: Asia/Shanghai
source: {kind: csv, path: rows.csv}
watermark: 2039-12-31
covers:
  - {metric: sales, subjects: [E1], since: 2040-01-01}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def own(
    settings: Settings,
    databases: Databases,
    temporal_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Settings]:
    """Servers of the test's own, where nobody mends anything by himself, and what was recorded a moment ago counts."""
    monkeypatch.setattr(supervisor, "ROUND", 3600.0)
    monkeypatch.setattr("activities.supervising.YOUNG", timedelta(0))
    dsn = await databases.empty()
    await migrate_all(dsn)
    namespace = f"lost-{uuid4().hex[:8]}"
    await make_usable(await Client.connect(temporal_server), namespace)
    queue = f"lost-{uuid4().hex[:8]}"
    yield settings.model_copy(
        update={"home": tmp_path, "database": dsn, "namespace": namespace, "task_queue": queue}
    )
    await databases.drop(dsn)


def at(own: Settings) -> Cairn:
    return Cairn({**environment(own), "CAIRN_LANGUAGE": "en", "COLUMNS": "400"})


async def done(cairn: Cairn, *typed: str) -> Answer:
    """What a command answers that must succeed."""
    said = await cairn(*typed)
    assert said.code == 0, said.out + said.err
    return said


async def launched(cairn: Cairn, files: Path) -> None:
    await done(cairn, "policy", "adopt", str(files / "policy.yaml"), "--by", "H1")
    await done(cairn, "roster", "import", str(files / "roster.csv"), "--by", "H1")
    await done(cairn, "cycle", "launch", CYCLE, "--by", "H1", "--yes")


async def scheduled(cairn: Cairn, files: Path) -> None:
    (files / "scheduled.yaml").write_text(FEED, encoding="utf-8")
    (files / "rows.csv").write_text("metric,subject,on,value\n", encoding="utf-8")
    await done(cairn, "feed", "schedule", str(files / "scheduled.yaml"), "--by", "H1")


async def status_with(cairn: Cairn, *sentences: str) -> str:
    """What status notes once it says all of this: lists of workflows are a moment behind."""
    notes = ""

    async def said() -> bool:
        nonlocal notes
        found = await cairn("status", "--json")
        notes = "\n".join(found.json["notes"])
        return found.code == 1 and all(each in notes for each in sentences)

    await eventually(said)
    return notes


async def all_is_well(cairn: Cairn) -> None:
    async def well() -> bool:
        return (await cairn("status")).code == 0

    await eventually(well)


async def is_current(cairn: Cairn, build: str) -> Answer:
    """Deployed as soon as the server lists the build's worker."""

    said = Answer(0, "", "")

    async def deployed() -> bool:
        nonlocal said
        said = await cairn("deploy", build, "--json")
        return said.code == 0

    await eventually(deployed)
    return said


async def test_everything_that_an_accident_took_is_named_and_recover_brings_it_back(
    own: Settings, files: Path
) -> None:
    """status: "dead goal, cycle or starter, deleted schedule" → each named, with what to do."""
    cairn = at(own)
    async with worker.running(own) as client:
        await launched(cairn, files)
        await scheduled(cairn, files)
        await all_is_well(cairn)
        for workflow in (GOAL, f"cycle-{CYCLE}", STARTER):
            await client.get_workflow_handle(workflow).terminate("by accident")
        await client.get_schedule_handle("feed-erp").delete()
        said = await status_with(cairn, "3 workflows: terminated", "1 workflow: not there", "feed-erp")
        for named in (GOAL, f"cycle-{CYCLE}", STARTER, "`cairn recover`"):
            assert named in said
        back = await done(cairn, "recover")
        assert "3 workflows: terminated" in back.out and "✓ The log has 10 open goals; 10" in back.out
        await all_is_well(cairn)
        assert (await client.get_schedule_handle("feed-erp").describe()).id == "feed-erp"
        again = await done(cairn, "recover", "--json")
        assert (again.json["begun_again"], again.json["left"]) == ([], [])
        await done(cairn, "goal", "submit", GOAL, "--by", "E1")


async def test_what_was_begun_again_too_often_is_left_to_an_operator_and_recover_does_it(
    own: Settings, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """status: what the workers have given up is told apart from what they are about to mend."""
    monkeypatch.setattr(supervisor, "MOST_A_DAY", 0)
    cairn = at(own)
    async with worker.running(own) as client:
        await launched(cairn, files)
        await client.get_workflow_handle(GOAL).terminate("by accident")
        said = await status_with(cairn, "too often within a day", GOAL)
        assert "A worker begins them again" not in said
        assert GOAL in (await done(cairn, "recover")).out
        await all_is_well(cairn)


async def test_a_command_begins_a_workflow_that_is_missing(own: Settings, files: Path) -> None:
    """status: nobody has to recover anything before they can work."""
    cairn = at(own)
    async with worker.running(own) as client:
        await launched(cairn, files)
        await client.get_workflow_handle(GOAL).terminate("by accident")
        assert "GoalSubmitted" in (await done(cairn, "goal", "submit", GOAL, "--by", "E1", "--json")).out


async def test_workers_of_no_current_build_are_named_by_every_command_and_deploy_sets_one(
    own: Settings, files: Path
) -> None:
    """builds: "CAIRN_BUILD set, no current version": no command sets one; nobody is told."""
    cairn = at(own)
    async with worker.running(own.model_copy(update={"build": "b1"})):
        await status_with(cairn, "Workers of b1 listen, and no build is current", "`cairn deploy BUILD`")
        await done(cairn, "policy", "adopt", str(files / "policy.yaml"), "--by", "H1")
        await done(cairn, "roster", "import", str(files / "roster.csv"), "--by", "H1")
        refused = await cairn("cycle", "launch", CYCLE, "--by", "H1", "--yes")
        assert (refused.code, "no build is current" in refused.err) == (3, True)
        recovered = await cairn("recover")
        assert (recovered.code, "no build is current" in recovered.err) == (3, True)
        unknown = await cairn("deploy", "b7")
        assert (unknown.code, "No worker of the build b7 listens (b1 do)" in unknown.err) == (3, True)
        deployed = await is_current(cairn, "b1")
        assert (deployed.json["build"], deployed.json["before"]) == ("b1", None)
        await done(cairn, "cycle", "launch", CYCLE, "--by", "H1", "--yes")
        await all_is_well(cairn)


async def test_a_build_whose_worker_is_gone_is_named_and_deploying_the_next_one_moves_what_it_left(
    own: Settings, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """status: "no build served"; builds: pinned runs of a build that is gone."""
    monkeypatch.setattr("cairn.temporal.builds.ASKED_LATELY", timedelta(seconds=3))
    monkeypatch.setattr(gateway, "PATIENCE", timedelta(seconds=6))
    cairn = at(own)
    async with worker.running(own.model_copy(update={"build": "b1"})):
        await is_current(cairn, "b1")
        await launched(cairn, files)
    async with worker.running(own.model_copy(update={"build": "b2"})):
        await status_with(cairn, "The current build is b1, and no worker of it listens (b2)")
        refused = await cairn("goal", "submit", GOAL, "--by", "E1")
        assert (refused.code, "cairn deploy BUILD" in refused.err) == (3, True)
        deployed = await is_current(cairn, "b2")
        assert deployed.json["before"] == "b1"
        assert {each["loss"] for each in deployed.json["begun_again"]} <= {"unserved"}
        await done(cairn, "recover")
        await done(cairn, "goal", "submit", GOAL, "--by", "E1")
        await all_is_well(cairn)


async def test_a_workflow_that_a_new_version_does_not_understand_is_named_to_whoever_asks_it(
    own: Settings, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """builds: "incompatible change without a build": commands fail after 21 s; `recover` changes nothing."""
    monkeypatch.setattr(gateway, "PATIENCE", timedelta(seconds=12))
    cairn = at(own)
    async with worker.running(own):
        await launched(cairn, files)
        await done(cairn, "goal", "submit", GOAL, "--by", "E1")
    monkeypatch.setattr(
        worker, "WORKFLOWS", [SlowerGoalWorkflow, CycleWorkflow, FeedWorkflow, StarterWorkflow]
    )
    async with worker.running(own, cached=0):

        async def told() -> bool:
            said = await cairn("goal", "approve", GOAL, "--by", "M1", "--id", "approval")
            assert said.code == 3, said.out
            return f"The workflow of {GOAL} does not go on" in said.err and "`cairn recover`" in said.err

        await eventually(told)
        await status_with(cairn, "failing again and again", GOAL, "`cairn recover`")
        assert GOAL in (await done(cairn, "recover")).out
        await all_is_well(cairn)


async def test_a_worker_that_is_listed_and_does_nothing_is_named_within_one_deadline(
    own: Settings, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """patience: "a worker is listed and does not serve": launch silent for 549 s, submit for 110 s.

    Temporal goes on listing a worker that has ended, as it does one that is frozen."""
    monkeypatch.setattr(gateway, "PATIENCE", timedelta(seconds=2))
    cairn = at(own)
    async with worker.running(own):
        await launched(cairn, files)
    one = await cairn("goal", "submit", GOAL, "--by", "E1", "--id", "once")
    assert (one.code, "No worker answered in time" in one.err, "same --id" in one.err) == (3, True, True)
    goals = [f"goal-{CYCLE}-{owner}-{number}" for owner in ("E1", "E2", "E3", "H1") for number in (1, 2)]
    many = await cairn("goal", "submit", *goals, "--by", "E1", "--json")
    assert (many.code, many.json["done"], many.json["refused"]) == (1, 0, len(goals))
    launch = await cairn("cycle", "launch", "2041", "--by", "H1", "--yes")
    assert (launch.code, "No worker answered in time" in launch.err) == (3, True)
    alone = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HURRIED, "goal", "submit", GOAL, OTHER, "--by", "E1",
        env={**os.environ, **cairn.env}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await alone.communicate()
    assert (alone.returncode, b"No worker answered in time" in said, b"Traceback" in said) == (
        1,
        True,
        False,
    ), said.decode()
    await status_with(cairn, "A worker listens, and none has answered within 5 s")
    async with worker.running(own):
        again = await done(cairn, "goal", "submit", GOAL, "--by", "E1", "--id", "once", "--json")
        assert "GoalSubmitted" in again.json["events"]


async def test_a_second_ledger_in_the_namespace_is_refused_by_worker_and_commands(
    own: Settings, files: Path, databases: Databases, temporal_server: str
) -> None:
    """two ledgers: "joins the task queue; 6 of 9 commands answered “no such cycle”"."""
    second = own.model_copy(update={"database": await databases.empty()})
    await migrate_all(second.database or "")
    elsewhere = second.model_copy(update={"namespace": f"lost-{uuid4().hex[:8]}"})
    await make_usable(await Client.connect(temporal_server), elsewhere.namespace)
    async with worker.running(elsewhere):
        await launched(at(elsewhere), files)
    async with worker.running(own):
        await launched(at(own), files)
        with pytest.raises(NamespaceTaken):
            async with worker.running(second):
                raise AssertionError("a worker has started")
        there = at(second)
        for typed in (
            ("cycle", "launch", "2041", "--by", "H1", "--yes"),
            ("goal", "submit", GOAL, "--by", "E1"),
            ("recover",),
            ("deploy", "b1"),
        ):
            refused = await there(*typed)
            assert (refused.code, "belongs to another ledger" in refused.err) == (3, True), refused
        await status_with(there, "belongs to another ledger")
        await done(at(own), "goal", "submit", GOAL, "--by", "E1")
    await databases.drop(second.database or "")


async def test_temporal_with_all_its_data_lost_is_said_and_one_recover_brings_everything_back(
    own: Settings, files: Path, temporal_server: str
) -> None:
    """status: "dead goal, cycle or starter, deleted schedule", all at once and without a trace."""
    async with worker.running(own):
        await launched(at(own), files)
        await scheduled(at(own), files)
        await done(at(own), "goal", "submit", GOAL, "--by", "E1")
    empty = own.model_copy(
        update={"namespace": f"lost-{uuid4().hex[:8]}", "task_queue": f"lost-{uuid4().hex[:8]}"}
    )
    await make_usable(await Client.connect(temporal_server), empty.namespace)
    cairn = at(empty)
    await status_with(cairn, "No worker listens", "13 workflows: not there")
    async with worker.running(empty):
        await done(cairn, "recover")
        await all_is_well(cairn)
        client = await connect(empty)
        assert (await client.get_workflow_handle(GOAL).query("status"))["stage"] == "submitted"
        assert (await client.get_schedule_handle("feed-erp").describe()).id == "feed-erp"
