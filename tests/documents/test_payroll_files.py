"""What goes to payroll and comes back: signed as Standard Webhooks has it, no formula executed, differences by row."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cairn.domain.handover.events import Entry
from cairn.domain.handover.reconciling import differing
from cairn.domain.handover.state import Message
from cairn.payroll.message import body, message_id
from cairn.payroll.setting_up import webhook_of
from cairn.payroll.tables import PayrollTableInvalid, guarded, read_sums, written
from cairn.settings import Settings, SettingsProblem
from cairn.webhooks.signing import SecretUnusable, headers, secrets_of

NAME = "handover-2026-company-1"
MADE = datetime(2027, 3, 1, 2, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OURS = {
    ("E1", "pay"): Decimal("10000.00"),
    ("E2", "pay"): Decimal("8000.00"),
    ("E2", "coefficient"): Decimal("1.2"),
}


def entry(number: int, person: str = "E1", amount: str = "10000.00", reverses: int | None = None) -> Entry:
    return Entry(
        number=number, person=person, sheet=f"sheet-2026-{person}-1", version=1, element="pay", amount=Decimal(amount),
        reverses=reverses,
    )  # fmt: skip


def message(*entries: Entry) -> Message:
    return Message(number=3, batch=2, way="webhook", entries=entries or (entry(1),), made_at=MADE)


def table(folder: Path, text: str) -> Path:
    path = folder / "payroll.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_signature_is_the_one_of_the_specifications_own_example() -> None:
    found = headers(secrets_of(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_changed_both_sign() -> None:
    two = secrets_of(f"{SECRET}, whsec_{'A' * 32}")
    signatures = headers(two, "msg_1", 1, b"{}")["webhook-signature"].split()
    assert len(signatures) == 2 and signatures[0] == headers(two[:1], "msg_1", 1, b"{}")["webhook-signature"]


@pytest.mark.parametrize("stated", ["", "whsec_", "whsec_c2hvcnQ=", "not base64!", "whsec_" + "A" * 400])
def test_a_secret_that_is_none_is_refused_and_never_quoted(stated: str) -> None:
    with pytest.raises(SecretUnusable) as refused:
        secrets_of(stated)
    assert str(refused.value) == ""


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("payroll.example/hook", SECRET, "CAIRN_HANDOVER_URL"),
        ("ftp://payroll.example", SECRET, "CAIRN_HANDOVER_URL"),
        ("http://payroll.example/hook", SECRET, "https://"),
        ("https://me:pass@payroll.example/hook", SECRET, "CAIRN_HANDOVER_URL"),
        ("https://[payroll", SECRET, "CAIRN_HANDOVER_URL"),
        ("https://payroll.example/hook", "hunter2", "CAIRN_HANDOVER_SECRET"),
        ("https://payroll.example/hook", None, "CAIRN_HANDOVER_SECRET"),
    ],
)
def test_settings_that_would_send_pay_in_the_clear_or_unsigned_are_refused(
    url: str, secret: str | None, said: str
) -> None:
    settings = Settings(handover_url=url, handover_secret=secret)
    with pytest.raises(SettingsProblem) as problem:
        webhook_of(settings)
    for sentence in (problem.value.sentence.text("en"), problem.value.sentence.text("zh")):
        assert said in sentence and "hunter2" not in sentence and "pass" not in sentence


def test_a_webhook_nearby_needs_no_tls_and_none_is_set_up_by_itself() -> None:
    near = webhook_of(Settings(handover_url="http://127.0.0.1:9/hook", handover_secret=SECRET))
    assert near is not None and webhook_of(Settings()) is None
    assert SECRET not in repr(Settings(handover_url="https://x.example", handover_secret=SECRET))


def test_a_message_is_the_same_bytes_under_the_same_id_and_another_one_has_another_id() -> None:
    first, again = message(entry(1), entry(2)), message(entry(1), entry(2))
    assert body(NAME, first) == body(NAME, again) and message_id(NAME, first) == message_id(NAME, again)
    assert message_id(NAME, message(entry(1, amount="10000.01"))) != message_id(NAME, message(entry(1)))
    assert message_id("handover-2027-company-1", first) != message_id(NAME, first)
    told = json.loads(body(NAME, first))
    assert told["data"]["entries"][0]["amount"] == "10000.00" and told["data"]["cycle"] == "2026"


def test_a_file_has_every_entry_and_executes_no_formula() -> None:
    evil = '=HYPERLINK("http://x","y")'
    text = written(
        "2026", NAME, [message(entry(1), entry(2, amount="-10000.00", reverses=1), entry(3, evil))]
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["amount"] for row in rows] == ["10000.00", "-10000.00", "10000.00"]
    assert (rows[1]["reverses"], rows[0]["reverses"]) == ("1", "")
    assert rows[2]["person"] == f"'{evil}"
    assert len({row["id"] for row in rows}) == 3 and rows[0]["id"].startswith("msg_")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_begins_like_a_formula_is_guarded(cell: str) -> None:
    assert guarded(cell) == f"'{cell}" and guarded("E1") == "E1"


def test_payrolls_table_is_compared_row_by_row(tmp_path: Path) -> None:
    theirs = "工号,项目,金额\nE1,pay,9000\nE9,pay,50\nE2,coefficient,1.20\nE1,pay,900\n"
    found = differing(OURS, read_sums(table(tmp_path, theirs)))
    assert [(each.kind, each.person, each.element, each.ours, each.theirs, each.row) for each in found] == [
        ("missing", "E2", "pay", Decimal("8000.00"), None, None),
        ("other", "E1", "pay", Decimal("10000.00"), Decimal(9900), 2),
        ("unknown", "E9", "pay", None, Decimal(50), 3),
    ]


def test_what_is_equal_has_no_difference_and_nothing_need_not_be_there(tmp_path: Path) -> None:
    same = "person,element,amount\nE1,pay,10000\nE2,pay,8000.00\nE2,coefficient,1.2\nE7,pay,0\n"
    assert differing({**OURS, ("E8", "pay"): Decimal(0)}, read_sums(table(tmp_path, same))) == []


def test_a_table_with_mistakes_is_compared_with_nothing_and_each_is_named(tmp_path: Path) -> None:
    with pytest.raises(PayrollTableInvalid) as invalid:
        read_sums(table(tmp_path, "person,element,amount\nE1,pay,much\n,pay,5\nE2,,5\n"))
    assert sorted(each.place.row for each in invalid.value.mistakes) == [2, 3, 4]
