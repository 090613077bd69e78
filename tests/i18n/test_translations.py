"""Every id that the code uses is said in both languages, with the same facts, and nothing is said for nobody."""

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from cairn.application.cases import KINDS
from cairn.domain import rights
from cairn.domain.case import rights as case_rights
from cairn.domain.cycle.commands import CYCLE_COMMANDS
from cairn.domain.cycle.stages import CycleStage
from cairn.domain.cycle.status import CyclePhase
from cairn.domain.goal.commands import COMMANDS
from cairn.domain.goal.stages import Phase, Stage
from cairn.domain.invalid import PYDANTIC, problem_of
from cairn.i18n.__main__ import catalogue, missing, spoken_kinds, unused
from cairn.i18n.catalogues import Language, sources
from cairn.i18n.compiling import entries, written
from cairn.i18n.extracting import Use, kind_of, placeholders, uses, uses_in
from cairn.i18n.values import VALUES
from projections.models import inbox
from projections.models.amendment import AmendmentStage

ROOT = Path(__file__).parents[2]
USED = uses(ROOT)
ZH, EN = catalogue("zh"), catalogue("en")
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = frozenset(
    re.findall(
        r"\w+",
        """
    Base64 PgBouncer Webhook
    Cairn Ctrl CAIRN JSON SMART YAML Temporal Postgres Excel GB18030 IANA Asia Shanghai curves direction dimension
    dsum exclude families flexible kind lower upper name portal range schedule serves target titles true
    false weekend capability_weight capability departments hired_after constants columns counterweights
    Apprise
    value base targets xlsx HTML big5 cp1252 gb18030 shift_jis company system role
    """,
    )
)
"""Words of four Latin letters and more that Chinese sentences may have: names of things that have no other."""
RIGHTS = (rights, case_rights, *(import_module(f"cairn.domain.{kind}.commands") for kind in KINDS))
VOCABULARIES: dict[str, set[str]] = {
    "stage": {
        *get_args(Stage),
        *(f"{kind.name}.{stage}" for kind in KINDS.values() for stage in kind.stages),
        *(f"amendment.{stage}" for stage in get_args(AmendmentStage)),
    },
    "command": {
        *COMMANDS,
        *CYCLE_COMMANDS,
        *(f"{kind.name}.{name}" for kind in KINDS.values() for name in kind.commands),
    },
    "right": {
        one.name for module in RIGHTS for one in vars(module).values() if isinstance(one, rights.Right)
    },
    "phase": {
        *get_args(Phase),
        *(f"{kind.name}.{phase.name}" for kind in KINDS.values() for phase in kind.phases),
    },
    "task": {*get_args(inbox.Act), "deliver"},
    "cycle_stage": set(get_args(CycleStage)),
    "cycle_phase": set(get_args(CyclePhase)),
}
"""Terms that must have every word of their vocabulary and no other."""


def test_every_id_is_said_in_chinese_and_every_code_in_english_too() -> None:
    assert len(USED) > 60
    assert missing("zh", USED) == {} and missing("en", USED) == {}


def test_nothing_is_said_that_nobody_uses() -> None:
    assert unused("zh", USED) == [] and unused("en", USED) == []


def test_codes_have_entries_in_both_languages_and_english_sentences_none_in_english() -> None:
    assert set(EN) == {id for id in ZH if kind_of(id)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_id_stands_in_two_areas(language: Language) -> None:
    all_ids = [id for path in sources(language) for id in entries(path.read_bytes())]
    assert len(all_ids) == len(set(all_ids))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_files_are_as_make_messages_writes_them(language: Language) -> None:
    for path in sources(language):
        assert path.read_bytes() == written(language, entries(path.read_bytes())), path


def told_in(template: str) -> set[str]:
    """The names that a template says; one that only chooses between singular and plural is not said."""
    found = placeholders(template)
    return {name for name, specs in found.items() if any(not spec.startswith("plural,") for spec in specs)}


@pytest.mark.parametrize("id", list(ZH))
def test_both_languages_tell_the_same_facts(id: str) -> None:
    assert told_in(ZH[id]) == told_in(EN.get(id, id))


@pytest.mark.parametrize("use", USED, ids=lambda use: use.where)
def test_a_sentence_is_given_what_it_says_and_nothing_else(use: Use) -> None:
    if use.names is None or use.id.endswith("*"):
        return
    said = set(placeholders(EN.get(use.id, use.id)))
    if use.kind:
        assert said <= use.names, f"{use.where}: {said - use.names} of {use.id} stay empty"
    else:
        assert said == use.names, use.where


def test_every_spec_is_a_value_or_a_vocabulary() -> None:
    kinds = {kind_of(id) for id in ZH}
    python = re.compile(r"[,_]?(\.\d+)?[dfs]?")
    for spec in spoken_kinds():
        known = spec in VALUES or spec in kinds or spec.startswith("plural,") or python.fullmatch(spec)
        assert known, f"no vocabulary {spec}"


@pytest.mark.parametrize("kind", list(VOCABULARIES))
def test_a_vocabulary_is_whole(kind: str) -> None:
    assert {id.partition(":")[2] for id in ZH if kind_of(id) == kind} == VOCABULARIES[kind]


def test_every_error_of_pydantic_has_a_sentence_of_ours() -> None:
    for kind in PYDANTIC:
        assert f"schema:{problem_of(kind)}" in ZH, kind


def test_validators_of_ours_raise_codes() -> None:
    """A ValueError in a validator would reach people in the words of whoever wrote it."""
    for path in sorted((ROOT / "cairn" / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                "validator" in ast.dump(d) for d in node.decorator_list
            ):
                raised = [each for each in ast.walk(node) if isinstance(each, ast.Raise)]
                assert all("ValueError" not in ast.dump(each) for each in raised), f"{path}:{node.lineno}"


QUOTED = re.compile(
    r"`[^`]*`|\{[^{}]*\}"  # code and placeholders
    r"|cairn( [a-z0-9-]+)*|--[a-z-]+|CAIRN_[A-Z_]+"  # commands, options and settings
    r"|[a-z]+://\S+|\w+(\.\w+)+|\b[a-z_]+/[a-z_]*|\b[a-z]+-\d[\w-]*"  # addresses, fields of a file, paths, ids
)
"""What a sentence quotes as it is typed, in whatever language it is."""


def without_code(sentence: str) -> str:
    return QUOTED.sub("", sentence)


@pytest.mark.parametrize("id", list(EN) + [id for id in ZH if not kind_of(id)])
def test_english_has_no_chinese(id: str) -> None:
    assert not HAN.search(EN.get(id, id))


@pytest.mark.parametrize("id", list(ZH))
def test_chinese_has_no_english_but_names(id: str) -> None:
    words = re.findall(r"[A-Za-z_][A-Za-z0-9_]{3,}", without_code(ZH[id]))
    assert set(words) <= LATIN, ZH[id]


@pytest.mark.parametrize("id", list(ZH))
def test_chinese_is_punctuated_in_full_width(id: str) -> None:
    plain = without_code(ZH[id])
    assert not re.search(r"[\u4e00-\u9fff][,;:!?(]|[,;!?)][\u4e00-\u9fff]", plain), ZH[id]


CODE = """
at.say("There is no {name}.", name=x)
say(language, "One" if n else "Many")
message("code:x", **facts)
raise Refusal(f"sheet.no-{dimension}", field="d", sheet=s)
term("stage", goal.stage)
term("stage", "draft")
Option("--by", help="who acts", rich_help_panel=PANEL)
PANEL = marked("Looking")
"""


def test_ids_are_found_in_the_calls_that_say_them() -> None:
    found = {use.id: use.names for use in uses_in(CODE, "x.py")}
    assert found == {
        "There is no {name}.": {"name"},
        "One": frozenset(),
        "Many": frozenset(),
        "code:x": None,
        "refusal:sheet.no-*": {"sheet"},
        "stage:*": None,
        "stage:draft": None,
        "who acts": None,
        "Looking": None,
    }


@pytest.mark.parametrize(
    ("id", "kind"),
    [("stage:draft", "stage"), ("Note: this", None), ("refusal:goal.own", "refusal"), ("a", None)],
)
def test_a_code_is_told_from_a_sentence(id: str, kind: str | None) -> None:
    assert kind_of(id) == kind
