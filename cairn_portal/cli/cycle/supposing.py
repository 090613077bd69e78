"""What if a year had run under another policy: who would have another grade, at what cost, and why."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application import access
from cairn.domain.difference.comparison import NONE, Compared, Comparison
from cairn.domain.policy import Policy
from cairn.i18n import term
from cairn.policies import PolicyInvalid, load
from cairn_portal.cli.cycle.differing import signed
from cairn_portal.cli.goal.progress import the_cycle
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.session import session
from cairn_portal.cli.setup.policy import show_policy_mistakes
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number
from cairn_portal.reading.results import owners

MOST = 3
"""Of the groups that moved a result so many are told in the table, those that moved it most first."""


async def what_if(
    at: Terminal,
    policy: Annotated[
        str,
        typer.Argument(metavar="POLICY", help="the other policy: a YAML file, or NAME@VERSION as adopted"),
    ],
    cycle: CycleOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="also results whose points move and whose grade does not")
    ] = False,
    reader: As = None,
) -> int:
    try:
        file = _from_file(policy)
    except PolicyInvalid as invalid:
        return show_policy_mistakes(at, invalid)
    async with session(at) as s:
        other = file or await s.policies.version(await s.policies.choose(policy))
        the = await the_cycle(s, cycle)
        view = await viewer(s, reader, the)
        if view.person is not None:
            access.require_sees_cycles(view.person)
        with at.progress() as bars:
            task = bars.add_task(at.say("computing again"), total=the.sheets)
            found = await s.application.what_if.compare(
                the.id, other, lambda done, of: bars.update(task, completed=done, total=of)
            )
        owned = await owners(s.records)
        holders = {each.holder for each in found.results}
        found = found.seen(holder for holder in holders if view.may("scores", owned(holder)))
        names = await s.names()
    told = {
        "cycle": found.cycle, "policy": found.policy, "grades": found.order, "before": found.before,
        "after": found.after, "results": found.results,
    }  # fmt: skip
    head = at.say("{cycle} under {policy}; nothing is recorded", cycle=found.cycle, policy=found.policy)
    at.answer(told, Text(head, style="bold"), _distribution(at, found), *_who(at, found, names, every=every))
    return 0


def _from_file(wanted: str) -> Policy | None:
    """The policy of a file; None of what names an adopted one. Raises PolicyInvalid with every mistake."""
    if not Path(wanted).is_file() and not wanted.endswith((".yaml", ".yml")):
        return None
    found = load(Path(wanted))
    return found.model_copy(update={"version": f"{found.name}@{found.version}"})


def _distribution(at: Terminal, found: Comparison) -> RenderableType:
    before, after = found.before, found.after
    headers = (at.say("before"), at.say("after"), at.say("change"))
    table = grid(at.say("grade"), *headers, right=headers)
    for grade in (*found.order, NONE):
        was, now = before.grades.get(grade, 0), after.grades.get(grade, 0)
        if grade != NONE or was or now:
            table.add_row(grade or NOTHING, str(was), str(now), _change(Decimal(now - was)))
    table.add_section()
    cost = after.coefficients - before.coefficients
    table.add_row(
        at.say("sum of coefficients"),
        number(before.coefficients),
        number(after.coefficients),
        _change(cost),
    )
    return table


def _change(value: Decimal) -> str:
    return signed(Fraction(value)) if value else ""


def _who(at: Terminal, found: Comparison, names: dict[str, str], *, every: bool) -> Sequence[RenderableType]:
    """Whose grade is another one, and why."""
    people, moved = found.people, [each for each in found.results if each.difference is not None]
    shown = [each for each in found.results if each.moves or (every and each in moved)]
    lines: list[RenderableType] = [
        Text(
            at.say(
                "Of {people} {people:plural,person,people} {grades} would have another grade; the points of {points} "
                "{points:plural,result,results} move, of departments and the company too.",
                people=len(people),
                grades=sum(each.moves for each in people),
                points=len(moved),
            )
        )
    ]
    by_people = sum(each.by_people for each in people)
    if by_people:
        told = at.say(
            "{n} {n:plural,grade was,grades were} moved by people, in a calibration or by an appeal; both sides show "
            "the grade by points.",
            n=by_people,
        )
        lines.append(Text(told, style="dim"))
    if shown:
        lines.append(_table(at, shown, names))
    return lines


def _table(at: Terminal, shown: Sequence[Compared], names: dict[str, str]) -> RenderableType:
    points, worth = at.say("points"), at.say("coefficient")
    table = grid(
        at.say("holder"), points, at.say("grade"), worth, at.say("because of"), right=(points, worth)
    )
    for each in shown:
        name = at.say("the company") if each.holder == "company" else names.get(each.holder, "")
        table.add_row(
            f"{each.holder} {name}".strip(),
            f"{number(each.before.rounded)} → {number(each.after.rounded)}",
            f"{each.before.grade or NOTHING} → {each.after.grade or NOTHING}",
            _change(each.cost),
            "\n".join(_why(at, each)),
        )
    return table


def _why(at: Terminal, each: Compared) -> Iterator[str]:
    """The groups that moved a result, each with the sum of its steps; the grades themselves, where they do."""
    sums: dict[str, Fraction] = {}
    for step in each.difference.steps if each.difference else ():
        groups = " + ".join(dict.fromkeys(at.say(term("difference", cause.group)) for cause in step.causes))
        sums[groups] = sums.get(groups, Fraction(0)) + step.moved
    for group, moved in sorted(sums.items(), key=lambda pair: -abs(pair[1]))[:MOST]:
        yield f"{group} {_short(moved)}"
    if each.by_grades:
        yield at.say(term("difference", "policy.gates"))


def _short(value: Fraction) -> str:
    return f"+{number(value)}" if value > 0 else number(value)
