"""What a read model declares is what its SQL does: the events it reads, the tables it names, the models it joins."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from cairn.application.cases import KINDS as CASES
from cairn.domain.goal.events import GoalClosed
from cairn.domain.registry import EVENTS
from cairn.domain.registry import KINDS as EVENT_KINDS
from projections import models
from projections.engine.catalog import (
    folding,
    folding_model,
    in_join_order,
    read_model,
    read_models,
    with_joins,
)
from projections.engine.read_model import ReadModel
from projections.engine.sql import MIGRATIONS, queries

NAMES = sorted(path.stem for path in Path(models.__path__[0]).glob("*.sql"))
MODELS = read_models()
TABLES = {table: model.name for model in MODELS.values() for table in model.tables}
ENGINE = "the engine"
LITERAL = re.compile(r"'(?:[^']|'')*'")
COMMENT = re.compile(r"--.*$", re.MULTILINE)
CREATED = re.compile(r"\bcreate\s+(?:table|view|function|aggregate)\s+read\.(\w+)")
DROPPED = re.compile(r"\bdrop index (?:concurrently )?(?:if exists )?read\.\w+")
NAMED = re.compile(r"\bread\.(\w+)")
SOURCE = re.compile(
    r"\b(?:from|join|into|update|table|only|using)\s+((?:\w+\s+(?:as\s+)?\w+\s*,\s*)*\w+)(?![\w.(])"
)
WITH = re.compile(r"\b(\w+)\s+as\s+(?:not\s+)?(?:materialized\s+)?\(")


def events_in(sql: str) -> set[str]:
    """The types of events that a statement names in quotes."""
    return set(re.findall(r"'(\w+)'", COMMENT.sub("", sql))) & EVENTS.keys()


def migrations() -> dict[str, list[str]]:
    """The text of the migrations by the read model each is named after; of no read model: the engine's."""
    found: dict[str, list[str]] = {}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        name = path.stem.partition("_")[2]
        owner = next((each for each in NAMES if name == each or name.startswith(f"{each}_")), ENGINE)
        found.setdefault(owner, []).append(path.read_text(encoding="utf-8"))
    return found


def owners() -> dict[str, str]:
    """Whose migration creates each table, view and function of the schema `read`."""
    return {
        name: owner
        for owner, texts in migrations().items()
        for text in texts
        for name in CREATED.findall(text)
    }


def tables_in(sql: str) -> set[str]:
    """What a statement names in the schema `read`, and the declared tables it names without a schema."""
    bare = DROPPED.sub("", LITERAL.sub("''", COMMENT.sub("", sql)))
    return set(NAMED.findall(bare)) | unqualified_in(sql)


def unqualified_in(sql: str) -> set[str]:
    """The declared tables that a statement names without a schema."""
    bare = LITERAL.sub("''", COMMENT.sub("", sql))
    words = {
        word for listed in SOURCE.findall(bare) for part in listed.split(",") for word in part.split()[:1]
    }
    return (words - set(WITH.findall(bare))) & TABLES.keys()


def strangers(owner: str, joins: Iterable[str], sql: str) -> set[str]:
    """What a statement of a read model names that is neither its own nor of those it joins nor the engine's."""
    belongs = owners()
    allowed = {owner, ENGINE, *joins}
    return {
        f"{name} of {belongs.get(name, 'nobody')}"
        for name in tables_in(sql)
        if belongs.get(name) not in allowed
    }


def test_every_read_model_declares_itself_in_its_own_module_and_nowhere_else() -> None:
    modules = sorted(path.stem for path in Path(models.__path__[0]).glob("*.py") if path.stem != "__init__")
    assert sorted(MODELS) == modules == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_a_read_model_declares_are_the_ones_its_migration_creates(name: str) -> None:
    text = "\n".join(migrations().get(name, []))
    assert set(re.findall(r"\bcreate table read\.(\w+)", text)) == set(MODELS[name].tables)


@pytest.mark.parametrize("name", sorted(folding()))
def test_a_fold_names_exactly_the_events_its_read_model_declares_to_read(name: str) -> None:
    named, declared = events_in(queries(name)["fold"]), set(MODELS[name].event_types)
    assert (named - declared, declared - named) == (set(), set()), (
        "named only in SQL, only in the declaration"
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_queries_look_up_in_the_log_is_declared_too(name: str) -> None:
    asked = [text for block, text in queries(name).items() if block != "fold"]
    named = events_in("\n".join([*asked, *migrations().get(name, [])]))
    declared = {event.__name__ for event in MODELS[name].looks_up}
    assert named - declared - set(MODELS[name].event_types) == set()
    assert declared - named == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_of_a_read_model_names_only_its_own_tables_and_those_of_the_models_it_joins(
    name: str,
) -> None:
    for block, sql in queries(name).items():
        assert strangers(name, MODELS[name].joins, sql) == set(), block
    for sql in migrations().get(name, []):
        assert strangers(name, MODELS[name].joins, sql) == set()


@pytest.mark.parametrize("name", NAMES)
def test_without_a_schema_a_fold_names_its_own_tables_and_a_query_none(name: str) -> None:
    """A fold's search path is the schema it writes to, `read` or a rebuild's; a query has none."""
    for block, sql in queries(name).items():
        assert unqualified_in(sql) <= (set(MODELS[name].tables) if block == "fold" else set()), block


@pytest.mark.parametrize("name", NAMES)
def test_a_read_model_joins_nobody_it_does_not_read(name: str) -> None:
    sql = "\n".join([*queries(name).values(), *migrations().get(name, [])])
    assert set(MODELS[name].joins) <= {owners()[table] for table in tables_in(sql)}


def test_the_engines_migrations_name_no_read_model() -> None:
    for sql in migrations()[ENGINE]:
        assert strangers(ENGINE, (), sql) == set()


@pytest.mark.parametrize("name", sorted(folding()))
def test_a_fold_writes_its_own_tables_alone(name: str) -> None:
    sql = queries(name)["fold"]
    written = set(re.findall(r"\b(?:insert into|update|delete from)\s+(?:read\.)?(\w+)", sql)) - {"set"}
    assert written == set(MODELS[name].tables)


def test_the_readers_of_sql_see_what_hides_in_lists_literals_and_comments() -> None:
    assert tables_in("select 1 from event e, goal g -- read.person") == {"goal"}
    assert tables_in("with sheet as (select 1) select 'read.cycle' from sheet join read.period p") == {
        "period"
    }
    assert strangers("score", ("goal",), "select from read.person join read.goal using (x)") == {
        "person of person"
    }
    assert events_in("type in ('GoalClosed', 'closed') -- 'GoalScored'") == {"GoalClosed"}


def test_a_read_model_comes_after_those_it_joins() -> None:
    order = list(MODELS)
    for model in MODELS.values():
        assert all(order.index(joined) < order.index(model.name) for joined in model.joins)
    assert sorted(model.name for model in with_joins(["inbox"])) == [
        "check_in",
        "dashboard",
        "goal",
        "inbox",
        "person",
        "rating",
    ]


def declared(name: str, *joins: str, tables: tuple[str, ...] = ()) -> ReadModel:
    return ReadModel(name, tables=tables, reads=(GoalClosed,) if tables else (), joins=joins)


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ([declared("a", tables=("t",)), declared("a", tables=("u",))], "two read models are called a"),
        ([declared("a", tables=("t",)), declared("b", tables=("t",))], r"read\.t is declared by a and by b"),
        ([declared("a", "c", tables=("t",))], "a joins c, which there is not"),
        ([declared("a", "b"), declared("b", "a")], "in a circle"),
        ([declared("a")], "a has neither tables of its own nor joins"),
    ],
)
def test_declarations_that_contradict_are_refused_in_words(models: list[ReadModel], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        in_join_order(models)


def test_a_read_model_without_a_fold_names_those_that_have_one() -> None:
    with pytest.raises(LookupError, match=r"cascade has no tables of its own; it reads those of goal"):
        folding_model("cascade")
    with pytest.raises(
        LookupError, match="there is no read model 'goals'; there are administration, amendment, appraisal"
    ):
        read_model("goals")


@pytest.mark.parametrize("kind", sorted(CASES))
def test_every_event_that_changes_what_is_decided_about_moves_the_row_of_its_case(kind: str) -> None:
    """Whoever decides names the row's version: were it older than such an event, they could never decide."""
    touching = {name for name, event in EVENTS.items() if kind in EVENT_KINDS[name] and event.touching}
    assert touching and touching <= set(MODELS[kind].event_types)
