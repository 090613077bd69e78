"""How a kind of case declares itself, and what is decided alike for all of them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from cairn.domain.case.commands import CaseAction, CaseCommand, KeepCaseDeadline, RecordRefusedCaseSignal
from cairn.domain.case.context import CaseContext
from cairn.domain.case.events import CaseEscalated, CaseEvent, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, deadline_name
from cairn.domain.case.status import CaseDeadline, CaseStatus
from cairn.domain.event import Event
from cairn.domain.refusal import Refusal

S = TypeVar("S", bound=Case)


@dataclass(frozen=True)
class CasePhase:
    """One kind of deadline: its name is its message id (`phase:<kind>.<name>`). `does`: reminds whoever is awaited,
    tells it further up, or is the kind's own to decide."""

    name: str
    does: Literal["remind", "escalate", "act"]


@dataclass(frozen=True)
class CaseKind(Generic[S]):
    """A kind of case, called `KIND` in its feature.

    `name` begins its streams (`<name>-<cycle>-<holder>-<n>`). `stages` are in the order in which people list them.
    `opened_by` is the first event of each of its streams: the starter begins the workflow from it. `decide` gives the
    events of a command that its row's stages allow, `on_deadline` those of a phase that `act`s. `deadlines` are all
    that lie ahead in the case's stage, kept ones too; `awaited` are those who are waited for, before anybody acts for
    them: what its holder has to say nobody says for them. `goals_of` are the goals that case and command name,
    `sheets_of` the sheets, by who is around; `cases_beside` and `goals_beside` are other cases and goals that are
    looked at once those sheets are known. `by_system` are commands that no person gives. `parties` are those who take
    part, and may read what was written in it.
    `turns_at` are those whom one deadline (its phase, when it is due) is about, where a case waits for several at a
    time; by default all who are awaited. In stages of `lasts` a case is not over though nobody is waited for and
    nothing is due: its person is on leave, say. `idle` are the commands, by name, that the case's stage allows and that
    could do nothing as it stands: nobody is asked for them.
    """

    name: str
    stages: tuple[str, ...]
    commands: Mapping[str, type[CaseAction]]
    events: tuple[type[Event], ...]
    opened_by: type[CaseEvent]
    new: Callable[[str], S]
    evolve: Callable[[S, Any], S]
    decide: Callable[[Any, S, CaseContext], list[Event]]
    deadlines: Callable[[S, CaseContext], Iterable[tuple[str, datetime]]]
    awaited: Callable[[S, CaseContext], tuple[str, ...]]
    phases: tuple[CasePhase, ...] = ()
    on_deadline: Callable[[KeepCaseDeadline, S, CaseContext], list[Event]] = lambda command, case, context: []
    goals_of: Callable[[S, Any], Iterable[str]] = lambda case, command: ()
    sheets_of: Callable[[S, Any, CaseContext], Iterable[str]] = lambda case, command, context: ()
    cases_beside: Callable[[S, Any, CaseContext], Iterable[str]] = lambda case, command, context: ()
    goals_beside: Callable[[S, Any, CaseContext], Iterable[str]] = lambda case, command, context: ()
    by_system: tuple[type[CaseCommand], ...] = ()
    parties: Callable[[S, CaseContext], tuple[str, ...]] = lambda case, context: (
        *context.places_of(case.holder),
        case.opened_by,
    )
    turns_at: Callable[[S, CaseContext, str, datetime], tuple[str, ...]] | None = None
    lasts: frozenset[str] = frozenset()
    idle: Callable[[S, CaseContext], Collection[str]] = lambda case, context: ()
    _by_name: Mapping[str, CasePhase] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {phase.name: phase for phase in self.phases})

    def phase(self, name: str) -> CasePhase:
        """The row of a deadline."""
        return self._by_name[name]


def decide(kind: CaseKind[S], command: CaseCommand, case: S, context: CaseContext) -> list[Event]:
    """The events of a command. Who may give it was asked before (`cairn.application.access`).

    Raises Refusal where the rules say no. Returns [] where the command has nothing left to do.
    """
    match command:
        case RecordRefusedCaseSignal():
            return [_refused_signal(command)]
        case KeepCaseDeadline():
            require_exists(kind, case)
            return _on_deadline(kind, command, case, context)
        case CaseAction():
            if "none" not in command.row.stages:
                require_exists(kind, case)
            if case.stage in command.row.already:
                return []
            _require_stage(kind, command, case)
            return kind.decide(command, case, context)
        case _ if isinstance(command, kind.by_system):
            require_exists(kind, case)
            return kind.decide(command, case, context)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a case")


def require_exists(kind: CaseKind[S], case: S) -> None:
    """Refuses a case of which the log knows nothing."""
    if case.stage == "none":
        raise Refusal("case.unknown", field="case", kind=kind.name, case=case.id)


def _require_stage(kind: CaseKind[S], command: CaseAction, case: S) -> None:
    row = command.row
    if case.stage not in row.stages:
        when = [f"{kind.name}.{stage}" for stage in kind.stages if stage in row.stages]
        stage = f"{kind.name}.{case.stage}"
        raise Refusal("case.stage", kind=kind.name, command=f"{kind.name}.{row.name}", stage=stage, when=when)


def _refused_signal(command: RecordRefusedCaseSignal) -> CaseSignalRefused:
    return CaseSignalRefused(
        case=command.case,
        name=command.name,
        code=command.code,
        field=command.field,
        facts=command.facts,
        by=command.by,
        at=command.at,
    )


def _on_deadline(kind: CaseKind[S], command: KeepCaseDeadline, case: S, context: CaseContext) -> list[Event]:
    if deadline_name(command.phase, command.due) in case.kept_deadlines:
        return []
    if (command.phase, command.due) not in set(kind.deadlines(case, context)):
        return []  # what was due has been done meanwhile
    phase = kind.phase(command.phase)
    said = {"case": case.id, "phase": command.phase, "due": command.due, "by": command.by, "at": command.at}
    match phase.does:
        case "remind":
            return [
                CaseReminded(to=context.acting(_turns_at(kind, command, case, context), case.holder), **said)
            ]
        case "escalate":
            return [CaseEscalated(to=context.further_up(_turns_at(kind, command, case, context)), **said)]
        case "act":
            return kind.on_deadline(command, case, context)


def _turns_at(kind: CaseKind[S], command: KeepCaseDeadline, case: S, context: CaseContext) -> tuple[str, ...]:
    if kind.turns_at is None:
        return kind.awaited(case, context)
    return kind.turns_at(case, context, command.phase, command.due)


def deadlines_of(kind: CaseKind[S], case: S, context: CaseContext) -> list[CaseDeadline]:
    """Every deadline still ahead of the case, earliest first; each is kept once."""
    ahead = [
        CaseDeadline(phase=phase, at=at)
        for phase, at in dict.fromkeys(kind.deadlines(case, context))  # several things may have one day
        if deadline_name(phase, at) not in case.kept_deadlines
    ]
    return sorted(ahead, key=lambda deadline: deadline.at)


def status(
    kind: CaseKind[S], case: S, context: CaseContext, later: Iterable[CaseDeadline] = ()
) -> CaseStatus:
    """The case's status under its policy's clocks; what could not be done is tried again `later`."""
    times = {(each.phase, each.at): each for each in later}
    ahead = [times.get((each.phase, each.at), each) for each in deadlines_of(kind, case, context)]
    ahead.sort(key=lambda each: each.acts_at)
    waited_for = context.acting(kind.awaited(case, context), case.holder)
    return CaseStatus(
        case=case.id,
        stage=case.stage,
        version=case.version,
        over=case.stage not in ("none", *kind.lasts) and not ahead and not waited_for,
        awaited=waited_for,
        next_deadline=ahead[0] if ahead else None,
        cycle=case.cycle,
        clock_offset=context.clock_offset,
    )
