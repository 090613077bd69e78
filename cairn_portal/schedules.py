"""Feeds that run by themselves: a Temporal Schedule for each."""

from datetime import datetime

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.inputs import CollectFeedInput
from cairn.application.feeds import ScheduledFeed
from cairn.feeds.feed import Feed
from workflows.feed import FeedWorkflow


class TemporalSchedules:
    """Implements `cairn.application.feeds.Schedules`; a feed's schedule is called like its stream."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self.client, self.task_queue = client, task_queue

    async def put(self, planned: ScheduledFeed) -> datetime | None:
        """Made, or changed where it is there already. Returns when it runs next."""
        name, schedule = planned.feed.stream, self._schedule(planned)
        try:
            handle = await self.client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            handle = self.client.get_schedule_handle(name)

            def changed(_: ScheduleUpdateInput) -> ScheduleUpdate:
                return ScheduleUpdate(schedule=schedule)

            await handle.update(changed)
        times = (await handle.describe()).info.next_action_times
        return times[0] if times else None

    async def remove(self, feed: Feed) -> bool:
        """Ended; False where there was none."""
        try:
            await self.client.get_schedule_handle(feed.stream).delete()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    def _schedule(self, planned: ScheduledFeed) -> Schedule:
        """Collections never overlap: one that comes due while another runs waits for it."""
        feed = planned.feed
        ask = CollectFeedInput(path=str(planned.path), base=str(planned.base), by=planned.by)
        return Schedule(
            action=ScheduleActionStartWorkflow(
                FeedWorkflow.run, ask, id=feed.stream, task_queue=self.task_queue
            ),
            spec=ScheduleSpec(cron_expressions=feed.crons, time_zone_name=feed.timezone),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE),
        )
