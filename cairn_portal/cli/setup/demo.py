"""The company that comes along: its year played, what came of it told as a story, and a cycle under way to try."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import RenderableType
from rich.panel import Panel
from rich.text import Text

import cairn_portal
from cairn.domain.measure import Kpi
from cairn.domain.schedule import months_later
from cairn.i18n import Message, message
from cairn_portal.cli.cycle.results import show_scores
from cairn_portal.cli.cycle.status import show_status
from cairn_portal.cli.cycle.versions import show_versions
from cairn_portal.cli.goal.progress import lines_of, progress_table
from cairn_portal.cli.goal.replay import show_history
from cairn_portal.cli.people.year import moved_people
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session
from cairn_portal.cli.setup.first_look import leave_under_way, where_to_sign_in
from cairn_portal.cli.setup.rehearse import Fresh, Keep, play, results, script_of
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.year.page import print_year
from cairn_portal.presenting.words import NOTHING, grid, percent
from cairn_portal.rehearsal.drive import Report
from cairn_portal.rehearsal.script import RehearsalScript
from projections.models import goal as goals_model
from projections.models import progress as progress_model
from projections.models import score as scores_model


async def demo(at: Terminal, fresh: Fresh = False, keep: Keep = False) -> int:
    folder = _example()
    if folder is None:
        raise Problem(
            message("examples/company was not found: run this in the source folder."),
            USAGE,
        )
    return await play(at, script_of(folder), folder, fresh, keep, _demonstrated)


def _example() -> Path | None:
    root = Path(cairn_portal.__file__).parents[1]
    places = (root / "examples" / "company", Path.cwd() / "examples" / "company")
    return next((place for place in places if (place / "cycle.yaml").is_file()), None)


async def _demonstrated(s: Session, script: RehearsalScript, data: Path, report: Report) -> int:
    """What a demo ends with: the cycle, a person's progress, everybody's results, one goal's history, and another cycle
    that is under way, in which there is something to do."""
    at = s.at
    code = await results(s, script, data, report)
    running = await leave_under_way(s, data)
    if at.as_json:
        return code
    heading = at.out.rule
    heading(_title(at, message("The cycle")), align="left")
    await show_status(s, script.cycle.id)
    goal = await _most_told(s, script.cycle.id)
    if goal is not None:
        heading(
            _title(at, message("What one person saw in the middle of the year")),
            align="left",
        )
        at.out.print(await _midyear(s, script, goal.owner))
    if selling := await _selling(s, script.cycle.id):
        heading(_title(at, message("Attainment of every salesperson by quarter")), align="left")
        at.out.print(selling)
    if moved := await moved_people(s, await s.cycle(script.cycle.id)):
        heading(_title(at, message("Who joined, moved, was away or left")), align="left")
        at.out.print(moved)
    await print_year(s, await s.cycle(script.cycle.id))
    if corrected := await _corrected(s, script.cycle.id):
        heading(_title(at, message("A score that was corrected later: each version stays")), align="left")
        await show_versions(s, [corrected.sheet], corrected.period)
    heading(_title(at, message("The year's results")), align="left")
    await show_scores(s, script.cycle.id)
    if goal is not None:
        heading(_title(at, message("One goal's year")), align="left")
        await show_history(s, goal.goal)
        tries = _tries(at, at.settings.home, script.cycle.id, goal)
        at.out.print(Panel(tries, title=at.say("Try next"), expand=False))
    pages = await where_to_sign_in(s, script.cycle.id, running)
    at.out.print(Panel(pages, title=at.say("The pages"), expand=False))
    return code


def _title(
    at: Terminal,
    sentence: Message,
) -> Text:
    return Text(at.say(sentence), style="bold")


async def _most_told(s: Session, cycle: str) -> goals_model.GoalRow | None:
    """The goal with the richest story: adjusted, if any was."""
    goals = [each for each in await goals_model.goals(s.pool, cycle=cycle) if each.tier == "individual"]
    return max(
        goals, key=lambda each: (len(each.adjustments), len(each.segments), each.version), default=None
    )


async def _midyear(s: Session, script: RehearsalScript, person: str) -> RenderableType:
    """The progress as it was on the 20th day of a month in the middle of the year in which something was under way."""
    who, cycle = await s.person(person), await s.cycle(script.cycle.id)
    for months in (5, 6, 4, 7):
        day = months_later(script.cycle.starts, months) + timedelta(days=19)
        lines = await lines_of(s, cycle, who, day)
        if any(line.current and line.current.done and line.current.done < 100 for line in lines):
            break
    return progress_table(s.at, lines, s.at.say("{who} on {day}", who=who.name, day=day))


async def _corrected(s: Session, cycle: str) -> scores_model.SheetScore | None:
    """A person's period that readings changed after it was scored."""
    found = await scores_model.sheet_scores(s.pool, cycle=cycle)
    return next((each for each in found if each.cause == "readings" and each.period != "Y"), None)


async def _selling(s: Session, cycle: str) -> RenderableType | None:
    """Of everybody in sales the heaviest goal that adds up (revenue, a quota): its attainment by quarter and year."""
    heaviest: dict[str, goals_model.GoalRow] = {}
    for each in await goals_model.goals(s.pool, cycle=cycle):
        adds_up = isinstance(each.measure, Kpi) and each.measure.aggregation == "sum"
        if each.family == "sales" and adds_up and (each.weight or 0) > (_weight(heaviest.get(each.owner))):
            heaviest[each.owner] = each
    names, quarters = await s.names(), ("Q1", "Q2", "Q3", "Q4", "Y")
    table = grid(s.at.say("salesperson"), s.at.say("goal"), *quarters, right=quarters)
    for owner, goal in heaviest.items():
        line = await progress_model.progress_of_goal(s.pool, goal.goal, goal.since)
        found = {each.period: each for each in line.periods} if line else {}
        cells = [percent(found[key].attainment) if key in found else NOTHING for key in quarters]
        table.add_row(f"{owner} {names.get(owner, '')}", goal.title, *cells)
    return table if heaviest else None


def _weight(goal: goals_model.GoalRow | None) -> Decimal:
    return (goal.weight or Decimal(0)) if goal else Decimal(0)


def _tries(at: Terminal, home: Path, cycle: str, goal: goals_model.GoalRow) -> str:
    commands = (
        (f"export CAIRN_HOME={home}; cairn up", at.say("start this company again")),
        (f"cairn replay {goal.goal} --step", at.say("replay event by event")),
        (
            f"cairn replay {goal.goal} --as-of 2026-06-30 --verify",
            at.say("as of the end of June, scores computed again"),
        ),
        (f"cairn scores {goal.owner} --cycle {cycle}", at.say("one person's scores")),
        (f"cairn cascade {cycle}", at.say("from strategy to person")),
        (f"cairn cycle year {cycle}", at.say("reviews, obstacles, coaching, feedback, promises")),
        (f"cairn verify-scores {cycle}", at.say("compute every score again")),
        (
            "cairn projections rebuild",
            at.say("rebuild every read model from the log"),
        ),
    )
    width = max(len(command) for command, _ in commands)
    return "\n".join(f"{command:<{width}}  {words}" for command, words in commands)
