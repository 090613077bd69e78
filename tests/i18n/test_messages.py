"""A message is said in the reader's language, with its values as that language writes them."""

import copy
import pickle
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cairn.domain.policy import Name
from cairn.i18n import Language, Message, message, say, term


def test_an_english_sentence_is_its_own_id() -> None:
    assert say("en", "There is nothing like {this}.", this="E001") == "There is nothing like E001."


def test_a_code_has_its_words_in_both_languages() -> None:
    assert say("zh", "stage:draft") == "草稿"
    assert say("en", "refusal:goal.unknown", goal="goal-1") == "there is no goal goal-1; check its id"


def test_a_spec_with_a_name_says_the_term_of_that_kind() -> None:
    assert say("zh", "now {stage:stage}", stage="in_review") == "now 评估中"
    assert say("en", "now {stage:stage}", stage="in_review") == "now in review"


def test_a_value_outside_the_vocabulary_is_said_as_it_is() -> None:
    assert say("zh", "now {stage:stage}", stage="E001") == "now E001"
    assert say("zh", "now {stage:stage}", stage="") == "now "
    assert say("zh", "now {stage:stage}", stage="no such thing") == "now no such thing"
    assert term("stage", "E001").text("zh") == "E001"
    assert say("en", "Note: this stays") == "Note: this stays"


def test_a_term_is_filled_with_the_arguments_of_its_sentence() -> None:
    assert say("en", "ask {who:right}", who="manager", manager="wang") == "ask the manager wang"


@pytest.mark.parametrize(("language", "said"), [("zh", "草稿、已退回"), ("en", "draft, returned")])
def test_several_values_are_listed_as_the_language_lists_things(language: Language, said: str) -> None:
    assert say(language, "{when:stage}", when=("draft", "returned")) == said


def test_a_message_within_a_message_is_said_in_the_same_language() -> None:
    assert message("so: {why}", why=term("stage", "draft")).text("zh") == "so: 草稿"


def test_a_name_in_two_languages_is_said_in_the_readers() -> None:
    family = Name(zh="销售", en="Sales")
    assert message("so: {family}", family=family).text("zh") == "so: 销售"
    assert message("so: {families}", families=[family]).text("en") == "so: Sales"


@pytest.mark.parametrize(
    ("placeholder", "value", "said"),
    [
        ("{x:number}", Decimal("1234.565"), "1,234.57"),
        ("{x:number}", "1234.50", "1,234.5"),
        ("{x:percent}", Decimal("87.45"), "87.5%"),
        ("{x:day}", date(2026, 1, 31), "2026-01-31"),
        ("{x:day}", "2026-01-31", "2026-01-31"),
        ("{x:moment}", datetime(2026, 1, 9, 16, tzinfo=ZoneInfo("Asia/Shanghai")), "2026-01-09 16:00"),
        ("{x:moment}", "2026-01-09T16:00:00+08:00", "2026-01-09 16:00"),
        ("{x:.1f}", 2.25, "2.2"),
        ("{x}", None, "–"),
        ("{x:plural,goal,goals}", 1, "goal"),
        ("{x:plural,goal,goals}", "1", "goal"),
        ("{x:plural,goal,goals}", 0, "goals"),
        ("{x:plural,goal,goals}", 12, "goals"),
    ],
)
def test_a_value_is_written_as_its_spec_says(placeholder: str, value: object, said: str) -> None:
    assert say("en", placeholder, x=value) == said


@pytest.mark.parametrize(
    ("template", "arguments", "said"),
    [
        ("there is {gap}", {}, "there is {gap}"),
        ("{x:number}", {"x": "many"}, "many"),
        ("{x:day}", {"x": "soon"}, "soon"),
        ("{x:.1f}", {"x": "fast"}, "fast"),
        ("a lone { brace", {"x": 1}, "a lone { brace"),
        ("", {}, ""),
    ],
)
def test_what_cannot_be_filled_is_shown_and_never_an_error(
    template: str, arguments: dict[str, object], said: str
) -> None:
    assert say("zh", template, **arguments) == said


def test_an_argument_is_never_read_as_a_template() -> None:
    assert say("en", "title {title}", title="{title} {0.__class__}") == "title {title} {0.__class__}"


def test_messages_are_values() -> None:
    one, same = message("a {b}", b=["x", "y"]), Message("a {b}", {"b": ("x", "y")})
    assert one == same and hash(one) == hash(same) and len({one, same}) == 1
    assert one != message("a {b}", b="x") and one != message("c {b}", b=("x", "y"))
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert sorted([message("b"), message("a")]) == [message("a"), message("b")]


def test_messages_cannot_be_changed() -> None:
    one = message("a {b}", b="x")
    with pytest.raises(AttributeError):
        one.id = "c"
    one.arguments["b"] = "y"
    assert one.text("en") == "a x"


def test_an_argument_may_have_any_name() -> None:
    assert say("en", "{id} {language} {self}", id=1, language=2, self=3) == "1 2 3"
