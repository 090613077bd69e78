"""Beginning workflows again from the log, after Temporal's own data was lost."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.inputs import BeginWorkflowsInput
from workflows.starter import NAME, StarterWorkflow


async def restart_starter(client: Client, task_queue: str) -> None:
    """Begins the starter again at the log's first position: it begins every workflow that does not run, and each
    then asks the log where it stands."""
    await client.start_workflow(
        StarterWorkflow.run,
        BeginWorkflowsInput(),
        id=NAME,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
    )


async def running_goals(client: Client) -> int:
    """How many goals' workflows run."""
    return (await client.count_workflows("WorkflowType = 'Goal' and ExecutionStatus = 'Running'")).count
