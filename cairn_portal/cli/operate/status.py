"""What runs, how far behind it is and what is stuck, with what to do about it."""

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.text import Text

from cairn.application.operation import LogState
from cairn.ledger import Horizon, subscriptions
from cairn_portal import servers
from cairn_portal.cli.cycle.waiting import waiting_notes, waiting_scores
from cairn_portal.cli.failures import away
from cairn_portal.cli.operate.mailing import chat_notes, mail_notes
from cairn_portal.cli.operate.parked import notes as parked_notes
from cairn_portal.cli.operate.parked import waiting
from cairn_portal.cli.operate.supervision import Supervised, notes_of, supervised
from cairn_portal.cli.problem import REFUSED, Problem
from cairn_portal.cli.session import Session, running_servers, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.webhooks import webhook_facts, webhook_notes, webhooks_of
from cairn_portal.presenting.words import NOTHING, facts, grid, number, span
from cairn_portal.servers import ServerStatus
from projections.engine import catch_up


async def status(at: Terminal) -> int:
    """0 when all is well, 1 when something needs a look, 3 when the servers are not running."""
    known = servers.status(at.settings)
    table = _processes(at, known)
    try:
        running_servers(at.settings)
    except Problem:
        if known and not at.as_json:
            at.out.print(table)
        raise
    async with session(at) as s:
        return await _status(s, known, table)


def _processes(at: Terminal, known: list[ServerStatus]) -> RenderableType:
    table = grid(
        at.say("process"),
        at.say("state"),
        "PID",
        at.say("since"),
        at.say("address"),
    )
    for each in known:
        state = Text(at.say("running"), style="green") if each.running else Text(at.say("gone"), style="red")
        table.add_row(
            each.name, state, str(each.pid or NOTHING), at.moment(each.since), each.address or NOTHING
        )
    return table


async def _status(s: Session, known: list[ServerStatus], table: RenderableType) -> int:
    at = s.at
    state = await s.application.operation.log()
    sealing = state.horizon
    models = await catch_up.status(s.pool)
    stuck = await waiting(s)
    found = await supervised(s)
    notes = _notes(at, state, [each for each in known if not each.running])
    notes += await parked_notes(s, stuck)
    waits = await waiting_scores(s)
    undelivered = await s.application.outbox.undelivered()
    notes += mail_notes(at, undelivered)
    untold = await s.application.chat_outbox.undelivered()
    notes += chat_notes(at, untold)
    hooks = await webhooks_of(s.application)
    notes += webhook_notes(at, hooks)
    if state.home.takes_appends:
        zones = await s.records.zones()
        notes += [*notes_of(at, found, zones), *waiting_notes(at, waits, zones)]
    lags = grid(
        at.say("read model"),
        at.say("position"),
        at.say("events behind"),
        at.say("behind by"),
        at.say("parked"),
        right=(at.say("position"), at.say("events behind"), at.say("parked")),
    )
    followers = await subscriptions(s.pool)
    for each in followers:
        behind = span(at, each.lag) if each.waiting else NOTHING
        lags.add_row(each.name, number(each.position), number(each.waiting), behind, str(each.parked))
    for model in models:
        lags.add_row(
            model.name,
            number(model.cursor),
            number(model.lag_events),
            span(at, model.lag_seconds) if model.lag_events else NOTHING,
            str(model.parked),
        )
    log = facts(
        (at.say("log sealed up to"), number(sealing.sealed)),
        (at.say("not sealed yet"), _unsealed(at, sealing)),
        (at.say("oldest writing transaction"), _holder(at, sealing)),
        (at.say("sealed by"), sealing.sealer or NOTHING),
        ("Temporal", at.say("connected") if found.running is not None else at.say("does not answer")),
        (at.say("workflows waiting"), number(found.running) if found.running is not None else NOTHING),
        *_builds(at, found),
        *([(at.say("begun again within a day"), number(found.begun_again))] if found.begun_again else []),
    )
    verdict = Text(at.say("✓ All is well"), style="green")
    told = [Text(f"! {note}", style="yellow") for note in notes]
    facts_for_programs = {
        "processes": known,
        "horizon": sealing,
        "home": state.home,
        "place": state.home.place,
        "read_models": models,
        "subscriptions": followers,
        "parked": [each._asdict() for each in stuck],
        "worker_listens": found.builds.listens if found.builds else False,
        "workflows_waiting": found.running,
        "builds": found.builds,
        "worker_answers": found.answers,
        "lost": [*found.lost, *found.given_up],
        "begun_again": found.begun_again,
        "behind": found.behind,
        "waiting_for_feeds": waits,
        "undelivered": [each._asdict() for each in undelivered],
        "undelivered_by_chat": [each._asdict() for each in untold],
        "webhooks": [webhook_facts(at, each) for each in hooks],
        "notes": notes,
    }
    at.answer(facts_for_programs, *([table] if known else []), log, lags, Lines(*(told or [verdict])))
    return REFUSED if notes else 0


def _builds(at: Terminal, found: Supervised) -> list[tuple[str, str]]:
    """The current build and the others that have workflows, where workers have builds."""
    builds = found.builds
    if builds is None or not (builds.served or builds.running):
        return []
    counted = (f"{name}: {count}" for name, count in builds.running.items() if count)
    return [
        (at.say("current build"), builds.current or NOTHING),
        (at.say("workflows by build"), ", ".join(counted)),
    ]


def _unsealed(at: Terminal, sealing: Horizon) -> str:
    if not sealing.unsealed:
        return at.say("nothing")
    count = number(sealing.unsealed)
    return at.say(
        "{count} {count:plural,event,events}, the oldest {lag} old", count=count, lag=span(at, sealing.lag)
    )


def _holder(at: Terminal, sealing: Horizon) -> str:
    if sealing.oldest_xid is None:
        return at.say("none")
    who = f"{sealing.application or '?'} · {sealing.database or '?'} · PID {sealing.pid or NOTHING}"
    return f"{who} · {span(at, sealing.age or 0)}"


def _notes(at: Terminal, state: LogState, gone: list[ServerStatus]) -> list[str]:
    """What needs somebody's attention, with what to do."""
    notes, sealing = [], state.horizon
    if not state.home.takes_appends:
        return [at.say(away(state.home.place))]
    if state.home.place == "forked":
        notes.append(
            at.say(
                "The database goes on from an earlier point than it was at (a replica was promoted, or a point in time "
                "recovered: timeline {timeline} after {kept}). `cairn ledger compare` names what the log lost, `cairn "
                "recover` puts workflows right, `cairn ledger open-epoch` settles it.",
                timeline=state.home.timeline,
                kept=state.home.kept_timeline,
            )
        )
    if state.trouble == "blocked":
        notes.append(
            at.say(
                "Sealing waits behind an open writing transaction ({holder}), whose last statement is “{statement}”: "
                "end it, or run select pg_terminate_backend({pid}).",
                holder=_holder(at, sealing),
                statement=sealing.statement or "?",
                pid=sealing.pid,
            )
            if sealing.pid is not None
            else at.say(
                "Sealing waits behind a prepared transaction ({holder}): commit it, or roll it back.",
                holder=_holder(at, sealing),
            )
        )
    elif state.trouble == "unattended":
        notes.append(at.say("Nobody seals the log: start a worker with `cairn up`."))
    notes += [at.say("{name} has ended; its log is {log}.", name=each.name, log=each.log) for each in gone]
    return notes
