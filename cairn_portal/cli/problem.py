"""Something the person at the terminal can put right, and the exit codes of commands."""

from typing import TYPE_CHECKING

from cairn.domain.refusal import Refusal
from cairn.i18n import Language, Message

if TYPE_CHECKING:  # what a refusal travels in is loaded with the commands that send one
    from activities.inputs import Refused

REFUSED, USAGE, DOWN, STOPPED = 1, 2, 3, 130
"""Exit codes: refused or a problem found, used wrongly, servers not running, stopped by Ctrl-C."""


class Problem(Exception):
    """Something the person can put right: what is wrong and what to do."""

    def __init__(self, sentence: Message, code: int = REFUSED, name: str = "problem") -> None:
        self.sentence, self.code, self.name = sentence, code, name
        super().__init__(str(sentence))

    def text(self, language: Language) -> str:
        return self.sentence.text(language)


def refusal_of(refused: "Refused") -> Refusal:
    """A refusal that came back as a value, to be raised and told like any other."""
    return Refusal(refused.code, field=refused.field, **refused.facts)
