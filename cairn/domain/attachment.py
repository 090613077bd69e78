"""Files that show something: the log names them by the hash of their content, and never holds them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from cairn.domain.event import Fact
from cairn.domain.policy import AttachmentRules
from cairn.domain.private_text import PrivateText
from cairn.domain.refusal import Refusal

MEGABYTE = 1024 * 1024
LONGEST_NAME = 200
"""Characters of a file's name."""


class Attachment(Fact):
    """A file that was attached: `sha256` of its content in hexadecimal digits, its `name`, its `size` in bytes."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    name: Annotated[PrivateText, Field(min_length=1, max_length=LONGEST_NAME)]
    size: Annotated[int, Field(ge=1)]

    @property
    def ending(self) -> str:
        """The end of its name that says what kind of file it is, in lower case and without the dot; or nothing."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


def check_attachments(files: Sequence[Attachment], rules: AttachmentRules) -> None:
    """Refuses more, larger or other files than the policy takes."""
    if len(files) > rules.most:
        raise Refusal("attachment.many", field="files", most=rules.most, files=len(files))
    for file in files:
        if file.size > rules.largest * MEGABYTE:
            raise Refusal("attachment.large", field="files", name=file.name, largest=rules.largest)
        if file.ending not in rules.kinds:
            raise Refusal("attachment.kind", field="files", name=file.name, known=rules.kinds)
