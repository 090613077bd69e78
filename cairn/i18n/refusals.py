"""A refusal in words: its code names the sentence, its facts fill it."""

from collections.abc import Mapping
from typing import Protocol

from cairn.i18n.messages import Message


class Refused(Protocol):
    """A refusal, raised (`cairn.domain.refusal.Refusal`) or come back as a value."""

    @property
    def code(self) -> str: ...

    @property
    def facts(self) -> Mapping[str, object]: ...


def refusal_message(refused: Refused) -> Message:
    """The message of a refusal: what is wrong, and what to do or who may.

    A fact `reason_id` is the id of another message, made of the same facts, that fills the placeholder `reason`.
    """
    facts = dict(refused.facts)
    if isinstance(reason := facts.get("reason_id"), str):
        facts["reason"] = Message(reason, refused.facts)
    return Message(f"refusal:{refused.code}", facts)
