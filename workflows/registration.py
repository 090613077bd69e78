"""Which workflows a worker runs, and the sandbox they run in."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.case import (
    AppraisalWorkflow,
    CalibrationWorkflow,
    CoachingWorkflow,
    FeedbackWorkflow,
    HandoverWorkflow,
    PromiseWorkflow,
    RequestWorkflow,
    ResultWorkflow,
    ReviewWorkflow,
)
from workflows.cycle import CycleWorkflow
from workflows.feed import FeedWorkflow
from workflows.goal import GoalWorkflow
from workflows.starter import StarterWorkflow

WORKFLOWS: list[type] = [
    GoalWorkflow, CycleWorkflow, FeedWorkflow, StarterWorkflow, FeedbackWorkflow, CoachingWorkflow, RequestWorkflow,
    PromiseWorkflow, ReviewWorkflow, AppraisalWorkflow, ResultWorkflow, CalibrationWorkflow,
    HandoverWorkflow,
]  # fmt: skip

# Cairn's own modules are pure where workflows use them; loading them afresh for each workflow would cost 35 ms.
_SHARED = ("cairn", "activities", "pydantic", "pydantic_core", "annotated_types", "typing_inspection", "asyncpg",
           "projections", "ruamel")  # fmt: skip


def sandbox(strict: bool = False) -> SandboxedWorkflowRunner:
    """The one runner of all workers and replays. Strict, each workflow gets its own copy of the workflow modules, so
    that what is not deterministic is caught: that is how tests run. It took 45 % of a launching worker's time."""
    shared = _SHARED if strict else (*_SHARED, "workflows")
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*shared))
