"""What a mistake of the policy or of the roster is called: its message is `policy:<code>`."""

from cairn.i18n import Message


def words(code: str, /, **facts: object) -> Message:
    """The message of a code, with the facts of the case."""
    return Message(f"policy:{code}", facts)


def hint(near: str | None) -> dict[str, str | None]:
    """The facts of a hint: what was probably meant, or nothing."""
    return {"hint": "near" if near else "", "near": near}
