"""Numbers in words: grouped alike, whether they have decimals or not; what may be an id is left as it is."""

from cairn.i18n import Language, Message, say
from cairn_portal.presenting.story import described
from cairn_portal.presenting.words import measure, value


class English:
    """Somebody who reads English."""

    language: Language = "en"

    def say(self, id: str | Message, /, **arguments: object) -> str:
        return say(self.language, id, **arguments)


def test_whole_numbers_of_goals_are_grouped_as_those_with_decimals_are() -> None:
    kpi = {
        "kind": "kpi",
        "direction": "higher",
        "target": "100000",
        "unit": "CNY",
        "targets": {"Q1": "25000"},
    }
    assert measure(English(), kpi) == "≥ 100,000 CNY, Q1 ≥25,000"
    scored = {"period": "M01", "actual": "100048", "target": "100000.5"}
    assert described(English(), "GoalScored", scored) == "period M01, actual 100,048, target 100,000.5"


def test_what_may_be_an_id_is_left_as_it_is() -> None:
    assert value(English(), "100048") == "100048"
