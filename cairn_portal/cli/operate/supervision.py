"""What status says of workflows: those that are lost, builds nobody serves, and what is late for no reason."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from activities.inputs import STARTER
from activities.schedules import TemporalSchedules
from activities.supervising import lost, open_streams
from activities.supervisor import begun_lately, within_bounds
from cairn.application.feeds import scheduled
from cairn.domain.cycle.status import AFTER_THE_GOALS
from cairn.domain.operating import BegunAgain
from cairn.i18n import marked
from cairn.temporal import Builds, NamespaceTaken, builds_of, require_namespace
from cairn_portal.cli.cycle.waiting import waits_of
from cairn_portal.cli.failures import namespace_taken
from cairn_portal.cli.operate.losses import losses_said, named
from cairn_portal.cli.session import Session, unserved
from cairn_portal.cli.terminal import Terminal
from projections.models import dashboard as dashboards
from projections.models import goal as goals_model
from projections.models import overdue as overdues

PROBE = timedelta(seconds=5)
"""How long a worker may take to answer for the starter."""
LATE = timedelta(hours=1)
"""From when on a score that waits for nothing is late: until then timers and tries of their own bring it."""
ITSELF = marked("{lost} A worker begins them again within a minute, or `cairn recover` does at once.")
FAILING = marked(
    "{lost} The worker's log says why; if this is a new version that does not understand what an earlier one "
    "began, `cairn recover` begins them anew from the log."
)
AHEAD = marked(
    "{lost} `cairn ledger compare` names what the log has lost; then `cairn recover` begins them anew."
)
GIVEN_UP = marked(
    "{lost} They were begun again too often within a day and are left alone: see the worker's log, then run "
    "`cairn recover`."
)
"""What is to be done about each kind of loss."""
SCORED = ("scored", "closed", "cancelled", "superseded")


class Behind(NamedTuple):
    """Something a cycle has not come to by itself though its time has passed: `what` is score, period or results;
    `waits` are goals it waits for."""

    cycle: str
    what: str
    period: str
    since: datetime
    waits: tuple[str, ...]


class Supervised(NamedTuple):
    """What Temporal has for this ledger. `running` is None where Temporal does not answer, `answers` None where nobody
    was asked; `given_up` are the lost ones that were begun again too often within a day."""

    running: int | None = None
    builds: Builds | None = None
    taken: NamespaceTaken | None = None
    answers: bool | None = None
    lost: Sequence[BegunAgain] = ()
    given_up: Sequence[BegunAgain] = ()
    begun_again: int = 0
    behind: Sequence[Behind] = ()


async def supervised(s: Session) -> Supervised:
    """What is there now. Nothing is begun again: that is a worker's."""
    behind = await _behind(s)
    try:
        client = await s.client()
        running = (await client.count_workflows("ExecutionStatus = 'Running'")).count
        builds = await builds_of(client, s.at.settings.task_queue)
        try:
            await require_namespace(client, await s.application.operation.ledger_id())
        except NamespaceTaken as taken:
            return Supervised(running, builds, taken, behind=behind)
        losses = await _lost(s, client, builds)
    except (RPCError, RuntimeError):
        return Supervised(behind=behind)
    earlier = await begun_lately(s.ledger)
    kept = within_bounds(losses, earlier)
    return Supervised(
        running,
        builds,
        answers=await _answers(client) if builds.serves and not _is_lost(STARTER, losses) else None,
        lost=kept,
        given_up=[each for each in losses if each not in kept],
        begun_again=sum(len(each.workflows) for each in earlier),
        behind=behind,
    )


def notes_of(at: Terminal, found: Supervised, zones: Mapping[str, str]) -> list[str]:
    """What of it needs somebody's attention, with what to do."""
    notes = []
    if found.taken is not None:
        return [at.say(namespace_taken(found.taken))]
    builds = found.builds
    if builds is None or not builds.listens:
        notes.append(at.say("No worker listens: start one with `cairn up`."))
    elif not builds.serves:
        notes.append(at.say(unserved(builds)))
    for build, count in builds.unserved.items() if builds else ():
        notes.append(
            at.say(
                "{count} {count:plural,workflow stays,workflows stay} on the build {build}, which nobody serves: "
                "start a worker with CAIRN_BUILD={build}, or move them with `cairn recover`.",
                count=count,
                build=build,
            )
        )
    if found.answers is False:
        notes.append(
            at.say(
                "A worker listens, and none has answered within {patience:number} s: it is frozen or overloaded. End "
                "it and start another one with `cairn up`.",
                patience=PROBE.seconds,
            )
        )
    by_themselves = [each for each in found.lost if each.loss not in ("failing", "ahead")]
    ahead = [each for each in found.lost if each.loss == "ahead"]
    failing = [each for each in found.lost if each.loss == "failing"]
    for losses, what_to_do in (
        (by_themselves, ITSELF),
        (failing, FAILING),
        (ahead, AHEAD),
        (found.given_up, GIVEN_UP),
    ):
        notes += [at.say(what_to_do, lost=each) for each in losses_said(at, losses)]
    return notes + [_behind_said(at.in_zone(zones.get(each.cycle)), each) for each in found.behind]


def _behind_said(at: Terminal, each: Behind) -> str:
    waits = named(at, list(each.waits))
    moment = at.moment(each.since)
    match each.what:
        case "score":
            return at.say(
                "{count} {count:plural,score is,scores are} due in {cycle} since {since} and not there, though nothing "
                "is waited for: {waits}. See the worker's log and `cairn goal show`.",
                count=len(each.waits),
                cycle=each.cycle,
                since=moment,
                waits=waits,
            )
        case "period":
            return at.say(
                "The sheets of {cycle} have no scores of {period}, due since {since}: see the worker's log.",
                cycle=each.cycle,
                period=each.period,
                since=moment,
            )
        case _:
            return at.say(
                "The results of {cycle} are due since {since} and wait for {count} {count:plural,goal,goals}: {waits}. "
                "See `cairn overdue`.",
                cycle=each.cycle,
                since=moment,
                count=len(each.waits),
                waits=waits,
            )


async def _lost(s: Session, client: Client, builds: Builds) -> list[BegunAgain]:
    queue = s.at.settings.task_queue
    losses = await lost(client, queue, s.ledger, s.application.cases, await open_streams(s.pool), builds)
    missing = await TemporalSchedules(client, queue).missing(await scheduled(s.ledger))
    return [*losses, *(BegunAgain(workflow=each.name, loss="missing") for each in missing)]


def _is_lost(name: str, losses: Sequence[BegunAgain]) -> bool:
    return any(each.workflow == name for each in losses)


async def _answers(client: Client) -> bool:
    """Whether a worker answers for the starter: one that is frozen goes on being listed for minutes."""
    try:
        async with asyncio.timeout(PROBE.total_seconds()):
            await client.get_workflow_handle(STARTER).query("__temporal_workflow_metadata", rpc_timeout=PROBE)
    except TimeoutError:
        return False
    except (RPCError, WorkflowQueryFailedError):
        return True
    return True


async def _behind(s: Session) -> list[Behind]:
    found: list[Behind] = []
    for each in await dashboards.cycles(s.pool):
        if not each.over:
            found += await _behind_in(s, each)
    return found


async def _behind_in(s: Session, row: dashboards.CycleRow) -> list[Behind]:
    """Scores that are late and wait for no feed, periods the sheets have no scores of, results that are late."""
    cycle = await s.cycle(row.cycle)
    now, policy = await s.clock.now(cycle), await s.policies.version(cycle.policy)
    late = [each for each in await overdues.overdue(s.pool, cycle.id, now, policy) if each.act == "score"]
    waits = await waits_of(s, late)
    stuck = [
        each
        for each in late
        if (each.goal, each.period) not in waits and each.due < now - LATE and each.period != "Y"
    ]
    found = []
    if stuck:
        goals = tuple(f"{each.goal} {each.period}" for each in stuck)
        found.append(Behind(cycle.id, "score", "", min(each.due for each in stuck), goals))
    kinds = {kind for family in policy.families for kind in policy.kinds_of(family)}
    for period in row.schedule.periods:
        due = period.scored_at + AFTER_THE_GOALS
        if (
            period.kind != "year"
            and period.kind in kinds
            and due < now - LATE
            and period.key not in row.scored
        ):
            found.append(Behind(cycle.id, "period", period.key, due, ()))
    if row.schedule.results_due < now - LATE and not row.results:
        rows = await goals_model.goals(s.pool, cycle=cycle.id)
        unscored = tuple(each.goal for each in rows if each.stage not in SCORED)
        found.append(Behind(cycle.id, "results", "Y", row.schedule.results_due, unscored))
    return found
