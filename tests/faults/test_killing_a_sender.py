"""A worker is killed between sending to payroll and recording it: the same message comes again, and is paid once."""

import pytest

from tests.faults.conftest import Site
from tests.workflows.company import eventually
from tests.workflows.payroll import SECRET, Paid, receiving
from tests.workflows.test_handing_over import EVERYBODY


async def test_a_worker_killed_between_sending_and_recording_sends_the_same_message_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as receiver:
        monkeypatch.setenv("CAIRN_HANDOVER_URL", receiver.url)
        monkeypatch.setenv("CAIRN_HANDOVER_SECRET", SECRET)
        await site.kill("worker")
        site.works()

        async def answers(n: int) -> int:
            if n == 1:  # taken, and nobody is there any more to hear it
                await site.kill("worker")
            return 200

        receiver.answers = answers
        paid = Paid(site.company())
        await paid.launched()
        await paid.makes((await paid.looked_at()).digest)

        async def got(number: int) -> bool:
            return len(receiver.got) >= number

        await eventually(lambda: got(1))
        assert "MessageTaken" not in await paid.company.story(paid.name)
        site.works()
        await paid.company.has_happened(paid.name, "MessageTaken", patience=90)
        assert len(receiver.got) == 2 and len({each.id for each in receiver.got}) == 1
        assert receiver.got[0].content == receiver.got[1].content
        assert receiver.sums == EVERYBODY
        assert (await paid.company.story(paid.name)).count("MessageTaken") == 1
        assert (await paid.looked_at()).is_empty
