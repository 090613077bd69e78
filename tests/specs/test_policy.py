"""A policy file says all that is wrong with it, by line and field; the same content has the same version."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.domain.calendar import is_working_day
from cairn.domain.policy import BandsCurve, Policy, SubordinatesOnGoal
from cairn.policies import PolicyInvalid, load, parse, read_text

EXAMPLE = Path(__file__).parents[2] / "examples" / "company" / "policy.yaml"
TEXT = read_text(EXAMPLE)

SMALL = """\
name: small
title: 小制度
families:
  sales:
    name: {zh: 销售, en: Sales}
    periods: {month: 40, year: 60}
    template:
      - {key: deal, kind: kpi, title: 客单价, weight: 80, unit: 元, target: 100000}
      - {key: skill, kind: capability, title: 需求分析, weight: 20, outcomes: 完成培训}
curves:
  standard: {kind: linear}
grades:
  - {grade: A, points: 60, coefficient: 1.10}
  - {grade: B, points: 0, coefficient: 0}
"""

BAD = """\
name: 我的制度
title: 绩效制度
version: 3
families:
  sales:
    name: 销售
    periods: {month: 40, years: 60}
    evaluators: {manager: 60, self: 30}
    template:
      - {key: deal, kind: kpi, title: 客单价, weight: 50%, target: 100000, metrc: deals}
      - {key: deal, kind: kpi, title: 客单价, weight: 30, curve: standrd, threshold: 10, target: 5}
      - {key: live, kind: key_task, title: {zh: 上线}, weight: 30}
  rnd:
    name: {zh: 研发, en: R&D}
    periods: {quarter: 30, half_year: 20, year: 40}
    template:
      - key: patents
        kind: kpi
        title: 专利
        weight: 99.5
    periods: {year: 100}
curves:
  standard: {kind: liner}
grades:
  - {grade: A, points: 60, coefficient: 1}
  - {grade: B, points: 80, coefficient: 1}
flexible_space: {percent: 20}
deadlines: {drafts_due: 30, closes: 2.5}
calendar:
  timezone: Asia/Shanghi
  holidays: [2026-02-30, 2026-10-01..2026-10-07]
  worked: [2026-10-03]
exclude:
  - reason: 试用期
scoring: {missing: reweigh}
exlude: []
"""

TOLD = [
    (1, "name", "name 只能用英文字母、数字、点和下划线，而这里是 我的制度"),
    (3, "version", "版本号由内容算出，不用写：请删去这一行"),
    (7, "families.sales.periods.years", "没有 years 这个字段（是不是 year？）：请改名或删去"),
    (8, "families.sales.evaluators", "岗位序列 sales：评估人的权重合计 90，应为 100（还差 10）"),
    (9, "families.sales.template", "岗位序列 sales：模板缺少 dimension: capability 的目标，两个维度都要有"),
    (
        10,
        "families.sales.template[0].weight",
        "「50%」带百分号，而这里要的是数：如果是指 50，请写成 50",
    ),
    (10, "families.sales.template[0].metrc", "没有 metrc 这个字段（是不是 metric？）：请改名或删去"),
    (
        11,
        "families.sales.template[1].key",
        "目标代号 deal 在同一模板里用了两次（第一次在第 10 行）：请改一个",
    ),
    (
        11,
        "families.sales.template[1].curve",
        "没有定义计分曲线 standrd（是不是 standard？）：curves 里有 standard",
    ),
    (
        11,
        "families.sales.template[1].target",
        "direction 是 higher，target（5）应不差于 threshold（10）：请检查这两个数",
    ),
    (12, "families.sales.template[2].criteria", "`key_task` 类目标要写 `criteria`（验收标准），至少一条"),
    (12, "families.sales.template[2].title.en", "缺少字段 en：请补上"),
    (15, "families.rnd.periods", "岗位序列 rnd：考核期与下属结果的权重合计 90，应为 100（还差 10）"),
    (16, "families.rnd.template", "岗位序列 rnd：模板目标的权重合计 99.5，应为 100（还差 0.5）"),
    (16, "families.rnd.template", "岗位序列 rnd：模板缺少 dimension: capability 的目标，两个维度都要有"),
    (21, "families.rnd.periods", "字段 periods 写了两次（第一次在第 15 行）：请保留一个"),
    (
        23,
        "curves.standard.kind",
        "kind 没有 liner 这个选项（是不是 linear？）：可以写 linear、ratio、bands、all_or_nothing、deduction、pieces",
    ),
    (26, "grades[1].points", "等级要从高到低写，起点分逐级降低：80 不低于上一级的 60"),
    (27, "flexible_space.percent", "percent 不能大于 15，而这里是 20"),
    (28, "deadlines.approvals_due", "approvals_due（第 25 天）必须晚于 drafts_due（第 30 天）"),
    (28, "deadlines.closes", "closes（第 2.5 天）必须晚于 results_due（第 17 天）"),
    (28, "deadlines.closes", "closes 要写一个整数，而这里是 2.5"),
    (30, "calendar.timezone", "没有 Asia/Shanghi 这个时区：请写 IANA 名称，如 Asia/Shanghai"),
    (31, "calendar.holidays[0]", "「2026-02-30」这一天不存在：2026-02 只有 28 天"),
    (32, "calendar.worked[0]", "2026-10-03 既写成假日又写成上班日：请删去一处"),
    (34, "exclude[0]", "这条排除规则没有写排除谁：请写 titles、departments 或 hired_after"),
    (35, "scoring.missing", "missing 没有 reweigh 这个选项（是不是 reweight？）：可以写 reweight、zero"),
    (36, "exlude", "没有 exlude 这个字段（是不是 exclude？）：请改名或删去"),
]


def refused(text: str) -> PolicyInvalid:
    with pytest.raises(PolicyInvalid) as caught:
        parse(text)
    return caught.value


def changed(before: str, after: str, text: str = SMALL) -> str:
    assert before in text
    return text.replace(before, after)


def only_problem(text: str) -> tuple[int, str, str]:
    """Line, path and English sentence of the one problem a text has."""
    (one,) = refused(text).mistakes
    return one.place.line, one.place.path, one.message.text("en")


def test_the_shipped_policy_is_valid_and_says_what_the_plan_says() -> None:
    policy = load(EXAMPLE)
    mix: dict[str, tuple[object, object]] = {
        key: (dict(family.periods), family.subordinates) for key, family in policy.families.items()
    }
    slow = {"quarter": 30, "half_year": 20, "year": 50}
    plan: dict[str, tuple[object, object]] = {
        "sales": ({"month": 40, "year": 60}, 0),
        "customer_service": ({"month": 40, "year": 60}, 0),
        "rnd": (slow, 0),
        "technical": (slow, 0),
        "production": ({"month": 40, "year": 60}, 0),
        "management": ({"year": 70}, 30),
    }
    assert mix == plan
    assert policy.flexible_space.percent == 15
    assert [goal.key for goal in policy.strategic] == ["revenue", "market_share", "development_time"]


def test_the_shipped_calendar_knows_the_spring_festival_and_the_days_worked_for_it() -> None:
    calendar = load(EXAMPLE).calendar
    assert not is_working_day(date(2026, 2, 23), calendar)
    assert is_working_day(date(2026, 2, 24), calendar)
    assert is_working_day(date(2026, 10, 10), calendar)


def test_every_mistake_is_told_at_once_with_its_line_and_what_to_do() -> None:
    told = refused(BAD).mistakes
    assert [(one.place.line, one.place.path, one.message.text("zh")) for one in told] == TOLD


def test_every_mistake_is_told_in_english_too() -> None:
    told = refused(BAD).text("en").splitlines()
    assert len(told) == len(TOLD)
    assert told[3] == (
        "policy.yaml, line 8, families.sales.evaluators: "
        "family sales: the weights of the evaluators sum to 90, not 100 (10 missing)"
    )
    assert "did you mean exclude?" in told[-1]
    assert not any("{" in line.replace("{…}", "") for line in told)


def test_short_forms_are_written_out() -> None:
    policy = parse(SMALL)
    assert (policy.title.zh, policy.title.en) == ("小制度", "小制度")
    skill = policy.families["sales"].template[1]
    assert skill.outcomes == ("完成培训",)
    assert skill.dimension == "capability"
    days = parse(SMALL + "calendar: {holidays: 2026-10-01..2026-10-07}\n").calendar.holidays
    assert days == tuple(date(2026, 10, day) for day in range(1, 8))


def test_numbers_are_read_as_their_digits_not_as_floats() -> None:
    precise = changed("target: 100000", "target: 0.10000000000000000555111512312")
    assert parse(precise).families["sales"].template[0].target == Decimal("0.10000000000000000555111512312")
    assert str(parse(SMALL).grades[0].coefficient) == "1.10"


def test_a_field_left_blank_is_a_field_left_out() -> None:
    assert parse(SMALL + "adjusting:\n  window_days:\ndeadlines:\n") == parse(
        SMALL + "adjusting: {}\n"
    ).model_copy(update={"version": parse(SMALL + "adjusting:\n  window_days:\ndeadlines:\n").version})


def test_comments_layout_and_the_order_of_keys_do_not_change_the_version() -> None:
    lines = SMALL.splitlines(keepends=True)
    moved = "# 说明\n" + "".join(lines[9:]) + "\n" + "".join(lines[:9])
    assert parse(moved) == parse(SMALL)
    assert parse(changed("1.10", "1.1")).version == parse(SMALL).version


@pytest.mark.parametrize(
    ("before", "after"),
    [("1.10", "1.2"), ("客单价", "平均客单价"), ("{month: 40, year: 60}", "{month: 60, year: 40}")],
)
def test_another_content_is_another_version(before: str, after: str) -> None:
    assert parse(changed(before, after)).version != parse(SMALL).version


def test_the_version_is_twelve_hex_digits_and_stays_what_it_was() -> None:
    assert parse(SMALL).version == "11884b82c5cb"


@given(st.permutations(["name", "title", "families", "curves", "grades"]))
@settings(max_examples=30)
def test_any_order_of_the_sections_is_the_same_policy(order: list[str]) -> None:
    sections: dict[str, str] = {}
    for section in re.split(r"(?m)^(?=\w)", SMALL)[1:]:
        sections[section.split(":")[0]] = section
    assert parse("".join(sections[key] for key in order)) == parse(SMALL)


def test_a_full_width_space_before_a_field_is_told_where_yaml_takes_it_for_a_letter() -> None:
    line, _, sentence = only_problem(changed("title: 小制度", "\u3000title: 小制度"))
    assert (line, "full-width space" in sentence) == (2, True)


def test_an_alias_repeats_a_part_and_a_merge_takes_what_is_not_said() -> None:
    text = changed(
        "  standard: {kind: linear}",
        "  standard: &one {kind: linear}\n  other: {<<: *one, below: 10}\n  same: *one",
    )
    curves = parse(text).curves
    assert curves["same"] == curves["standard"]
    assert curves["other"] == curves["standard"].model_copy(update={"below": Decimal(10)})


def test_bands_are_read_with_their_points() -> None:
    text = changed("{kind: linear}", "{kind: bands, bands: [{attainment: 100, points: 100}]}")
    curve = parse(text).curves["standard"]
    assert isinstance(curve, BandsCurve) and curve.bands[0].points == 100


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("name: a\n\ttitle: b\n", 2, "a tab is used"),
        ("name: a\n\u3000title: b\nfamilies: [\n", 2, "a full-width space"),
        ("name：a\ntitle: b\n", 1, "a full-width colon"),
        ("name: a\nunit: %\n", 2, 'a value that begins with % needs quotes, as in "%"'),
        ("name: a\ntitle: 'b\n", 3, "cannot be read on from here"),
        ("", 1, "the file is empty"),
        ("# nothing\n", 1, "the file is empty"),
        ("name: a\n---\nname: b\n", 2, "another document"),
        ("[" * 1000, 1, "nesting is too deep"),
        ("name: \x00", 1, "no YAML text"),
        ("- name\n", 1, "policy.yaml needs fields of its own (name, title, families"),
        ("name", 1, "policy.yaml needs fields of its own (name, title, families"),
    ],
)
def test_a_text_that_yaml_cannot_read_gets_one_sentence_that_helps(text: str, line: int, code: str) -> None:
    (one,) = refused(text).mistakes
    assert (one.place.line, code in one.message.text("en")) == (line, True), one


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ("strategic: !!python/object:os.system []\n", "the tag tag:yaml.org,2002:python/object:os.system"),
        ("strategic: &loop [*loop]\n", "an alias (*) contains itself"),
        ("scoring: {places: .inf}\n", "'.inf' is no"),
        ("scoring: {places: 1e400}\n", "'1e400' is too long"),
        ("? [a]\n: b\n", "the name of a field must be one word"),
    ],
)
def test_what_yaml_can_do_but_a_plan_never_needs_is_refused(extra: str, sentence: str) -> None:
    assert any(sentence in one.message.text("en") for one in refused(SMALL + extra).mistakes)


def test_aliases_cannot_unfold_without_end() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    told = refused(bomb).mistakes
    assert sum("unfolds too far" in one.message.text("en") for one in told) == 1


def test_a_family_needs_both_dimensions() -> None:
    text = changed(
        "kind: capability, title: 需求分析, weight: 20, outcomes",
        "kind: key_task, title: 需求, weight: 20, criteria",
    )
    line, path, sentence = only_problem(text)
    assert (line, path) == (7, "families.sales.template")
    assert "no goal of the dimension capability" in sentence


def test_capability_goals_keep_within_their_share() -> None:
    text = changed("    template:", "    capability_weight: [5, 15]\n    template:")
    assert (
        only_problem(text)[2]
        == "family sales: the capability goals weigh 20, outside 5–15 (capability_weight)"
    )


def test_goals_given_to_a_department_may_leave_room_but_not_pass_one_hundred() -> None:
    goal = "{{key: {key}, kind: key_task, title: 上线, weight: {weight}, criteria: 验收}}"
    some = "department_templates:\n  D1:\n    - " + goal.format(key="a", weight=60) + "\n"
    assert parse(SMALL + some).department_templates["D1"][0].weight == 60
    too_many = some + "    - " + goal.format(key="b", weight=50) + "\n"
    told = (16, "department_templates.D1", "the weights of these goals sum to 110 and may not pass 100")
    assert only_problem(SMALL + too_many) == told


def test_a_range_needs_both_its_ends() -> None:
    text = changed("target: 100000", "direction: range, lower: 5")
    assert only_problem(text)[2] == "a KPI with direction: range needs lower and upper, lower not above upper"


def test_a_lower_target_is_the_better_one_where_lower_is_better() -> None:
    good = changed("target: 100000", "direction: lower, threshold: 3, target: 2, stretch: 1")
    assert parse(good).families["sales"].template[0].stretch == 1
    assert "may not be worse" in only_problem(good.replace("stretch: 1", "stretch: 2.5"))[2]


def test_what_a_goal_serves_is_a_goal_of_the_tier_above() -> None:
    above = "strategic:\n  - {key: revenue, kind: kpi, title: 收入, weight: 100}\n"
    below = "department_template:\n  - {key: growth, kind: kpi, title: 增长, weight: 100, serves: %s}\n"
    assert parse(SMALL + above + below % "revenue").department_template[0].serves == "revenue"
    sentence = "the tier above has no goal revenu (did you mean revenue?): serves may be revenue"
    assert only_problem(SMALL + above + below % "revenu")[1:] == ("department_template[0].serves", sentence)


ROLLED = "department_template:\n  - {key: growth, kind: kpi, title: 增长, weight: 100, computed: children}\n"
SERVING = ("target: 100000}", "target: 100000, serves: growth, serves_weight: 3}")


def test_M6_a_goal_is_computed_from_those_that_serve_it_by_their_weights() -> None:
    policy = parse(changed(*SERVING) + ROLLED)
    [growth], deal = policy.department_template, policy.families["sales"].template[0]
    assert (growth.computed, deal.serves, deal.serves_weight) == ("children", "growth", Decimal(3))
    share = changed("target: 100000}", "target: 85, computed: {subordinates_on_goal: 85}}")
    assert parse(share).families["sales"].template[0].computed == SubordinatesOnGoal(
        subordinates_on_goal=Decimal(85)
    )


@pytest.mark.parametrize(
    ("text", "field", "sentence"),
    [
        (changed("target: 100000}", "serves_weight: 3}") + ROLLED, "serves_weight", "serves_weight counts only where"),
        (
            changed(*SERVING) + ROLLED.replace(", computed: children", ""),
            "serves_weight",
            "the goal served (growth) is computed: children: leave it out, or write computed: children there",
        ),
        (SMALL + ROLLED, "computed", "no goal serves growth, so there is nothing to compute it from"),
        (
            changed("outcomes: 完成培训", "outcomes: 完成培训, computed: children"),
            "computed",
            "only a kpi is computed, no capability: leave it out",
        ),
        (
            changed(*SERVING) + ROLLED.replace("children", "children, metric: sales"),
            "metric",
            "what is computed has no use for metric: leave it out",
        ),
        (
            changed(*SERVING) + ROLLED.replace("children", "children, direction: lower"),
            "direction",
            "has no direction: leave it out (its direction is higher)",
        ),
        (
            SMALL + ROLLED.replace("children", "{subordinates_on_goal: 85}, target: 85"),
            "computed",
            "the company and departments have no subordinates’ results",
        ),
        (
            changed("target: 100000}", "computed: {subordinates_on_goal: 85}}"),
            "computed",
            "say the target: the share of subordinates that is to reach it",
        ),
    ],
)  # fmt: skip
def test_M6_what_cannot_be_computed_is_told_where_it_stands(text: str, field: str, sentence: str) -> None:
    told = [(each.place.path.rpartition(".")[2], each.message.text("en")) for each in refused(text).mistakes]
    assert any(where == field and sentence in said for where, said in told), told


def test_a_curve_may_not_fall() -> None:
    told = only_problem(changed("{kind: linear}", "{kind: linear, threshold: 60, target: 50}"))
    assert told[1:] == (
        "curves.standard.target",
        "the curve standard: target (50) may not be below threshold (60)",
    )


def test_a_number_where_text_is_wanted_asks_for_quotes() -> None:
    assert (
        only_problem(changed("grade: A", "grade: 1"))[2] == "grade needs text, not 1 (put a number in quotes)"
    )


def test_a_gb18030_file_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_bytes(SMALL.encode("gb18030"))
    assert load(tmp_path / "policy.yaml") == parse(SMALL)
    (tmp_path / "policy.yaml").write_bytes(SMALL.encode("utf-8-sig"))
    assert load(tmp_path / "policy.yaml") == parse(SMALL)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid, match="is not there"):
        load(tmp_path / "none.yaml")
    with pytest.raises(PolicyInvalid, match="cannot be read"):
        load(tmp_path)


@given(
    st.integers(0, len(TEXT) - 1),
    st.sampled_from(["", ":", "-", "{", "\t", "0", "：", '"', "*", "  ", "\n", "x"]),
)
@settings(max_examples=25, deadline=None)
def test_a_slip_anywhere_in_the_file_gives_a_policy_or_sentences_never_a_traceback(
    at: int, slip: str
) -> None:
    try:
        assert isinstance(parse(TEXT[:at] + slip + TEXT[at + 1 :]), Policy)
    except PolicyInvalid as invalid:
        lines = TEXT.count("\n") + 2
        assert invalid.mistakes and all(1 <= one.place.line <= lines for one in invalid.mistakes)
