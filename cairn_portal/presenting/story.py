"""Events in words: what each says happened, and what it changed."""

import re
from typing import Any

from cairn_portal.presenting import reasons
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import NOTHING, field, value

DID: dict[str, tuple[str, str]] = {
    "GoalDrafted": ("起草", "drafted"),
    "GoalRevised": ("修改", "revised"),
    "SmartChecked": ("通过 SMART 检查", "SMART-checked"),
    "GoalDecomposed": ("分解", "decomposed"),
    "GoalAligned": ("对齐", "aligned"),
    "GoalSubmitted": ("提交", "submitted"),
    "GoalReturned": ("退回", "returned"),
    "GoalApproved": ("批准", "approved"),
    "GoalActivated": ("开始执行", "activated"),
    "AdjustmentRequested": ("申请调整", "adjustment asked for"),
    "AdjustmentConfirmed": ("确认调整", "adjustment confirmed"),
    "AdjustmentDeclined": ("拒绝调整", "adjustment declined"),
    "AdjustmentWithdrawn": ("撤回调整", "adjustment withdrawn"),
    "AdjustmentExpired": ("调整过期", "adjustment expired"),
    "GoalAdjusted": ("调整生效并备案", "adjusted and filed"),
    "CheckedIn": ("更新进度", "checked in"),
    "CriterionAccepted": ("验收一条标准", "criterion accepted"),
    "GoalAssessed": ("评估", "assessed"),
    "ManagerChanged": ("更换上级", "given to another manager"),
    "ReminderSent": ("提醒", "reminded"),
    "DeadlineMissed": ("逾期上报", "deadline missed"),
    "GoalScored": ("评分", "scored"),
    "ReviewOpened": ("进入评估", "review opened"),
    "GoalCancelled": ("作废", "cancelled"),
    "GoalSuperseded": ("被替代", "superseded"),
    "GoalClosed": ("关闭", "closed"),
    "SignalRefused": ("信号被拒绝", "signal refused"),
    "SheetOpened": ("建立合约", "sheet opened"),
    "GoalPlaced": ("列入合约", "placed in the sheet"),
    "GoalWeighted": ("调整权重", "weighted anew"),
    "GoalRemoved": ("移出合约", "taken out of the sheet"),
    "FlexibleSpaceUsed": ("占用弹性空间", "flexible space used"),
    "SheetScored": ("合约评分", "sheet scored"),
    "ResultIssued": ("发布结果", "result issued"),
}
PHASES: dict[str, tuple[str, str]] = {
    "drafts_remind": ("草稿将到期", "drafts soon due"),
    "drafts_due": ("草稿截止", "drafts due"),
    "approvals_remind": ("审批将到期", "approvals soon due"),
    "approvals_due": ("审批截止", "approvals due"),
    "adjustment_remind": ("调整将过期", "adjustment expires soon"),
    "adjustment_expires": ("调整过期", "adjustment expires"),
}
TOLD: dict[str, tuple[str, ...]] = {
    "GoalReturned": ("comment",),
    "GoalApproved": ("comment",),
    "AdjustmentRequested": ("changes", "reason", "draws"),
    "AdjustmentConfirmed": ("role",),
    "AdjustmentDeclined": ("role", "reason"),
    "GoalAdjusted": ("reason",),
    "CheckedIn": ("on", "value", "base", "note"),
    "CriterionAccepted": ("criterion", "evidence"),
    "GoalAssessed": ("period", "points", "comment"),
    "ManagerChanged": ("effective", "reason"),
    "ReminderSent": ("phase", "to"),
    "DeadlineMissed": ("phase", "awaited", "to"),
    "GoalScored": ("period", "actual", "target", "attainment", "points", "why"),
    "GoalCancelled": ("cause", "reason"),
    "GoalSuperseded": ("replacement", "reason"),
    "SignalRefused": ("name", "code"),
    "SheetScored": ("period", "sheet_points"),
    "FlexibleSpaceUsed": ("used", "left"),
    "GoalDecomposed": ("parts",),
}
"""Which facts of an event are told besides what it changed."""
HIDDEN = frozenset({"adjustment", "goal", "sheet"})


WHY: dict[str, str] = {
    "no readings in this period": "本期没有数据",
    "not measured in this period": "本期不考核",
    "neither assessed nor accepted": "没有评估，也没有验收",
    "share of the criteria accepted": "已验收标准的比例",
    "managers' assessments, weighted by the days of their segments": "各任上级评估，按天数加权",
    "managers' assessment": "上级评估",
}
ROLES = {"manager": ("上级", "manager"), "hr": ("HR", "HR")}


def why(at: Reader, given: str) -> str:
    """The domain's note on a score in the reader's language; what is not known is said as it is."""
    if at.language == "en":
        return given
    counted = re.fullmatch(r"(\w+) of (\d+) readings, (\w+) is better, curve (\w+)", given)
    if counted:
        how = {"sum": "合计", "last": "最近一次", "mean": "平均", "ratio": "比率"}.get(counted[1], counted[1])
        return f"{counted[2]} 条数据{how}，曲线 {counted[4]}"
    return WHY.get(given, given)


def did(at: Reader, event: str) -> str:
    """What an event says happened."""
    return at.say(*DID.get(event, (event, event)))


def said(at: Reader, event: str, facts: dict[str, Any]) -> str:
    """The facts worth telling of an event, in one line."""
    parts = []
    for name in TOLD.get(event, ()):
        given = facts.get(name)
        if given in (None, "", [], {}):
            continue
        if name == "phase":
            parts.append(at.say(*PHASES.get(given, (given, given))))
        elif name == "role":
            parts.append(at.say(f"以{ROLES[given][0]}身份", f"as {ROLES[given][1]}"))
        elif name == "cause":
            parts += [reasons.cause(at, given)] if given != "asked" else []
        elif name == "code":
            parts.append(reasons.refusal(at, given, facts.get("facts", {})))
        elif name == "why":
            parts.append(why(at, given))
        elif name == "changes":
            parts += [
                f"{field(at, key)} → {value(at, each)}"
                for key, each in given.items()
                if each not in (None, {})
            ]
        elif name == "parts":
            parts += [f"{part['title']}（{part['department']}）" for part in given]
        else:
            parts.append(f"{field(at, name)} {value(at, given)}")
    return at.say("，", ", ").join(parts)


def changed(at: Reader, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """`weight 30 → 25`, one for each thing that changed; what is first stated has no before."""
    lines = []
    for name, new in after.items():
        if name in HIDDEN or (new is None and before.get(name) is None):
            continue
        old = f"{value(at, before[name])} → " if name in before and before[name] is not None else ""
        lines.append(f"{field(at, name)}  {old}{value(at, new) if new is not None else NOTHING}")
    return lines
