"""The same command for several goals at once, with an answer for each: a refusal keeps no other from being done."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from cairn_portal.gateway import NOT_ANSWERED, NoAnswer
from cairn_portal.presenting.story import event_name
from cairn_portal.signing_in.portal import Visit
from cairn_portal.web.tasks import dom_of
from cairn_portal.web.typed import whole
from projections.models import goal as goals_model

log = logging.getLogger(__name__)
AT_ONCE = 8


class Result(NamedTuple):
    """What came of one of several commands."""

    dom: str
    goal: str
    said: str
    refused: bool


async def give_each(
    visit: Visit, command: str, named: Sequence[str], fields: Mapping[str, str], key: str, act: str
) -> list[Result]:
    """Gives the command to each goal, which is named `<goal>@<version that was seen>` or `<goal>@`. `act` is what its
    task is called, by which its place on the page is found."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(each: str) -> Result:
        async with gate:
            return await _given(visit, each, command, fields, key, act)

    return list(await asyncio.gather(*map(one, named)))


async def _given(
    visit: Visit, named: str, command: str, fields: Mapping[str, str], key: str, act: str
) -> Result:
    goal, _, version = named.rpartition("@")
    at, dom = visit.reader, dom_of(goal, act)
    try:
        done = await visit.portal.commands.goal(
            goal, command, visit.person.id, fields, f"{key}:{goal}" if key else None,
            at_version=whole(version),
        )  # fmt: skip
    except Refusal as refusal:
        # what somebody may not read has no title to them
        called = goal if refusal.code.endswith(".unknown") else await _called(visit, goal)
        return Result(dom, called, refusal_message(refusal).text(at.language), True)
    except NoAnswer as late:
        log.warning("no answer: %s", late)
        return Result(dom, goal, at.say(NOT_ANSWERED), True)
    said = at.say("separator:clause").join(event_name(at, each) for each in done.events)
    return Result(dom, await _called(visit, goal), said or at.say("nothing to do (it is so already)"), False)


async def _called(visit: Visit, goal: str) -> str:
    row = await goals_model.goal(visit.portal.records.pool, goal)
    return visit.reader.title(row.title) if row else goal
