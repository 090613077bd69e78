"""The reasons that plans and events hold as codes are said to each reader in their own language."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from cairn.domain.cycle.events import LaunchFailure, LeftOut
from cairn.domain.launch.plan import Missing
from cairn.domain.policy import Name
from cairn.i18n import Language, Message, say
from cairn_portal.presenting import reasons
from cairn_portal.presenting.story import described


@dataclass
class Person:
    """Somebody who reads in a language."""

    language: Language

    def say(self, id: str | Message, /, **arguments: Any) -> str:
        return say(self.language, id, **arguments)


ZH, EN = Person("zh"), Person("en")
LEFT = LeftOut(person="lin", code="left", facts={"on": date(2025, 12, 31).isoformat()})
EXCLUDED = LeftOut(person="lin", code="excluded", reason=Name(zh="实习生不参加", en="interns take no part"))
EXISTS = LaunchFailure(sheet="sheet-1", code="exists", facts={"streams": ("goal-1", "goal-2")})
NO_TARGET = Missing(code="target", facts={"goal": "revenue"})


@pytest.mark.parametrize(("at", "words"), [(ZH, "已于 2025-12-31 离职"), (EN, "left on 2025-12-31")])
def test_somebody_left_out_is_told_why(at: Person, words: str) -> None:
    assert reasons.left_out(at, LEFT) == words


@pytest.mark.parametrize(("at", "words"), [(ZH, "实习生不参加"), (EN, "interns take no part")])
def test_a_policys_own_reason_is_told_as_its_author_wrote_it(at: Person, words: str) -> None:
    assert reasons.left_out(at, EXCLUDED) == words


@pytest.mark.parametrize(
    ("at", "words"), [(ZH, "日志中已有 goal-1、goal-2"), (EN, "in the log already: goal-1, goal-2")]
)
def test_a_sheet_that_failed_is_told_with_what_stood_in_its_way(at: Person, words: str) -> None:
    assert reasons.launch_failure(at, EXISTS) == words


@pytest.mark.parametrize(("at", "words"), [(ZH, "revenue：没有目标值"), (EN, "revenue: no target")])
def test_what_a_sheet_lacks_is_told(at: Person, words: str) -> None:
    assert reasons.missing(at, NO_TARGET) == words


def test_a_goal_cancelled_by_its_deadline_says_why_and_one_that_hr_cancelled_says_hrs_reason() -> None:
    by_deadline = {"cause": "never_approved", "reason": ""}
    assert described(EN, "GoalCancelled", by_deadline) == "not approved before the review opened"
    assert "仍未获批" in described(ZH, "GoalCancelled", by_deadline)
    assert described(EN, "GoalCancelled", {"cause": "asked", "reason": "a mistake"}) == "reason a mistake"


def test_a_refused_signal_is_told_with_the_sentence_of_its_refusal() -> None:
    refused = {"name": "approve", "code": "goal.own", "facts": {"who": "manager", "manager": "wang"}}
    assert "the manager wang may" in described(EN, "SignalRefused", refused)
    assert "应由直接上级 wang 处理" in described(ZH, "SignalRefused", refused)
