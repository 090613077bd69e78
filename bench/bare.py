"""The floor of the workflow rows: it waits, and answers an update by a local activity that does nothing."""

from datetime import timedelta

from temporalio import activity, workflow


@activity.defn(name="bench_nothing")
async def nothing() -> None:
    """Does nothing."""


@workflow.defn(name="BenchBare")
class BareWorkflow:
    """Waits a year, as a goal does."""

    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(days=365))

    @workflow.update
    async def ask(self) -> None:
        await workflow.execute_local_activity("bench_nothing", start_to_close_timeout=timedelta(seconds=10))
