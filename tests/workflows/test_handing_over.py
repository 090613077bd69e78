"""Handing over on real servers, to a real webhook: exactly once, whatever breaks between sending and recording."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio
from temporalio.client import Client

from cairn.settings import Settings
from tests.workflows.company import BOSS, HR
from tests.workflows.conftest import company_at
from tests.workflows.payroll import ADVANCING, SECRET, Paid, Receiver, receiving

EVERYBODY = {
    ("E1", "pay"): Decimal("10000.00"), ("E1", "coefficient"): Decimal(1),
    ("E2", "pay"): Decimal("10000.00"), ("E2", "coefficient"): Decimal(1),
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def paid(settings: Settings, client: Client, receiver: Receiver) -> AsyncIterator[Paid]:
    """A company with two people to be paid, and a worker that knows payroll's webhook."""
    own = settings.model_copy(update={"handover_url": receiver.url, "handover_secret": SECRET})
    async with company_at(own, client, cached=2000) as company:
        made = Paid(company)
        await made.launched()
        yield made


async def test_what_is_handed_over_is_sent_signed_and_the_same_data_again_nets_to_zero(
    paid: Paid, receiver: Receiver
) -> None:
    plan = await paid.looked_at()
    made = await paid.makes(plan.digest)
    assert made.events == ("HandoverMade", "EntriesMade", "VersionHandedOver", "VersionHandedOver")
    await paid.taken()
    [got] = receiver.got
    assert got.signed and got.content["type"] == "handover.entries"
    assert receiver.sums == EVERYBODY
    assert await paid.company.handle(paid.name).result() == "done"
    again = await paid.makes((await paid.looked_at()).digest)
    assert again.refused is None and again.events == ()
    assert (await paid.looked_at()).is_empty and len(receiver.got) == 1


async def test_two_operators_at_once_hand_over_once(paid: Paid, receiver: Receiver) -> None:
    digest = (await paid.looked_at()).digest
    first, second = await asyncio.gather(paid.makes(digest, key="one"), paid.makes(digest, key="two"))
    assert first.refused is None and second.refused is None
    assert sorted([len(first.events), len(second.events)]) == [0, 4]
    await paid.taken()
    assert (await paid.company.story(paid.name)).count("EntriesMade") == 1
    assert receiver.sums == EVERYBODY and len(receiver.got) == 1


async def test_a_command_that_is_repeated_under_its_id_is_done_once(paid: Paid, receiver: Receiver) -> None:
    digest = (await paid.looked_at()).digest
    first = await paid.makes(digest, key="one")
    again = await paid.makes(digest, key="one")
    assert again.events[:2] == first.events[:2] == ("HandoverMade", "EntriesMade")
    await paid.taken()
    assert (await paid.company.story(paid.name)).count("EntriesMade") == 1 and len(receiver.got) == 1
    much_later = await paid.makes(digest, key="one")  # its workflow has ended by now
    assert much_later.replayed or much_later.events == again.events
    assert (await paid.company.story(paid.name)).count("EntriesMade") == 1


async def test_what_changed_since_the_preview_is_not_handed_over_unseen(paid: Paid) -> None:
    digest = (await paid.looked_at()).digest
    await paid.has_result("E2", "1.2", 2)
    refused = await paid.makes(digest)
    assert refused.refused is not None and refused.refused.code == "handover.changed"
    assert await paid.company.story(paid.name) == []


async def test_a_receiver_that_answers_500_and_then_200_gets_the_same_message_again(
    paid: Paid, receiver: Receiver
) -> None:
    receiver.answers = lambda n: 500 if n < 3 else 200
    await paid.makes((await paid.looked_at()).digest)
    await paid.taken()
    assert len(receiver.got) == 3 and len({got.id for got in receiver.got}) == 1
    assert all(got.content == receiver.got[0].content and got.signed for got in receiver.got)
    assert receiver.sums == EVERYBODY
    assert "MessageNotTaken" not in await paid.company.story(paid.name)


async def test_a_receiver_that_times_out_after_taking_it_gets_the_same_message_again(
    paid: Paid, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cairn.payroll.sending.WITHIN", 0.3)
    hangs = asyncio.Event()

    async def answers(n: int) -> int:
        if n == 1:
            await hangs.wait()
        return 200

    receiver.answers = answers
    await paid.makes((await paid.looked_at()).digest)
    await paid.taken()
    hangs.set()
    assert len(receiver.got) == 2 and len({got.id for got in receiver.got}) == 1
    assert receiver.sums == EVERYBODY


async def test_a_receiver_that_refuses_is_named_to_hr_who_can_acknowledge_what_came_by_another_way(
    paid: Paid, receiver: Receiver
) -> None:
    receiver.answers = lambda n: 503
    await paid.makes((await paid.looked_at()).digest)
    await paid.company.has_happened(paid.name, "MessageNotTaken")
    failed = await paid.company.last(paid.name, "MessageNotTaken")
    assert (failed.why, failed.status, len(receiver.got)) == ("status", 503, 5)
    said = await paid.asks("acknowledge", HR, batch=1)
    assert said.events == ("MessageTaken",) and said.status is not None and said.status.over
    assert (await paid.company.last(paid.name, "MessageTaken")).way == "file"


async def test_re_run_awards_pay_nobody_twice(paid: Paid, receiver: Receiver) -> None:
    """Re-run awards. In other systems they add up: here a run of the same gives nothing, one of other data gives one
    reversing entry and the new one."""
    await paid.makes((await paid.looked_at()).digest)
    await paid.taken()
    for _ in range(3):
        assert (await paid.makes((await paid.looked_at()).digest)).events == ()
    more = paid.tables("12000")
    rerun = await paid.makes((await paid.looked_at(more)).digest, more)
    assert rerun.events == ("HandoverMade", "EntriesMade", "VersionHandedOver", "VersionHandedOver")
    await paid.taken(2)
    entries = receiver.got[-1].content["data"]["entries"]
    assert [(each["amount"], each["reverses"]) for each in entries if each["person"] == "E1"] == [
        ("-10000.00", 2), ("12000.00", None),
    ]  # fmt: skip
    assert receiver.sums["E1", "pay"] == 12000 and len({got.id for got in receiver.got}) == 2


async def test_a_paid_amount_lowered_by_a_late_correction_is_proposed_and_not_sent(
    paid: Paid, receiver: Receiver
) -> None:
    await paid.makes((await paid.looked_at()).digest)
    await paid.taken()
    await paid.has_result("E1", "0.8", 2)
    lowered = await paid.makes((await paid.looked_at()).digest)
    assert lowered.events == ("LoweringProposed",)
    assert lowered.status is not None and set(lowered.status.awaited) == {"role:hr", "role:committee"}
    by_hr = await paid.asks("agree", HR, proposal=1)
    assert by_hr.events == ("LoweringAgreed",) and len(receiver.got) == 1
    both = await paid.asks("agree", BOSS, proposal=1)
    assert both.events == ("LoweringAgreed", "HandoverMade", "EntriesMade", "VersionHandedOver")
    await paid.taken(2)
    assert receiver.sums["E1", "pay"] == 8000 and receiver.sums["E2", "pay"] == 10000


async def test_quarters_are_paid_as_they_are_settled_and_the_year_what_it_exceeds_them_by(
    settings: Settings, client: Client, receiver: Receiver
) -> None:
    """A quarter of 10,000 by 80 points, the year by 80: 2,000 in advance, then the other 6,000."""
    own = settings.model_copy(update={"handover_url": receiver.url, "handover_secret": SECRET})
    async with company_at(own, client, cached=2000) as company:
        paid = Paid(company)
        await paid.launched(employees=1, policy=ADVANCING, results=False)
        assert (await paid.looked_at()).is_empty
        await paid.has_scored("E1", "Q1", 80)
        made = await paid.makes((await paid.looked_at()).digest)
        assert made.events == ("HandoverMade", "EntriesMade")
        await paid.taken()
        assert receiver.sums == {("E1", "advance.Q1"): Decimal("2000.00")}
        assert (await paid.makes((await paid.looked_at()).digest)).events == ()
        await paid.has_result("E1", "1")
        assert "VersionHandedOver" in (await paid.makes((await paid.looked_at()).digest)).events
        await paid.taken(2)
        assert sum(receiver.sums.values()) == 8000 and receiver.sums["E1", "true_up"] == 6000


async def test_without_a_webhook_set_up_it_waits_and_says_so(settings: Settings, client: Client) -> None:
    async with company_at(settings, client, cached=2000) as company:
        paid = Paid(company)
        await paid.launched()
        await paid.makes((await paid.looked_at()).digest)
        await company.has_happened(paid.name, "MessageNotTaken")
        assert (await company.last(paid.name, "MessageNotTaken")).why == "unset"
