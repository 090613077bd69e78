"""Goals as somebody may read them: one with everything about it, a person's own, and a list page by page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application.access import Shown
from cairn.application.clock import is_past
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.stages import Stage
from cairn.domain.goal.state import Goal
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn_portal.reading.progress import line_of, lines_of
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import Viewer, is_kept_from, of_goal, shown
from projections.models import goal as goals_model
from projections.models import inbox as inboxes
from projections.models import score as scores_model
from projections.models.progress import ProgressLine

MOST = 200
"""Goals in one page of a list at most."""


class GoalRead(NamedTuple):
    """One goal as somebody may read it. `version` is its stream's, which a command can be bound to; `progress` and
    `scores` are None where they may not read them."""

    row: goals_model.GoalRow
    version: int
    cycle: Cycle
    now: datetime
    sheet: goals_model.SheetRow | None
    tasks: list[inboxes.Task]
    progress: ProgressLine | None
    scores: list[scores_model.GoalScore] | None
    state: Goal
    view: Viewer

    @property
    def of(self) -> Shown:
        """The goal as reading rights look at it."""
        return of_goal(self.row)

    @property
    def over(self) -> bool:
        """Whether its cycle's last day is over."""
        return is_past(self.cycle, self.now)


class OwnGoals(NamedTuple):
    """Somebody's goals in a cycle, heaviest first, with the progress of those that run."""

    cycle: Cycle
    now: datetime
    sheets: list[goals_model.SheetRow]
    goals: list[goals_model.GoalRow]
    progress: Mapping[str, ProgressLine]
    scores: Mapping[str, list[scores_model.GoalScore]]
    results: list[scores_model.Result]

    @property
    def over(self) -> bool:
        """Whether the cycle's last day is over."""
        return is_past(self.cycle, self.now)


class GoalPage(NamedTuple):
    """Some goals of a list; `after` is where the next page begins, None on the last."""

    goals: list[goals_model.GoalRow]
    after: str | None


async def read_goal(records: Records, who: str, name: str) -> GoalRead:
    """One goal. What somebody may not read is to them as if it were not there: the same refusal, word for word."""
    row = await goals_model.goal(records.pool, name)
    if row is None:
        raise unknown_goal(name)
    cycle = await records.cycle(row.cycle)
    view, of = await records.viewer(who, cycle), of_goal(row)
    if not view.may("goals", of):
        raise unknown_goal(name)
    now = await records.clock.now(cycle)
    state, _ = await records.application.goals.load(name)
    version, state = state.version, view.in_words(state, of)
    sheets = await goals_model.sheets(records.pool, sheet=row.sheet)
    progress, scores = None, None
    if view.may("scores", of):
        progress = await line_of(records, cycle, name, await records.clock.today(cycle))
        scores = view.of_goals(await scores_model.goal_scores(records.pool, goal=name))
    return GoalRead(
        row=in_words(row, state),
        version=version,
        cycle=cycle,
        now=now,
        sheet=sheets[0] if sheets else None,
        tasks=await inboxes.tasks_of_goal(records.pool, name, now, trusting=await records.trusting()),
        progress=progress,
        scores=scores,
        state=state,
        view=view,
    )


def unknown_goal(name: str) -> Refusal:
    """That there is no such goal, said alike of one that is not there and of one that is not to be read."""
    return Refusal("goal.unknown", field="goal", goal=name)


async def own_goals(records: Records, who: str, person: Person, cycle: Cycle) -> OwnGoals:
    """A person's goals in a cycle and how far they are, as `who` may read them."""
    return (await goals_of_people(records, who, [person], cycle))[person.id]


async def goals_of_people(
    records: Records, who: str, people: Sequence[Person], cycle: Cycle, lines: Sequence[ProgressLine] | None = None
) -> dict[str, OwnGoals]:  # fmt: skip
    """The same of some people, by id: the log and the read models are asked as often for many as for one. `lines` are
    these people's, today's, where whoever asks has them already."""
    view, policy = (
        await records.viewer(who, cycle),
        await records.application.policies.version(cycle.policy),
    )
    ids = [person.id for person in people]
    rows = await goals_model.goals(records.pool, owners=ids, cycle=cycle.id)
    goals = [goal for goal in rows if view.may("goals", of_goal(goal))]
    told = {goal.goal for goal in goals if view.may("scores", of_goal(goal))}
    today = await records.clock.today(cycle)
    if lines is None:
        lines = await lines_of(records, cycle, ids, today, every_period=False) if told else []
    with_goals = {goal.sheet for goal in goals}
    sheets = [
        sheet
        for sheet in await goals_model.sheets(records.pool, cycle=cycle.id, holders=ids)
        if sheet.sheet in with_goals
    ]
    names = [sheet.sheet for sheet in sheets]
    scores: dict[str, list[scores_model.GoalScore]] = {}
    for score in await scores_model.goal_scores_of(records.pool, names):
        if score.goal in told:
            scores.setdefault(score.goal, []).append(score)
    results = {each.sheet: each for each in await scores_model.results_of(records.pool, names)}
    now = await records.clock.now(cycle)

    def of(person: Person) -> OwnGoals:
        own = [goal for goal in goals if goal.owner == person.id]
        held = [sheet for sheet in sheets if sheet.holder == person.id]
        place = shown("individual", person.id, person.manager, person.department)
        found = [results[sheet.sheet] for sheet in held if sheet.sheet in results]
        return OwnGoals(
            cycle=cycle,
            now=now,
            sheets=held,
            goals=sorted(own, key=lambda goal: (-(goal.weight or 0), goal.goal)),
            progress={line.goal: line for line in lines if line.goal in told and line.owner == person.id},
            scores={goal.goal: scores[goal.goal] for goal in own if goal.goal in scores},
            results=[
                each for each in found if not is_kept_from(who, each, policy) and view.may("scores", place)
            ],
        )

    return {person.id: of(person) for person in people}


async def goals_page(
    records: Records, who: str, *, cycle: str, owner: str | None = None, stage: Stage | None = None,
    department: str | None = None, after: str = "", limit: int = 50,
) -> GoalPage:  # fmt: skip
    """Goals of a cycle that somebody may read, by id, after one; what they may not read leaves no gap."""
    view, limit = await records.viewer(who, await records.cycle(cycle)), min(limit, MOST)
    found: list[goals_model.GoalRow] = []
    while len(found) <= limit:
        rows = await goals_model.goals(
            records.pool, owners=[owner] if owner else None, cycle=cycle, stage=stage, department=department,
            after=after, limit=limit + 1,
        )  # fmt: skip
        found += [view.row(row) for row in rows if view.may("goals", of_goal(row))]
        if len(rows) <= limit:
            break
        after = rows[-1].goal
    page = found[:limit]
    return GoalPage(page, page[-1].goal if len(found) > limit else None)


def in_words(found: goals_model.GoalRow, state: Goal) -> goals_model.GoalRow:
    """The goal with what people wrote, as the log has it: the read model has it encrypted."""
    accepted = {n: state.accepted.get(n, text) for n, text in found.accepted.items()}
    pending = found.pending
    if pending and state.pending and pending.adjustment == state.pending.adjustment:
        pending = pending.model_copy(update={"reason": state.pending.reason})
    return found.model_copy(update={"accepted": accepted, "pending": pending})
