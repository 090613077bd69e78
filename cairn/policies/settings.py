"""The settings of a policy that people change first, as fields beside its text: what each says, and where it stands.

The text is the policy; a field is one value of it. What a field may hold comes from the shapes of
`cairn.domain.policy`, so that a default or a choice is said in one place.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from cairn.documents.mistakes import Mistake
from cairn.documents.nodes import spelled
from cairn.documents.yaml.editing import Layout, Path, Value
from cairn.domain.policy import (
    Adjusting,
    AppraisalRules,
    Committee,
    Deadlines,
    EvaluationRules,
    Evaluator,
    FamilyReviews,
    FlexibleSpace,
    PeriodKind,
    Policy,
    ScoringRules,
    Transparency,
    WorkingCalendar,
)
from cairn.i18n import Message, marked, term

Sort = Literal["number", "words", "choice", "several", "lines"]
"""How a field is filled in: digits, a line of text, one of some, some of some, a line for each."""
WEEK = tuple(map(str, range(1, 8)))


class Choice(NamedTuple):
    """A value that a field may have, and what it is called."""

    value: str
    called: Message


class Setting(NamedTuple):
    """One field. `otherwise` is what counts where nothing is written, `written` what stands in the text; `choices` are
    values with what they are called."""

    path: Path
    label: Message
    sort: Sort
    written: Value
    otherwise: Value = ""
    choices: tuple[Choice, ...] = ()

    @property
    def name(self) -> str:
        """The path as mistakes call it: `families.sales.periods.month`."""
        return spelled(list(self.path))


class Part(NamedTuple):
    """Fields that belong together: what makes one hundred, one grade. `path` is that of a mistake of all of them."""

    title: Message | None
    path: str
    settings: tuple[Setting, ...]
    whole: bool = False
    """Whether they make 100 together."""


class Group(NamedTuple):
    """A heading with its parts: a message id, or the name of a job family."""

    key: str
    title: str
    called: str
    parts: tuple[Part, ...]


class Unwritten(NamedTuple):
    """A change that the form cannot write into the text: an alias stands there, or something of another kind."""

    name: str
    value: Value


SECTIONS: tuple[tuple[str, str, tuple[tuple[str, type[BaseModel], tuple[str, ...]], ...]], ...] = (
    ("deadlines", marked("Dates and checkpoints"), (("deadlines", Deadlines, tuple(Deadlines.model_fields)),)),
    (
        "space", marked("Fine-tuning in the year"),
        (
            ("flexible_space", FlexibleSpace, ("percent", "draws", "metric_change")),
            ("adjusting", Adjusting, ("window_days", "expires_after")),
        ),
    ),
    (
        "deciding", marked("Who confirms and decides"),
        (
            ("committee", Committee, ("quorum", "majority")),
            ("", Policy, ("check_ins", "goal_interview", "smart", "leavers")),
        ),
    ),
    (
        "results", marked("Once a result is there"),
        (
            (
                "evaluation", EvaluationRules,
                (
                    "steps", "calibration", "interview", "acknowledgement", "appeal", "decision", "distribution_is",
                    "ratings",
                ),
            ),
            ("scoring", ScoringRules, ("places", "missing", "settles_after")),
        ),
    ),
    (
        "calendar", marked("Working calendar"),
        (("calendar", WorkingCalendar, ("timezone", "weekend", "opens", "holidays", "worked")),),
    ),
    ("reading", marked("Who reads what"), (("transparency", Transparency, ("goals", "scores", "comments")),)),
)  # fmt: skip
"""Heading by heading: the section of the file, its shape, and the fields of it that are asked for here."""
APPRAISAL = ("threshold", "nominate", "window", "late", "most")
READERS = frozenset(Transparency.model_fields)
LINES = frozenset({"holidays", "worked"})
TEXTS = frozenset({"name", "title", "grades"})
"""Sections whose words are words also where they are digits alone."""


def groups(layout: Layout) -> list[Group]:
    """The fields of a policy's text with what stands in it."""
    found = [Group("plan", marked("The plan"), "", (_plan(layout),))]
    for key, title, sections in SECTIONS[:1]:
        found.append(_section(layout, key, title, sections))
    found += [_family(layout, key) for key in layout.keys(("families",))]
    if layout.length(("grades",)):
        found.append(Group("grades", marked("Grades and their lines"), "", tuple(_grades(layout))))
    found += [_section(layout, key, title, sections) for key, title, sections in SECTIONS[1:]]
    if layout.keys(("appraisal",)):
        part = _part(layout, "appraisal", AppraisalRules, APPRAISAL)
        found.append(Group("appraisal", marked("Who rates is asked"), "", (part,)))
    return [each._replace(parts=tuple(_writable(layout, part) for part in each.parts)) for each in found]


def _writable(layout: Layout, part: Part) -> Part:
    """The part without what no field can write: something that stands for several places, or of another kind."""
    return part._replace(settings=tuple(each for each in part.settings if layout.at(each.path) is not None))


def settings(found: Sequence[Group]) -> Iterator[Setting]:
    """Every field of the groups."""
    return (setting for group in found for part in group.parts for setting in part.settings)


def written(layout: Layout, changes: Mapping[Setting, Value]) -> tuple[Layout, list[Unwritten]]:
    """The text with other values, one after another; those that could not be written are told."""
    left = []
    for setting, value in changes.items():
        words = setting.sort == "words" and setting.path[0] in TEXTS
        found = layout.edited(setting.path, value, words=words)
        if found is None:
            left.append(Unwritten(setting.name, value))
        else:
            layout = found
    return layout, left


def of_settings(mistakes: Sequence[Mistake], found: Sequence[Group]) -> dict[str, list[Mistake]]:
    """Every mistake at its field, or at the part whose fields make it together: by their names."""
    fields = {setting.name for setting in settings(found)}
    parts = {part.path for group in found for part in group.parts if part.path}
    told: dict[str, list[Mistake]] = {}
    for each in mistakes:
        name = next((name for name in _ways(each.place.path) if name in fields or name in parts), None)
        if name is not None:
            told.setdefault(name, []).append(each)
    return told


def _ways(path: str) -> Iterator[str]:
    """A path and those it lies in, the nearest first."""
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]


def _plan(layout: Layout) -> Part:
    title: list[tuple[Path, str]] = [(("title", "zh"), "title.zh"), (("title", "en"), "title.en")]
    if not layout.keys(("title",)) and layout.at(("title",)):
        title = [(("title",), "title")]
    fields = [(("name",), "name"), *title]
    return Part(None, "", tuple(_words(layout, path, name) for path, name in fields))


def _words(layout: Layout, path: Path, name: str) -> Setting:
    return Setting(path, term("setting", name), "words", _at(layout, path, ""))


def _section(
    layout: Layout, key: str, title: str, sections: Sequence[tuple[str, type[BaseModel], tuple[str, ...]]]
) -> Group:
    return Group(key, title, "", tuple(_part(layout, *each) for each in sections))


def _part(layout: Layout, section: str, shape: type[BaseModel], names: Sequence[str]) -> Part:
    above: Path = (section,) if section else ()
    return Part(None, section, tuple(_field(layout, (*above, name), shape, name) for name in names))


def _field(layout: Layout, path: Path, shape: type[BaseModel], name: str) -> Setting:
    field = shape.model_fields[name]
    sort, choices = _sorted(field.annotation, name)
    default = field.default
    otherwise: Value = tuple(map(str, default)) if isinstance(default, tuple) else _plain(default)
    return Setting(
        path, term("setting", spelled(list(path))), sort, _at(layout, path, otherwise if sort == "several" else ""),
        otherwise, _called(name, choices),
    )  # fmt: skip


def _called(name: str, choices: Sequence[str]) -> tuple[Choice, ...]:
    """The choices of a field with their names."""
    of_readers = name in READERS
    return tuple(
        Choice(each, term("reader", each) if of_readers else term("option", f"{name}.{each}"))
        for each in choices
    )


def _plain(value: object) -> str:
    return "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def _sorted(annotation: Any, name: str) -> tuple[Sort, tuple[str, ...]]:
    """How a type is filled in, and its choices."""
    if name in LINES:
        return "lines", ()
    if name == "weekend":
        return "several", WEEK
    if get_origin(annotation) is Annotated:
        return _sorted(get_args(annotation)[0], name)
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    if get_origin(annotation) is tuple:
        return "several", _sorted(get_args(annotation)[0], name)[1]
    if annotation in (int, Decimal):
        return "number", ()
    parts = [each for each in get_args(annotation) if each is not NoneType]
    if parts and all(_sorted(each, name)[0] == "number" for each in parts):
        return "number", ()
    return "words", ()


def _family(layout: Layout, key: str) -> Group:
    above: Path = ("families", key)
    called = _at(layout, (*above, "name", "zh"), ""), _at(layout, (*above, "name", "en"), "")
    short = layout.at((*above, "name"))
    name = short if isinstance(short, str) and short else "\n".join(map(str, called))
    shares = [
        _share(layout, (*above, "periods", kind), term("period_kind", kind)) for kind in get_args(PeriodKind)
    ]
    shares.append(_share(layout, (*above, "subordinates"), term("period_kind", "subordinates")))
    rating = [
        _share(layout, (*above, "evaluators", role), term("role", role)) for role in get_args(Evaluator)
    ]
    parts = (
        Part(term("setting", "periods"), spelled([*above, "periods"]), tuple(shares), whole=True),
        Part(term("setting", "evaluators"), spelled([*above, "evaluators"]), tuple(rating), whole=True),
        Part(term("setting", "reviews"), spelled([*above, "reviews"]), (_reviews(layout, above),)),
    )
    return Group(f"family-{key}", "", name, parts)


def _share(layout: Layout, path: Path, label: Message) -> Setting:
    return Setting(path, label, "number", _at(layout, path, ""))


def _reviews(layout: Layout, family: Path) -> Setting:
    """How often reviews are, also where that alone is written of them."""
    path, short = (*family, "reviews", "every"), layout.at((*family, "reviews"))
    if isinstance(short, str) and short:
        path = (*family, "reviews")
    field = FamilyReviews.model_fields["every"]
    choices = tuple(get_args(field.annotation))
    return Setting(
        path,
        term("setting", "every"),
        "choice",
        _at(layout, path, ""),
        str(field.default),
        _called("every", choices),
    )


def _grades(layout: Layout) -> Iterator[Part]:
    fields: tuple[tuple[str, Sort], ...] = (
        ("grade", "words"),
        ("points", "number"),
        ("coefficient", "number"),
    )
    for number in range(layout.length(("grades",))):
        above: Path = ("grades", number)
        yield Part(
            None, spelled(list(above)),
            tuple(
                Setting((*above, name), term("setting", f"grades.{name}"), sort, _at(layout, (*above, name), ""))
                for name, sort in fields
            ),
        )  # fmt: skip


def _at(layout: Layout, path: Path, blank: Value) -> Value:
    """What stands there; `blank` where nothing does."""
    found = layout.at(path)
    return blank if found is None or found == "" else found
