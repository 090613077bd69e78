"""Feeds that run by themselves: a Temporal Schedule for each."""

from collections.abc import Sequence
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
from cairn.domain.operating import FeedScheduled
from cairn.feeds.feed import Feed


class TemporalSchedules:
    """Implements `cairn.application.feeds.Schedules`; a feed's schedule is called like its stream."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self.client, self.task_queue = client, task_queue

    async def put(self, planned: FeedScheduled) -> datetime | None:
        """Made, or changed where it is there already. Returns when it runs next."""
        name, schedule = planned.name, self._schedule(planned)
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
        return await self.remove_named(feed.stream)

    async def remove_named(self, name: str) -> bool:
        """The same by the schedule's name."""
        try:
            await self.client.get_schedule_handle(name).delete()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def missing(self, planned: Sequence[FeedScheduled]) -> list[FeedScheduled]:
        """Those of these schedules that are not there."""
        if not planned:
            return []
        there = {each.id async for each in await self.client.list_schedules()}
        return [each for each in planned if each.name not in there and not await self._is_there(each)]

    async def _is_there(self, planned: FeedScheduled) -> bool:
        """Asks for one by its name: lists are a moment behind."""
        try:
            await self.client.get_schedule_handle(planned.name).describe()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    def _schedule(self, planned: FeedScheduled) -> Schedule:
        """Collections never overlap: one that comes due while another runs waits for it."""
        ask = CollectFeedInput(path=planned.path, base=planned.base, by=planned.by)
        return Schedule(
            action=ScheduleActionStartWorkflow("Feed", ask, id=planned.name, task_queue=self.task_queue),
            spec=ScheduleSpec(cron_expressions=list(planned.crons), time_zone_name=planned.timezone),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE),
        )
