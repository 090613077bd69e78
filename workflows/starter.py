"""The starter: one workflow that follows the sealed log for ever and begins a workflow for all that is new in it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.inputs import BeginWorkflowsInput

NAME = "starter"


@workflow.defn(name="Starter")
class StarterWorkflow:
    """Its position in the log is kept beside the log (the subscription `starter`); its history says that it has been
    there. One that never was begins with the first event, and merely finds everything begun already.

    Cancelled, it ends when its activity has: from then on nothing is begun.
    """

    @workflow.run
    async def run(self, input: BeginWorkflowsInput) -> None:
        after = input.after
        while not workflow.info().is_continue_as_new_suggested():
            after = await workflow.execute_activity(
                "begin_workflows",
                input.model_copy(update={"after": after}),
                result_type=int,
                start_to_close_timeout=timedelta(hours=1),
                heartbeat_timeout=timedelta(seconds=10),
                retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=30)),
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            )
        workflow.continue_as_new(input.model_copy(update={"after": after}))
