"""Every sentence the policy's and the roster's mistakes are told in, Chinese and English side by side.

A sentence says what is wrong and what to do; where it happened stands beside it in the problem.
"""

from cairn.policies.problems import Words

SENTENCES: dict[str, Words] = {
    # --- the YAML itself ---
    "unreadable": (
        "读不了这个文件（{reason}）：请检查路径和权限",
        "the file cannot be read ({reason}): check its path and your rights",
    ),
    "encoding": (
        "文件编码认不出：请另存为 UTF-8",
        "the encoding of the file is not known: save it as UTF-8",
    ),
    "no_yaml": ("文件不是 YAML 文本（{reason}）", "this is no YAML text ({reason})"),
    "too_deep": ("嵌套太深：请减少层次", "the nesting is too deep: use fewer levels"),
    "empty": ("文件是空的", "the file is empty"),
    "syntax": (
        "这里读不下去（{reason}）：请检查缩进、冒号后的空格、引号和括号是否成对",
        "the text cannot be read on from here ({reason}): check indentation, the space after a colon, quotes",
    ),
    "tab": (
        "缩进用了制表符（Tab）：请改用空格",
        "a tab is used for indentation: use spaces instead",
    ),
    "wide_space": (
        "缩进用了全角空格：请改用半角空格",
        "a full-width space is used for indentation: use plain spaces",
    ),
    "wide_colon": (
        "用了中文冒号「：」：请改用英文冒号，后面加一个空格",
        "a full-width colon is used: write a plain one and a space after it",
    ),
    "needs_quotes": (
        '以 {sign} 开头的值要加引号，例如 "{sign}"',
        'a value that begins with {sign} needs quotes, as in "{sign}"',
    ),
    "alias": (
        "别名（*）引用了自己，或展开后过长",
        "an alias (*) contains itself, or unfolds too far",
    ),
    "bad_key": ("字段名必须是一个词", "the name of a field must be one word"),
    "twice": (
        "字段 {key} 写了两次（第一次在第 {line} 行）：请保留一个",
        "the field {key} is written twice (first in line {line}): keep one",
    ),
    "no_number": ("「{value}」不是可用的数", "{value} is no usable number"),
    "tag": ("不支持标记 {tag}：请删去", "the tag {tag} is not supported: remove it"),
    # --- the schema; by pydantic's error type or its first word ---
    "missing": ("缺少字段 {field}：请补上", "the field {field} is missing: add it"),
    "decimal": (
        "{field} 要写一个数，而这里是 {value}（百分数直接写数字：60 表示 60%）",
        "{field} needs a number, not {value} (write percentages as plain numbers: 60 means 60 %)",
    ),
    "int": (
        "{field} 要写一个整数，而这里是 {value}",
        "{field} needs a whole number, not {value}",
    ),
    "date": (
        "{field} 要写一个存在的日期，如 2026-01-31，而这里是 {value}",
        "{field} needs a date that exists, such as 2026-01-31, not {value}",
    ),
    "string": (
        "{field} 要写文字，而这里是 {value}（数字请加引号）",
        "{field} needs text, not {value} (put a number in quotes)",
    ),
    "string_pattern_mismatch": (
        "{field} 只能用英文字母、数字、点和下划线，而这里是 {value}",
        "{field} may only have letters, digits, dots and underscores, not {value}",
    ),
    "model": (
        "{field} 下面要写若干字段（{known}），而这里是 {value}",
        "{field} needs fields of its own ({known}), not {value}",
    ),
    "dict": (
        "{field} 下面要写若干“名字: 值”，而这里是 {value}",
        "{field} needs lines of `name: value`, not {value}",
    ),
    "tuple": (
        "{field} 要写一个列表（每行以“- ”开头），而这里是 {value}",
        "{field} needs a list of items, not {value}",
    ),
    "too_short": ("{field} 至少要有 {min_length} 项", "{field} needs at least {min_length} of them"),
    "too_long": ("{field} 最多 {max_length} 项", "{field} may have at most {max_length} of them"),
    "greater_than_equal": (
        "{field} 不能小于 {ge}，而这里是 {value}",
        "{field} may not be below {ge}, and here it is {value}",
    ),
    "less_than_equal": (
        "{field} 不能大于 {le}，而这里是 {value}",
        "{field} may not be above {le}, and here it is {value}",
    ),
    "greater_than": (
        "{field} 要大于 {gt}，而这里是 {value}",
        "{field} must be above {gt}, and here it is {value}",
    ),
    "literal": (
        "{field} 没有 {value} 这个选项{near_zh}：可以写 {known}",
        "{field} knows no {value}{near_en}: it may be {known}",
    ),
    "extra_forbidden": (
        "没有 {field} 这个字段{near_zh}：这里可以写 {known}",
        "there is no field {field} here{near_en}: there may be {known}",
    ),
    "extra_near": (
        "没有 {field} 这个字段{near_zh}：请改名或删去",
        "there is no field {field} here{near_en}: rename or remove it",
    ),
    "union_tag_not_found": (
        "缺少字段 kind：可以写 {known}",
        "the field kind is missing: it may be {known}",
    ),
    "refused": ("{field} 不合要求：{reason}", "{field} is refused: {reason}"),
    "version_written": (
        "版本号由内容算出，不用写：请删去这一行",
        "the version is made from the content: remove this line",
    ),
    # --- weights ---
    "periods_sum": (
        "岗位序列 {family}：考核期与下属结果的权重合计 {total}，应为 100（{gap_zh}）",
        "family {family}: the weights of periods and subordinates sum to {total}, not 100 ({gap_en})",
    ),
    "goals_sum": (
        "岗位序列 {family}：模板目标的权重合计 {total}，应为 100（{gap_zh}）",
        "family {family}: the weights of the template's goals sum to {total}, not 100 ({gap_en})",
    ),
    "evaluators_sum": (
        "岗位序列 {family}：评估人的权重合计 {total}，应为 100（{gap_zh}）",
        "family {family}: the weights of the evaluators sum to {total}, not 100 ({gap_en})",
    ),
    "sheet_sum": (
        "这些目标的权重合计 {total}，不能超过 100",
        "the weights of these goals sum to {total} and may not pass 100",
    ),
    "dimension_missing": (
        "岗位序列 {family}：模板缺少 dimension: {dimension} 的目标，两个维度都要有",
        "family {family}: the template has no goal of the dimension {dimension}; both are required",
    ),
    "capability_bounds": (
        "capability_weight：第一个数（最低）不能大于第二个数（最高）",
        "capability_weight: the first number (lowest) may not be above the second (highest)",
    ),
    "capability_share": (
        "岗位序列 {family}：能力发展目标的权重合计 {share}，应在 {low}–{high} 之间（capability_weight）",
        "family {family}: the capability goals weigh {share}, outside {low}–{high} (capability_weight)",
    ),
    # --- goals ---
    "goal_twice": (
        "目标代号 {key} 在同一模板里用了两次（第一次在第 {line} 行）：请改一个",
        "the key {key} is used twice in this template (first in line {line}): change one",
    ),
    "curve_unknown": (
        "没有定义计分曲线 {curve}{near_zh}：curves 里有 {known}",
        "the curve {curve} is not defined{near_en}: curves has {known}",
    ),
    "goal_needs": (
        "{kind} 类目标要写 {field}（{what}），至少一条",
        "a goal of the kind {kind} needs {field}, at least one",
    ),
    "range_needs": (
        "direction: range 的指标要写 lower 和 upper，且 lower 不大于 upper",
        "a KPI with direction: range needs lower and upper, lower not above upper",
    ),
    "goal_order": (
        "direction 是 {direction}，{other}（{high}）应不差于 {one}（{low}）：请检查这两个数",
        "with direction {direction}, {other} ({high}) may not be worse than {one} ({low}): check both",
    ),
    "serves_unknown": (
        "上一层没有目标 {key}{near_zh}：serves 可以写 {known}",
        "the tier above has no goal {key}{near_en}: serves may be {known}",
    ),
    # --- curves, grades, deadlines, calendar, exclusions ---
    "band_twice": (
        "曲线 {curve}：有两档都从完成率 {attainment} 起算，请改一档",
        "the curve {curve}: two bands begin at the attainment {attainment}, change one",
    ),
    "curve_order": (
        "曲线 {curve}：{other}（{high}）不能低于 {one}（{low}）",
        "the curve {curve}: {other} ({high}) may not be below {one} ({low})",
    ),
    "grade_twice": ("等级 {grade} 写了两次", "the grade {grade} is written twice"),
    "grade_order": (
        "等级要从高到低写，起点分逐级降低：{points} 不低于上一级的 {above}",
        "grades go from the best down, each from fewer points: {points} is not below the {above} above it",
    ),
    "deadline_order": (
        "{then}（第 {later} 天）必须晚于 {first}（第 {sooner} 天）",
        "{then} (day {later}) must come after {first} (day {sooner})",
    ),
    "timezone": (
        "没有 {zone} 这个时区：请写 IANA 名称，如 Asia/Shanghai",
        "there is no time zone {zone}: write an IANA name such as Asia/Shanghai",
    ),
    "all_weekend": (
        "一周七天都是周末，没有工作日：请从 weekend 里去掉几天",
        "all seven days are weekend and no working day is left: take some out of weekend",
    ),
    "off_and_worked": (
        "{day} 既写成假日又写成上班日：请删去一处",
        "{day} is both a holiday and a day worked: remove one",
    ),
    "excludes_nobody": (
        "这条排除规则没有写排除谁：请写 titles、departments 或 hired_after",
        "this exclusion does not say whom: write titles, departments or hired_after",
    ),
    # --- tables; what cannot be opened at all is told in the words of cairn.tables ---
    "old_excel": (
        "读不了旧版 Excel（.xls）：请另存为 .xlsx",
        "the old Excel format (.xls) cannot be read: save the file as .xlsx",
    ),
    "no_excel": (
        "这不是可以打开的 .xlsx 文件（{reason}）：请检查是否加密或损坏",
        "this is no .xlsx file that can be opened ({reason}): see whether it is encrypted or damaged",
    ),
    "no_sheet": (
        "没有名为「{sheet}」的工作表：有 {known}",
        "there is no sheet named {sheet}: there are {known}",
    ),
    "broken_csv": (
        "这一行的引号不成对（{reason}）：请检查",
        "the quotes of this row do not match ({reason}): check them",
    ),
    "formula": (
        "单元格里是公式（{value}）：请改成数值再导入（复制后“选择性粘贴为数值”）",
        "the cell holds a formula ({value}): paste it as a value before importing",
    ),
    "cell_error": (
        "单元格里是错误值 {value}：请改正",
        "the cell holds the error {value}: correct it",
    ),
    "merged": (
        "单元格被合并了：请取消合并，每行各写一个值",
        "the cell is merged with others: unmerge it and give each row its value",
    ),
    "too_many_cells": (
        "这一行有 {found} 格，表头只有 {expected} 格：可能多了分隔符",
        "this row has {found} cells but the header only {expected}: there may be one separator too many",
    ),
    # --- the roster ---
    "no_header": (
        "找不到表头：第一行要写列名（必须有 {known}）",
        "no header row was found: the first row names the columns (required: {known})",
    ),
    "no_people": ("表里一个人也没有", "there is nobody in the table"),
    "column_missing": (
        "缺少这一列：请在表头补上（没有值的格可以空着）",
        "this column is missing: add it to the header (its cells may be empty where there is no value)",
    ),
    "column_near": (
        "没有「{header}」这一列：是不是「{near}」？请改列名",
        "there is no column {header}: did you mean {near}? rename it",
    ),
    "column_twice": (
        "「{header}」和「{first}」是同一列：请删去一列",
        "{header} and {first} are the same column: remove one",
    ),
    "cell_missing": ("这一格不能空：请填写", "this cell may not be empty: fill it in"),
    "bad_date": (
        "「{value}」不是存在的日期：请写成 2026-01-31",
        "{value} is no date that exists: write it as 2026-01-31",
    ),
    "bad_email": ("「{value}」不是邮箱地址", "{value} is no e-mail address"),
    "role_unknown": (
        "没有角色「{value}」：可以写 {known}",
        "there is no role {value}: there are {known}",
    ),
    "left_before_hired": (
        "离职日期 {left} 早于入职日期 {hired}",
        "the day of leaving {left} is before the day of hiring {hired}",
    ),
    "id_twice": (
        "工号 {id} 重复：第 {first} 行已经用过（{name}）",
        "the id {id} is used twice: row {first} has it already ({name})",
    ),
    "manager_unknown": (
        "直接上级「{value}」不在名单里{near_zh}：请写名单中某人的工号",
        "the manager {value} is not in the roster{near_en}: write the id of somebody who is",
    ),
    "name_ambiguous": (
        "名单里有 {number} 个「{value}」（{ids}）：请改写工号",
        "{number} people are called {value} ({ids}): write an id instead",
    ),
    "manager_self": ("{name} 的直接上级是自己：请改正", "{name} reports to themselves: correct it"),
    "manager_circle": (
        "汇报关系成了一个圈：{circle}。请改正其中一人的直接上级",
        "the reporting line is a circle: {circle}. Correct the manager of one of them",
    ),
    "manager_left": (
        "直接上级 {name}（{id}）已于 {left} 离职：请改为在职的人",
        "the manager {name} ({id}) left on {left}: name somebody who is here",
    ),
    "family_unknown": (
        "岗位序列「{value}」不在绩效制度里{near_zh}：可以写 {known}",
        "the job family {value} is not in the policy{near_en}: there are {known}",
    ),
    "department_unknown": (
        "部门「{value}」不在部门表里{near_zh}：请补上或改正",
        "the department {value} is not in the table of departments{near_en}: add or correct it",
    ),
    "department_ambiguous": (
        "有 {number} 个部门叫「{value}」（{ids}）：请改写部门编号",
        "{number} departments are called {value} ({ids}): write an id instead",
    ),
    "department_twice": (
        "部门编号 {id} 重复：第 {first} 行已经用过",
        "the department id {id} is used twice: row {first} has it already",
    ),
    "head_unknown": (
        "部门 {department} 的负责人「{value}」不在名单里{near_zh}：请写工号",
        "the head {value} of the department {department} is not in the roster{near_en}: write an id",
    ),
    "head_left": (
        "部门 {department} 的负责人 {name} 已于 {left} 离职：请改为在职的人",
        "the head {name} of the department {department} left on {left}: name somebody who is here",
    ),
    "parent_unknown": (
        "上级部门「{value}」不在部门表里{near_zh}",
        "the parent department {value} is not in the table{near_en}",
    ),
    "parent_circle": (
        "上级部门成了一个圈：{circle}",
        "the departments above form a circle: {circle}",
    ),
    # --- roster by queries ---
    "table_missing": (
        "找不到数据文件 {file}（表 {table}）：请检查数据文件夹",
        "the data file {file} (table {table}) is not there: check the data folder",
    ),
    "query_columns": (
        "查询 {query} 缺少列 {missing}：请在 select 里用 as 命名",
        "the query {query} lacks the columns {missing}: name them by `as` in its select",
    ),
}


def words(code: str, /, **facts: object) -> Words:
    """The sentence of a code in both languages, its gaps filled."""
    chinese, english = SENTENCES[code]
    return chinese.format(**facts), english.format(**facts)


def hint(near: str | None) -> dict[str, str]:
    """The gaps `near_zh` and `near_en`: what was probably meant, or nothing."""
    if near is None:
        return {"near_zh": "", "near_en": ""}
    return {"near_zh": f"（是不是 {near}？）", "near_en": f" (did you mean {near}?)"}
