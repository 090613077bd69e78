"""Histories recorded from released versions replay with the workflows as they are now."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from cairn.temporal import PayloadKeys, encrypting
from tests.workflows.changed import SlowerGoalWorkflow
from workflows.registration import WORKFLOWS, sandbox

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


KEYS = PayloadKeys.of(b"thirty-two bytes make an AES key")


def replayer(workflows: list[type], strict: bool = True) -> Replayer:
    """As a worker that has a key: histories from before there was one are read as they are."""
    return Replayer(
        workflows=workflows, data_converter=encrypting(KEYS), workflow_runner=sandbox(strict=strict)
    )


def history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
@pytest.mark.parametrize("strict", [True, False], ids=["strict", "as in a worker"])
async def test_a_recorded_history_replays(file: Path, strict: bool) -> None:
    await replayer(WORKFLOWS, strict).replay_workflow(history(file))


def test_every_workflow_has_a_recorded_history() -> None:
    kinds = {file.stem.partition("-")[0] for file in HISTORIES}
    assert kinds == {workflow.__name__.removesuffix("Workflow").lower() for workflow in WORKFLOWS}


async def test_a_workflow_with_one_timer_more_does_not_replay() -> None:
    file = next(file for file in HISTORIES if file.stem == "goal-adjusted")
    with pytest.raises(NondeterminismError):
        await replayer([SlowerGoalWorkflow]).replay_workflow(history(file))


def test_histories_name_no_machine_and_stay_small() -> None:
    assert sum(file.stat().st_size for file in HISTORIES) < 500_000
    for file in HISTORIES:
        text = file.read_text(encoding="utf-8")
        assert "@" not in text and "stackTrace" not in text
