"""Appraisals as people read them: those of a cycle, one with what was released, and whom one is asked to rate."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, cast

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.appraisals import RaterTask
from cairn.application.clock import zone_of
from cairn.domain.appraisal.kind import KIND
from cairn.domain.appraisal.state import Answer, Appraisal
from cairn.domain.case.kind import status
from cairn.domain.streams import cycle_of
from cairn.i18n import term
from cairn_portal.cli.case.appraisal import AppraisalName
from cairn_portal.cli.case.commanding import cycle_named, require_case
from cairn_portal.cli.goal.viewing import As
from cairn_portal.cli.options import By, CycleOption
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number
from cairn_portal.reading.appraisals import facts_of
from projections.models import appraisal as appraisal_model


async def listed(
    at: Terminal,
    cycle: CycleOption = None,
    about: Annotated[str | None, typer.Option(metavar="ID", help="the person it is about")] = None,
    manager: Annotated[str | None, typer.Option(metavar="ID", help="whose people they are about")] = None,
) -> None:
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        found = await appraisal_model.appraisals(s.pool, of.id, about=about, manager=manager)
        without = await appraisal_model.left_out(s.pool, of.id) if about is None and manager is None else ()
    local = at.in_zone(zone_of(of))
    table = grid(
        at.say("appraisal"), at.say("about"), at.say("stage"), at.say("answers until"), at.say("owed by")
    )
    for each in found:
        table.add_row(
            each.name,
            f"{each.holder} {each.holder_name or ''}",
            at.say(term("stage", f"appraisal.{each.stage}")),
            local.moment(each.answers_by),
            at.say("separator:list").join(each.owed) or NOTHING,
        )
    left = [
        Text(
            "  "
            + at.say(
                "none for {who} ({why})",
                who=f"{each.person} {each.person_name or ''}".strip(),
                why=at.say(term("left_out_of_reviews", each.code)),
            ),
            style="dim",
        )
        for each in without
    ]
    nothing = Text(at.say("No appraisal fits."))
    at.answer({"appraisals": list(found), "left_out": list(without)}, table if found else nothing, *left)


async def show(at: Terminal, name: AppraisalName, reader: As = None) -> None:
    async with session(at) as s:
        await require_case(s, "appraisal", name, reader)
        case, context = await s.application.cases.load(name)
        appraisal = cast(Appraisal, case)
        cycle = await s.cycle(case.cycle)
        local, names = at.in_zone(zone_of(cycle)), await s.names()
        facts = await facts_of(s.records, appraisal, context, reader)
    lines: list[RenderableType] = [
        Text(f"{name}  ", style="bold").append(at.say(term("stage", f"appraisal.{appraisal.stage}"))),
        Text(f"  {appraisal.holder} {names.get(appraisal.holder, '')}"),
        Text("  " + at.say("Answers until {at}.", at=local.moment(appraisal.answers_by)), style="dim"),
    ]
    for item in appraisal.items:
        lines.append(Text(f"  {item.key}  ", style="cyan").append(item.text.text(at.language)))
        lines += [
            Text(f"      {mark}  {words.text(at.language)}", style="dim")
            for mark, words in item.anchors.items()
        ]
    lines += _released(at, facts)
    lines += _answers(at, facts["answers"], names)
    own: Answer | None = facts["own"]
    if own is not None:
        marks = at.say("separator:list").join(f"{key}={mark}" for key, mark in own.marks.items())
        lines.append(Text("  " + at.say("Your own so far: {marks}", marks=marks or NOTHING)))
    awaited = status(KIND, appraisal, context).awaited
    if awaited:
        who = at.say("separator:list").join(
            f"{at.say(term('awaited', each))} {names.get(each, '')}".strip() for each in awaited
        )
        lines.append(Text("  " + at.say("waiting for {who}", who=who), style="yellow"))
    at.answer(facts, *lines)


def _released(at: Terminal, facts: dict[str, Any]) -> Iterator[RenderableType]:
    for each in facts["released"]:
        role = at.say(term("role", each["role"]))
        head = at.say("{role}: {answers} {answers:plural,answer,answers}", role=role, answers=each["answers"])
        yield Text(f"  {head}", style="bold")
        for key, points in each["means"].items():
            yield Text(f"      {key}  {number(points)}")
    scored = facts["scored"]
    if scored is not None:
        for goal, points in scored.goals.items():
            yield Text("  " + at.say("{goal}: {points} points", goal=goal, points=number(points)))
        if scored.behaviours is not None:
            yield Text("  " + at.say("Behaviours: {points} points", points=number(scored.behaviours)))


def _answers(
    at: Terminal, answers: dict[str, dict[str, Answer]], names: dict[str, str]
) -> Iterator[RenderableType]:
    for role, given in answers.items():
        for who, answer in given.items():
            yield Text(f"  {at.say(term('role', role))}  {who} {names.get(who, '')}", style="bold")
            for key, mark in answer.marks.items():
                yield Text(f"      {key}  {mark}  {answer.texts.get(key, '')}".rstrip())


async def tasks(at: Terminal, by: By = None, cycle: CycleOption = None) -> None:
    async with session(at) as s:
        found = await s.application.appraisals.tasks(require_actor(by), cycle=cycle)
        names = await s.names()
        zones = await s.records.zones()
    table = tasks_table(at, found, names, zones)
    nothing = Text(at.say("✓ Nobody is to be rated by you as a colleague."), style="green")
    at.answer([each._asdict() for each in found], table if found else nothing)


def tasks_table(
    at: Terminal, found: Sequence[RaterTask], names: Mapping[str, str], zones: Mapping[str, str]
) -> Any:
    """Whom somebody is asked to rate as an unnamed rater: shown to them alone."""
    table = grid(at.say("appraisal"), at.say("about"), at.say("in the role"), at.say("until"), "")
    for each in found:
        table.add_row(
            each.appraisal,
            f"{each.holder} {names.get(each.holder, '')}",
            at.say(term("role", each.role)),
            at.in_zone(zones.get(cycle_of(each.appraisal))).moment(each.until),
            at.say(term("choice", f"appraisal.{each.state}")),
        )
    return table


async def raters(at: Terminal, name: AppraisalName, reader: By = None) -> None:
    who = require_actor(reader)
    async with session(at) as s:
        await require_case(s, "appraisal", name, who)
        found = await s.application.appraisals.nominees(name, who)
        loads = await s.application.appraisals.loads(name.split("-")[1])
        names = await s.names()
    table = grid(at.say("in the role"), at.say("rater"), at.say("asked to rate"), "")
    for each in found:
        state = "declined" if each.declined else "confirmed" if each.confirmed else "nominated"
        table.add_row(
            at.say(term("role", each.role)),
            f"{each.person} {names.get(each.person, '')}",
            str(loads.get(each.person, 0)),
            f"{at.say(term('choice', f'appraisal.{state}'))}  {each.reason}".rstrip(),
        )
    facts = [{**each._asdict(), "load": loads.get(each.person, 0)} for each in found]
    at.answer(facts, table if found else Text(at.say("Nobody is nominated.")))


async def verify(at: Terminal, name: AppraisalName) -> int:
    async with session(at) as s:
        await require_case(s, "appraisal", name)
        found = await s.application.appraisals.verify(name)
    codes = {True: "equal", False: "differs", None: "unreadable"}
    lines = [
        Text(
            "  "
            + at.say(
                "{role}, release {number}: {found}",
                role=at.say(term("role", each.role)),
                number=each.number,
                found=at.say(term("choice", f"appraisal.{codes[each.equal]}")),
            )
        )
        for each in found
    ]
    at.answer([each._asdict() for each in found], *lines or [Text(at.say("No unnamed role was released."))])
    return 1 if any(each.equal is False for each in found) else 0
