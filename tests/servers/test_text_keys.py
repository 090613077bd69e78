"""The key that wraps those of what people write: where it lies, who may read it, and what the doctor says of it."""

import base64
import os
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from cairn.domain.erasure import ErasureOrdered
from cairn.ledger import open_pool
from cairn.privacy import (
    KEY_FILE,
    PrivateLedger,
    WrappingKeys,
    make_key,
    require_wrapping_keys,
    wrapping_keys,
    written_about,
)
from cairn.settings import Settings, SettingsProblem
from cairn_portal.servers import postgres
from cairn_portal.servers.doctor import Check, checks
from tests.ledger.test_private_text import recorded, returned
from tests.servers.starting import started

ONE, OTHER = os.urandom(32), os.urandom(32)


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def without_a_setting(home: Path, **more: object) -> Settings:
    return Settings.model_validate({"home": home, "database": None, "text_key": None, **more})


async def doctor_on(settings: Settings) -> Check:
    found = {str(check.name): check for check in await checks(settings)}
    return found["Key of private text"]


def test_a_key_is_made_once_and_for_its_owners_eyes_alone(tmp_path: Path) -> None:
    file = make_key(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    made = wrapping_keys(without_a_setting(tmp_path))
    make_key(tmp_path)
    assert wrapping_keys(without_a_setting(tmp_path)) == made and made.place == str(file)


def test_without_a_key_a_worker_is_told_how_to_make_one_and_a_reader_goes_on(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem, match="CAIRN_TEXT_KEY"):
        require_wrapping_keys(without_a_setting(tmp_path))
    assert wrapping_keys(without_a_setting(tmp_path)) == WrappingKeys()


@pytest.mark.parametrize(
    "wrong",
    ["secret", text(ONE[:16]), text(ONE) + "!", "钥匙"],
    ids=["short", "half", "with a sign", "words"],
)
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsProblem) as refused:
        wrapping_keys(without_a_setting(tmp_path, text_key=wrong))
    assert wrong not in str(refused.value)
    (tmp_path / KEY_FILE).write_text(wrong, encoding="utf-8")
    with pytest.raises(SettingsProblem):
        wrapping_keys(without_a_setting(tmp_path))


def test_no_key_shows_where_settings_are_shown(tmp_path: Path) -> None:
    own = without_a_setting(tmp_path, text_key=text(ONE), earlier_text_keys=text(OTHER))
    assert text(ONE) not in repr(own) and text(OTHER) not in repr(own)
    assert repr(ONE)[2:10] not in repr(wrapping_keys(own))


def test_the_setting_counts_before_the_file_and_earlier_keys_are_known(tmp_path: Path) -> None:
    make_key(tmp_path)
    own = without_a_setting(tmp_path, text_key=text(ONE), earlier_text_keys=f"{text(OTHER)}, ")
    assert set(wrapping_keys(own).known.values()) == {ONE, OTHER}
    assert wrapping_keys(own).current == WrappingKeys.of(ONE).current


async def test_before_a_first_start_the_doctor_has_nothing_to_say_of_the_key(tmp_path: Path) -> None:
    assert (await doctor_on(without_a_setting(tmp_path))).ok is None


async def test_the_doctor_says_where_the_key_lies_and_that_backups_need_it(shared: Settings) -> None:
    await started(shared)
    found = await doctor_on(without_a_setting(shared.home))
    assert found.ok and str(shared.home / KEY_FILE) in str(found.sentence)
    assert "Keep a copy apart from the database and its backups" in str(found.sentence)


async def test_the_doctor_finds_a_key_that_others_may_read(shared: Settings) -> None:
    await started(shared)
    file = shared.home / KEY_FILE
    file.chmod(0o644)
    found = await doctor_on(without_a_setting(shared.home))
    file.chmod(0o600)
    assert found.ok is False and f"chmod 600 {file}" in str(found.sentence)


async def test_the_doctor_finds_keys_that_are_there_although_their_erasure_was_ordered(
    shared: Settings,
) -> None:
    addresses = await started(shared)
    ledger_keys = wrapping_keys(without_a_setting(shared.home))
    async with await open_pool(addresses.database_dsn, size=2) as pool:
        ledger = PrivateLedger(pool, ledger_keys)
        await recorded(ledger, returned(goal="goal-2026-E5-1"))
        keys = (await written_about(pool, "E5")).keys
        at = datetime(2026, 1, 3, tzinfo=UTC)
        await recorded(ledger, ErasureOrdered(owner="E5", keys=keys, texts=1, reason="r", by="H", at=at))
        found = await doctor_on(without_a_setting(shared.home))
        assert (
            found.ok is False and "E5" in str(found.sentence) and "cairn people erase" in str(found.sentence)
        )
        admin = await asyncpg.connect(postgres.address(shared.home))
        await admin.execute("delete from ledger.text_key")
        await admin.close()
    assert (await doctor_on(without_a_setting(shared.home))).ok


async def test_the_doctor_finds_texts_that_the_key_does_not_open(shared: Settings) -> None:
    addresses = await started(shared)
    async with await open_pool(addresses.database_dsn, size=2) as pool:
        await recorded(PrivateLedger(pool, WrappingKeys.of(OTHER)), returned())
    found = await doctor_on(without_a_setting(shared.home))
    needed = WrappingKeys.of(OTHER).current
    assert found.ok is False and f"the texts about 1 holder: they need the key {needed}" in str(
        found.sentence
    )
    both = without_a_setting(shared.home, text_key=text(ONE), earlier_text_keys=text(OTHER))
    assert (await doctor_on(both)).ok
