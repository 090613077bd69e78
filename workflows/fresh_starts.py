"""A workflow's next run: where history is long or a new build is out, and always on the build that is current then."""

from typing import NoReturn

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.inputs import Value


def is_fresh_start_due() -> bool:
    """Whether the server suggests a next run, or would have it on another build than this one."""
    info = workflow.info()
    return info.is_continue_as_new_suggested() or info.is_target_worker_deployment_version_changed()


def start_afresh(start: Value) -> NoReturn:
    """Ends this run and begins the next one.

    With builds a run stays on its own for as long as it lasts; the next one has to be told to leave it.
    """
    if workflow.info().get_current_deployment_version() is None:
        workflow.continue_as_new(start)
    workflow.continue_as_new(
        start, initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE
    )
