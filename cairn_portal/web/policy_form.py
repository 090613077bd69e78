"""The fields beside a policy's text: read from a form as changes of the text, and shown with what is wrong."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.datastructures import FormData

from cairn.documents.mistakes import Mistake
from cairn.documents.yaml.editing import Layout, Value
from cairn.policies.settings import Group, Part, Setting, Unwritten, groups, of_settings, settings, written
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.uploads import text_of

FIELD, WAS = "set.", "was."
"""How a field is called in the form, and what the page showed in it: only what somebody changed is written."""


class Choice(NamedTuple):
    """A value that may be chosen."""

    value: str
    label: str
    chosen: bool


class Shown(NamedTuple):
    """A field for the eye: `value` is what stands in it, `was` what the text says, `wrong` what is wrong with it."""

    name: str
    label: str
    sort: str
    value: str
    was: str
    otherwise: str
    choices: tuple[Choice, ...]
    wrong: tuple[str, ...]


class ShownPart(NamedTuple):
    """Fields that belong together."""

    title: str
    fields: tuple[Shown, ...]
    wrong: tuple[str, ...]
    whole: bool


class ShownGroup(NamedTuple):
    """A heading; `open` where something is wrong below it."""

    key: str
    title: str
    parts: tuple[ShownPart, ...]
    open: bool


class Taken(NamedTuple):
    """The text once the fields are in it, whether any of them had been changed, and what could not be written.
    `layout` is None where the text cannot be read as fields."""

    text: str
    layout: Layout | None
    changed: bool = False
    left: tuple[Unwritten, ...] = ()


def taken(text: str) -> Taken:
    """A text without a form beside it."""
    return Taken(text, Layout.of(text))


def taken_over(text: str, form: FormData) -> Taken:
    """The text with what was changed in the fields beside it."""
    layout, changes = Layout.of(text), {}
    if layout is None:
        return Taken(text, None)
    for setting in settings(groups(layout)):
        value = _given(setting, form)
        if value is not None:
            changes[setting] = value
    found, left = written(layout, changes)
    return Taken(found.text, found, bool(changes), tuple(left))


def _given(setting: Setting, form: FormData) -> Value | None:
    """What somebody wrote into a field; None where it is as it was shown, or was not shown."""
    name = setting.name
    if WAS + name not in form:
        return None
    was = text_of(form, WAS + name).strip()
    if setting.sort == "several":
        chosen = {each for each in form.getlist(FIELD + name) if isinstance(each, str)}
        value: Value = _in_order(setting, chosen)
        return None if set(was.split()) == chosen else value
    typed = text_of(form, FIELD + name).strip()
    if typed == was or (setting.sort != "lines" and typed == "".join(was.splitlines())):
        return None  # a field of one line shows none of the breaks that a text of several has
    return tuple(filter(None, map(str.strip, typed.split("\n")))) if setting.sort == "lines" else typed


def _in_order(setting: Setting, chosen: set[str]) -> tuple[str, ...]:
    """What was chosen, in the order in which it may be chosen, or in the text's own."""
    there = [each for each in setting.written if each in chosen] if isinstance(setting.written, tuple) else []
    known = [each.value for each in setting.choices if each.value in chosen]
    if there == [each for each in known if each in there]:
        return tuple(known)
    return tuple(there + [each for each in known if each not in there])


def shown(at: PageReader, of: Taken, mistakes: Sequence[Mistake]) -> list[ShownGroup]:
    """The fields of a text, each mistake at the nearest of them; none where it cannot be read."""
    if of.layout is None:
        return []
    found = groups(of.layout)
    told = {
        name: tuple(at.say(each.message) for each in wrong)
        for name, wrong in of_settings(mistakes, found).items()
    }
    unwritten = {each.name: each.value for each in of.left}
    return [_group(at, each, told, unwritten) for each in found]


Told = Mapping[str, tuple[str, ...]]


def _group(at: PageReader, group: Group, told: Told, left: Mapping[str, Value]) -> ShownGroup:
    zh, _, en = group.called.partition("\n")
    title = at.say(group.title) if group.title else (en or zh if at.language == "en" else zh or en)
    parts = tuple(_part(at, each, told, left) for each in group.parts)
    wrong = any(part.wrong or any(field.wrong for field in part.fields) for part in parts)
    return ShownGroup(group.key, title or group.key.removeprefix("family-"), parts, wrong)


def _part(at: PageReader, part: Part, told: Told, left: Mapping[str, Value]) -> ShownPart:
    fields = tuple(_field(at, each, told, left) for each in part.settings)
    of_it = part.path and part.path not in {each.name for each in part.settings}
    wrong = told.get(part.path, ()) if of_it else ()
    return ShownPart(at.say(part.title) if part.title else "", fields, wrong, part.whole)


def _field(at: PageReader, setting: Setting, told: Told, left: Mapping[str, Value]) -> Shown:
    name, wrong = setting.name, told.get(setting.name, ())
    now = left.get(name, setting.written)
    if name in left:
        said = at.say("The form cannot write this here: change it in the text.")
        wrong = (*wrong, said)
    chosen = set(now if isinstance(now, tuple) else (now,))
    choices = [Choice(each, at.say(called), each in chosen) for each, called in setting.choices]
    known = {each.value for each in setting.choices}
    unknown = [each for each in sorted(chosen) if each and known and each not in known]
    choices += [Choice(each, each, True) for each in unknown]
    return Shown(
        name, at.say(setting.label), setting.sort, _line(setting, now), _line(setting, setting.written),
        _otherwise(at, setting), tuple(choices), wrong,
    )  # fmt: skip


def _line(setting: Setting, value: Value) -> str:
    if not isinstance(value, tuple):
        return value
    return ("\n" if setting.sort == "lines" else " ").join(value)


def _otherwise(at: PageReader, setting: Setting) -> str:
    """What counts where the field is left out, as it is told."""
    if isinstance(setting.otherwise, tuple) or not setting.otherwise:
        return ""
    called = next((each.called for each in setting.choices if each.value == setting.otherwise), None)
    return at.say(called) if called else setting.otherwise
