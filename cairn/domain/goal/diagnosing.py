"""Diagnosis of a problem with a goal: an external obstacle, or an internal gap; numbered in the goal, to be cited."""

from cairn.domain.event import Event
from cairn.domain.goal.commands import CloseDiagnosis, DiagnoseGoal
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import DiagnosisClosed, GoalDiagnosed
from cairn.domain.goal.state import Diagnosis, Goal
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day


def diagnose(command: DiagnoseGoal, goal: Goal, context: GoalContext) -> list[Event]:
    """Refuses a problem without facts or that has not begun; the same said twice is said once."""
    today = local_day(command.at, context.policy.calendar)
    since, facts = command.since or today, command.facts.strip()
    if since > today:
        raise Refusal("diagnosis.future", field="since", since=since)
    if not facts:
        raise Refusal("diagnosis.empty", field="facts")
    if goal.diagnoses and _same(goal.diagnoses[-1], command.by, command.kind, facts, command.since):
        return []
    said = GoalDiagnosed(
        goal=goal.id,
        diagnosis=len(goal.diagnoses) + 1,
        kind=command.kind,
        facts=facts,
        since=since,
        by=command.by,
        at=command.at,
    )
    return [said]


def _same(last: Diagnosis, by: str, kind: str, facts: str, since: object) -> bool:
    return (last.by, last.kind, last.facts) == (by, kind, facts) and since in (None, last.since)


def close(command: CloseDiagnosis, goal: Goal) -> list[Event]:
    found = require_diagnosis(command.diagnosis, goal)
    if found is None or found.closed is not None:
        return []
    closed = DiagnosisClosed(
        goal=goal.id, diagnosis=found.number, reason=command.reason, by=command.by, at=command.at
    )
    return [closed]


def require_diagnosis(number: int | None, goal: Goal) -> Diagnosis | None:
    """The diagnosis of that number, None where none is named. Refuses a number that the goal does not have."""
    found = goal.diagnosis(number)
    if number is not None and found is None:
        raise Refusal("diagnosis.unknown", field="diagnosis", diagnosis=number, known=len(goal.diagnoses))
    return found
