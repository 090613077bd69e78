"""Every refusal in words: code → (Chinese, English). Gaps are filled with the facts of the case."""

SENTENCES: dict[str, tuple[str, str]] = {
    "goal.unknown": ("目标 {goal} 不存在，请检查编号。", "there is no goal {goal}; check its id"),
    "goal.exists": (
        "目标 {goal} 已存在，请换一个编号或修改原目标。",
        "goal {goal} exists already; use another id or revise it",
    ),
    "goal.stage": (
        "目标当前为“{stage_zh}”，不能{asked_zh}；只有在以下状态可以：{when_zh}。",
        "the goal is {stage_en}, so it cannot be {asked_en} now; that is possible while it is: {when_en}",
    ),
    "goal.own": (
        "不能审批、确认或评估自己的目标；应由{who_zh}处理。",
        "nobody may approve, confirm or assess their own goal; {who_en} may",
    ),
    "goal.not-yours": ("{by} 无权进行此操作；可由{who_zh}进行。", "{by} may not do this; {who_en} may"),
    "goal.no-target": (
        "目标“{title}”没有目标值，请先填写目标值再提交。",
        "the goal “{title}” has no target; set one before submitting",
    ),
    "goal.not-smart": (
        "战略目标“{title}”尚未通过SMART检查，请先完成检查。",
        "the strategic goal “{title}” has not passed the SMART check; do that first",
    ),
    "goal.no-parts": (
        "战略目标“{title}”尚未分解到责任部门，请先分解。",
        "the strategic goal “{title}” is not decomposed into parts with departments; do that first",
    ),
    "goal.not-decomposed": (
        "个人目标不能再分解；只有战略目标和部门目标可以分解。",
        "an individual goal is not decomposed; strategic and department goals are",
    ),
    "goal.own-parent": ("目标不能与自己对齐。", "a goal cannot be aligned with itself"),
    "goal.parent": (
        "目标只能与本周期上一层级的目标对齐，{parent} 不是。",
        "a goal serves a goal of a tier above in the same cycle; {parent} is none",
    ),
    "goal.own-manager": ("员工不能成为自己的上级。", "nobody can be their own manager"),
    "goal.no-replacement": (
        "替代目标 {replacement} 不在同一份绩效合约中，请先在合约中新建它。",
        "the replacement {replacement} is not in the same goal sheet; draft it there first",
    ),
    "person.unknown": (
        "花名册中没有 {by}，请检查工号。",
        "there is nobody with id {by} in the roster; check the id",
    ),
    "person.left": ("{by} 已离职，不能操作。", "{by} has left and cannot act"),
    "sheet.unknown": (
        "绩效合约 {sheet} 不存在；请先由HR启动周期或为新员工建立合约。",
        "there is no goal sheet {sheet}; HR launches the cycle or opens a sheet for a joiner first",
    ),
    "sheet.over": (
        "合约权重已有 {sum}%，再加 {weight}% 将超过100%；请先降低其他目标的权重。",
        "the sheet already weighs {sum} %, another {weight} % would pass 100; lower another goal's weight first",
    ),
    "sheet.over-after": (
        "修改后合约权重合计为 {sum}%，超过100%；请同时降低其他目标的权重。",
        "the sheet would weigh {sum} %, more than 100; lower another goal's weight as well",
    ),
    "sheet.unknown-goal": (
        "目标 {goal} 不在合约 {sheet} 中。",
        "goal {goal} is not in the sheet {sheet}",
    ),
    "sheet.not-whole": (
        "合约 {sheet} 的权重合计为 {sum}%，必须为100%；请调整各目标权重。",
        "the weights of sheet {sheet} sum to {sum} %, they must sum to 100; revise the goals' weights",
    ),
    "sheet.not-whole-after": (
        "调整后合约权重合计为 {sum}%，必须为100%；请在 counterweights 中给出其他目标的新权重。",
        "after the adjustment the sheet would weigh {sum} %, not 100; give other goals' new weights in counterweights",
    ),
    "sheet.weight": (
        "目标 {goal} 的权重 {weight}% 不在 0 到 100 之间。",
        "the weight {weight} % of goal {goal} is not between 0 and 100",
    ),
    "sheet.no-duties": (
        "合约 {sheet} 缺少岗位职责目标（KPI 或重点工作任务），两个维度都必须有。",
        "the sheet {sheet} has no job-duties goal; both dimensions are required",
    ),
    "sheet.no-capability": (
        "合约 {sheet} 缺少能力发展目标，两个维度都必须有。",
        "the sheet {sheet} has no capability goal; both dimensions are required",
    ),
    "sheet.space": (
        "此调整需要 {needs} 个百分点的弹性空间，合约 {space} 个百分点中只剩 {left}；请缩小调整幅度，"
        "或请HR另行替代目标。",
        "this adjustment needs {needs} points of flexible space, {left} of {space} are left; make it smaller or "
        "ask HR to supersede the goal",
    ),
    "adjustment.window": (
        "目标调整只在每季度开始后 {days} 天内受理，下一次从 {next} 开始。",
        "adjustments are taken in the first {days} days of a quarter; the next window opens on {next}",
    ),
    "adjustment.window-over": (
        "目标调整只在每季度开始后 {days} 天内受理，本周期已没有下一次。",
        "adjustments are taken in the first {days} days of a quarter; this cycle has no further quarter",
    ),
    "adjustment.empty": (
        "调整申请没有任何变化，请写明要改变的目标值、权重或指标。",
        "the adjustment changes nothing; name a target, a weight or a metric to change",
    ),
    "adjustment.no-target": (
        "只有KPI有目标值；区间指标、重点工作任务和能力目标请替换整个衡量方式。",
        "only KPIs have targets; replace the whole measure of a range, a key task or a capability goal instead",
    ),
    "adjustment.by-period": (
        "此目标按考核期设定目标值（{known}），请在 targets 中逐期调整。",
        "this goal's targets are set period by period ({known}); change them in targets",
    ),
    "adjustment.kind": (
        "不能为考核期 {period} 单独设目标值；此目标的分期目标值可用：{known}。",
        "this goal cannot have a target for {period}; its targets are set for: {known}",
    ),
    "adjustment.period": (
        "本周期没有考核期 {period}；可用 M01…M12、Q1…Q4、H1、H2、Y。",
        "the cycle has no period {period}; use M01…M12, Q1…Q4, H1, H2 or Y",
    ),
    "adjustment.scored": (
        "考核期 {period} 已评分，不能再改其目标值；如数据有误请走更正流程。",
        "period {period} is scored already, its target cannot change; a wrong reading is corrected as a restatement",
    ),
    "adjustment.unknown": (
        "没有待确认的调整 {adjustment}。",
        "no adjustment {adjustment} is waiting for confirmation",
    ),
    "adjustment.ended": (
        "该调整{how_zh}，不能再确认；如仍需要请重新申请。",
        "the adjustment is {how_en} and cannot be confirmed; ask for a new one if it is still needed",
    ),
    "adjustment.two-roles": (
        "{by} 已以另一角色确认过；上级与HR必须是两个人。",
        "{by} has confirmed in the other role already; manager and HR must be two people",
    ),
    "adjustment.not-yours": (
        "只有申请人 {who} 可以撤回调整。",
        "only {who}, who asked for it, may withdraw the adjustment",
    ),
    "check-in.future": (
        "进度日期 {on} 在将来，请填今天或之前的日期。",
        "the check-in's day {on} lies ahead; use today or earlier",
    ),
    "check-in.empty": ("请填写数值或说明。", "give a value or a note"),
    "check-in.fed": (
        "指标 {metric} 由系统自动采集，不能手工填数；数据有误请联系HR更正。",
        "the metric {metric} is fed by a system and takes no typed values; ask HR for a correction",
    ),
    "check-in.base": (
        "这是比率指标，请同时填写分子 value 和分母 base。",
        "this is a ratio: give the part as value and the whole as base",
    ),
    "measure.curve": (
        "制度中没有计分曲线 {curve}；可用：{known}。",
        "the policy has no curve {curve}; it has: {known}",
    ),
    "accept.not-a-task": ("只有重点工作任务有验收标准。", "only key tasks have acceptance criteria"),
    "accept.unknown": (
        "没有第 {number} 条验收标准，共 {of} 条。",
        "there is no criterion {number}, the task has {of}",
    ),
    "assess.measured": (
        "KPI由数据计分，不做主观评估；数据有误请走更正流程。",
        "a KPI is scored from its readings and not assessed; a wrong reading is corrected as a restatement",
    ),
    "assess.period": (
        "此目标在考核期 {period} 没有评分；可评估：{known}。",
        "this goal has no score in {period}; it can be assessed for: {known}",
    ),
    "assess.scored": (
        "考核期 {period} 已评分，不能再评估。",
        "period {period} is scored already and cannot be assessed again",
    ),
    "move.too-early": (
        "生效日期早于当前上级的起始日期 {since}。",
        "the change would take effect before the present manager's first day, {since}",
    ),
    "cycle.unknown": ("绩效周期 {cycle} 不存在，请检查编号。", "there is no cycle {cycle}; check its id"),
    "cycle.exists": (
        "绩效周期 {cycle} 已用另一份方案启动，不能再次启动。",
        "cycle {cycle} was launched from another plan and cannot be launched again",
    ),
    "cycle.plan-changed": (
        "预览之后花名册、制度或目标值有变化，请重新预览再启动（预览 {seen}，现在 {now}）。",
        "the roster, the policy or the targets changed since the preview; look at a new preview and launch that "
        "(preview {seen}, now {now})",
    ),
    "cycle.not-hr": (
        "只有HR可以启动或关闭周期，{by} 不是HR。",
        "only HR launches or closes a cycle; {by} is not HR",
    ),
    "cycle.id": (
        "周期编号 {cycle} 只能用字母、数字、点和下划线，例如 2026。",
        "the cycle's id {cycle} may have letters, digits, dots and underscores only, such as 2026",
    ),
    "cycle.dates": (
        "周期结束日 {ends} 必须晚于开始日 {starts}。",
        "the cycle must end after it starts; {ends} is not after {starts}",
    ),
    "cycle.too-late": (
        "周期已进入评估，不能再新增目标。",
        "the cycle is in review already; no goals are added any more",
    ),
    "cycle.open-goals": (
        "还有 {open} 个目标未关闭（例如 {example}），全部关闭后才能关闭周期。",
        "{open} goals are still open ({example}, say); the cycle closes when all are",
    ),
    "cycle.empty": (
        "没有任何人符合参加条件，请检查花名册和制度。",
        "nobody is in the plan; check the roster and the policy",
    ),
    "policy.unknown": (
        "制度 {policy} 尚未导入，请先导入制度文件。",
        "policy {policy} is not in the log yet; check it in first",
    ),
    "policy.none-adopted": (
        "还没有采用任何制度：请先运行 cairn policy adopt 文件 --by 工号。",
        "no policy is adopted yet: run `cairn policy adopt FILE --by ID` first",
    ),
    "policy.not-adopted": (
        "没有制度 {policy}；已采用的有：{known}。",
        "there is no policy {policy}; adopted are: {known}",
    ),
    "policy.not-hr": (
        "只有HR可以采用制度，{by} 不是HR。可由以下人员进行：{who}。",
        "only HR may adopt a policy; {by} is not HR. These may: {who}",
    ),
    "roster.not-hr": (
        "只有HR可以导入花名册，{by} 不是HR。可由以下人员进行：{who}。",
        "only HR may import a roster; {by} is not HR. These may: {who}",
    ),
    "roster.no-hr": (
        "花名册中没有HR，请在“角色”列写 HR。",
        "nobody in the roster is HR: write hr in the column roles",
    ),
    "roster.last-hr": (
        "这样花名册中就没有HR了，以后无人可以导入、采用制度或启动周期；请保留 {who} 的HR角色，或先把它交给另一人。",
        "then nobody in the roster would be HR, and nobody could import, adopt or launch any more; keep the role hr of "
        "{who}, or give it to somebody else first",
    ),
    "targets.not-hr": (
        "只有HR可以下达目标值，{by} 不是HR。可由以下人员进行：{who}。",
        "only HR may set targets; {by} is not HR. These may: {who}",
    ),
    "feed.not-hr": (
        "只有HR可以采集数据，{by} 不是HR。可由以下人员进行：{who}。",
        "only HR may collect readings; {by} is not HR. These may: {who}",
    ),
    "feed.schedule-not-hr": (
        "只有HR可以设置定时采集，{by} 不是HR。可由以下人员进行：{who}。",
        "only HR may schedule a feed; {by} is not HR. These may: {who}",
    ),
    "feed.not-scheduled": ("{feed} 没有定时。", "{feed} is not scheduled"),
    "command.unknown": (
        "没有名为 {name} 的操作；可用：{known}。",
        "there is no command {name}; known are: {known}",
    ),
    "command.invalid": (
        "{name} 的字段 {where} 有误：{problem}",
        "the field {where} of {name} is wrong: {problem}",
    ),
    "command.stale": (
        "{stream} 刚被他人修改，请查看最新状态后重试。",
        "somebody else changed {stream} just now; look at it again and repeat",
    ),
}
