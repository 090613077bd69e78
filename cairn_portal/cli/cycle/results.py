"""How people scored: results of a cycle, periods, one person's sheets."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.domain.cycle.state import Cycle
from cairn.domain.policy import Policy
from cairn.domain.scoring import weighted
from cairn.domain.streams import sheet_name
from cairn.i18n import term
from cairn_portal.cli.case.owing import beside_scores, owed, owed_lines
from cairn_portal.cli.cycle.versions import show_versions
from cairn_portal.cli.goal.commanding import goal_id, goal_row, is_goal
from cairn_portal.cli.goal.progress import the_cycle
from cairn_portal.cli.goal.reading import score_table
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.setup.exporting import require_excel, write
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import (
    NOTHING,
    PERIOD_KINDS,
    by_period,
    grid,
    number,
    percent,
)
from cairn_portal.reading.results import owners
from cairn_portal.reading.viewing import Viewer, is_kept_from, of_goal
from cairn_portal.reading.workbooks import results_file
from projections.models import score as scores_model


async def scores(
    at: Terminal,
    of: Annotated[
        str | None,
        typer.Argument(metavar="[CYCLE|PERSON|GOAL]", help="by default the one that runs now"),
    ] = None,
    cycle: CycleOption = None,
    period: Annotated[str | None, typer.Option(help="one period only")] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="every version of a person's scores, why and when")
    ] = False,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE.xlsx", help="write a cycle's results to Excel")
    ] = None,
    reader: As = None,
) -> None:
    if xlsx is not None:
        require_excel(xlsx)
    async with session(at) as s:
        await s.titles()
        if xlsx is not None:
            the = await s.cycle(of) if of is not None and cycle is None else await the_cycle(s, cycle)
            write(s, xlsx, await results_file(s.records, reader, the, at.language))
        elif of is not None and await is_goal(s, of):
            found = await goal_row(s, goal_id(of))
            view = await viewer(s, reader, await s.cycle(found.cycle))
            view.require("scores", of_goal(found))
            table = view.of_goals(await scores_model.goal_scores(s.pool, goal=found.goal))
            nothing = Text(at.say("Not scored yet."))
            debts = await owed(s, await s.cycle(found.cycle), goal=found.goal)
            words = view.may("comments", of_goal(found))
            at.answer(
                table,
                Text(f"{found.goal}  {at.title(found.title)}", style="bold"),
                score_table(at, table) if table else nothing,
                *await beside_scores(s, debts, table, words=words),
            )
        elif of is not None and cycle is None and (await s.cycles.load(of)).version:
            await show_scores(s, of, period, reader)
        elif of is None:
            await show_scores(s, (await the_cycle(s, cycle)).id, period, reader)
        else:
            the = await the_cycle(s, cycle, of)
            if of != "company" and not of.startswith("department."):
                await s.person(of)
            view, owner = await viewer(s, reader, the), (await owners(s.records))(of)
            view.require("scores", owner)
            if versions:
                of_person = (await s.cycles.sheets_of(the.id, [of])).get(of, [])
                policy = await s.policies.version(the.policy)
                own = policy.evaluation if view.person and view.person.id == of else None
                await show_versions(
                    s, [sheet.id for sheet in of_person], period, view.may("comments", owner), own
                )
            else:
                await _of_person(s, of, the, view, words=view.may("comments", owner))


async def show_scores(s: Session, cycle: str, period: str | None = None, reader: str | None = None) -> None:
    """The results of a cycle, best first; before they are issued, the sheets' scores of periods. Whoever reads, where
    they are named, sees those they may."""
    at = s.at
    names = await s.names()
    results = await scores_model.results(s.pool, cycle)
    policy = await s.policies.version((await s.cycle(cycle)).policy)
    of_periods = await scores_model.sheet_scores(s.pool, cycle=cycle, period=period)
    if reader is not None:
        view = await viewer(s, reader, await s.cycle(cycle))
        holders = {each.holder or "" for each in (*results, *of_periods)}
        owned = await owners(s.records)
        may = {holder for holder in holders if view.may("scores", owned(holder))}
        results = [each for each in results if each.holder in may and not is_kept_from(reader, each, policy)]
        of_periods = [each for each in of_periods if each.holder in may]
    names |= {f"family.{key}": family.name.text(at.language) for key, family in policy.families.items()}
    table = (
        _result_table(at, results, names)
        if results and period is None
        else _period_table(at, of_periods, names)
    )
    nothing = Text(at.say("Not scored yet."))
    at.answer({"results": results, "periods": of_periods}, table if of_periods or results else nothing)


def _holder(at: Terminal, holder: str | None, names: dict[str, str]) -> str:
    if holder == "company":
        return at.say("the company")
    return f"{holder} {names.get(holder or '', '')}".strip()


def _result_table(at: Terminal, results: list[scores_model.Result], names: dict[str, str]) -> RenderableType:
    kinds = [kind for kind in PERIOD_KINDS if any(kind in each.mix for each in results)]
    headers = [at.say(term("period_kind", kind)) for kind in kinds]
    end = (at.say("result"), at.say("coefficient"))
    table = grid(
        at.say("holder"),
        at.say("family"),
        *headers,
        end[0],
        at.say("grade"),
        end[1],
        right=(*headers, *end),
    )
    for each in results:
        cells = [_mean(at, each, kind) for kind in kinds]
        grade = Text(each.grade or NOTHING, style="bold")
        table.add_row(
            _holder(at, each.holder, names),
            names.get(f"family.{each.family}", NOTHING),
            *cells,
            number(each.rounded),
            grade,
            number(each.coefficient),
        )
    return table


def _mean(at: Terminal, result: scores_model.Result, kind: str) -> Text:
    """The mean of a kind of period, with its weight in the year's result."""
    if kind not in result.mix:
        return Text("")
    if kind == "subordinates":
        given = [(Fraction(1), part.result) for part in result.subordinates]
    else:
        given = [(p.months, p.points) for p in result.periods if p.kind == kind and p.points is not None]
    mean = weighted(given, "reweight")
    return Text(number(mean if isinstance(mean, Fraction) else None)).append(
        f" ×{number(result.mix[kind])}%", style="dim"
    )


def _period_table(
    at: Terminal, found: list[scores_model.SheetScore], names: dict[str, str]
) -> RenderableType:
    periods = sorted({each.period for each in found}, key=by_period)
    table = grid(at.say("holder"), *periods, right=tuple(periods))
    by_sheet: dict[str, dict[str, scores_model.SheetScore]] = {}
    for each in found:
        by_sheet.setdefault(each.sheet, {})[each.period] = each
    for of in by_sheet.values():
        holder = next(iter(of.values())).holder
        table.add_row(
            _holder(at, holder, names), *(number(of[key].points) if key in of else "" for key in periods)
        )
    return table


async def _of_person(s: Session, who: str, cycle: Cycle, view: Viewer, *, words: bool) -> None:
    """A person's sheets, the present one last: goals by period, the sheet's points below, the year's result; and what
    the company owed them and did not bring in time."""
    if who != "company" and not who.startswith("department."):
        await s.person(who)
    found = (await s.cycles.sheets_of(cycle.id, [who])).get(who, [])
    names = [sheet.id for sheet in found] or [sheet_name(cycle.id, who)]
    policy = await s.policies.version(cycle.policy)
    told = [await _of_sheet(s, sheet, view, policy, headed=len(names) > 1) for sheet in names]
    facts = {**told[-1][0], **({"earlier": [each for each, _ in told[:-1]]} if len(told) > 1 else {})}
    breaches = [debt for debt in await owed(s, cycle, to=who) if debt.breached]
    lines = [line for _, each in told for line in each]
    if breaches:
        lines.append(Text(s.at.say("Owed to them and late (it changes no score by itself):"), style="bold"))
        lines += await owed_lines(s, breaches, words=words)
    s.at.answer({**facts, "owed": breaches}, *lines)


async def _of_sheet(
    s: Session, sheet: str, view: Viewer, policy: Policy, *, headed: bool
) -> tuple[dict[str, object], list[RenderableType]]:
    at = s.at
    of_goals = view.of_goals(await scores_model.goal_scores(s.pool, sheet=sheet))
    of_sheet = await scores_model.sheet_scores(s.pool, sheet=sheet)
    result = await scores_model.result(s.pool, sheet)
    kept = result is not None and is_kept_from(view.person.id if view.person else None, result, policy)
    result = None if kept else result
    if result and view.person and view.person.id == result.holder and policy.evaluation.ratings == "final":
        result = result.model_copy(update={"moved": None})
    table = _sheet_table(at, of_goals, of_sheet)
    lines: list[RenderableType] = [Text(sheet, style="bold")] if headed else []
    lines.append(table if of_goals else Text(at.say("Not scored yet.")))
    if kept:
        lines.append(Text(at.say("The result is not shown yet."), style="dim"))
    if result is not None:
        lines += _result_lines(at, result)
    return {"goals": of_goals, "sheet": of_sheet, "result": result}, lines


def _sheet_table(
    at: Terminal, of_goals: list[scores_model.GoalScore], of_sheet: list[scores_model.SheetScore]
) -> RenderableType:
    periods = sorted({each.period for each in of_goals}, key=by_period)
    table = grid(at.say("goal"), at.say("weight"), *periods, right=(at.say("weight"), *periods))
    goals: dict[str, dict[str, scores_model.GoalScore]] = {}
    for each in of_goals:
        goals.setdefault(each.goal, {})[each.period] = each
    for of in goals.values():
        first = next(iter(of.values()))
        cells = (number(of[key].points) if key in of else "" for key in periods)
        table.add_row(at.title(first.title or ""), percent(first.weight), *cells)
    points = {each.period: each.points for each in of_sheet}
    table.add_section()
    cells = (number(points[key]) if key in points else "" for key in periods)
    table.add_row(Text(at.say("sheet"), style="bold"), "", *cells)
    return table


def _result_lines(at: Terminal, result: scores_model.Result) -> list[RenderableType]:
    said = at.say("the year's result")
    grade = f"{said} {number(result.rounded)}  {result.grade or NOTHING}  ×{number(result.coefficient)}"
    lines: list[RenderableType] = [Text(grade, style="bold")]
    if result.moved is not None and result.moved.computed != result.grade:
        moved = at.say(
            "Moved from {computed}, the grade by points, in {case}.",
            computed=result.moved.computed,
            case=result.moved.case,
        )
        lines.append(Text(moved, style="dim"))
    if result.earlier:
        lines.append(
            Text(
                at.say(
                    "This sheet alone: {own}; with the earlier ones by their months: {whole}.",
                    own=number(result.own),
                    whole=number(result.rounded),
                ),
                style="dim",
            )
        )
    if result.withheld == "minimum":
        lines.append(Text(at.say("It covers less than the policy's minimum: no result."), style="yellow"))
    if result.withheld == "leaver":
        told = at.say("The policy gives who has left no result of a part of the year.")
        lines.append(Text(told, style="yellow"))
    return lines
