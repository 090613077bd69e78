"""A year's script hands results over, and hands them over again: the second time nothing is left to do."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from cairn_portal.rehearsal.drive import Rehearsal
from cairn_portal.rehearsal.run import forget, rehearsal_servers
from cairn_portal.rehearsal.script import load_script
from tests.faults.rehearsing import EXAMPLE, quietly, settings_in

FILE = load_script(EXAMPLE / "cycle.yaml")


async def again(rehearsal: Rehearsal, day: date) -> None:
    """The acts of a day once more, under the keys they had."""
    instant = next(each for each in await rehearsal.instants() if each.date() == day)
    for index, act in enumerate(FILE.on(day)):
        await rehearsal.acts.perform(act, f"{rehearsal.cycle}:{instant:%Y-%m-%d}:{index}", instant)


async def test_a_script_hands_over_and_repeats_it_and_the_same_data_nets_to_zero(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "year")
    try:
        async with rehearsal_servers(settings, FILE, quietly) as (own, application, client):
            rehearsal = Rehearsal(own, FILE, EXAMPLE, application, client, quietly)
            report = await rehearsal.run()
            assert report.refused == ()
            await again(rehearsal, date(2027, 3, 1))  # as by a run that was cut off once it was made
            assert rehearsal.acts.refused == []
            handover = await application.handovers.of("2026")
            said = {(each.person, each.element): each.amount for each in handover.all_entries()}
            one, pay = Decimal(1), {"E1": Decimal("12000.00"), "E2": Decimal("9600.00")}
            assert said == {
                **{(who, "pay"): amount for who, amount in pay.items()},
                **{(who, "coefficient"): Decimal("1.2") for who in pay},
                **{(who, "list.promotion"): one for who in pay},
            }
            assert (len(handover.batches), handover.stage, handover.unsent) == (1, "done", ())
    finally:
        forget(settings, FILE)
