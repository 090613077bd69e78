"""Files are kept by content and come back unaltered, or not at all."""

from pathlib import Path

import pytest

from cairn.attachments import AttachmentMissing, AttachmentStore, AttachmentsUnusable, described
from cairn.domain.attachment import Attachment

CONTENT = "第一轮用户测试：12 人".encode()


def place(home: Path, digest: str) -> Path:
    return home / "attachments" / digest[:2] / digest[2:4] / digest


async def kept_in(store: AttachmentStore, name: str) -> Attachment:
    attachment = described(CONTENT, name)
    await store.put(attachment, CONTENT)
    return attachment


async def test_a_file_comes_back_as_it_was_whatever_it_is_called(tmp_path: Path) -> None:
    store = AttachmentStore.open(None, tmp_path)
    one, other = await kept_in(store, "a.txt"), await kept_in(store, "b.txt")
    assert (one.sha256, one.size, other.name) == (other.sha256, len(CONTENT), "b.txt")
    assert await store.get(one.sha256) == CONTENT
    assert len([path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]) == 1


async def test_a_file_that_was_altered_or_is_gone_is_not_given_out(tmp_path: Path) -> None:
    store = AttachmentStore.open(None, tmp_path)
    kept = await kept_in(store, "a.txt")
    place(tmp_path, kept.sha256).write_bytes(b"something else")
    with pytest.raises(AttachmentMissing) as altered:
        await store.get(kept.sha256)
    assert altered.value.altered
    place(tmp_path, kept.sha256).unlink()
    with pytest.raises(AttachmentMissing) as gone:
        await store.get(kept.sha256)
    assert not gone.value.altered


async def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    AttachmentStore.open(None, tmp_path)
    assert (tmp_path / "attachments").stat().st_mode & 0o077 == 0


async def test_a_folder_of_another_address_is_used(tmp_path: Path) -> None:
    store = AttachmentStore.open(f"file://{tmp_path}", tmp_path / "home")
    kept = await kept_in(store, "a.txt")
    assert await AttachmentStore.open(f"file://{tmp_path}", tmp_path).get(kept.sha256) == CONTENT


def test_an_address_that_says_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(AttachmentsUnusable, match="nowhere"):
        AttachmentStore.open("nowhere://x", tmp_path)
