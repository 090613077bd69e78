"""The promise ledger beside goals and scores: what was owed for them, until when, and when it came."""

from collections.abc import Sequence

from rich.text import Text

from cairn.domain.coaching.state import Coaching
from cairn.domain.cycle.state import Cycle
from cairn.domain.exact import exact
from cairn.domain.promise.state import Promise
from cairn.domain.request.state import Request
from cairn_portal.cli.session import Session
from cairn_portal.presenting.owed import Words, owed_line
from cairn_portal.presenting.words import by_period, percent
from projections.models import person as people_model
from projections.models import promise as promise_model
from projections.models.promise import Debt
from projections.models.score import GoalScore


async def owed(s: Session, cycle: Cycle, *, to: str | None = None, goal: str | None = None) -> Sequence[Debt]:
    """What was owed to somebody, or for a goal, as of the cycle's present."""
    return await promise_model.owed(s.pool, cycle.id, await s.clock.now(cycle), to=to, goal=goal)


async def owed_lines(s: Session, debts: Sequence[Debt], *, words: bool) -> list[Text]:
    """A line for each debt; without `words` as somebody reads it who may not read what people wrote."""
    said = await _words(s, debts) if words else {}
    names = await s.names()
    names |= {f"department.{each.id}": each.name for each in await people_model.departments(s.pool)}
    return [
        Text("  " + owed_line(s.at, debt, said, names), style="yellow" if debt.breached else "dim")
        for debt in debts
    ]


async def beside_scores(
    s: Session, debts: Sequence[Debt], scores: Sequence[GoalScore], *, words: bool
) -> list[Text]:
    """How far the last scored period is short of its target, and what was owed for the goal."""
    if not debts:
        return []
    lines = [Text(s.at.say("Owed for it (it changes no score by itself):"), style="bold")]
    last = max(scores, key=lambda each: by_period(each.period), default=None)
    if last is not None and last.attainment is not None and (short := 100 - exact(last.attainment)) > 0:
        told = s.at.say("{period}: {short} short of the target", period=last.period, short=percent(short))
        lines.append(Text("  " + told))
    return lines + await owed_lines(s, debts, words=words)


async def _words(s: Session, debts: Sequence[Debt]) -> Words:
    """What was promised or asked for: the log alone has it."""
    names = [debt.name for debt in debts if debt.kind in ("promise", "request", "coaching")]
    words: dict[tuple[str, int | None], str] = {}
    for name, case in (await s.application.cases.states(names)).items():
        if isinstance(case, Promise):
            words[name, None] = case.what
        if isinstance(case, Request):
            words[name, None] = case.need
        if isinstance(case, Coaching):
            words |= {(name, each.number): each.what for each in case.support}
    return words
