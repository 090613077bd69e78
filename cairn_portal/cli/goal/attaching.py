"""Attached files: put away before the command that names them, listed, and read back by who may."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.attachments import AttachmentMissing, AttachmentStore, AttachmentsUnusable
from cairn.domain.attachment import LONGEST_NAME, Attachment
from cairn.domain.private_text import unreadable
from cairn.domain.streams import cycle_of
from cairn.i18n import Message, message
from cairn_portal.cli.goal.viewing import As
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import file_size, grid, value
from cairn_portal.reading.files import described_files, files_of, put_away

Files = Annotated[
    list[Path] | None, typer.Option("--file", metavar="PATH", help="a file that shows it; repeat it")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="a goal's or a case's id")]


async def attached(at: Terminal, name: str, files: Sequence[Path] | None) -> list[dict[str, Any]]:
    """The files as a command of this goal or case names them, put away. Refuses what the policy does not take, and
    files that can't be read; then nothing is put away."""
    if not files:
        return []
    contents = [(_name(path), _read(path)) for path in files]
    async with session(at) as s:
        cycle = await s.cycle(cycle_of(name))
        rules = (await s.policies.version(cycle.policy)).attachments
        store = _store(s)
        brought = await described_files(rules, contents)
        try:
            await put_away(store, brought)
        except AttachmentsUnusable as problem:
            raise _unusable(problem) from problem
    return [each.file.model_dump() for each in brought]


def _name(path: Path) -> str:
    """What a file is called in the log: something that stands on one line."""
    if len(path.name) > LONGEST_NAME or not path.name.isprintable():
        raise Problem(
            message(
                "The name of {path} can't be kept: rename the file, to at most {most} signs on one line.",
                path=path, most=LONGEST_NAME,
            ),
            USAGE,
        )  # fmt: skip
    return path.name


def _read(path: Path) -> bytes:
    if path.exists() and not path.is_file():  # a pipe or a device may have no end
        raise Problem(message("{path} is no file that can be attached.", path=path), USAGE)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Problem(
            message("{path} can't be read: {why}.", path=path, why=error.strerror or error), USAGE
        ) from None
    if not content:
        raise Problem(message("{path} is empty.", path=path), USAGE)
    return content


def _store(s: Session) -> AttachmentStore:
    try:
        return AttachmentStore.open(s.at.settings.attachments, s.at.settings.home)
    except AttachmentsUnusable as problem:
        raise _unusable(problem) from problem


def _unusable(problem: AttachmentsUnusable) -> Problem:
    return Problem(
        message(
            "Attached files can't be kept at {address} (see CAIRN_ATTACHMENTS): {problem}",
            address=problem.address,
            problem=problem.problem,
        ),
        name="attachments-unusable",
    )


async def listed(at: Terminal, name: Name, reader: As = None) -> None:
    async with session(at) as s:
        cycle = await s.cycle(cycle_of(name))
        found = await files_of(s.records, name, reader)
        names = await s.names()
    local = at.in_zone(zone_of(cycle))
    right = (at.say("size"),)
    table = grid(at.say("file"), *right, at.say("attached by"), at.say("time"), "SHA-256", right=right)
    for each in found:
        by = f"{each.by} {names.get(each.by, '')}".strip()
        table.add_row(
            value(at, each.file.name),
            file_size(each.file.size),
            by,
            local.moment(each.at),
            each.file.sha256[:12],
        )
    facts = [
        {**each.file.model_dump(), "type": each.type, "by": each.by, "at": each.at.isoformat()}
        for each in found
    ]
    at.answer(facts, table if found else Text(at.say("No file is attached to {name}.", name=name)))


async def fetched(
    at: Terminal,
    name: Name,
    file: Annotated[str, typer.Argument(metavar="FILE", help="the beginning of its SHA-256, or its name")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="PATH", help="where to put it; by default here")
    ] = None,
    reader: As = None,
) -> None:
    async with session(at) as s:
        found = {
            each.file.sha256: each.file
            for each in await files_of(s.records, name, reader)
            if each.file.sha256.startswith(file) or each.file.name == file
        }
        if len(found) != 1:
            raise Problem(_not_one(name, file, len(found)), USAGE)
        [wanted] = found.values()
        try:
            content = await _store(s).get(wanted.sha256)
        except AttachmentsUnusable as problem:
            raise _unusable(problem) from problem
        except AttachmentMissing as missing:
            raise Problem(_gone(wanted, missing), name="attachment-missing") from missing
    own_name = wanted.sha256[:12] if unreadable(wanted.name) else Path(wanted.name).name
    target = to if to is not None else Path(own_name)
    target = target / own_name if target.is_dir() else target
    if target.exists():
        raise Problem(message("{path} is there already: name another place with --to.", path=target), USAGE)
    target.write_bytes(content)
    at.answer(
        {**wanted.model_dump(), "path": str(target)},
        Text("✓ ", style="green").append(f"{target}  {file_size(wanted.size)}"),
    )


def _not_one(name: str, file: str, found: int) -> Message:
    if found:
        return message(
            "{found} files of {name} fit {file}: give more of the SHA-256.", found=found, name=name, file=file
        )
    return message(
        "{name} has no file {file}: `cairn file list {name}` shows what it has.", name=name, file=file
    )


def _gone(file: Attachment, missing: AttachmentMissing) -> Message:
    if missing.altered:
        return message(
            "{name} was altered where it lies: its content is not {digest} any more. A backup has the original.",
            name=file.name, digest=file.sha256[:12],
        )  # fmt: skip
    return message(
        "{name} ({digest}) is not where it was put. A backup has it.", name=file.name, digest=file.sha256[:12]
    )
