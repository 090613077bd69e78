"""The policy at the command line: check a file, adopt a version of it, list what was adopted."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.domain.policy import Policy
from cairn.policies import PolicyInvalid, load, read_text
from cairn_portal.cli.group import Group
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import REFUSED
from cairn_portal.cli.session import acting, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import PERIOD_KINDS, facts, grid, moment, number

policy = Group("绩效制度：检查、采用、列出 · the policy: check, adopt, list")


@policy.told(
    "check", "检查制度文件，指出每一处错误的行号 · check a policy file, naming the line of every mistake"
)
async def check(
    at: Terminal, file: Annotated[Path, typer.Argument(help="制度文件 YAML · the policy's YAML")]
) -> int:
    try:
        found = load(file)
    except PolicyInvalid as invalid:
        return _tell_problems(at, invalid)
    at.answer(
        {"name": found.name, "version": found.version, "problems": []},
        Text(at.say(f"✓ {file.name} 没有错误", f"✓ {file.name} is all right"), style="green"),
        _summary(at, found),
    )
    return 0


def _tell_problems(at: Terminal, invalid: PolicyInvalid) -> int:
    table = grid(at.say("行:列", "line"), at.say("字段", "field"), at.say("问题", "problem"))
    for each in invalid.problems:
        table.add_row(f"{each.line}:{each.column}", each.path, each.text(at.language))
    count = len(invalid.problems)
    heading = at.say(f"✗ {invalid.source} 有 {count} 处错误", f"✗ {invalid.source} has {count} mistakes")
    at.answer(
        {"source": invalid.source, "problems": invalid.problems}, Text(heading, style="bold red"), table
    )
    return REFUSED


def _summary(at: Terminal, found: Policy) -> RenderableType:
    mixes = []
    for family in found.families.values():
        shares: dict[str, Decimal] = {str(kind): share for kind, share in family.periods.items()}
        if family.subordinates:
            shares["subordinates"] = family.subordinates
        mix = " + ".join(f"{at.say(*PERIOD_KINDS[kind])} {number(share)}%" for kind, share in shares.items())
        count = len(family.template)
        mixes.append(
            (family.name.text(at.language), at.say(f"{mix}，{count} 个目标", f"{mix}, {count} goals"))
        )
    grades = "  ".join(
        f"{band.grade} ≥ {number(band.points)} ×{number(band.coefficient)}" for band in found.grades
    )
    space = at.say(f"{found.flexible_space.percent}%", f"{found.flexible_space.percent} %")
    return facts(
        (at.say("制度", "policy"), f"{found.title.text(at.language)}  {found.name}@{found.version}"),
        *mixes,
        (at.say("等级", "grades"), grades),
        (at.say("弹性空间", "flexible space"), space),
    )


@policy.told("adopt", "采用一个制度版本，记入日志 · adopt a version of the policy into the log")
async def adopt(
    at: Terminal,
    file: Annotated[Path, typer.Argument(help="制度文件 YAML · the policy's YAML")],
    by: By = None,
) -> int:
    try:
        text = read_text(file)
        async with session(at) as s:
            adoption = await s.application.policies.adopt(text, file.name, acting(by), datetime.now(UTC))
            await s.seen(adoption.stream, adoption.version)
    except PolicyInvalid as invalid:
        return _tell_problems(at, invalid)
    reference = adoption.reference
    said = (
        at.say(f"✓ 已采用 {reference}", f"✓ Adopted {reference}")
        if adoption.new
        else at.say(f"✓ {reference} 早已采用，没有变化", f"✓ {reference} was adopted before; nothing changed")
    )
    at.answer({"policy": reference, "new": adoption.new}, Text(said, style="green"))
    return 0


@policy.told("list", "列出已采用的制度版本 · the versions adopted")
async def listed(at: Terminal) -> None:
    async with session(at) as s:
        versions = await s.application.policies.adopted()
    table = grid(at.say("制度", "policy"), at.say("采用于", "adopted"), at.say("采用人", "by"))
    for each in versions:
        table.add_row(f"{each.name}@{each.version}", moment(each.at), each.by)
    nothing = Text(
        at.say(
            "还没有制度：cairn policy adopt 文件 --by 工号", "No policy yet: cairn policy adopt FILE --by ID"
        )
    )
    at.answer(
        [{"policy": f"{each.name}@{each.version}", "at": each.at, "by": each.by} for each in versions],
        table if versions else nothing,
    )
