"""The decider of a policy that changes in mid-cycle: proposed by HR, decided by the committee, in force once employees
were heard and told (RULES L11)."""

from collections.abc import Sequence
from datetime import datetime

from cairn.domain.amendment.changes import changes_between, require_amendable
from cairn.domain.amendment.dates import amended_schedule
from cairn.domain.cycle.commands import AmendPolicy, AnyAmendmentCommand, EnactAmendment, VoteOnAmendment
from cairn.domain.cycle.events import (
    CycleEvent,
    DeadlineMove,
    PolicyAmended,
    PolicyAmendmentDecided,
    PolicyAmendmentProposed,
    PolicyAmendmentVoted,
    PolicyChange,
)
from cairn.domain.cycle.state import Amendment, Cycle
from cairn.domain.goal.context import Seats
from cairn.domain.identity import digest
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, local_day
from cairn.domain.terms import Terms
from cairn.domain.voting import Ballot, outcome_of, quorum_of


def amended(terms: Terms, after: Policy, at: datetime) -> tuple[tuple[PolicyChange, ...], Terms]:
    """What another version changes, and what the cycle would go by from `at` on. Refuses what may not change."""
    assert terms.schedule is not None
    changes = changes_between(terms.policy, after)
    require_amendable(terms.policy, after, changes, local_day(at, terms.policy.calendar))
    schedule = amended_schedule(terms.schedule, terms.policy, after, at)
    return changes, Terms(after, schedule, at, terms)


def digest_of(before: str, changes: Sequence[PolicyChange], schedule: Schedule) -> str:
    """The digest of a preview: what is changed, field by field, and the dates that come of it."""
    return digest(before, *(each.model_dump_json() for each in changes), schedule.model_dump_json())


def propose(
    command: AmendPolicy, cycle: Cycle, terms: Terms, after: Policy, moves: Sequence[DeadlineMove]
) -> list[CycleEvent]:
    """Records a proposal; it takes the place of the one that is open, with its votes."""
    _require_running(command, cycle)
    changes, then = amended(terms, after, command.at)
    assert then.schedule is not None
    now = digest_of(terms.policy.version, changes, then.schedule)
    if command.seen != now:
        raise Refusal("amendment.otherwise", field="seen", seen=command.seen, now=now)
    there = cycle.amendment.proposed if cycle.amendment else None
    if there is not None and (there.after, there.reason) == (after.version, command.reason):
        return []
    return [
        PolicyAmendmentProposed(
            cycle=cycle.id,
            amendment=f"{cycle.id}-P{cycle.proposed + 1}",
            before=terms.policy.version,
            after=after.version,
            changes=changes,
            moves=tuple(moves),
            reason=command.reason,
            replaces=there.amendment if there else None,
            by=command.by,
            at=command.at,
        )
    ]


def vote(command: VoteOnAmendment, cycle: Cycle, terms: Terms, seats: Seats) -> list[CycleEvent]:
    """A member's vote; the last one of each counts. With the one that decides come the minutes. `seats` are those of
    the day; whoever proposed the change has none for it."""
    _require_running(command, cycle)
    open_now = _open(command, cycle)
    ballot = Ballot(by=command.by, vote=command.vote, comment=command.comment, at=command.at)
    given = open_now.ballots.get(command.by)
    if open_now.decided or (
        given is not None and (given.vote, given.comment) == (ballot.vote, ballot.comment)
    ):
        return []
    proposer = {open_now.proposed.by}
    members = seats.committee - proposer
    voters = members | seats.executives - proposer | {command.by}
    ballots = {who: each for who, each in {**open_now.ballots, command.by: ballot}.items() if who in voters}
    rules = terms.policy.committee
    quorum = quorum_of(rules, len(members or voters))
    outcome = outcome_of([each.vote for each in ballots.values()], len(voters), quorum, rules)
    who = {"cycle": cycle.id, "amendment": command.amendment, "by": command.by, "at": command.at}
    if outcome is None:
        return [
            PolicyAmendmentVoted.model_validate({**who, "vote": command.vote, "comment": command.comment})
        ]
    minutes = {
        "outcome": outcome, "ballots": tuple(ballots.values()), "members": len(members), "quorum": quorum,
        "majority": rules.majority,
    }  # fmt: skip
    return [PolicyAmendmentDecided.model_validate({**who, **minutes})]


def enact(command: EnactAmendment, cycle: Cycle, terms: Terms, after: Policy) -> list[CycleEvent]:
    """Puts a change in force that the committee decided for. What it moves is worked out anew: a date that has passed
    since it was proposed does not move any more."""
    _require_running(command, cycle)
    open_now = _open(command, cycle)
    if open_now.decided is None:
        raise Refusal(
            "amendment.undecided", field="amendment", amendment=command.amendment, votes=len(open_now.ballots)
        )
    _require_heard(command, open_now, terms)
    _, then = amended(terms, after, command.at)
    return [
        PolicyAmended.model_validate(
            {
                **command.model_dump(include={"cycle", "amendment", "heard_on", "heard", "told_on", "told"}),
                "before": terms.policy.version,
                "after": after.version,
                "schedule": then.schedule,
                "by": command.by,
                "at": command.at,
            }
        )
    ]


def _require_running(command: AnyAmendmentCommand, cycle: Cycle) -> None:
    if cycle.stage not in command.row.stages:
        raise Refusal("amendment.stage", field="cycle", cycle=cycle.id, stage=cycle.stage)


def _open(command: VoteOnAmendment | EnactAmendment, cycle: Cycle) -> Amendment:
    """The open proposal, which has to be the one that the command names."""
    found = cycle.amendment
    if found is None or found.proposed.amendment != command.amendment:
        now = found.proposed.amendment if found else None
        raise Refusal("amendment.unknown", field="amendment", amendment=command.amendment, now=now)
    return found


def _require_heard(command: EnactAmendment, open_now: Amendment, terms: Terms) -> None:
    """Employees are heard before they are told, and told once it is decided; neither lies ahead."""
    assert open_now.decided is not None
    calendar = terms.policy.calendar
    decided, today = local_day(open_now.decided.at, calendar), local_day(command.at, calendar)
    if not command.heard_on <= command.told_on <= today or command.told_on < decided:
        raise Refusal(
            "amendment.heard", field="told_on", heard=command.heard_on, told=command.told_on, decided=decided,
            today=today,
        )  # fmt: skip
