"""Single pieces of work, such as calls, evaluated by the form of a goal's KPI (RULES E2)."""

from cairn.domain.event import Event
from cairn.domain.goal.commands import EvaluateWork, WithdrawEvaluation
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import EvaluationWithdrawn, WorkEvaluated
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.refusal import Refusal
from cairn.domain.result_rules import Form
from cairn.domain.schedule import local_day


def evaluate(command: EvaluateWork, goal: Goal, context: GoalContext) -> list[Event]:
    """Records an evaluation of a day that lies in the goal's span and not ahead, with the marks that the form knows.
    The same again is another piece of work."""
    today = local_day(command.at, context.policy.calendar)
    on, form = command.on or today, _form(goal, context)
    ends = goal.last_day or (context.schedule.ends if context.schedule else on)
    if on > today or not goal.since <= on <= ends:
        raise Refusal("evaluation.day", field="on", on=on, since=goal.since, ends=min(ends, today))
    _check_marks(command, form)
    return [
        WorkEvaluated(
            goal=goal.id,
            evaluation=goal.evaluated + 1,
            on=on,
            marks=command.marks,
            errors=command.errors,
            fatal=command.fatal,
            note=command.note,
            by=command.by,
            at=command.at,
        )
    ]


def _form(goal: Goal, context: GoalContext) -> Form:
    name = goal.measure.form if isinstance(goal.measure, Kpi) else None
    form = context.policy.forms.get(name or "")
    if form is None:
        raise Refusal("evaluation.no-form", field="goal", goal=goal.id)
    return form


def _check_marks(command: EvaluateWork, form: Form) -> None:
    """Every criterion has a mark that there is, or is said not to apply."""
    unknown = [key for key in command.marks if key not in form.criteria]
    unmarked = [key for key in form.criteria if key not in command.marks]
    if unknown or unmarked:
        wrong = (unknown or unmarked)[0]
        raise Refusal("evaluation.criteria", field="marks", criterion=wrong, known=list(form.criteria))
    for key, mark in command.marks.items():
        if mark is not None and mark not in form.marks:
            raise Refusal("evaluation.mark", field="marks", criterion=key, mark=mark, known=form.marks)


def withdraw(command: WithdrawEvaluation, goal: Goal) -> list[Event]:
    """Takes an evaluation back; one that is not there is refused."""
    if command.evaluation not in goal.evaluations:
        known = [str(number) for number in goal.evaluations]
        raise Refusal("evaluation.unknown", field="evaluation", number=command.evaluation, known=known)
    return [
        EvaluationWithdrawn(
            goal=goal.id, evaluation=command.evaluation, reason=command.reason, by=command.by, at=command.at
        )
    ]
