"""docs/lifecycle.md: the lifecycle as a picture and tables, made from the rows of commands, stages and deadlines."""

from collections.abc import Iterator

from cairn.domain.goal.commands import COMMANDS
from cairn.domain.goal.stages import PHASES, STAGES, Stage
from cairn.i18n import Message, term

SAME, DONE, REFUSED = "✓", "·", ""
ALIVE: tuple[Stage, ...] = tuple(row.name for row in STAGES if row.name != "none")
NOT_DRAWN = ("cancel", "supersede")


def outcome(command: str, stage: Stage) -> str:
    """What a command does in a stage: the stage it leads to, or SAME, DONE, REFUSED."""
    row = COMMANDS[command].row
    if stage in row.already:
        return DONE
    if stage not in row.stages:
        return REFUSED
    return row.leads_to or SAME


def arrows() -> Iterator[tuple[Stage, str, Stage]]:
    """Every change of stage with the verb that makes it."""
    for name, command in COMMANDS.items():
        if command.row.leads_to is not None and name not in NOT_DRAWN:
            yield from ((stage, name, command.row.leads_to) for stage in command.row.stages)
    yield "submitted", "approve (late)", "active"
    for phase in PHASES:
        if phase.leads_to is not None:
            yield from ((stage, f"⏱ {phase.name}", phase.leads_to) for stage in phase.stages)


def render() -> str:
    """docs/lifecycle.md, whole."""
    return "\n".join([*_opening(), *_picture(), *_commands(), *_matrix(), *_deadlines(), *_rules()]) + "\n"


def _both(words: Message, between: str) -> str:
    return f"{words.text('zh')}{between}{words.text('en')}"


def _opening() -> list[str]:
    return [
        "# 目标的一生 · The life of a goal",
        "",
        "<!-- Written by docs/write_lifecycle.py from the rows of commands, stages and deadlines; not by hand. -->",
        "",
        "每个状态下能做什么、由谁做、之后到哪一步。本页与决策函数 `decide` 由测试逐格核对。",
        "",
        "What can be done in each stage, by whom, and where it leads. A test asks the decider for every cell.",
        "",
        "## 状态图 · The picture",
        "",
    ]


def _picture() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {stage}: {_both(term('stage', stage), ' · ')}" for stage in ALIVE]
    for before, verb, after in arrows():
        lines.append(f"    {'[*]' if before == 'none' else before} --> {after}: {verb}")
    lines += [f"    {row.name} --> [*]" for row in STAGES if row.over]
    ends = COMMANDS["cancel"].row.stages
    possible = "、".join(term("stage", stage).text("zh") for stage in ALIVE if stage in ends)
    return [
        *lines,
        "```",
        "",
        f"⏱ 表示到期自动发生。作废（cancel）和替代（supersede）可在以下状态进行，图中从略：{possible}。",
        "",
        "⏱ marks what a date does by itself. `cancel` and `supersede` are not drawn; the table has them.",
        "",
    ]


def _commands() -> list[str]:
    lines = ["## 操作 · Commands", "", "| 操作 | 命令 command | 由谁 | who |", "|---|---|---|---|"]
    for name, command in COMMANDS.items():
        what, who = term("command", name).text("zh"), _both(term("right", command.row.who.name), " | ")
        lines.append(f"| {what} | `{name}` | {who} |")
    return [*lines, "", *COMMAND_NOTES, ""]


COMMAND_NOTES = (
    "- 审批人：个人目标是直接上级；部门目标、战略目标和没有上级的人的目标是绩效委员会（或公司管理层）。",
    "  The approver is the manager; for departments, the company and people without a manager it is the committee.",
    "- 任何人都不能审批、确认或评估自己的目标；HR也不能移交或作废自己的目标。",
    "  Nobody approves, confirms or assesses their own goal, and HR neither moves nor cancels their own.",
    "- 执行后，HR 只在责任人离职时才能单独作废；新增、作废、替代目标和一切改动都须申请调整，由审批人和 HR 共同确认。",
    "  Once a goal runs, HR alone cancels it only when its owner has left; goals that are added, cancelled or",
    "  replaced, like every other change, are adjustments, which the approver and HR both confirm.",
    "- 绩效委员会由成员表决：达到法定人数和多数才作出决定，并留有记录。",
    "  The committee votes: a quorum and a majority of its members decide, with minutes.",
)


def _matrix() -> list[str]:
    lines = [
        "## 各状态下的操作 · What is possible where",
        "",
        f"| | {' | '.join(term('stage', stage).text('zh') for stage in ALIVE)} |",
        "|---" * (len(ALIVE) + 1) + "|",
        f"| | {' | '.join(term('stage', stage).text('en') for stage in ALIVE)} |",
    ]
    for command in COMMANDS:
        if command != "draft":
            lines.append(f"| `{command}` | {' | '.join(_cell(command, stage) for stage in ALIVE)} |")
    return [*lines, "", *MATRIX_NOTES, ""]


MATRIX_NOTES = (
    "`→` 进入该状态；`✓` 可以，状态不变；`·` 已经如此，什么也不发生；空格：拒绝，并说明何时可以。",
    "",
    "`→` leads to that stage; `✓` possible, the stage stays; `·` it is so already and nothing happens; empty: refused,",
    "with the stages in which it is possible. Approved after execution has started, a goal is active at once. The",
    "first confirmation of an adjustment leaves the goal adjusting, the second makes it active again. A signal that",
    "is refused is recorded (`SignalRefused`) in every stage.",
)


def _cell(command: str, stage: Stage) -> str:
    found = outcome(command, stage)
    return found if found in (SAME, DONE, REFUSED) else f"→ {found}"


def _deadlines() -> list[str]:
    lines = ["## 到期 · Deadlines", "", "| 期限 deadline | 从 from | 到 to | 做什么 | what it does |"]
    lines.append("|---|---|---|---|---|")
    for phase in PHASES:
        target = f"→ {phase.leads_to}" if phase.leads_to else SAME
        does = _both(term("phase", phase.name), " | ")
        lines.append(f"| `{phase.name}` | {', '.join(phase.stages)} | {target} | {does} |")
    return [*lines, "", *DEADLINE_NOTES, ""]


DEADLINE_NOTES = (
    "每个期限只起作用一次；晚到也照做；已经有人处理过的，到期什么也不发生。提醒在期限前若干工作日发出；",
    "逾期未提交、未审批的，在期限后第 `escalate_after` 个工作日上报。",
    "",
    "Each deadline acts once, late rather than never, and not at all where somebody acted first. What is not handed in",
    "or approved in time is told further up `escalate_after` working days after the date. Who joins, hands in or gets",
    "back a goal late still has as many working days until the date. Days are those of the policy's calendar and time",
    "zone.",
)


def _rules() -> list[str]:
    return ["## 共同确认与弹性空间 · Joint confirmation and flexible space", "", *RULES]


RULES = (
    "- 调整须由直接上级和HR共同确认，次序不限，同一人不能兼两个角色；生效时备案：谁、何时、为何、前后、剩余空间。",
    "  An adjustment takes effect when manager and HR, two people, have both confirmed it, in either order; the",
    "  filing says who, when, why, before and after, and what space is left.",
    "- 弹性空间按合约累计，先确认者先用；权重合计始终为100%，两个维度都保留。",
    "  The space is a running balance of the sheet: who is confirmed first draws first. An adjustment leaves the",
    "  weights at 100 %, and both dimensions keep some.",
    "- 已评分的考核期不再改目标值。The target of a scored period no longer changes.",
    "- 过期、拒绝、撤回后目标照常执行，空间不减。",
    "  Expired, declined or withdrawn, it draws nothing and the goal runs on.",
)
