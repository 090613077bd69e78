"""A policy that changes in mid-cycle: what that changes for whom, the committee's votes, and putting it in force."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.amendments import Preview
from cairn.application.clock import zone_of
from cairn.application.stored_events import to_events
from cairn.domain.amendment.effects import Moved
from cairn.domain.cycle.events import (
    DeadlineMove,
    PolicyAmended,
    PolicyAmendmentDecided,
    PolicyAmendmentProposed,
    PolicyChange,
)
from cairn.domain.cycle.state import Cycle
from cairn.domain.refusal import FactValue
from cairn.i18n import message, term
from cairn.policies import PolicyInvalid, parse, read_text
from cairn_portal.cli.goal.adjusting import Reason
from cairn_portal.cli.mistakes import show_mistakes
from cairn_portal.cli.options import By, CommandId, CycleArg, Yes
from cairn_portal.cli.people.moving import DryRun
from cairn_portal.cli.problem import USAGE, Problem, refusal_of
from cairn_portal.cli.session import Session, require_actor, require_reason, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import day
from cairn_portal.presenting.words import NOTHING, facts, grid, number

SHOWN = 12
"""Rows of a table before it says how many more there are."""
NAMED = 4
"""People whom a row names."""
Everybody = Annotated[bool, typer.Option("--everybody", help="name every goal whose deadlines move")]


async def amend(
    at: Terminal,
    name: CycleArg,
    file: Annotated[Path, typer.Argument(help="the policy's YAML")],
    reason: Reason = "",
    by: By = None,
    dry_run: DryRun = False,
    everybody: Everybody = False,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    if not dry_run:
        require_reason(reason)
    try:
        text = read_text(file)
        policy = parse(text, source=file.name)
    except PolicyInvalid as invalid:
        found = {"source": invalid.source, "count": len(invalid.mistakes)}
        return show_mistakes(
            at, invalid, at.say("✗ {source} has {count} {count:plural,mistake,mistakes}", **found)
        )
    reference = f"{policy.name}@{policy.version}"
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        after = policy.model_copy(update={"version": reference})
        preview = await s.application.amendments.preview(cycle.id, after, await s.clock.now(cycle))
        shown = _preview(at.in_zone(zone_of(cycle)), preview, await s.names(), everybody)
        if dry_run:
            at.answer(_for_programs(preview), Text(at.say("What would follow"), style="bold"), *shown)
            return 0
        _confirm(at, preview, shown, yes)
        actor = require_actor(by)
        await s.application.policies.adopt(text, file.name, actor, datetime.now(UTC))
        fields = {"policy": reference, "seen": preview.digest, "reason": reason}
        cycle = await _asked(s, cycle.id, "amend", actor, fields, command_id)
    said = at.say(
        "✓ Proposed {amendment}. Next the committee votes: cairn cycle vote {cycle} for --by ID",
        amendment=_open_id(cycle),
        cycle=cycle.id,
    )
    at.answer({"amendment": _open_id(cycle), **_for_programs(preview)}, Text(said, style="green"))
    return 0


def _confirm(at: Terminal, preview: Preview, shown: Sequence[RenderableType], yes: bool) -> None:
    """Shows what would follow and asks, unless that was said already."""
    if yes:
        return
    if not at.interactive:
        raise Problem(message("See what it changes with --dry-run, then confirm with --yes."), USAGE)
    for each in shown:
        at.err.print(each)
    question = at.say("Propose it? It moves {n} {n:plural,deadline,deadlines}.", n=len(preview.of_goals))
    typer.confirm(question, abort=True, err=True)


async def vote(
    at: Terminal,
    name: CycleArg,
    vote: Annotated[str, typer.Argument(metavar="for|against", help="for it or against it")],
    comment: Annotated[str, typer.Option(help="why, for the minutes")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    if vote not in ("for", "against"):
        raise Problem(message("Say for or against."), USAGE)
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        asked = _require_open(cycle)
        fields = {"amendment": asked, "vote": vote, "comment": comment}
        cycle = await _asked(s, cycle.id, "vote", require_actor(by), fields, command_id)
    if cycle.amendment is None:
        said = at.say("✓ The committee is against {amendment}: nothing changes.", amendment=asked)
    elif cycle.amendment.decided is None:
        said = at.say("✓ Your vote is recorded; the committee has not decided yet.")
    else:
        said = at.say(
            "✓ The committee is for {amendment}. Tell the employees, then: cairn cycle enact {cycle} --by ID",
            amendment=asked,
            cycle=cycle.id,
        )
    at.answer({"amendment": asked, "open": cycle.amendment}, Text(said, style="green"))


async def enact(
    at: Terminal,
    name: CycleArg,
    heard: Annotated[str, typer.Option(help="how employees were heard, and what they said")] = "",
    heard_on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="when they were heard")] = None,
    told: Annotated[str, typer.Option(help="how employees were told what was decided")] = "",
    told_on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="when they were told, by default today")
    ] = None,
    by: By = None,
    command_id: CommandId = None,
) -> None:
    first, then = day(heard_on, "--heard-on"), day(told_on, "--told-on")
    if not heard.strip() or not told.strip() or first is None:
        raise Problem(
            message("Say how and when employees were heard and told: --heard '…' --heard-on DAY --told '…'."),
            USAGE,
        )
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        asked = _require_open(cycle)
        fields = {
            "amendment": asked, "heard": heard, "heard_on": first.isoformat(), "told": told,
            "told_on": (then or await s.clock.today(cycle)).isoformat(),
        }  # fmt: skip
        cycle = await _asked(s, cycle.id, "enact", require_actor(by), fields, command_id)
    said = at.say("✓ {policy} is in force in cycle {cycle}.", policy=cycle.policy, cycle=cycle.id)
    at.answer(
        {"amendment": asked, "policy": cycle.policy, "schedule": cycle.schedule}, Text(said, style="green")
    )


async def listed(at: Terminal, name: CycleArg) -> None:
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        events = to_events(await s.ledger.read_stream(f"cycle-{cycle.id}"))
        names = await s.names()
    told = [each for each in events if isinstance(each, PolicyAmendmentProposed)]
    at, lines = at.in_zone(zone_of(cycle)), list[RenderableType]()
    for proposed in told:
        about = [each for each in events if getattr(each, "amendment", None) == proposed.amendment]
        lines += _story(at, proposed, about, names, cycle)
    nothing = Text(
        at.say(
            "The policy of cycle {cycle} is as it was launched: {policy}.",
            cycle=cycle.id,
            policy=cycle.policy,
        )
    )
    at.answer(
        {
            "policy": cycle.policy,
            "open": cycle.amendment,
            "events": [_plain(each) for each in events if hasattr(each, "amendment")],
        },
        *(lines or [nothing]),
    )


def _plain(event: Any) -> dict[str, Any]:
    return {"event": event.type, **event.model_dump(mode="json", exclude={"schedule"})}


def _story(
    at: Terminal, proposed: PolicyAmendmentProposed, about: Sequence[Any], names: dict[str, str], cycle: Cycle
) -> list[RenderableType]:
    """One change: what was proposed and why, how the committee decided, what was said of hearing and telling."""
    rows = [
        (proposed.amendment, f"{proposed.before} → {proposed.after}"),
        (at.say("proposed"), f"{at.moment(proposed.at)}  {_person(proposed.by, names)}"),
        (at.say("reason"), proposed.reason),
    ]
    for event in about:
        match event:
            case PolicyAmendmentDecided():
                votes = ", ".join(
                    f"{_person(each.by, names)} {at.say(term('vote', each.vote))}" for each in event.ballots
                )
                rows.append((at.say("the committee"), f"{at.moment(event.at)}  {votes}"))
            case PolicyAmended():
                rows.append((at.say("employees heard"), f"{event.heard_on}  {event.heard}"))
                rows.append((at.say("employees told"), f"{event.told_on}  {event.told}"))
                rows.append((at.say("in force since"), f"{at.moment(event.at)}  {_person(event.by, names)}"))
            case _:
                continue
    open_now = cycle.amendment
    if (
        open_now is not None
        and open_now.proposed.amendment == proposed.amendment
        and open_now.decided is None
    ):
        votes = ", ".join(
            f"{_person(each.by, names)} {at.say(term('vote', each.vote))}"
            for each in open_now.ballots.values()
        )
        rows.append((at.say("waits for"), f"{at.say('the committee')}  {votes}".strip()))
    return [facts(*rows), _changes(at, proposed.changes), *_moves(at, proposed.moves, (), names)]


async def _asked(
    s: Session, cycle: str, name: str, by: str, fields: dict[str, Any], command_id: str | None
) -> Cycle:
    """The cycle after a command, once read models show it."""
    outcome = await (await s.gateway()).cycle(cycle, name, by, fields, command_id)
    if outcome.refused:
        raise refusal_of(outcome.refused)
    if outcome.status:
        await s.seen(f"cycle-{cycle}", outcome.status.version, "dashboard")
    return await s.cycles.load(cycle)


def _open_id(cycle: Cycle) -> str:
    return cycle.amendment.proposed.amendment if cycle.amendment else NOTHING


def _require_open(cycle: Cycle) -> str:
    if cycle.amendment is None:
        raise Problem(message("No change of the policy is open in cycle {cycle}.", cycle=cycle.id))
    return cycle.amendment.proposed.amendment


def _for_programs(preview: Preview) -> dict[str, Any]:
    return {
        "before": preview.before, "after": preview.after, "digest": preview.digest, "changes": preview.changes,
        "moves": preview.moves, "goals": [each._asdict() for each in preview.of_goals],
    }  # fmt: skip


def _preview(at: Terminal, found: Preview, names: dict[str, str], everybody: bool) -> list[RenderableType]:
    shown = [_changes(at, found.changes), *_moves(at, found.moves, found.of_goals, names)]
    if everybody and found.of_goals:
        shown.append(_goals(at, found.of_goals, names))
    return shown


def _changes(at: Terminal, changes: Sequence[PolicyChange]) -> RenderableType:
    table = grid(at.say("field"), at.say("before"), at.say("after"), title=at.say("What changes"))
    for each in changes:
        table.add_row(each.field, _value(each.before), _value(each.after))
    return table


def _value(value: FactValue) -> str:
    return ", ".join(value) or NOTHING if isinstance(value, tuple) else value or NOTHING


def _moves(
    at: Terminal, moves: Sequence[DeadlineMove], of_goals: Sequence[Moved], names: dict[str, str]
) -> list[RenderableType]:
    """The deadlines that move, for how many, and (where the goals are known) for whom."""
    if not moves:
        return [Text(at.say("No deadline moves: it holds for what begins after it."))]
    counts = (at.say("goals"), at.say("people"))
    table = grid(
        at.say("deadline"), at.say("from"), at.say("to"), *counts, at.say("whom"), title=at.say("For whom"),
        right=counts,
    )  # fmt: skip
    for each in moves[:SHOWN]:
        owners = [
            one.owner for one in of_goals
            if (one.name, one.period, one.before, one.after) == (each.name, each.period, each.before, each.after)
        ]  # fmt: skip
        goals, people = (number(each.goals), number(each.people)) if each.goals else (NOTHING, NOTHING)
        table.add_row(
            _deadline(at, each), _moment(at, each.before), _moment(at, each.after), goals, people,
            _people(owners, names) if each.goals else at.say("the cycle"),
        )  # fmt: skip
    if len(moves) > SHOWN:
        table.add_row(Text(at.say("… {waiting} more", waiting=len(moves) - SHOWN), style="dim"))
    return [table]


def _goals(at: Terminal, moved: Sequence[Moved], names: dict[str, str]) -> RenderableType:
    table = grid(at.say("goal"), at.say("owner"), at.say("deadline"), at.say("from"), at.say("to"))
    for each in moved:
        told = _deadline(
            at,
            DeadlineMove(name=each.name, period=each.period, before=each.before, after=each.after, goals=1),
        )
        table.add_row(
            each.goal, _person(each.owner, names), told, _moment(at, each.before), _moment(at, each.after)
        )
    return table


def _moment(at: Terminal, moment: datetime | None) -> str:
    return at.moment(moment) if moment else NOTHING


def _deadline(at: Terminal, each: DeadlineMove) -> str:
    """A deadline by its name: of goals, or a stage or a step of the cycle."""
    if each.goals:
        named = at.say(term("phase", each.name))
    elif each.name in ("period", "results", "close", "launch"):
        named = at.say(term("cycle_phase", each.name))
    else:
        named = at.say(term("cycle_stage", each.name))
    return f"{named} {each.period or ''}".strip()


def _people(owners: Sequence[str], names: dict[str, str]) -> str:
    found = sorted(set(owners))
    named = ", ".join(_person(each, names) for each in found[:NAMED])
    return f"{named} …" if len(found) > NAMED else named


def _person(who: str, names: dict[str, str]) -> str:
    return f"{who} {names.get(who, '')}".strip()
