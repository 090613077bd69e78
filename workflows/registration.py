"""Which workflows a worker runs, and the sandbox they run in."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.cycle import CycleWorkflow
from workflows.feed import FeedWorkflow
from workflows.goal import GoalWorkflow
from workflows.starter import StarterWorkflow

WORKFLOWS: list[type] = [GoalWorkflow, CycleWorkflow, FeedWorkflow, StarterWorkflow]

# Cairn's own modules are pure where workflows use them; loading them afresh for each workflow would cost 35 ms.
_SHARED = ("cairn", "activities", "pydantic", "pydantic_core", "annotated_types", "typing_inspection", "asyncpg",
           "projections", "ruamel")  # fmt: skip


def sandbox() -> SandboxedWorkflowRunner:
    """The one runner of all workers and replays."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*_SHARED))
