"""A roster, goals and targets as workbooks: whatever is in them, they are read again as they are."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.people import Department, Person, Roster
from cairn.domain.policy import Policy
from cairn.goal_tables.reading import read_goals
from cairn.goal_tables.writing import GoalOut, goals_workbook
from cairn.i18n import Language
from cairn.policies import load
from cairn.roster.reading import read_roster
from cairn.roster.writing import roster_workbook
from cairn.targets.reading import read_targets
from cairn.targets.writing import TargetOut, targets_workbook

POLICY = load(Path("examples/company/policy.yaml"))
FAMILY = next(iter(POLICY.families))
LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(("zh", "en"))
BEGUN = st.sampled_from(("", "=", "+", "-", "@", "=1+", '="', "'", "00", "_x000D_"))
WORDS = st.builds(
    lambda begun, rest: f"{begun}{rest}",
    BEGUN,
    st.text(st.sampled_from("abZ09中文绩效；;,，\"'=·\U0001f642"), min_size=1, max_size=12).map(
        lambda text: f"名{text}"
    ),
)
IDS = st.one_of(
    st.integers(1, 10**22).map(lambda n: f"{n:018}"), st.sampled_from(("E1", "0042", "张三-01", "A_x0041_"))
)
IN_A_FILE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def kept(folder: Path, raw: bytes) -> Path:
    path = folder / "out.xlsx"
    path.write_bytes(raw)
    return path


@IN_A_FILE
@given(
    id=IDS, name=WORDS, title=WORDS, unit=WORDS, language=LANGUAGES, policy=st.sampled_from((POLICY, None))
)
def test_an_exported_roster_is_read_as_the_same_roster(
    tmp_path: Path, id: str, name: str, title: str, unit: str, language: Language, policy: Policy | None
) -> None:
    first = Person(
        id=id, name=name, department="D01", title=title, family=FAMILY, hired=date(2020, 2, 29),
        roles=("hr", "executive"),
    )  # fmt: skip
    second = Person(
        id="B2", name="=SUM(A1)", email="b2@example.com", department="D01", family=FAMILY, manager=id,
        hired=date(2021, 1, 1), left=date(2025, 12, 31),
    )  # fmt: skip
    roster = Roster(people=(first, second), departments=(Department(id="D01", name=unit, head=id),))
    read = read_roster(kept(tmp_path, roster_workbook(roster, policy, language)), policy=policy)
    assert read.roster == roster


@IN_A_FILE
@given(
    key=IDS, title=WORDS, criteria=st.lists(WORDS, min_size=1, max_size=3, unique=True), language=LANGUAGES
)
def test_exported_goals_are_read_as_they_stand(
    tmp_path: Path, key: str, title: str, criteria: list[str], language: Language
) -> None:
    measures: tuple[Measure, ...] = (
        Kpi(unit="次", target=Decimal("0.1"), direction="lower", aggregation="last", metric="visits"),
        KeyTask(criteria=tuple(criteria), due=date(2026, 2, 28)),
        Capability(outcomes=tuple(criteria)),
    )
    goals = [
        GoalOut("E1", key, title, "duties", measure, Decimal("33.3"), f"goal-2026-company-{n}")
        for n, measure in enumerate(measures)
    ]
    kpi, task, capability = read_goals(kept(tmp_path, goals_workbook(goals, POLICY, language))).rows
    for row, goal in zip((kpi, task, capability), goals, strict=True):
        assert (row.holders, row.key, row.title, row.weight, row.parent) == (
            ("E1",),
            key,
            title,
            goal.weight,
            goal.parent,
        )
        assert (row.dimension, row.wrong) == ("duties", frozenset())
    assert kpi.amount is not None
    assert (kpi.amount.text, kpi.unit, kpi.direction, kpi.aggregation, kpi.metric) == (
        "0.1",
        "次",
        "lower",
        "last",
        "visits",
    )
    assert (task.criteria, task.due) == (tuple(criteria), date(2026, 2, 28))
    assert (capability.outcomes, capability.amount) == (tuple(criteria), None)


@IN_A_FILE
@given(holder=IDS, goal=IDS, amount=st.decimals(0, 10**18, places=4), language=LANGUAGES)
def test_exported_targets_are_read_as_they_were_proposed(
    tmp_path: Path, holder: str, goal: str, amount: Decimal, language: Language
) -> None:
    raw = targets_workbook([TargetOut(holder, goal, "Q3", amount)], [holder], language)
    (row,) = read_targets(kept(tmp_path, raw)).rows
    assert (row.holder, row.goal, row.period, Decimal(row.amount.text)) == (holder, goal, "Q3", amount)
