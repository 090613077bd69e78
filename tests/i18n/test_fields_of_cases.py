"""What the story of a case tells of an event: every fact has a name. That both languages have the same ones is shown
elsewhere."""

from datetime import UTC, datetime

from cairn.domain.case.events import CaseEvent, CaseSignalRefused
from cairn.domain.feedback.events import FeedbackGiven
from cairn.domain.registry import EVENTS
from cairn.i18n import term
from cairn_portal.presenting.cases import OWN_WORDS, UNTOLD, told
from cairn_portal.signing_in.reader import PageReader


def test_the_value_of_a_feedback_is_what_it_brought_and_no_number() -> None:
    given = FeedbackGiven(
        case="feedback-2027-E4-1",
        kind="positive",
        behaviour="先问了客户",
        value="客户留下了",
        by="M1",
        at=datetime(2027, 3, 1, tzinfo=UTC),
    )
    assert "带来的价值  客户留下了" in told(PageReader("zh"), "feedback", given)
    assert [name for name in OWN_WORDS if term("field", name).text("zh") == name] == []


def test_every_fact_of_a_cases_event_has_a_name() -> None:
    told = {
        name
        for event in EVENTS.values()
        if issubclass(event, CaseEvent) and event is not CaseSignalRefused
        for name in event.model_fields.keys() - UNTOLD
    }
    assert len(told) > 50
    assert [name for name in sorted(told) if term("field", name).text("zh") == name] == []
