"""Putting files away by content, and reading them back unaltered."""

import hashlib
from pathlib import Path
from typing import Self

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from cairn.domain.attachment import Attachment


class AttachmentMissing(Exception):
    """A file is not where it was put (`altered` is False), or its content is another one now."""

    def __init__(self, sha256: str, *, altered: bool) -> None:
        self.sha256, self.altered = sha256, altered
        super().__init__(f"{sha256} {'altered' if altered else 'missing'}")


class AttachmentsUnusable(Exception):
    """The folder or bucket can't be used; `problem` is what it answered."""

    def __init__(self, address: str, problem: Exception) -> None:
        self.address, self.problem = address, str(problem).strip()
        super().__init__(f"{address}: {problem}")


class AttachmentStore:
    """Files by content: the same content is kept once, whatever it is called and however often it is put."""

    def __init__(self, store: ObjectStore, address: str) -> None:
        self.store, self.address = store, address

    @classmethod
    def open(cls, address: str | None, home: Path) -> Self:
        """The store of an address (`s3://bucket/folder`, `file:///folder`), without one the folder `attachments` of
        the home folder, which is made when first needed. Credentials of a bucket come from the environment (`AWS_…`).

        Raises AttachmentsUnusable for an address that says nothing.
        """
        if address is None:
            folder = home / "attachments"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(LocalStore(folder), str(folder))
        try:
            return cls(from_url(address), address)
        except (BaseError, ValueError) as error:
            raise AttachmentsUnusable(address, error) from error

    async def put(self, attachment: Attachment, content: bytes) -> None:
        """Keeps the content that was described so. Raises AttachmentsUnusable where the store takes nothing."""
        try:
            await obstore.put_async(self.store, _place(attachment.sha256), content, mode="create")
        except AlreadyExistsError:
            pass  # the same content, kept before
        except (BaseError, OSError) as error:
            raise AttachmentsUnusable(self.address, error) from error

    async def get(self, sha256: str) -> bytes:
        """The content of a file. Raises AttachmentMissing where it is gone or altered."""
        try:
            content = bytes(await (await obstore.get_async(self.store, _place(sha256))).bytes_async())
        except FileNotFoundError as error:
            raise AttachmentMissing(sha256, altered=False) from error
        except (BaseError, OSError) as error:
            raise AttachmentsUnusable(self.address, error) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise AttachmentMissing(sha256, altered=True)
        return content


def described(content: bytes, name: str) -> Attachment:
    """How a file of this content is named in the log."""
    return Attachment(sha256=hashlib.sha256(content).hexdigest(), name=name, size=len(content))


def _place(sha256: str) -> str:
    """Two levels, so that no folder holds too many."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
