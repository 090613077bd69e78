"""A day's feeds in a rehearsal: every feed of the cycle collected up to that day, by the same workflow as in life."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities.inputs import CollectFeedInput, FeedOutcome
from cairn.i18n import verbatim
from cairn_portal.rehearsal.script import RehearsalScript, ScriptedAct


class FeedFailed(Exception):
    """A feed's source gave bad rows: the sentence names file, row and column."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.sentence = verbatim("\n".join(problems))
        super().__init__(str(self.sentence))


async def collect_feeds(
    client: Client, task_queue: str, script: RehearsalScript, act: ScriptedAct, data: Path, at: datetime
) -> list[FeedOutcome]:
    """Collects an act's feeds at once up to and with its day, as if it were over: the feeds are complete through it.
    Raises FeedFailed; what was recorded stays recorded once."""
    over = at + timedelta(days=1)
    names = script.feeds if act.feeds is True else act.feeds or ()
    one_by_one = (_collect(client, task_queue, script, data, name, act.on, over) for name in names)
    collected = await asyncio.gather(*one_by_one)
    problems = [f"{each.feed}: {each.problem}" for each in collected if each.problem]
    if problems:
        raise FeedFailed(problems)
    return list(collected)


async def _collect(
    client: Client, task_queue: str, script: RehearsalScript, data: Path, name: str, upto: date, at: datetime
) -> FeedOutcome:
    path = script.folder / name
    ask = CollectFeedInput(
        path=_absolute(path), base=_absolute(data), upto=upto.isoformat(), by=script.hr, at=at
    )
    collected: FeedOutcome = await client.execute_workflow(
        "Feed",
        ask,
        id=f"feed-{path.stem}-{upto.isoformat()}",
        task_queue=task_queue,
        result_type=FeedOutcome,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    return collected


def _absolute(path: Path) -> str:
    """The worker need not share this process's current folder."""
    return str(path.absolute())
