"""Where a goal and its measure came from, where nobody typed them in one by one."""

from datetime import datetime

from pydantic import Field

from cairn.domain.event import Fact
from cairn.domain.private_text import PrivateText


class Origin(Fact):
    """The table or the template of a policy that a goal was written from; what is not known is empty."""

    file: str = Field(default="", description="the table's name")
    row: int | None = Field(default=None, ge=1, description="its row, counted as a spreadsheet does")
    template: str = Field(default="", description="`family.key`, `department.key` or `company.key`")


class Stated(Fact):
    """How a goal came by the measure it has: by which event, who gave it, when, and from what."""

    event: str
    by: str
    at: datetime
    origin: Origin | None = None
    carried_from: str | None = Field(default=None, description="the goal of an earlier cycle")
    reason: PrivateText = ""
