"""The lifecycle as a picture and tables for people: what docs/lifecycle.md says, checked against `decide` by a spec."""

from collections.abc import Iterator, Mapping

from cairn.domain.goal.authority import WHO, Act
from cairn.domain.goal.commands import NAMES
from cairn.domain.goal.events import Phase
from cairn.domain.goal.stages import ASKED, AT, STAGE_NAMES
from cairn.domain.goal.state import OVER, Stage

SAME, DONE, REFUSED = "✓", "·", ""
LEADS: Mapping[str, Stage] = {
    "submit": "submitted",
    "return": "returned",
    "approve": "approved",
    "adjust": "adjusting",
    "confirm": "active",
    "decline": "active",
    "withdraw": "active",
    "cancel": "cancelled",
    "supersede": "superseded",
    "close": "closed",
}
"""The stage a command leads to; the others leave the goal where it is."""
ALREADY: Mapping[str, tuple[Stage, ...]] = {
    "submit": ("submitted",),
    "return": ("returned",),
    "approve": ("approved", "active"),
    "cancel": ("cancelled",),
    "supersede": ("superseded",),
    "close": ("closed",),
}
"""Where a command has nothing left to do: asking twice is harmless."""
BY_DATE: Mapping[Phase, Mapping[Stage, Stage]] = {
    "drafts_remind": {"draft": "draft", "returned": "returned"},
    "drafts_due": {"draft": "draft", "returned": "returned"},
    "approvals_remind": {"submitted": "submitted"},
    "approvals_due": {"submitted": "submitted"},
    "execution_starts": {"approved": "active"},
    "adjustment_remind": {"adjusting": "adjusting"},
    "adjustment_expires": {"adjusting": "active"},
    "period_scored": {"active": "active", "adjusting": "adjusting", "in_review": "in_review"},
    "review_opens": {
        "draft": "cancelled",
        "returned": "cancelled",
        "submitted": "cancelled",
        "active": "in_review",
        "adjusting": "in_review",
    },
    "scores_due": {"in_review": "scored"},
    "closes": {"scored": "closed"},
}
"""What each deadline does where: the stage before and after."""
PHASES: Mapping[Phase, tuple[str, str]] = {
    "drafts_remind": ("提醒责任人提交", "reminds the owner to submit"),
    "drafts_due": ("逾期未提交，上报直接上级", "not submitted in time: tells the manager"),
    "approvals_remind": ("提醒审批人", "reminds the approver"),
    "approvals_due": (
        "逾期未审批，上报上级的上级或HR",
        "not approved in time: tells the manager's manager or HR",
    ),
    "execution_starts": ("进入执行", "the work begins"),
    "adjustment_remind": ("提醒尚未确认的一方", "reminds who has not confirmed"),
    "adjustment_expires": ("调整申请过期", "the adjustment expires"),
    "period_scored": ("考核期评分", "a period is scored"),
    "review_opens": ("开始评估；从未获批的作废", "the review opens; what was never approved lapses"),
    "scores_due": ("年度评分", "the year is scored"),
    "closes": ("关闭", "closes"),
}
ACTS: Mapping[str, Act] = {
    "draft": "draft",
    "revise": "draft",
    "check_smart": "decode",
    "decompose": "decode",
    "align": "draft",
    "submit": "submit",
    "return": "approve",
    "approve": "approve",
    "adjust": "adjust",
    "check_in": "check_in",
    "accept": "assess",
    "assess": "assess",
    "change_manager": "move",
    "cancel": "cancel",
    "supersede": "cancel",
    "close": "close",
}
BOTH: tuple[str, str] = ("直接上级和HR（两个人）", "the manager and HR, two people")
EITHER: tuple[str, str] = ("直接上级或HR（一方即可）", "the manager or HR, one is enough")
ASKER: tuple[str, str] = ("申请人", "who asked for it")
STAGES: tuple[Stage, ...] = tuple(stage for stage in STAGE_NAMES if stage != "none")


def outcome(command: str, stage: Stage) -> str:
    """What a command does in a stage: the stage it leads to, or SAME, DONE, REFUSED."""
    if command == "draft":
        return "draft" if stage == "none" else REFUSED
    if stage in ALREADY.get(command, ()):
        return DONE
    if stage not in AT[command]:
        return REFUSED
    return LEADS.get(command, SAME)


def who(command: str) -> tuple[str, str]:
    """Who may give a command, in Chinese and English."""
    special = {"confirm": BOTH, "decline": EITHER, "withdraw": ASKER}
    return special[command] if command in special else WHO[ACTS[command]]


def arrows() -> Iterator[tuple[Stage, str, Stage]]:
    """Every change of stage with the verb that makes it."""
    yield "none", "draft", "draft"
    yield "submitted", "approve (late)", "active"
    for command, target in LEADS.items():
        if command in ("cancel", "supersede"):
            continue
        for stage in STAGES:
            if stage in AT[command]:
                yield stage, command, target
    for phase, moves in BY_DATE.items():
        yield from ((before, f"⏱ {phase}", after) for before, after in moves.items() if before != after)


def render() -> str:
    """docs/lifecycle.md, whole."""
    return "\n".join([*_opening(), *_picture(), *_commands(), *_matrix(), *_deadlines(), *_rules()]) + "\n"


def _opening() -> list[str]:
    return [
        "# 目标的一生 · The life of a goal",
        "",
        "<!-- Written by docs/write_lifecycle.py from cairn/domain/goal/lifecycle.py; do not edit by hand. -->",
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
    lines += [f"    {stage}: {' · '.join(STAGE_NAMES[stage])}" for stage in STAGES]
    for before, verb, after in arrows():
        lines.append(f"    {'[*]' if before == 'none' else before} --> {after}: {verb}")
    lines += [f"    {stage} --> [*]" for stage in STAGES if stage in OVER]
    possible = "、".join(STAGE_NAMES[stage][0] for stage in STAGES if stage in AT["cancel"])
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
    for command in NAMES:
        chinese = "起草" if command == "draft" else ASKED[command][0]
        lines.append(f"| {chinese} | `{command}` | {who(command)[0]} | {who(command)[1]} |")
    return [*lines, "", *COMMAND_NOTES, ""]


COMMAND_NOTES = (
    "- 审批人：个人目标是直接上级；部门目标、战略目标和没有上级的人的目标是绩效委员会（或公司管理层）。",
    "  The approver is the manager; for departments, the company and people without a manager it is the committee.",
    "- 任何人都不能审批、确认或评估自己的目标；HR也不能移交或作废自己的目标。",
    "  Nobody approves, confirms or assesses their own goal, and HR neither moves nor cancels their own.",
    "- 前任上级仍可评估自己任期内的那一段。A former manager still assesses their own segment.",
)


def _matrix() -> list[str]:
    head = " | ".join(STAGE_NAMES[stage][0] for stage in STAGES)
    english = " | ".join(STAGE_NAMES[stage][1] for stage in STAGES)
    lines = [
        "## 各状态下的操作 · What is possible where",
        "",
        f"| | {head} |",
        "|---" * (len(STAGES) + 1) + "|",
    ]
    lines.append(f"| | {english} |")
    for command in NAMES:
        if command != "draft":
            lines.append(f"| `{command}` | {' | '.join(_cell(command, stage) for stage in STAGES)} |")
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
    for phase, moves in BY_DATE.items():
        for before, after in moves.items():
            chinese, english = PHASES[phase]
            target = f"→ {after}" if before != after else SAME
            lines.append(f"| `{phase}` | {before} | {target} | {chinese} | {english} |")
    return [*lines, "", *DEADLINE_NOTES, ""]


DEADLINE_NOTES = (
    "每个期限只起作用一次；晚到也照做；已经有人处理过的，到期什么也不发生。提醒在期限前若干工作日发出。",
    "",
    "Each deadline acts once, late rather than never, and not at all where somebody acted first. Who joins, hands in",
    "or gets back a goal late still has the policy's `escalate_after` working days. Days are those of the policy's",
    "calendar and time zone.",
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
