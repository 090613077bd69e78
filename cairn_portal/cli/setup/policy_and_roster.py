"""Before a cycle: the policy, the roster and the targets are checked and brought into the log."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.people import import_roster, roster_at
from cairn.application.policies import adopt_policy
from cairn.application.repository import to_events
from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.policies import PolicyInvalid, RosterInvalid, load, read_text
from cairn.roster.reading import read_roster
from cairn_portal.cli.group import Group
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import REFUSED, Problem
from cairn_portal.cli.session import Session, acting, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import PERIOD_KINDS, facts, grid, moment, number

policy = Group("绩效制度：检查、采用、列出 · the policy: check, adopt, list")
roster = Group("花名册：检查、导入 · the roster: check, import")


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
    text, now = read_text(file), datetime.now(UTC)
    try:
        found = load(file)
    except PolicyInvalid as invalid:
        return _tell_problems(at, invalid)
    async with session(at) as s:
        await require_hr(s, acting(by), at.say("采用制度", "adopt a policy"))
        before = len(await s.ledger.read_stream(f"policy-{found.name}"))
        reference = await adopt_policy(s.ledger, text, file.name, acting(by), now)
        after = len(await s.ledger.read_stream(f"policy-{found.name}"))
        await s.seen(f"policy-{found.name}", after)
    new = after > before
    said = (
        at.say(f"✓ 已采用 {reference}", f"✓ Adopted {reference}")
        if new
        else at.say(f"✓ {reference} 早已采用，没有变化", f"✓ {reference} was adopted before; nothing changed")
    )
    at.answer({"policy": reference, "new": new}, Text(said, style="green"))
    return 0


@policy.told("list", "列出已采用的制度版本 · the versions adopted")
async def listed(at: Terminal) -> None:
    async with session(at) as s:
        versions = await adopted(s)
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


async def adopted(s: Session) -> list[PolicyAdopted]:
    """Every adopted version, the latest last."""
    rows = await s.ledger.read_sealed(after=0, limit=10_000, types=["PolicyAdopted"])
    return [event for event in to_events(rows) if isinstance(event, PolicyAdopted)]


async def chosen_policy(s: Session, wanted: str | None) -> str:
    """A reference name@version from what was typed: whole, a name (its latest version), or nothing (the latest)."""
    known = await adopted(s)
    if not known:
        raise Problem(
            "还没有采用任何制度：请先运行 cairn policy adopt 文件 --by 工号。",
            "No policy is adopted yet: run `cairn policy adopt FILE --by ID` first.",
        )
    references = [f"{each.name}@{each.version}" for each in known]
    fitting = [each for each in references if wanted is None or wanted in (each, each.partition("@")[0])]
    if not fitting:
        listed = ", ".join(references)
        raise Problem(
            f"没有制度 {wanted}；已采用的有：{listed}。",
            f"There is no policy {wanted}; adopted are: {listed}.",
        )
    return fitting[-1]


async def require_hr(s: Session, by: str, what: str, coming: Roster | None = None) -> None:
    """Refuses who is not HR in the roster, or, while there is none, in the roster that is being imported."""
    people = (await roster_at(s.ledger, await s.ledger.sealed_position())).by_id()
    if not people and coming is None:
        return
    people = people or (coming.by_id() if coming else {})
    hr = [person.id for person in people.values() if "hr" in person.roles and person.here]
    if by not in hr:
        who = ", ".join(hr[:5])
        raise Problem(
            f"只有HR可以{what}，{by} 不是HR。可由以下人员进行：{who or '（花名册中没有HR，请在“角色”列写 HR）'}。",
            f"Only HR may {what}; {by} is not HR. These may: {who or '(nobody: write hr in the column roles)'}.",
            name="not-hr",
        )


@roster.told(
    "import", "导入花名册；有一行错误就全部不导入 · import a roster: all rows or, if one is bad, none"
)
async def imported(
    at: Terminal,
    file: Annotated[
        Path, typer.Argument(help="CSV 或 Excel；与 --mapping 同用时是数据文件夹 · file, or folder of data")
    ],
    by: By = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="roster.yaml：怎样从别的系统的表得到花名册 · how other files become a roster"),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="--mapping 的数据文件夹 · the mapping's data folder")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel 工作表 · the workbook's sheet")] = None,
    departments: Annotated[Path | None, typer.Option(help="部门表 · a file of departments")] = None,
    policy_file: Annotated[
        Path | None,
        typer.Option(
            "--policy", help="核对岗位序列的制度文件，缺省为最近采用的 · check job families against this file"
        ),
    ] = None,
    check_only: Annotated[
        bool, typer.Option("--check-only", help="只检查，不导入 · check, import nothing")
    ] = False,
) -> int:
    if file.suffix in (".yaml", ".yml") and mapping is None:
        mapping, file = file, data or file.parent
    rules = load(policy_file) if policy_file else await _latest_policy(at, needed=not check_only)
    try:
        source = data if mapping and data else file
        found = read_roster(source, mapping, sheet=sheet, departments=departments, policy=rules)
    except RosterInvalid as invalid:
        return _tell_rows(at, invalid)
    recorded = None
    if not check_only:
        recorded = await _import(at, found, acting(by))
    _tell_roster(at, found, recorded)
    return 0


async def _latest_policy(at: Terminal, needed: bool) -> Policy | None:
    """The policy whose families the roster must name; a mere check does without servers."""
    try:
        async with session(at) as s:
            return await s.policies.version(await chosen_policy(s, None)) if await adopted(s) else None
    except Problem:
        if needed:
            raise
        return None


async def _import(at: Terminal, found: Roster, by: str) -> int:
    async with session(at) as s:
        await require_hr(s, by, at.say("导入花名册", "import a roster"), found)
        recorded = await import_roster(s.ledger, found, by, datetime.now(UTC))
        last = f"person-{found.people[-1].id}"
        await s.seen(last, len(await s.ledger.read_stream(last)), "person")
    return recorded


def _tell_rows(at: Terminal, invalid: RosterInvalid) -> int:
    table = grid(at.say("位置", "where"), at.say("问题", "problem"))
    for each in invalid.problems:
        table.add_row(each.place(at.language), each.text(at.language))
    count = len(invalid.problems)
    heading = at.say(
        f"✗ {invalid.source} 有 {count} 处错误，一行也没有导入",
        f"✗ {invalid.source} has {count} mistakes; nothing was imported",
    )
    at.answer(
        {"source": invalid.source, "problems": invalid.problems}, Text(heading, style="bold red"), table
    )
    return REFUSED


def _tell_roster(at: Terminal, found: Roster, recorded: int | None) -> None:
    here = sum(person.here for person in found.people)
    families: dict[str, int] = {}
    for person in found.people:
        families[person.family] = families.get(person.family, 0) + 1
    outcome = {
        None: at.say("✓ 检查通过，没有导入（--check-only）", "✓ Checked; nothing imported (--check-only)"),
        0: at.say("✓ 与现有花名册相同，没有变化", "✓ The same as before; nothing changed"),
    }.get(recorded, at.say(f"✓ 已导入，记录了 {recorded} 项变化", f"✓ Imported; {recorded} changes recorded"))
    split = at.say("，", ", ").join(f"{name} {count}" for name, count in sorted(families.items()))
    at.answer(
        {
            "people": len(found.people),
            "here": here,
            "departments": len(found.departments),
            "families": families,
            "events": recorded,
        },
        Text(outcome, style="green"),
        facts(
            (at.say("在职人员", "people here"), number(here)),
            (at.say("部门", "departments"), number(len(found.departments))),
            (at.say("岗位序列", "job families"), split),
        ),
    )
