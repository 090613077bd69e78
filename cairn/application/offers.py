"""What somebody may do with a case or a goal as it stands: the rows of its stage whose rights let them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import product
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from cairn.application import access
from cairn.documents.shape import alternatives
from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import CaseKind
from cairn.domain.case.state import Case
from cairn.domain.goal.commands import COMMANDS
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.state import Goal
from cairn.domain.refusal import Refusal

Choices = Mapping[str, tuple[str, ...]]
NOTHING_SAID: Mapping[str, Any] = {}


class Offer(NamedTuple):
    """A command that somebody may give now, by its row's name. `choices` are, for each field that names one of a few
    values, those with which they may give it."""

    name: str
    command: type[BaseModel]
    choices: Choices


def offered_in_case(
    kind: CaseKind[Any], case: Case, context: CaseContext, by: str, said: Mapping[str, Any] = NOTHING_SAID
) -> list[Offer]:
    """What somebody may do with a case, in its rows' order; with one that is not there, how to begin it. `said` are
    fields of whatever they would give, the goal that it is for say."""
    told = {"case": case.id, "by": by, "at": context.at, **said}

    def let(command: Any) -> None:
        access.require_for_case(kind, command, case, context)

    idle = kind.idle(case, context) if case.version else ()
    return [each for each in _offers(kind.commands, case.stage, told, let) if each.name not in idle]


def offered_on_goal(goal: Goal, context: GoalContext, by: str, at: datetime) -> list[Offer]:
    """What somebody may do with a goal. `context` is what is around a command of theirs on it."""
    told = {"goal": goal.id, "by": by, "at": at}

    def let(command: Any) -> None:
        access.require(command, goal, context)

    return list(_offers(COMMANDS, goal.stage, told, let))


def _offers(
    commands: Mapping[str, Any], stage: str, told: Mapping[str, Any], let: Callable[[Any], None]
) -> Iterable[Offer]:
    for name, command in commands.items():
        if stage not in command.row.stages:
            continue
        few = _few_valued(command)
        open_to = [
            dict(zip(few, values, strict=True))
            for values in product(*few.values())
            if _is_let(let, _as_if(command, told, dict(zip(few, values, strict=True))))
        ]
        if open_to:
            yield Offer(
                name,
                command,
                {field: tuple(dict.fromkeys(each[field] for each in open_to)) for field in few},
            )


def _few_valued(command: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """The fields that name one of a few values, with those."""
    return {
        name: found
        for name, field in command.model_fields.items()
        if (found := literals(field.annotation)) and name not in getattr(command, "looked_up", ())
    }


def literals(annotation: object) -> tuple[str, ...]:
    """The values of a closed vocabulary; empty where a field is none."""
    return tuple(
        str(value)
        for one in alternatives(annotation)
        if get_origin(one) is Literal
        for value in get_args(one)
    )


def _as_if(command: type[BaseModel], told: Mapping[str, Any], chosen: Mapping[str, str]) -> BaseModel:
    """The command without what its form would say: rights look at who gives it, and at what it chooses among."""
    unsaid = {name: None for name, field in command.model_fields.items() if field.is_required()}
    return command.model_construct(**{**unsaid, **told, **chosen})


def _is_let(let: Callable[[Any], None], command: BaseModel) -> bool:
    try:
        let(command)
    except Refusal:
        return False
    return True
