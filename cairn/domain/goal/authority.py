"""Who may do what to a goal. The only place that knows; refusals name who could."""

from typing import Literal

from cairn.domain.event import SYSTEM
from cairn.domain.goal.commands import GoalCommand
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.state import Goal, Stage
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day

Act = Literal[
    "draft", "submit", "approve", "adjust", "confirm_manager", "confirm_hr", "check_in", "assess", "move", "cancel",
    "close", "decode",
]  # fmt: skip
RUNNING: frozenset[Stage] = frozenset({"active", "adjusting", "in_review"})


def by_committee(goal: Goal) -> bool:
    """Strategic and department goals, and those of people without a manager, are the committee's to approve."""
    return goal.tier != "individual" or goal.manager is None


def may(act: Act, person: Person, goal: Goal) -> bool:
    """Whether a person may do this to this goal; who owns a goal never judges it."""
    owner = person.id == goal.owner
    hr = "hr" in person.roles
    judge = not owner and (
        bool({"committee", "executive"} & set(person.roles))
        if by_committee(goal)
        else person.id == goal.manager
    )
    match act:
        case "draft":
            return owner or hr or judge
        case "submit" | "check_in":
            return owner or hr
        case "approve" | "confirm_manager" | "assess":
            return judge
        case "adjust":
            return owner or judge or hr
        case "confirm_hr":
            return hr and not owner
        case "decode":
            return owner or bool({"executive", "committee"} & set(person.roles))
        case "move":
            return hr and not owner
        case "close":
            return hr
        case "cancel":
            return (hr and not owner) or (judge and _judge_may_cancel(goal))


def _judge_may_cancel(goal: Goal) -> bool:
    """Once a goal runs, a manager alone cannot take it away: changes then need HR as well, as adjustments do."""
    return by_committee(goal) or goal.stage not in RUNNING


WHO: dict[Act, tuple[str, str]] = {
    "draft": ("本人、直接上级或HR", "the owner, the manager or HR"),
    "submit": ("本人或HR", "the owner or HR"),
    "check_in": ("本人或HR", "the owner or HR"),
    "approve": ("审批人", "the approver"),
    "confirm_manager": ("直接上级", "the manager"),
    "assess": ("直接上级", "the manager"),
    "adjust": ("本人、直接上级或HR", "the owner, the manager or HR"),
    "confirm_hr": ("HR（不能是目标责任人）", "HR, other than the owner"),
    "decode": ("目标责任人、公司管理层或绩效委员会", "the owner, the company's management or the committee"),
    "move": ("HR（不能是目标责任人）", "HR, other than the owner"),
    "close": ("HR", "HR"),
    "cancel": (
        "HR（不能是目标责任人），执行前也可由直接上级",
        "HR, other than the owner, or the manager before it runs",
    ),
}


CODES: dict[Act, str] = {
    "draft": "owner_manager_or_hr",
    "submit": "owner_or_hr",
    "check_in": "owner_or_hr",
    "adjust": "owner_manager_or_hr",
    "confirm_hr": "hr_not_owner",
    "decode": "owner_management_or_committee",
    "move": "hr_not_owner",
    "close": "hr",
    "cancel": "hr_or_manager_before_it_runs",
}
JUDGED: dict[Act, str] = {"approve": "approver", "confirm_manager": "manager", "assess": "manager"}


def approver(goal: Goal) -> str:
    """Whom an approval waits for: a person's id or `role:committee`."""
    return "role:committee" if by_committee(goal) else goal.manager or "role:committee"


def require(act: Act, command: GoalCommand, goal: Goal, context: GoalContext) -> None:
    """Refuses who may not, naming who could. Deadlines (`system`) may do what they do."""
    by = command.by
    if by == SYSTEM:
        return
    person = require_here(command, context)
    if may(act, person, goal):
        return
    if by == goal.owner and act in ("approve", "confirm_manager", "confirm_hr", "assess"):
        raise Refusal("goal.own", field="by", by=by, **_who(act, goal))
    raise Refusal("goal.not-yours", field="by", by=by, **_who(act, goal))


def require_here(command: GoalCommand, context: GoalContext) -> Person:
    """Whoever gives the command, refused when nobody knows them or they have left by then."""
    person = context.people.get(command.by)
    if person is None:
        raise Refusal("person.unknown", field="by", by=command.by)
    if not person.here_on(local_day(command.at, context.policy.calendar)):
        raise Refusal("person.left", field="by", by=command.by)
    return person


def _who(act: Act, goal: Goal) -> dict[str, str]:
    """Who could, as a code of the vocabulary `who`; `judge` is the id of the one person, where it is one."""
    if act not in JUDGED:
        return {"who": CODES[act]}
    waits = approver(goal)
    return {"who": "committee"} if waits == "role:committee" else {"who": JUDGED[act], "judge": waits}
