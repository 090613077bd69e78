"""A coaching plan on the real server: its days are kept by timers, its outcome waits for what was owed."""

from datetime import date
from typing import Any

from tests.workflows.company import HR, MANAGER, OTHER_MANAGER, Company

PLAN: dict[str, Any] = {
    "gap": "skill",
    "facts": "2 of 5 offers in December left out what the customer had asked for",
    "aim": "needs analysis without help",
    "mentor": OTHER_MANAGER,
    "ends": "2026-01-30",
    "checkpoints": [{"expected": "master needs analysis", "until": "2026-01-15", "shown_by": "a test"}],
    "trainings": [{"what": "needs analysis, two days", "until": "2026-01-14"}],
}
FACTS = "test of 20 January: 41 of 100 points"


async def test_a_plan_is_read_missed_helped_late_failed_and_heard(company: Company) -> None:
    await company.launched()
    case = f"coaching-{company.cycle}-E1-1"
    await company.goes_to(date(2026, 1, 6), company.cycle_workflow)
    asked = await company.asks_case(case, "open", MANAGER, **PLAN)
    assert asked.status is not None and asked.status.awaited == ("E1", OTHER_MANAGER), asked.refused
    await company.asks_case(case, "confirm", OTHER_MANAGER)
    agreed = await company.asks_case(case, "agree", "E1")
    assert agreed.status is not None and agreed.status.stage == "running"

    await company.goes_to(date(2026, 1, 16), case)
    assert (await company.story(case))[-4:] == [
        "CaseReminded",
        "CaseReminded",
        "SupportOverdue",
        "CheckpointMissed",
    ]
    missed = await company.last(case, "CheckpointMissed")
    assert (missed.checkpoint, missed.to) == (1, ("E1", MANAGER))

    early = await company.asks_case(case, "conclude", MANAGER, outcome="failed", facts=FACTS)
    assert early.refused is not None and early.refused.code == "coaching.unjudged"
    await company.asks_case(case, "judge", MANAGER, checkpoint=1, outcome="not_met", comment="no test")
    await company.goes_to(date(2026, 2, 2), case)
    owed = await company.asks_case(case, "conclude", MANAGER, outcome="failed", facts=FACTS)
    assert owed.refused is not None and owed.refused.code == "coaching.support-open"
    await company.asks_case(case, "record", "E1", support=1, on="2026-01-20")
    failed = await company.asks_case(case, "conclude", MANAGER, outcome="failed", facts=FACTS)
    assert failed.status is not None and failed.status.awaited == ("E1",)

    await company.handle(case).terminate()  # the log alone knows how far it is
    stated = await company.asks_case(case, "state", "E1", words="the training came after the test")
    assert stated.status is not None and stated.status.over
    assert await company.handle(case).result() == "concluded"
    said = await company.asks_case(case, "comment", "E1", words="and I have the certificate since")
    assert said.events == ("CoachingCommented",)
    stranger = await company.asks_case(case, "cancel", HR, reason="too late")
    assert stranger.refused is not None and stranger.refused.code == "case.stage"
