"""Collecting a feed once: begun by a Temporal Schedule each day, or by hand for a day."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from activities.inputs import CollectFeedInput, FeedOutcome

SCHEDULED = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


@workflow.defn(name="Feed")
class FeedWorkflow:
    """Tries again while the source is away; what bad rows it has is told, not retried."""

    @workflow.run
    async def run(self, input: CollectFeedInput) -> FeedOutcome:
        outcome: FeedOutcome = await workflow.execute_activity(
            "collect_feed",
            self.dated(input),
            result_type=FeedOutcome,
            start_to_close_timeout=timedelta(minutes=30),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=10), maximum_attempts=50),
        )
        return outcome

    def dated(self, input: CollectFeedInput) -> CollectFeedInput:
        """A scheduled collection takes everything up to the day before the one it was planned for, so that
        filling in a missed day gives the same window. Which day that is, the feed's time zone says (RULES D1)."""
        if input.upto:
            return input
        planned = workflow.info().typed_search_attributes.get(SCHEDULED) or workflow.now()
        return input.model_copy(update={"at": planned})
