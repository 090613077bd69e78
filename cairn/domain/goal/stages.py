"""Which command is possible in which stage; docs/lifecycle.md is generated from this and checked against `decide`."""

from cairn.domain.goal.state import Goal, Stage
from cairn.domain.refusal import Refusal

OPEN: frozenset[Stage] = frozenset(
    {"draft", "submitted", "returned", "approved", "active", "adjusting", "in_review", "scored"}
)
AT: dict[str, frozenset[Stage]] = {
    "revise": frozenset({"draft", "returned"}),
    "check_smart": frozenset({"draft", "returned"}),
    "decompose": frozenset({"draft", "returned", "approved", "active"}),
    "align": frozenset({"draft", "returned", "submitted", "approved", "active"}),
    "submit": frozenset({"draft", "returned"}),
    "return": frozenset({"submitted"}),
    "approve": frozenset({"submitted"}),
    "adjust": frozenset({"active"}),
    "confirm": frozenset({"adjusting"}),
    "decline": frozenset({"adjusting"}),
    "withdraw": frozenset({"adjusting"}),
    "check_in": frozenset({"approved", "active", "adjusting", "in_review"}),
    "accept": frozenset({"active", "adjusting", "in_review"}),
    "assess": frozenset({"active", "adjusting", "in_review"}),
    "change_manager": OPEN,
    "cancel": OPEN - {"scored"},
    "supersede": OPEN - {"scored"},
    "close": frozenset({"scored"}),
}
STAGE_NAMES: dict[Stage, tuple[str, str]] = {
    "none": ("不存在", "not there"),
    "draft": ("草稿", "draft"),
    "submitted": ("待审批", "submitted"),
    "returned": ("已退回", "returned"),
    "approved": ("已批准", "approved"),
    "active": ("执行中", "active"),
    "adjusting": ("调整中", "adjusting"),
    "in_review": ("评估中", "in review"),
    "scored": ("已评分", "scored"),
    "closed": ("已关闭", "closed"),
    "cancelled": ("已作废", "cancelled"),
    "superseded": ("已替代", "superseded"),
}
ASKED: dict[str, tuple[str, str]] = {
    "revise": ("修改", "revised"),
    "check_smart": ("做SMART检查", "SMART-checked"),
    "decompose": ("分解", "decomposed"),
    "align": ("对齐", "aligned"),
    "submit": ("提交", "submitted"),
    "return": ("退回", "returned"),
    "approve": ("批准", "approved"),
    "adjust": ("申请调整", "adjusted"),
    "confirm": ("确认调整", "confirmed (no adjustment is waiting)"),
    "decline": ("拒绝调整", "declined (no adjustment is waiting)"),
    "withdraw": ("撤回调整", "withdrawn (no adjustment is waiting)"),
    "check_in": ("更新进度", "checked in on"),
    "accept": ("验收", "accepted"),
    "assess": ("评估", "assessed"),
    "change_manager": ("更换上级", "given to another manager"),
    "cancel": ("作废", "cancelled"),
    "supersede": ("替代", "superseded"),
    "close": ("关闭", "closed"),
}


def require_stage(name: str, goal: Goal) -> None:
    """Refuses a command that the goal's stage does not allow, naming the stages that do."""
    if goal.stage in AT[name]:
        return
    when = sorted(AT[name], key=list(STAGE_NAMES).index)
    raise Refusal("goal.stage", command=name, stage=goal.stage, when=when)
