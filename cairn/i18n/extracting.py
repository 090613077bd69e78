"""Which ids the code and the pages' templates use: read from their calls, for the tests and for `make messages`."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from jinja2 import Environment, nodes

PACKAGES = ("cairn", "projections", "activities", "workflows", "cairn_portal")
ID_AT = {
    "say": (0, 1),
    "remark": (0,),
    "message": (0,),
    "mistake": (0,),
    "Message": (0,),
    "marked": (0,),
}
"""Functions that take an id, and at which positions it may stand."""
CODE_OF = {"Refusal": "refusal:", "schema_error": "schema:"}
"""Functions whose first argument is a code, and the kind that makes an id of it."""
OWN = "cairn/i18n/"
HELP = ("help", "rich_help_panel")
"""Arguments of any function that are ids."""


@dataclass(frozen=True)
class Use:
    """An id in the code. It ends with `*` where only its beginning is written; `names` are the arguments it is given,
    None where they cannot be read there."""

    id: str
    where: str
    names: frozenset[str] | None = None

    @property
    def kind(self) -> str | None:
        """The kind of a code `kind:name`, None of an English sentence."""
        return kind_of(self.id)

    def covers(self, id: str) -> bool:
        return id.startswith(self.id[:-1]) if self.id.endswith("*") else id == self.id


def kind_of(id: str) -> str | None:
    kind, colon, name = id.partition(":")
    return kind if colon and kind.replace("_", "").isalnum() and kind.islower() and " " not in name else None


def placeholders(template: str) -> dict[str, set[str]]:
    """The names of a template's placeholders, each with its specs."""
    found: dict[str, set[str]] = {}
    for _, name, spec, _ in Formatter().parse(template):
        if name is not None:
            found.setdefault(name, set()).add(spec or "")
    return found


def uses(root: Path, packages: Iterable[str] = PACKAGES) -> list[Use]:
    """Every use of an id in the packages under a folder."""
    paths = [path for package in packages for path in sorted((root / package).rglob("*.py"))]
    named = ((path, str(path.relative_to(root))) for path in paths)
    found = [use for path, name in named if OWN not in name for use in uses_in(path.read_text("utf-8"), name)]
    pages = [path for package in packages for path in sorted((root / package).rglob("templates/*.html"))]
    for path in pages:
        found += uses_in_template(path.read_text("utf-8"), str(path.relative_to(root)))
    return found


def uses_in_template(source: str, name: str) -> Iterator[Use]:
    """The ids that a template says: `say("…")` with a literal, either side of a condition, or a code's beginning."""
    for call in Environment().parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "say" and call.args:
            names = frozenset(each.key for each in call.kwargs)
            yield from (Use(id, f"{name}:{call.lineno}", names) for id in _said(call.args[0]))


def _said(value: nodes.Expr) -> Iterator[str]:
    match value:
        case nodes.Const(value=str(text)) if text:
            yield text
        case nodes.CondExpr(expr1=one, expr2=other):
            yield from (*_said(one), *(_said(other) if other else ()))
        case nodes.Concat(nodes=[nodes.Const(value=str(beginning)), *_]):
            yield beginning + "*"


def uses_in(source: str, name: str) -> Iterator[Use]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            where = f"{name}:{node.lineno}"
            yield from (Use(id, where, names) for id, names in _of_call(node))


def _of_call(call: ast.Call) -> Iterator[tuple[str, frozenset[str] | None]]:
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    names = None if any(each.arg is None for each in call.keywords) else _names(call)
    if function in CODE_OF and call.args:
        yield from ((CODE_OF[function] + code, names) for code in _literals(call.args[0]))
    elif function == "term" and len(call.args) == 2:
        for kind in _literals(call.args[0]):
            yield from ((f"{kind}:{each}", None) for each in list(_literals(call.args[1])) or ["*"])
    elif function in ID_AT:
        said = [(at, id) for at in ID_AT[function] if at < len(call.args) for id in _literals(call.args[at])]
        takes = names if function in ("say", "remark", "message", "mistake") else None
        yield from ((id, takes) for _, id in said)
    for keyword in call.keywords:
        if keyword.arg in HELP:
            yield from ((id, None) for id in _literals(keyword.value))


def _names(call: ast.Call) -> frozenset[str]:
    return frozenset(each.arg for each in call.keywords if each.arg and each.arg != "field")


def _literals(value: ast.expr) -> Iterator[str]:
    """The texts an expression may be: a literal, either side of a condition, the beginning of an f-string."""
    match value:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _literals(body)
            yield from _literals(orelse)
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
            yield beginning + "*"
