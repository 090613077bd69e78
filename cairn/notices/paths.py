"""Where the portal has the page of what a notice is of."""

from cairn.domain.streams import CASES, cycle_of, kind_of


def path_of(stream: str) -> str | None:
    """The path of a stream's page in the portal, None where it has none of its own."""
    kind = kind_of(stream)
    if kind == "goal":
        return f"/goals/{stream}"
    if kind in CASES:
        return f"/cases/{stream}"
    return f"/cycles/{cycle_of(stream)}" if kind == "cycle" else None
