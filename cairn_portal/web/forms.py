"""Forms made from the rows of commands: a field for each field of the command, drawn after its type."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cairn.application.offers import Choices, Offer, literals
from cairn.documents.shape import alternatives
from cairn.domain.attachment import Attachment
from cairn.domain.goal.events import NewGoal
from cairn.domain.goal.origin import Origin
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.policy import AttachmentRules
from cairn.i18n import Message, term
from cairn_portal.presenting.words import number
from cairn_portal.signing_in.reader import PageReader

PREFIX = "fields"
ELSEWHERE = frozenset({"by", "at", "adjustment", "replaced_by", "added", "origin", "carried_from"})
"""Fields that the session and the clock say, or that a table or a program states and no form asks for."""
UNTYPED: tuple[type, ...] = (Attachment, Origin, NewGoal)
"""What nobody types into a form."""
LINE = frozenset({"title", "unit", "key", "period", "rater", "replacement", "carried_from", "sheet", "grade"})
"""Texts that are names: one line is enough."""
PEOPLE = frozenset({"mentor", "to", "manager", "promised_by", "people", "participants", "raters"})
GOALS = frozenset({"goal", "parent", "replacement"})
OF_MEASURE: Mapping[str, tuple[str, ...]] = {
    "kpi": ("target", "unit", "direction", "aggregation", "threshold", "stretch", "lower", "upper"),
    "key_task": ("criteria", "due"),
    "capability": ("outcomes", "due"),
}
"""What people write of a goal's measure, by its kind; the rest of it is the template's."""
ENDS = ("lower", "upper")
"""What people write of a KPI that is to lie in a range."""
ROWS = 3
"""So many rows a list of things has at first."""


class Option(NamedTuple):
    """One of the values among which a field chooses; `hint` says what it stands for."""

    value: str
    label: str
    hint: str = ""


class Field(NamedTuple):
    """One field. `sort` is how it is drawn (`templates/form.html`), `parts` are those of one that is made of several,
    `where` says in which choice of another field it is asked for (`kind=problem`)."""

    name: str
    label: str
    sort: str
    required: bool = False
    value: str = ""
    options: Sequence[Option] = ()
    parts: Sequence["Field"] = ()
    hint: str = ""
    where: str = ""
    wrong: bool = False


def taking_files(fields: Sequence[Field], rules: AttachmentRules, said: str) -> list[Field]:
    """The same fields, with what the policy says of files at those that take some; without them where it takes none."""
    kinds = [Option(f".{each}", each) for each in rules.kinds]
    return [
        each._replace(options=kinds, hint=said) if each.sort == "files" else each
        for each in fields
        if each.sort != "files" or rules.most
    ]


class Known(NamedTuple):
    """What is known about a command's fields where its form stands: among what they choose, which keys a mapping has,
    what they hold at first, which are said without asking and which are left out; `measure` is the one that stands."""

    options: Mapping[str, Sequence[Option]] = {}
    keys: Mapping[str, Sequence[Option]] = {}
    values: Mapping[str, Any] = {}
    fixed: Mapping[str, str] = {}
    without: frozenset[str] = frozenset()
    hints: Mapping[str, str] = {}
    measure: Measure | None = None


class Form(NamedTuple):
    """The form of one command. `fixed` is sent as it is, `problem` says why it was not done just now, `saves` is where
    what is typed is kept meanwhile. Of one with `later` its fields are fetched from there once it is opened."""

    dom: str
    name: str
    label: str
    address: str
    fields: Sequence[Field]
    fixed: Mapping[str, str]
    key: str
    version: int | None
    readers: str = ""
    problem: str = ""
    wrong: Field | None = None
    open: bool = False
    saves: str = ""
    later: str = ""

    @property
    def takes_files(self) -> bool:
        return any(each.sort == "files" for each in self.fields)


def fields_of(
    at: PageReader, owner: str, offer: Offer, known: Known, given: Mapping[str, Any]
) -> list[Field]:
    """The fields of a command as a form asks for them. `owner` is the kind of case or `goal`; `given` are values by
    name that take the place of what is known."""
    command = offer.command
    values = {**known.values, **given}
    wheres: Mapping[str, str] = getattr(command, "asked_where", {})
    skipped = {*ELSEWHERE, *known.without, *known.fixed, *getattr(command, "looked_up", ())}
    skipped.add("goal" if owner == "goal" else "case")
    found = [
        field._replace(where=_where(wheres.get(name, "")), hint=known.hints.get(name, field.hint))
        for name, info in command.model_fields.items()
        if name not in skipped
        and (
            field := _field(
                at, (owner, offer.name), name, info, known, offer.choices, values.get(name, _default(info))
            )
        )
    ]
    return sorted(found, key=lambda field: _rank(field, wheres))


def _default(info: FieldInfo) -> Any:
    """What a choice is where nobody chooses."""
    return info.default if literals(info.annotation) and isinstance(info.default, str) else None


def _rank(field: Field, wheres: Mapping[str, str]) -> int:
    """In which order fields are asked for: what is needed, what is asked for in one choice, the rest, lists, boxes."""
    if field.sort == "files":
        return 5
    chooses = any(each.partition("=")[0] == field.name.partition(".")[2] for each in wheres.values())
    if field.sort == "yes":
        return 4
    if field.required or chooses:
        return 0
    return 1 if field.where else 3 if field.sort in ("rows", "choices") else 2


def is_typed(command: type[BaseModel]) -> bool:
    """Whether a form can hold all of a command: rows of a whole table come from a file."""
    return not any(
        get_origin(one) in (dict, Mapping) and models_of(get_args(one)[1])
        for info in command.model_fields.values()
        for one in alternatives(info.annotation)
    )


def _where(said: str) -> str:
    return f"{PREFIX}.{said}" if said else ""


Path = tuple[str, str]


def _field(
    at: PageReader, path: Path, name: str, info: FieldInfo, known: Known, choices: Choices, value: Any
) -> Field | None:
    """One field of a command, drawn after its type; None for what nobody types."""
    last = name.rpartition(".")[2]
    if len(models_of(info.annotation)) > 1:
        return measured(at, name, info.is_required(), value, known.measure)
    least = any(getattr(each, "min_length", 0) for each in info.metadata)
    found = Field(
        f"{PREFIX}.{name}", label(at, *path, last), "text", info.is_required() or least, _shown(value),
        hint=known.hints.get(last, ""),
    )  # fmt: skip
    if last in known.options and last not in known.keys:
        empty = () if found.required else (Option("", "–"),)
        return found._replace(sort="choice", options=(*empty, *known.options[last]))
    if last in known.keys:
        of = value if isinstance(value, Mapping) else {}
        parts = [
            found._replace(
                name=f"{found.name}.{key.value}", label=key.label, sort=_of_key(last, info, known), required=False,
                value=_shown(of.get(key.value)), hint=key.hint, options=known.options.get(f"{last}.{key.value}", ()),
            )
            for key in known.keys[last]
        ]  # fmt: skip
        return found._replace(sort="parts", parts=parts)
    for one in alternatives(info.annotation):
        drawn = _drawn(at, path, name, one, found, known, choices, value)
        if drawn is not None:
            return drawn
    return None


def _of_key(name: str, info: FieldInfo, known: Known) -> str:
    """How the value of a mapping is asked for by its key: a mark, a number, words."""
    if name in known.options:
        return "mark"
    said = [value for one in alternatives(info.annotation) for value in get_args(one)[1:]]
    return "text" if said == [str] else "number"


def _drawn(
    at: PageReader, path: Path, name: str, one: Any, found: Field, known: Known, choices: Choices, value: Any
) -> Field | None:
    last, origin = name.rpartition(".")[2], get_origin(one)
    if few := literals(one):
        open_to = [each for each in few if each in choices.get(name, few)]
        options = [Option(each, choice(at, path[0], last, each)) for each in open_to]
        if found.required and len(options) == 1:
            return found._replace(sort="hidden", value=options[0].value)
        empty = () if found.required or found.value else (Option("", "–"),)
        return found._replace(sort="choice", options=(*empty, *options), value=found.value)
    if one is bool:
        return found._replace(sort="yes", required=False, value="yes" if value else "")
    if one is date:
        return found._replace(sort="day")
    if one is datetime or getattr(one, "__name__", "") == "AwareDatetime":
        local = value.astimezone(ZoneInfo(at.zone or "UTC")) if isinstance(value, datetime) else None
        return found._replace(sort="moment", value=f"{local:%Y-%m-%dT%H:%M}" if local else "")
    if one in (int, Decimal) or getattr(one, "__name__", "") == "Fraction":
        return found._replace(sort="number")
    if one is str:
        return found._replace(sort=_text(last), options=known.options.get(last, ()))
    if isinstance(one, type) and issubclass(one, BaseModel):
        return _nested(at, path, name, [one], found, known, choices, value)
    if origin in (tuple, list):
        return _several(at, path, name, get_args(one)[0], found, known, choices, value)
    if origin in (dict, Mapping) and not models_of(get_args(one)[1]):
        lines = value.items() if isinstance(value, Mapping) else ()
        return found._replace(
            sort="lines", value="\n".join(f"{key} = {_shown(each)}" for key, each in lines),
            hint=found.hint or at.say("one a line: name = value"),
        )  # fmt: skip
    return None


def _text(name: str) -> str:
    if name in PEOPLE:
        return "person"
    if name in GOALS:
        return "goal"
    return "line" if name in LINE else "text"


def _several(
    at: PageReader, path: Path, name: str, each: Any, found: Field, known: Known, choices: Choices, value: Any
) -> Field | None:
    """A field that takes several of something."""
    last = name.rpartition(".")[2]
    if Attachment in alternatives(each):
        return found._replace(sort="files", required=False)
    if any(one in UNTYPED for one in alternatives(each)):
        return None
    if few := literals(each):
        options = [Option(one, choice(at, path[0], last, one)) for one in few]
        return found._replace(sort="choices", options=options, required=False)
    models = models_of(each)
    if models:
        given = value if isinstance(value, list | tuple) and value else [None] * (1 if found.required else 0)
        count = max(len(given), ROWS)
        rows = [
            _nested(
                at, path, f"{name}.{n}", models, found, known, choices, given[n] if n < len(given) else None
            )
            for n in range(count)
        ]
        kept = [
            row._replace(parts=[_in_row(part, found.required and n == 0) for part in row.parts])
            for n, row in enumerate(rows)
            if row is not None
        ]
        return found._replace(sort="rows", parts=kept)
    listed = value if isinstance(value, list | tuple) else ()
    said = "\n".join(_shown(one) for one in listed)
    if last in PEOPLE:
        return found._replace(sort="lines", value=said, hint=at.say("one id a line"))
    return found._replace(sort="lines", value=said, hint=at.say("one a line"))


def _in_row(field: Field, needed: bool) -> Field:
    """A field of a row: one line each, needed in the first row alone, where the list is."""
    return field._replace(
        required=field.required and needed, sort="line" if field.sort == "text" else field.sort
    )


def _nested(
    at: PageReader, path: Path, name: str, models: Sequence[type[BaseModel]], found: Field, known: Known,
    choices: Choices, value: Any,
) -> Field | None:  # fmt: skip
    """A field that is made of several: a checkpoint, a goal's measure."""
    model = models[0]
    if model in UNTYPED:
        return None
    of = value if isinstance(value, Mapping) else value.model_dump() if isinstance(value, BaseModel) else {}
    parts = [
        part
        for field, info in model.model_fields.items()
        if field not in ELSEWHERE
        and field not in known.without
        and (part := _field(at, path, f"{name}.{field}", info, known, choices, of.get(field)))
    ]
    return found._replace(sort="parts", parts=parts)


def part_of(
    at: PageReader, path: Path, name: str, model: type[BaseModel], values: Mapping[str, Any], hint: str = ""
) -> Field | None:
    """What a form asks for beside the fields of its command."""
    found = Field(f"{PREFIX}.{name}", label(at, *path, name), "parts", hint=hint)
    return _nested(at, path, name, [model], found, Known(), {}, values)


def measured(at: PageReader, name: str, required: bool, value: Any, stands: Measure | None = None) -> Field:
    """How a goal is measured: its kind, and what people write of each kind. Of the kind that `stands` its fields hold
    what is so now, where nothing else is given."""
    now = stands.model_dump() if stands is not None else {}
    of = value if isinstance(value, Mapping) else value.model_dump() if isinstance(value, BaseModel) else {}
    kinds = [Option(each, at.say(term("measure_kind", each))) for each in OF_MEASURE]
    as_it_is = () if required or of else (Option("", at.say("as it is")),)
    kind = Field(
        f"{PREFIX}.{name}.kind", label(at, "goal", "", "measure_kind"), "choice", required, of.get("kind", ""),
        (*as_it_is, *kinds),
    )  # fmt: skip
    parts = [kind]
    for model, each in ((Kpi, "kpi"), (KeyTask, "key_task"), (Capability, "capability")):
        values = now if now.get("kind") == each and of.get("kind") != each else of
        for field in OF_MEASURE[each]:
            within = f"{name}.{each}.{field}"
            info = model.model_fields[field]
            drawn = _field(at, ("goal", ""), within, info, Known(), {}, values.get(field, _default(info)))
            if drawn is not None:
                where = f"{PREFIX}.{name}.kpi.direction=range" if field in ENDS else f"{kind.name}={each}"
                parts.append(drawn._replace(where=where, required=False))
    return Field(f"{PREFIX}.{name}", label(at, "goal", "", "measure"), "grid", parts=parts)


def _shown(value: Any) -> str:
    match value:
        case None | () | [] | {}:
            return ""
        case Decimal():
            return number(value, 6).replace(",", "")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def label(at: PageReader, owner: str, command: str, name: str) -> str:
    """What a field is called: as its command calls it, where that has a word of its own (`ask:…`), else alike
    everywhere."""
    asked = (term("ask", f"{owner}.{command}.{name}"), term("ask", f"{owner}.{name}"), term("field", name))
    return _first_said(at, asked, name)


def choice(at: PageReader, owner: str, field: str, value: str) -> str:
    """What a value among which a field chooses is called."""
    called = (
        term("choice", f"{owner}.{value}"), term("choice", value), term("dimension", value), term("role", value),
        term("reader", value), term("aggregation", value),
    )  # fmt: skip
    return _first_said(at, called, value)


def _first_said(at: PageReader, terms: Sequence[Message], otherwise: str) -> str:
    """The first of several terms that the catalogues have: one that they have not is said as its name."""
    said = ((at.say(each), each.id.partition(":")[2]) for each in terms)
    return next((words for words, name in said if words != name), otherwise)


def wrong_field(fields: Iterable[Field], named: str | None) -> Field | None:
    """The field a refusal is about, by the name it has in the command."""
    wanted = f"{PREFIX}.{named}"
    for field in fields:
        if field.name == wanted or wanted.startswith(f"{field.name}."):
            return field
    return None


def models_of(annotation: object) -> list[type[BaseModel]]:
    """The models that a field may be."""
    return [one for one in alternatives(annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
