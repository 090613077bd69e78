"""What the story of a case tells of an event: every fact has a name. That both languages have the same ones is shown
elsewhere."""

from cairn.domain.case.events import CaseEvent, CaseSignalRefused
from cairn.domain.registry import EVENTS
from cairn.i18n import term
from cairn_portal.presenting.cases import UNTOLD


def test_every_fact_of_a_cases_event_has_a_name() -> None:
    told = {
        name
        for event in EVENTS.values()
        if issubclass(event, CaseEvent) and event is not CaseSignalRefused
        for name in event.model_fields.keys() - UNTOLD
    }
    assert len(told) > 50
    assert [name for name in sorted(told) if term("field", name).text("zh") == name] == []
