"""Making a build of the worker the current one, and moving what runs on the builds before it."""

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.supervising import refresh_on
from cairn.i18n import message
from cairn.temporal import builds_of, require_namespace, set_current
from cairn_portal import recovery
from cairn_portal.cli.operate.losses import losses_said
from cairn_portal.cli.problem import DOWN, REFUSED, Problem
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, facts

Build = Annotated[
    str, typer.Argument(metavar="BUILD", help="the build, as CAIRN_BUILD of its workers says it")
]


async def deploy(at: Terminal, build: Build) -> int:
    """What begins from now on begins on this build. Runs of builds that are still served are told, and go on where
    they continue as new; those of builds nobody serves any more are begun anew from the log."""
    queue = at.settings.task_queue
    async with session(at) as s:
        client = await s.client()
        await require_namespace(client, await s.application.operation.ledger_id())
        before = await builds_of(client, queue)
        if build not in before.served:
            raise Problem(
                message(
                    "No worker of the build {build} listens ({served} do): start one with CAIRN_BUILD={build} first.",
                    build=build,
                    served=tuple(sorted(before.served)) or ("-",),
                ),
                DOWN,
                "no-build",
            )
        await _make_current(client, build)
        others = {name: count for name, count in before.running.items() if name != build and count}
        told = sum([await refresh_on(client, name) for name in others if name in before.served])
        cases, builds = s.application.cases, await builds_of(client, queue)
        begun = await recovery.recover(client, queue, s.ledger, cases, s.pool, builds)
    draining = {name: count for name, count in others.items() if name in before.served}
    answer = {
        "build": build,
        "before": before.current,
        "drains": draining,
        "told": told,
        "begun_again": begun,
    }
    lines: list[RenderableType] = [
        Text(at.say("✓ {build} is the current build", build=build), style="green"),
        facts(
            (at.say("current before"), before.current or NOTHING),
            (at.say("drains"), _counted(draining)),
            (at.say("told to move"), str(told)),
        ),
        *map(Text, losses_said(at, begun)),
    ]
    if draining:
        lines.append(
            Text(
                at.say(
                    "Let the workers of {builds} run until `cairn status` says that nothing stays on them.",
                    builds=tuple(sorted(draining)),
                )
            )
        )
    at.answer(answer, *lines)
    return 0


async def _make_current(client: Client, build: str) -> None:
    try:
        await set_current(client, build)
    except RPCError as refused:
        if refused.status not in (RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.NOT_FOUND):
            raise
        raise Problem(
            message(
                "Temporal does not take {build} as the current build: {reason}",
                build=build,
                reason=refused.message,
            ),
            REFUSED,
            "not-deployed",
        ) from refused


def _counted(builds: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in sorted(builds.items())) or NOTHING
