"""The key of what is sent to Temporal: where it lies, who may read it, and what a wrong one means."""

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from cairn.settings import Settings, SettingsProblem
from cairn.temporal import KEY_FILE, PayloadEncryption, PayloadKeys, make_key, payload_keys
from cairn.temporal.payloads import NOTHING, UnreadablePayload

ONE, OTHER = os.urandom(32), os.urandom(32)
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"by":"HR"}')


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def without_a_setting(home: Path, **more: object) -> Settings:
    return Settings.model_validate({"home": home, "payload_key": None, **more})


def test_a_key_is_made_once_and_for_its_owners_eyes_alone(tmp_path: Path) -> None:
    file = make_key(tmp_path, reads_plain=False)
    assert file.stat().st_mode & 0o777 == 0o600
    made = payload_keys(without_a_setting(tmp_path))
    make_key(tmp_path, reads_plain=True)
    assert payload_keys(without_a_setting(tmp_path)) == made
    assert not made.reads_plain


def test_what_is_not_encrypted_is_refused_beside_a_key_that_is_set_unless_it_is_asked_for(
    tmp_path: Path,
) -> None:
    believed = {
        plain: payload_keys(
            without_a_setting(tmp_path, payload_key=text(ONE), plain_payloads=plain)
        ).reads_plain
        for plain in (None, "refuse", "read")
    }
    assert believed == {None: False, "refuse": False, "read": True}


def test_without_a_key_a_sentence_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem, match="CAIRN_PAYLOAD_KEY"):
        payload_keys(without_a_setting(tmp_path))


@pytest.mark.parametrize(
    "wrong",
    ["secret", text(ONE[:16]), text(ONE) + "!", "钥匙"],
    ids=["short", "half", "with a sign", "words"],
)
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsProblem) as refused:
        payload_keys(without_a_setting(tmp_path, payload_key=wrong))
    assert wrong not in str(refused.value)
    (tmp_path / KEY_FILE).write_text(wrong, encoding="utf-8")
    with pytest.raises(SettingsProblem):
        payload_keys(without_a_setting(tmp_path))


def test_no_key_shows_where_settings_are_shown(tmp_path: Path) -> None:
    own = Settings(home=tmp_path, payload_key=text(ONE), database="postgresql://me:pass@here/db")
    assert text(ONE) not in repr(own) and "pass" not in repr(own).replace("passw", "")
    assert repr(ONE) not in repr(payload_keys(own))


@given(st.binary(max_size=500), st.dictionaries(st.text(max_size=5), st.binary(max_size=5), max_size=3))
async def test_whatever_is_sent_comes_back_and_is_not_readable_between(
    data: bytes, metadata: dict[str, bytes]
) -> None:
    codec = PayloadEncryption(PayloadKeys.of(ONE, reads_plain=False))
    sent = Payload(metadata=metadata, data=data)
    (between,) = await codec.encode([sent])
    assert len(data) < 4 or data not in between.data
    assert await codec.decode([between]) == [sent]


async def test_a_new_key_encrypts_and_the_earlier_ones_still_open(tmp_path: Path) -> None:
    before = PayloadEncryption(payload_keys(without_a_setting(tmp_path, payload_key=text(ONE))))
    own = without_a_setting(tmp_path, payload_key=text(OTHER), earlier_payload_keys=f"{text(ONE)}, ")
    after = PayloadEncryption(payload_keys(own))
    assert await after.decode(await before.encode([PLAIN])) == [PLAIN]
    with pytest.raises(UnreadablePayload, match="CAIRN_EARLIER_PAYLOAD_KEYS"):
        await before.decode(await after.encode([PLAIN]))


async def test_what_was_changed_on_its_way_is_taken_for_nothing() -> None:
    codec = PayloadEncryption(PayloadKeys.of(ONE))
    (sent,) = await codec.encode([PLAIN])
    for data in (sent.data[:-1], sent.data[:-1] + bytes([sent.data[-1] ^ 1]), b"", sent.data[:5]):
        changed = Payload(metadata=dict(sent.metadata), data=data)
        assert await codec.decode([changed]) == [NOTHING]


async def test_what_nobody_encrypted_is_believed_only_where_it_is_asked_for() -> None:
    assert await PayloadEncryption(PayloadKeys.of(ONE)).decode([PLAIN]) == [PLAIN]
    assert await PayloadEncryption(PayloadKeys.of(ONE, reads_plain=False)).decode([PLAIN]) == [NOTHING]
