"""Appraisals as people take part in them: nominate, confirm, answer, decline, delegate; and what HR decides.

What a named rater does goes through the appraisal's workflow. What an unnamed one does goes to the application alone,
which knows whose token is whose; nothing of it is in any workflow, list or notice (ADR 0017).
"""

from collections.abc import Sequence
from typing import Annotated, Any, cast

import typer
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.domain.appraisal.events import UNNAMED
from cairn.domain.appraisal.rights import in_whose_place
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.case.rights import CaseParties
from cairn.domain.policy import Evaluator
from cairn.domain.refusal import Refusal
from cairn.i18n import message, term
from cairn_portal.cli.case.commanding import give_case, require_case
from cairn_portal.cli.options import By, CommandId
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, require_reason, session
from cairn_portal.cli.terminal import Terminal
from projections.models import appraisal as appraisal_model

AppraisalName = Annotated[
    str, typer.Argument(metavar="APPRAISAL", help="its id, as `cairn appraisal list` shows it")
]
Marks = Annotated[
    list[str] | None,
    typer.Option("--mark", metavar="ITEM=MARK", help="a mark for a behaviour, points for a goal; repeat it"),
]
Texts = Annotated[
    list[str] | None, typer.Option("--text", metavar="ITEM=TEXT", help="words on an item; repeat it")
]
InRole = Annotated[Evaluator | None, typer.Option("--role", help="in which role, where one has several")]
WhichRole = Annotated[Evaluator, typer.Option("--role", help="the role they rate in")]
People = Annotated[list[str], typer.Option("--person", metavar="ID", help="somebody by id; repeat it")]
Reason = Annotated[str, typer.Option(help="why")]


async def nominate(
    at: Terminal, name: AppraisalName, role: WhichRole, people: People, by: By = None,
    command_id: CommandId = None,
) -> int:  # fmt: skip
    async with session(at) as s:
        who = require_actor(by)
        await require_case(s, "appraisal", name, who)
        raters = await s.application.appraisals.tokens(name, role, people, who)
        return await give_case(s, name, "nominate", who, {"role": role, "raters": raters}, command_id)


async def confirm(at: Terminal, name: AppraisalName, by: By = None, command_id: CommandId = None) -> int:
    async with session(at) as s:
        await require_case(s, "appraisal", name)
        return await give_case(s, name, "confirm", require_actor(by), {}, command_id)


async def draft(
    at: Terminal,
    name: AppraisalName,
    marks: Marks = None,
    texts: Texts = None,
    role: InRole = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await _answered(at, name, "draft", marks, texts, role, by, command_id)


async def submit(
    at: Terminal,
    name: AppraisalName,
    marks: Marks = None,
    texts: Texts = None,
    role: InRole = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await _answered(at, name, "submit", marks, texts, role, by, command_id)


async def decline(
    at: Terminal,
    name: AppraisalName,
    reason: Reason,
    role: InRole = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    who = require_actor(by)
    require_reason(reason)
    async with session(at) as s:
        found = await _role(s, name, who, role)
        at.remark("Who does not rate is told to the manager and HR, with the reason.")
        if found not in UNNAMED:
            return await give_case(s, name, "decline", who, {"role": found, "reason": reason}, command_id)
        await s.application.appraisals.decline(name, who, reason)
    _done(at, name, at.say(term("event", "RaterDeclined")))
    return 0


async def delegate(
    at: Terminal,
    name: AppraisalName,
    to: Annotated[str, typer.Option(metavar="ID", help="who rates in one's place")],
    reason: Reason,
    role: InRole = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    who = require_actor(by)
    require_reason(reason)
    async with session(at) as s:
        found = await _role(s, name, who, role)
        if found not in UNNAMED:
            fields = {"role": found, "to": to, "reason": reason}
            return await give_case(s, name, "delegate", who, fields, command_id)
        await s.application.appraisals.delegate(name, who, to, reason)
    _done(at, name, at.say(term("event", "RaterDelegated")))
    return 0


async def change_questions(
    at: Terminal,
    name: AppraisalName,
    reason: Reason,
    texts: Texts = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="ITEM", help="a behaviour to ask about no more; repeat it")
    ] = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    async with session(at) as s:
        await require_case(s, "appraisal", name)
        fields = {"texts": by_item(texts, "--text"), "drop": drop or [], "reason": reason}
        return await give_case(s, name, "change_questions", require_actor(by), fields, command_id)


async def go_on(
    at: Terminal, name: AppraisalName, reason: Reason, by: By = None, command_id: CommandId = None
) -> int:
    async with session(at) as s:
        await require_case(s, "appraisal", name)
        return await give_case(s, name, "go_on", require_actor(by), {"reason": reason}, command_id)


def by_item(written: Sequence[str] | None, option: str) -> dict[str, str]:
    """`teamwork=5` as item and mark. Raises Problem where no item is named, or one twice."""
    found: dict[str, str] = {}
    for each in written or ():
        key, sign, value = each.partition("=")
        if not sign or not key.strip() or key.strip() in found:
            wrong = message(
                "{option} names an item once, an equals sign and what it gets: {written}",
                option=option,
                written=each,
            )
            raise Problem(wrong, USAGE)
        found[key.strip()] = value
    return found


async def _answered(
    at: Terminal,
    name: str,
    command: str,
    marks: Sequence[str] | None,
    texts: Sequence[str] | None,
    role: Evaluator | None,
    by: str | None,
    key: str | None,
) -> int:
    who = require_actor(by)
    async with session(at) as s:
        found = await _role(s, name, who, role)
        given = by_item(marks, "--mark")
        if found not in UNNAMED:
            words = by_item(texts, "--text")
            await _flagged(s, name, who, words)
            fields: dict[str, Any] = {"role": found, "marks": given, "texts": words}
            return await give_case(s, name, command, who, fields, key)
        if texts:
            raise Problem(
                message(
                    "In this role only marks are asked for: words could not be shown without their author."
                ),
                USAGE,
            )
        await s.application.appraisals.answer(name, who, given, given=command == "submit")
        case = cast(Appraisal, (await s.application.cases.load(name))[0])
        local = at.in_zone(zone_of(await s.cycle(case.cycle)))
    state = "answered" if command == "submit" else "drafted"
    _done(at, name, at.say(term("choice", f"appraisal.{state}")))
    until = case.late_by if case.collections else case.answers_by
    at.remark(
        "It is taken in together with the others, {at}; until then you may change it. Nobody is told whether you "
        "answered, and a role with fewer than {least} answers is shown to nobody.",
        at=local.moment(until),
        least=case.threshold,
    )
    return 0


async def _role(s: Session, name: str, who: str, role: Evaluator | None) -> Evaluator:
    """The role in which somebody takes part. Refuses somebody who does not, asks where they have several."""
    await require_case(s, "appraisal", name, who)
    case, context = await s.application.cases.load(name)
    appraisal, of = cast(Appraisal, case), CaseParties(case, context)
    named = [
        each
        for each in appraisal.weights
        if each not in UNNAMED and in_whose_place(who, each, of) is not None
    ]
    own = await s.application.appraisals.role_of(name, who)
    roles = [*named, *([own] if own else [])]
    if role is not None:
        return role
    if not roles:
        raise Refusal("appraisal.not-yours", field="by", by=who)
    if len(roles) > 1:
        said = s.at.say("separator:list").join(roles)
        raise Problem(message("You rate in several roles; name one with --role: {roles}", roles=said), USAGE)
    return roles[0]


async def _flagged(s: Session, name: str, who: str, words: dict[str, str]) -> None:
    """Tells a named rater, and nobody else, which of their texts they wrote about others as well."""
    if not words:
        return
    case, context = await s.application.cases.load(name)
    others = await appraisal_model.rated_by(s.pool, who, case.cycle)
    for each in await s.application.appraisals.alike(who, name, words, others, context.at):
        s.at.remark(
            "Your text on {key} is nearly the one you wrote about {person} ({percent} %): is it about this person?",
            key=each.key,
            person=each.person,
            percent=each.percent,
        )


def _done(at: Terminal, name: str, what: str) -> None:
    line = Text("✓ ", style="green").append(f"{name}  ", style="bold").append(what)
    at.answer({"appraisal": name, "done": what}, line)
