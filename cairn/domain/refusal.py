"""A refusal: what may not be done now, why, in which field, and who could do it instead."""

from cairn.domain.sentences import SENTENCES

FactValue = str | tuple[str, ...] | None
"""A fact of a refusal as it travels and is stored: text, several texts, or nothing."""


class Refusal(Exception):
    """Raised by deciders. `code` is stable for programs; `text(language)` is the sentence for people.

    `facts` fill the sentence's gaps and travel with it, so that it can be said in the reader's language.
    """

    def __init__(self, code: str, *, field: str | None = None, **facts: object) -> None:
        self.code = code
        self.field = field
        self.facts = {name: str(value) for name, value in facts.items()}
        super().__init__(self.text("en"))

    def text(self, language: str = "zh") -> str:
        return say(self.code, self.facts, language)


def say(code: str, facts: dict[str, str], language: str) -> str:
    """The sentence of a code in `zh` or `en`, its gaps filled with facts (coded facts said in words)."""
    chinese, english = SENTENCES[code]
    template = english if language == "en" else chinese
    return template.format(**facts)
