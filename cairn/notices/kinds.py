"""What a notice is for."""

from typing import Literal, get_args

Kind = Literal["asked", "late", "told"]
"""Something waits for its reader, something of others' is late, something happened."""
KINDS: tuple[Kind, ...] = get_args(Kind)
