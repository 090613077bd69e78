"""What a schema refuses, as a code and facts: which field, what stood there, what may. Its sentences are `schema:…`."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from cairn.domain.refusal import FactValue, Refusal, fact_value, told

PYDANTIC = frozenset(get_args(ErrorType))
LONGEST = 40
"""Characters of a refused value that are quoted."""
LIMITS = ("gt", "ge", "lt", "le", "min_length", "max_length")
SAME: dict[str, tuple[str, ...]] = {
    "decimal_type": ("decimal_", "float_", "finite_number", "fraction_", "complex_", "multiple_of"),
    "int_type": ("int_",),
    "bool_type": ("bool_",),
    "timezone_aware": ("timezone_",),
    "datetime_type": ("datetime_",),
    "date_type": ("date_",),
    "time_type": ("time_type", "time_parsing"),
    "time_delta_type": ("time_delta_",),
    "string_type": ("string_type", "string_unicode", "string_not_ascii", "bytes_type", "bytes_invalid_encoding"),
    "string_too_short": ("bytes_too_short",),
    "string_too_long": ("bytes_too_long", "url_too_long"),
    "model_type": ("model_", "dataclass_", "named_tuple_type", "is_instance_of", "arguments_type"),
    "dict_type": ("dict_", "mapping_type", "frozen_dict_type", "ordered_dict_type", "counter_type"),
    "list_type": ("list_", "tuple_", "set_", "frozen_set_type", "deque_type", "iterable_type"),
    "missing": ("missing_",),
    "extra_forbidden": ("unexpected_", "invalid_key"),
    "literal_error": ("enum", "union_tag_invalid"),
}  # fmt: skip
"""Pydantic's error types, by their beginnings, that mean the same to a person as the one before them."""
OWN = frozenset(
    {
        *("missing", "extra_forbidden", "literal_error", "union_tag_not_found", "string_pattern_mismatch"),
        *("greater_than", "greater_than_equal", "less_than", "less_than_equal"),
        *("too_short", "too_long", "string_too_short", "string_too_long"),
    }
)
"""Those that have a sentence of their own."""
LISTING = ("extra_forbidden", "model_type", "union_tag_not_found")
"""Problems whose sentence is another one, with `_known` at the end, where the words that may stand there are known."""
MISSING = object()
KEY = "[key]"  # as pydantic calls it


def schema_error(code: str, /, **facts: object) -> PydanticCustomError:
    """What a model's own validator raises; the sentence is `schema:<code>`."""
    values: dict[str, Any] = {name: fact_value(value) for name, value in facts.items()}
    return PydanticCustomError(code, told(code, values).replace("{", "(").replace("}", ")"), values)


def schema_facts(
    error: ErrorDetails, where: str | None = None, value: object = MISSING, known: Sequence[str] = ()
) -> dict[str, FactValue]:
    """The facts of one error: `problem` is the code, `where` the field, `value` what stood there, then what may.

    The caller may know better than the error: the name of the field, the value as it was written, the words that may
    stand there. `hint` is "near" where one of these, `near`, was probably meant, else empty.
    """
    context: Mapping[str, Any] = error.get("ctx", {})
    value = context.get("tag", error["input"]) if value is MISSING else value
    words, said = tuple(known) or words_of(context), shown(value)
    near = nearest(value, words)
    problem = "extra_forbidden" if is_key(error) else problem_of(error["type"])
    if problem == "decimal_type" and str(said).endswith("%"):
        problem = "decimal_percent"
    if words and problem in LISTING and not (near and problem == "extra_forbidden"):
        problem += "_known"
    return {
        "problem": problem,
        "where": where or ".".join(str(part) for part in error["loc"] if part != KEY),
        "value": said,
        "known": words,
        "hint": "near" if near else "",
        "near": near,
        **{name: fact_value(value) for name, value in context.items() if name in LIMITS or is_own(error)},
    }


def is_key(error: ErrorDetails) -> bool:
    """Whether it is the key of a mapping that does not fit, not what stands under it."""
    return error["loc"][-1:] == (KEY,)


def is_own(error: ErrorDetails) -> bool:
    """Whether a validator of ours raised it, by `schema_error`."""
    return error["type"] not in PYDANTIC


def invalid_command(name: str, error: ValidationError) -> Refusal:
    """The refusal of a command or a question whose fields do not fit: its first mistake."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"])) or name
    return Refusal("command.invalid", field=where, name=name, **schema_facts(first, where))


def problem_of(kind: str) -> str:
    """The code of an error type of pydantic or of our own; `unusable` where nothing better is known."""
    if kind in OWN or kind not in PYDANTIC:
        return kind
    return next((code for code, beginnings in SAME.items() if kind.startswith(beginnings)), "unusable")


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    close = get_close_matches(str(word).lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def words_of(context: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that may stand there, of an error that lists them."""
    listed = str(context.get("expected") or context.get("expected_tags") or "")
    return tuple(word.strip(" '") for word in listed.replace(" or ", ", ").split(",") if word.strip(" '"))


def shown(value: object) -> str | None:
    """A value short enough to quote."""
    if isinstance(value, dict | list | tuple):
        return "{…}" if isinstance(value, dict) else "[…]"
    text = str(value)
    return None if value is None else text if len(text) <= LONGEST else text[: LONGEST - 3] + "…"
