"""Forms that bring files along: bounded before anything of them is read."""

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from cairn.domain.attachment import MEGABYTE
from cairn.domain.refusal import Refusal
from cairn_portal.signing_in.callers import FIELDS, FILES, WITH_FILES

MOST = 4 * 1024 * 1024
"""Octets of a whole form: a roster of some 40,000 people."""


async def form_with_files(request: Request) -> FormData | Refusal:
    """The fields and the files of a command's form, or why they are not read. One that cannot bring files is no larger
    than others."""
    kind, _, _ = request.headers.get("content-type", "").partition(";")
    most = WITH_FILES if kind.strip().lower() == "multipart/form-data" else MOST
    found = await bounded_form(request, most, FILES)
    return Refusal("attachment.form", field="files", most=most // MEGABYTE) if found is None else found


async def plain_form(request: Request) -> FormData:
    """The fields of a form without files. Raises HTTPException (413) for one that is too large or does not say its
    size."""
    found = await bounded_form(request)
    if found is None:
        raise HTTPException(413)
    return found


async def bounded_form(request: Request, most: int = MOST, files: int = 2) -> FormData | None:
    """The fields and files of a form; None where it has more octets than that, or does not say how many. The server
    takes in no more than it says."""
    said = request.headers.get("content-length", "")
    if not (said.isascii() and said.isdigit()) or "transfer-encoding" in request.headers or int(said) > most:
        return None
    return await request.form(max_files=files, max_fields=FIELDS, max_part_size=min(most, MOST))


def text_of(form: FormData, name: str) -> str:
    """A field's text, with plain line ends; empty where there is none."""
    found = form.get(name)
    return found.replace("\r\n", "\n") if isinstance(found, str) else ""


async def file_of(form: FormData, name: str) -> bytes:
    """A file's content; empty where none was chosen."""
    found = form.get(name)
    return await found.read() if isinstance(found, UploadFile) else b""


def name_of(form: FormData, name: str) -> str:
    """What whoever chose a file calls it; empty where none was chosen."""
    found = form.get(name)
    return found.filename or "" if isinstance(found, UploadFile) else ""
