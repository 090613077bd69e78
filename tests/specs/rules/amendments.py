"""The examples of L11."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from cairn.application import access
from cairn.application.repository import goal_context
from cairn.domain.amendment.decide import amended, digest_of, enact, propose, vote
from cairn.domain.amendment.effects import moved_deadlines, summed_up
from cairn.domain.cycle import commands as ask
from cairn.domain.cycle.events import CycleEvent, LaunchFinished
from cairn.domain.cycle.state import Cycle, evolve
from cairn.domain.event import SYSTEM
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.scoring import score
from cairn.domain.goal.status import deadlines_of
from cairn.domain.policy import (
    Deadlines,
    LinearCurve,
    Policy,
    ScoringRules,
    Transparency,
    WorkingCalendar,
)
from cairn.domain.terms import Terms
from tests.specs.company import (
    CHEN,
    HE,
    HUA,
    LIN,
    PEOPLE,
    D,
    active,
    draft,
    launched,
    on,
    plan,
    template,
)
from tests.specs.given import World, given
from tests.specs.rules import Example

BEFORE = plan()
FINISHED = LaunchFinished(cycle="2026", sheets=1, goals=1, by=SYSTEM, at=on("01-01", 8))


def version(number: int = 2, **facts: Any) -> Policy:
    """Another version of the plan: `deadlines` are those of the policy with these in place."""
    if isinstance(facts.get("deadlines"), dict):
        facts["deadlines"] = Deadlines(**facts["deadlines"])
    return plan(version=f"plan@{number}", **facts)


@dataclass(frozen=True)
class Amending:
    """A running cycle, its goals, and the versions of its policy that are known."""

    world: World = field(default_factory=lambda: given(draft()))
    events: tuple[CycleEvent, ...] = (launched(), FINISHED)
    versions: dict[str, Policy] = field(default_factory=lambda: {"plan@1": BEFORE})

    @property
    def cycle(self) -> Cycle:
        cycle = Cycle(id="2026")
        for event in self.events:
            cycle = evolve(cycle, event)  # type: ignore[arg-type]
        return cycle

    @property
    def terms(self) -> Terms:
        cycle, terms = self.cycle, None
        for each in cycle.former:
            terms = Terms(self.versions[each.policy], each.schedule, each.since, terms)
        return Terms(self.versions[cycle.policy], cycle.schedule, cycle.amended_at, terms)

    @property
    def context(self) -> GoalContext:
        return goal_context(self.cycle, self.terms, self.world.sheet(), people=PEOPLE)

    def decided(self, command: Any) -> list[CycleEvent]:
        cycle, terms = self.cycle, self.terms
        access.require_for_cycle(command, cycle, PEOPLE, terms.policy.calendar)
        if isinstance(command, ask.AmendPolicy):
            after = self.versions[command.policy]
            changes, then = amended(terms, after, command.at)
            assert then.schedule is not None
            seen = digest_of(terms.policy.version, changes, then.schedule)
            moves = summed_up(moved_deadlines(self.world.goal(), self.context, then))
            return propose(
                command.model_copy(update={"seen": command.seen or seen}), cycle, terms, after, moves
            )
        if isinstance(command, ask.VoteOnAmendment):
            return vote(command, cycle, terms, self.world.seats())
        assert cycle.amendment is not None
        return enact(command, cycle, terms, self.versions[cycle.amendment.proposed.after])

    def having(self, *commands: Any) -> "Amending":
        made = self
        for command in commands:
            made = replace(made, events=(*made.events, *made.decided(command)))
        return made

    def proposed(self, after: Policy, day: str = "01-10", by: str = HUA) -> "Amending":
        known = replace(self, versions={**self.versions, after.version: after})
        return known.having(proposal(after, day, by))

    def in_force(self, after: Policy, day: str = "01-10") -> "Amending":
        """Proposed by Hua, decided by Chen and Zhao, in force the same day."""
        there = self.proposed(after, day)
        name = there.cycle.amendment.proposed.amendment  # type: ignore[union-attr]
        return there.having(ballot(CHEN, day, name), enacting(day, name))

    def due(self, phase: str, period: str | None = None) -> str:
        """When something is due for Lin's goal, `none` where it is no more."""
        found = [each for each in deadlines_of(self.world.goal(), self.context) if each.phase == phase]
        return shown_day([each.at for each in found if period in (None, each.period)])

    def cited(self, period: str, at: str) -> str:
        """The version that a score of a period cites, computed at a moment."""
        return score(self.world.goal(), period, self.context, on(at)).policy


def shown_day(moments: list[datetime]) -> str:
    return moments[0].isoformat()[5:10] if moments else "none"


def proposal(after: Policy, day: str, by: str = HUA, reason: str = "holidays", seen: str = "") -> Any:
    return ask.AmendPolicy(cycle="2026", policy=after.version, seen=seen, reason=reason, by=by, at=on(day))


def ballot(by: str, day: str = "01-10", amendment: str = "2026-P1", how: str = "for") -> Any:
    return ask.VoteOnAmendment.model_validate(
        {"cycle": "2026", "amendment": amendment, "vote": how, "by": by, "at": on(day)}
    )


def enacting(day: str = "01-10", amendment: str = "2026-P1", **facts: Any) -> Any:
    usual = {
        "heard_on": on(day).date(),
        "heard": "staff meeting",
        "told_on": on(day).date(),
        "told": "notice",
    }
    said = {"cycle": "2026", "amendment": amendment, "by": HE, "at": on(day, 11)}
    return ask.EnactAmendment.model_validate({**usual, **said, **facts})


def moved(after: Policy, day: str = "01-10", world: World | None = None) -> str:
    """What a proposal says it moves: deadline, day before, day after, goals, people."""
    found = Amending(world or given(draft())).proposed(after, day).cycle.amendment
    assert found is not None
    return "; ".join(
        f"{each.name} {each.period or ''} {shown_day([each.before])} → {shown_day([each.after])}, "
        f"{each.goals} of {each.people}".replace("  ", " ")
        for each in found.proposed.moves
        if each.before and each.after
    )


def last(*commands: Any, after: Policy | None = None) -> str:
    """The event that the last command leads to."""
    made = Amending().proposed(after or LATER)
    return made.having(*commands).events[-1].type


def families(**facts: Any) -> Any:
    """The families, of which sales has something else."""
    return {**BEFORE.families, "sales": BEFORE.families["sales"].model_copy(update=facts)}


LATER = version(deadlines={"drafts_due": 20})
TWO_HOLIDAYS = version(calendar=WorkingCalendar(holidays=(date(2026, 1, 19), date(2026, 1, 20))))
SCORED_LATER = version(deadlines={"period_scores_after": 10})
RUNNING = given(active())
L11 = (
    Example("L11", "drafts due 15 days after the start become 20, proposed on 10 January with one draft: what moves",
            "drafts_remind 01-13 → 01-16, 1 of 1; drafts_due 01-21 → 01-26, 1 of 1", lambda: moved(LATER)),
    Example("L11", "Monday 19 and Tuesday 20 January become holidays: three working days after drafts were due",
            "drafts_due 01-21 → 01-23, 1 of 1", lambda: moved(TWO_HOLIDAYS)),
    Example("L11", "drafts due after 12 days", "refused: amendment.earlier",
            lambda: moved(version(deadlines={"drafts_due": 12}))),
    Example("L11", "drafts due after 20, proposed on 1 February", "refused: amendment.passed",
            lambda: moved(LATER, "02-01")),
    Example("L11", "a working day less until what is late is told further up", "refused: amendment.shorter",
            lambda: moved(version(deadlines={"escalate_after": 2}))),
    Example("L11", "a holiday on 5 January, proposed on 10 January", "refused: amendment.day-passed",
            lambda: moved(version(calendar=WorkingCalendar(holidays=(date(2026, 1, 5),))))),
    Example("L11", "another version that says the same", "refused: amendment.nothing", lambda: moved(version())),
    Example("L11", "the mix of a family", "refused: amendment.number",
            lambda: moved(version(families=families(periods={"month": D(50), "year": D(50)})))),
    Example("L11", "the target of a goal of a template", "refused: amendment.number",
            lambda: moved(version(strategic=[template("growth", 100, target=90)]))),
    Example("L11", "a curve", "refused: amendment.number",
            lambda: moved(version(curves={**BEFORE.curves, "standard": LinearCurve(kind="linear", below=D(10))}))),
    Example("L11", "the coefficient of a grade", "refused: amendment.number",
            lambda: moved(version(grades=[BEFORE.grades[0].model_copy(update={"coefficient": D(2)}),
                                          *BEFORE.grades[1:]]))),
    Example("L11", "what is missing counts as zero", "refused: amendment.number",
            lambda: moved(version(scoring=ScoringRules(missing="zero")))),
    Example("L11", "who reads scores", "refused: amendment.fixed",
            lambda: moved(version(transparency=Transparency(scores=("everybody",))))),
    Example("L11", "an employee proposes it", "refused: cycle.not-hr", lambda: last(proposal(LATER, "01-10", LIN))),
    Example("L11", "HR puts it in force without the committee", "refused: amendment.undecided",
            lambda: last(enacting())),
    Example("L11", "HR votes for it", "refused: cycle.not-yours", lambda: last(ballot(HUA))),
    Example("L11", "one of two members votes for it, half of them decide", "PolicyAmendmentDecided",
            lambda: last(ballot(CHEN))),
    Example("L11", "employees are told the day before it is decided", "refused: amendment.heard",
            lambda: last(ballot(CHEN), enacting(heard_on=date(2026, 1, 8), told_on=date(2026, 1, 9)))),
    Example("L11", "employees heard, decided, told", "PolicyAmended", lambda: last(ballot(CHEN), enacting())),
    Example("L11", "drafts are due then", "01-26", lambda: Amending().in_force(LATER).due("drafts_due")),
    Example("L11", "not decided when drafts were due, in force on 19 January", "refused: amendment.passed",
            lambda: last(ballot(CHEN), enacting("01-19"))),
    Example("L11", "periods scored 10 days after their end in place of 5, in force on 8 April: March, April, May",
            "04-05, 05-10, 06-10", lambda: [
                Amending(RUNNING).in_force(SCORED_LATER, "04-08").due("period_scored", each)
                for each in ("M03", "M04", "M05")]),
    Example("L11", "a score of March and one of April computed on 20 May, the change in force on 8 April",
            "plan@1, plan@2", lambda: [
                Amending(RUNNING).in_force(SCORED_LATER, "04-08").cited(each, "05-20") for each in ("M03", "M04")]),
)  # fmt: skip

AMENDMENTS = (L11,)
