"""The starter: one workflow that follows the sealed log for ever and begins a workflow for all that is new in it."""

import asyncio
import contextlib
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from workflows.fresh_starts import is_fresh_start_due, start_afresh

with workflow.unsafe.imports_passed_through():
    from activities.inputs import REFRESH, STARTER, BeginWorkflowsInput

NAME = STARTER


@workflow.defn(name="Starter")
class StarterWorkflow:
    """Its position in the log is kept beside the log (the subscription `starter`); its history says that it has been
    there. One that never was begins with the first event, and merely finds everything begun already.

    Cancelled, it ends when its activity has: from then on nothing is begun.
    """

    @workflow.run
    async def run(self, input: BeginWorkflowsInput) -> None:
        after = input.after
        while not is_fresh_start_due():
            following = workflow.start_activity(
                "begin_workflows",
                input.model_copy(update={"after": after}),
                result_type=int,
                start_to_close_timeout=timedelta(hours=1),
                heartbeat_timeout=timedelta(seconds=10),
                retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=30)),
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            )
            try:
                await workflow.wait_condition(lambda: following.done() or is_fresh_start_due())  # noqa: B023
            except asyncio.CancelledError:
                await self.ended(following)
                raise
            if not following.done():  # another build goes on from where this one began
                await self.ended(following)
                break
            after = await following
        start_afresh(input.model_copy(update={"after": after}))

    @workflow.signal(name=REFRESH)
    def on_refresh(self) -> None:
        """Shows the workflow that another build is current, long before its activity is done."""

    async def ended(self, following: "workflow.ActivityHandle[int]") -> None:
        """Has the activity end, and waits for it."""
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError, FailureError):
            await following
