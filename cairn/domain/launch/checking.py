"""What stands against a launch before there is a plan: terms that differ from the first launch, places nobody knows."""

from collections.abc import Mapping
from datetime import date

from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal


def check_same_terms(cycle: Cycle, title: str, starts: date, ends: date, policy: str) -> None:
    """Refuses a repeated launch that says something else than the first: nobody's dates change by saying it again.

    `policy` is `name@version`.
    """
    if cycle.schedule is None:
        return
    there: Mapping[str, object] = {
        "title": cycle.title,
        "starts": cycle.schedule.starts,
        "ends": cycle.schedule.ends,
        "policy": cycle.policy,
    }
    asked: Mapping[str, object] = {"title": title, "starts": starts, "ends": ends, "policy": policy}
    differs = [name for name, value in asked.items() if value != there[name]]
    if differs:
        raise Refusal(
            "cycle.launched-otherwise",
            field=differs[0],
            cycle=cycle.id,
            differs=differs,
            was=[there[name] for name in differs],
            asked=[asked[name] for name in differs],
        )


def check_departments(policy: Policy, roster: Roster, starts: date) -> None:
    """Refuses a policy with goals for departments that nobody is in: they would be nobody's, without a word."""
    in_use = {person.department for person in roster.people if person.here_on(starts)}
    nobodys = sorted(set(policy.department_templates) - in_use)
    if nobodys:
        raise Refusal(
            "cycle.no-department",
            field="policy",
            policy=policy.version,
            departments=nobodys,
            known=sorted(in_use),
        )
