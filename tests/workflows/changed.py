"""A goal's workflow with one timer more: what an incompatible change looks like."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.inputs import GoalStart

from workflows.goal import GoalWorkflow


@workflow.defn(name="Goal")
class SlowerGoalWorkflow(GoalWorkflow):
    """Takes a minute's rest before it begins."""

    @workflow.init
    def __init__(self, start: GoalStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: GoalStart) -> str:
        await workflow.sleep(60)
        return await super().run(start)
