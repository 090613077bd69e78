"""Hand-overs in the read model: entries, messages and lowerings as the domain folds them, and whose turn it is."""

from typing import Any

import asyncpg

from projections.engine.catch_up import catch_up
from projections.models.case import open_names, turns
from projections.models.handover import entries, lowerings, messages, sums
from tests.projections.given import active, joined, launched, record
from tests.specs import handovers as handing
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HUA, LI, LIN, QIAN, on

PEOPLE = (joined(LIN), joined(QIAN), joined(LI, manager=None))


def stories() -> list[Casework]:
    """A hand-over in each way it can stand."""
    first = handing.FIRST
    lowered = handing.made(handing.restated(first, 65, "C"))
    agreed = lowered.asked("agree", HUA, "2027-03-02", proposal=1)
    sent = handing.made(handing.company(handing.LINS, handing.QIANS_B, policy=handing.rules(by="webhook")))
    return [
        first,
        handing.made(handing.restated(first, 92, "A")),
        first.asked("acknowledge", HUA, "2027-03-02", batch=1),
        lowered,
        agreed,
        agreed.asked("agree", CHEN, "2027-03-03", proposal=1),
        lowered.asked("decline", CHEN, "2027-03-03", proposal=1),
        handing.made(handing.restated(lowered, 62, "C")),
        handing.made(handing.restated(lowered, 92, "A")),
        sent,
        handing.delivered(sent, taken=False, why="status", status=500),
        handing.delivered(handing.delivered(sent, taken=False, why="timeout"), taken=True, status=200),
    ]


def renamed(story: Casework, number: int) -> list[Any]:
    """A story's own events, in a stream of their own."""
    name = f"handover-2026-company-{number}"
    return [each.model_copy(update={"case": name}) for each in story.events if each.stream == story.case]


async def recorded(pool: asyncpg.Pool, told: list[Casework], *, at_once: bool = True) -> None:
    await record(pool, launched(), *PEOPLE, *active())
    for number, story in enumerate(told):
        for event in [renamed(story, number)] if at_once else [[each] for each in renamed(story, number)]:
            await record(pool, *event)
            if not at_once:
                await catch_up(pool)
    await catch_up(pool)


async def test_a_hand_over_is_what_the_domain_makes_of_its_events(pool: asyncpg.Pool) -> None:
    await agrees(pool, at_once=True)


async def test_it_is_the_same_when_each_event_is_folded_by_itself(pool: asyncpg.Pool) -> None:
    await agrees(pool, at_once=False)


async def agrees(pool: asyncpg.Pool, *, at_once: bool) -> None:
    told = stories()
    await recorded(pool, told, at_once=at_once)
    for number, story in enumerate(told):
        name, state = f"handover-2026-company-{number}", story.state
        rows = await messages(pool, name)
        assert [(row.message, row.batch, row.way, row.entries, row.acknowledge_by) for row in rows] == [
            (each.number, each.batch, each.way, len(each.entries), each.acknowledge_by)
            for each in state.messages.values()
        ], number
        assert [(row.taken_at, row.failed, row.failed_status) for row in rows] == [
            (
                each.taken_at,
                each.failed.why if each.failed else None,
                each.failed.status if each.failed else None,
            )
            for each in state.messages.values()
        ], number
        assert {row.stage for row in rows} == {state.stage}
        found = await entries(pool, name)
        assert [
            (row.number, row.person, row.element, row.amount, row.reverses, row.version) for row in found
        ] == [
            (each.number, each.person, each.element, each.amount, each.reverses, each.version)
            for each in state.all_entries()
        ], number
        assert {(row.person, row.element): row.amount for row in await sums(pool, name)} == handing.sums(
            story
        )
        waiting = [row for row in await lowerings(pool, name) if row.outcome is None]
        assert [(row.proposal, row.person, row.hr, row.committee, row.decide_by) for row in waiting] == [
            (each.id, each.person, each.agreed.get("hr"), each.agreed.get("committee"), each.decide_by)
            for each in state.proposals.values()
        ], number


async def test_a_turn_in_a_hand_over_is_whose_the_domain_says_it_is(pool: asyncpg.Pool) -> None:
    told = stories()
    await recorded(pool, told)
    found = await turns(pool, on("2027-03-02"))
    open_now = set(await open_names(pool))
    for number, story in enumerate(told):
        name = f"handover-2026-company-{number}"
        here = {turn.turn for turn in found if turn.name == name}
        assert here == set(story.kind.awaited(story.state, story.context("2027-03-02"))), number
        assert (name in open_now) is not story.standing("2027-03-02").over, number
