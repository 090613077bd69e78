"""What is wrong with a file, or worth telling about it, as programs read it."""

from typing import Any

from cairn.documents.mistakes import Told
from cairn_portal.presenting.reader import Reader


def mistake_facts(at: Reader, told: Told) -> dict[str, Any]:
    """A mistake or remark: its place, a stable code, the sentence."""
    place = {name: value for name, value in vars(told.place).items() if value}
    return {**place, "code": told.message.id, "sentence": at.say(told.message)}
