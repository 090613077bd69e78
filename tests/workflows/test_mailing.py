"""A worker with a mail server set up sends notices beside all else it does."""

from temporalio.client import Client

from cairn.notices.outbox import Outbox
from cairn.settings import Settings
from tests.projections.mail_server import taking_mail
from tests.workflows.company import MANAGER, eventually
from tests.workflows.conftest import company_at


async def test_a_worker_mails_who_is_to_be_told_and_says_whom_it_cannot_reach(
    settings: Settings, client: Client
) -> None:
    async with taking_mail() as server:
        mailing = {"smtp_url": server.url, "mail_from": "cairn@example.com", "mail_gather": 0}
        async with company_at(settings.model_copy(update=mailing), client, cached=2000) as company:
            outbox = Outbox(company.pool, company.pool)
            await eventually(lambda: company.pool.fetchval("select count(*) from ledger.mail_position"))
            await company.launched(employees=1)
            assert (await company.asks(company.goal(), "submit", "E1")).refused is None

            async def named() -> bool:
                return (MANAGER, "failed", "no_address") in [each[:3] for each in await outbox.undelivered()]

            assert await eventually(named)
