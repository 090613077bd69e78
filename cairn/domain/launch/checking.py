"""What stands against a launch before there is a plan: terms that differ from the first launch, places nobody knows."""

from collections.abc import Mapping
from datetime import date

from cairn.domain.cycle.state import Cycle
from cairn.domain.launch.lateness import GOAL_SETTING
from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, local_day


def check_same_terms(
    cycle: Cycle, title: str, starts: date, ends: date, policy: str, shift: Schedule | None = None
) -> None:
    """Refuses a repeated launch that says something else than the first: nobody's dates change by saying it again.

    `policy` is `name@version`; `shift` are the dates that goal setting would be moved to, None where that is not said.
    """
    launched = cycle.launch_schedule
    if launched is None:
        return
    there: Mapping[str, object] = {
        "title": cycle.title,
        "starts": launched.starts,
        "ends": launched.ends,
        "policy": cycle.launch_policy,
    }
    asked: Mapping[str, object] = {"title": title, "starts": starts, "ends": ends, "policy": policy}
    if shift is not None:
        there, asked = {**there, **_days(launched)}, {**asked, **_days(shift)}
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


def _days(schedule: Schedule) -> dict[str, date]:
    """The days of goal setting."""
    return {name: local_day(getattr(schedule, name), schedule.calendar) for name in GOAL_SETTING}


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
