"""The policy on a page: begun from an example, checked line by line, compared with the one before, adopted."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from cairn.application import access
from cairn.documents.mistakes import Mistake
from cairn.domain.amendment.changes import changes_between
from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.policy import Policy
from cairn.domain.refusal import FactValue, Refusal
from cairn.i18n import refusal_message
from cairn.policies import PolicyInvalid, parse
from cairn.policies.examples import examples
from cairn_portal.presenting.policies import main_settings
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.policy_form import Taken, shown, taken, taken_over
from cairn_portal.web.rendering import page
from cairn_portal.web.uploads import bounded_form, text_of

router = APIRouter(include_in_schema=False)
SOURCE = "policy.yaml"
MOST_CHANGES = 80
MOST = 1024 * 1024
"""Octets of a form with a policy, which is some dozen thousand."""
NOTHING = "–"


class Wrong(NamedTuple):
    """A mistake for the eye: the line counts from 1, 0 where there is none; `written` is what stands there."""

    line: int
    path: str
    said: str
    written: str


class Checked(NamedTuple):
    """A text that was looked at: what is wrong with it, or the policy with what differs from `before`."""

    mistakes: tuple[Mistake, ...]
    wrong: tuple[Wrong, ...]
    policy: Policy | None
    before: str
    changes: tuple[tuple[str, str, str], ...]
    more: int


class Begun(NamedTuple):
    """A text to begin from: an example by its name, or the version that was adopted last by its reference."""

    name: str
    title: str
    text: str


async def _begun(at: PageReader, adopted: Sequence[PolicyAdopted]) -> dict[str, Begun]:
    """All texts to begin from, by name; the adopted one first."""
    found = []
    if adopted:
        reference = _reference(adopted[-1])
        title = at.say("{policy}, as it is adopted", policy=reference)
        found.append(Begun(reference, title, adopted[-1].text))
    known = await run_in_threadpool(examples)
    found += [Begun(each.name, each.title.text(at.language), each.text) for each in known]
    return {each.name: each for each in found}


def _reference(adopted: PolicyAdopted) -> str:
    return f"{adopted.name}@{adopted.version}"


@router.get("/start/policy")
async def policy(request: Request, visit: ByVisitor, example: str = "") -> Response:
    """An example, or the version that was adopted last, to read and change."""
    access.require_prepares(visit.person)
    adopted = await visit.portal.records.application.policies.adopted()
    begun = await _begun(visit.reader, adopted)
    name = example if example in begun else _reference(adopted[-1]) if adopted else ""
    return await _begins(request, visit, adopted, begun[name] if name else None)


async def _begins(
    request: Request, visit: Visit, adopted: Sequence[PolicyAdopted], begun: Begun | None
) -> Response:
    """A text as it is to begin from."""
    text = begun.text if begun else ""
    checked = await _checked(visit, text, adopted) if text else None
    of = await run_in_threadpool(taken, text)
    return await _shown(request, visit, of, adopted, checked, example=begun.name if begun else "")


@router.post("/start/policy")
async def given(request: Request, visit: ByVisitor) -> Response:
    """Takes over into the text what was changed in the fields beside it, and checks it; or adopts it, where it is all
    right and was shown as it is. Another text to begin from takes its place where nothing would be lost by that, or
    where that was agreed to."""
    access.require_prepares(visit.person)
    form = await bounded_form(request, MOST)
    policies = visit.portal.records.application.policies
    adopted = await policies.adopted()
    if form is None:
        said = visit.reader.say("This is too large: {most} MB at most.", most=MOST // 1024 // 1024)
        return await _shown(request, visit, Taken("", None), adopted, None, 413, refused=said)
    of = await run_in_threadpool(taken_over, text_of(form, "text"), form)
    text, example = of.text, text_of(form, "example")
    begun = await _begun(visit.reader, adopted)
    instead = begun.get(text_of(form, "replace") or text_of(form, "begin"))
    if instead and (text_of(form, "replace") or not (of.left or _is_own(text, begun, adopted))):
        return _with_text(await _begins(request, visit, adopted, instead))
    checked = await _checked(visit, text, adopted)
    if checked.policy is None or of.changed or text_of(form, "do") != "adopt":
        status = 422 if checked.wrong or of.left else 200
        answer = await _shown(request, visit, of, adopted, checked, status, example=example, instead=instead)
        return _with_text(answer) if of.changed else answer
    try:
        done = await visit.portal.commands.adopt(text, SOURCE, visit.person.id)
    except Refusal as refusal:
        said = refusal_message(refusal).text(visit.reader.language)
        return await _shown(request, visit, of, adopted, checked, 403, refused=said, example=example)
    adopted = await policies.adopted()
    return await _shown(
        request, visit, of, adopted, checked, done=done.reference, new=done.new, example=done.reference
    )


def _is_own(text: str, begun: Mapping[str, Begun], adopted: Sequence[PolicyAdopted]) -> bool:
    """Whether a text would be lost with another one in its place: it is no example, and was never adopted."""
    there = (*(each.text for each in begun.values()), *(each.text for each in adopted))
    return bool(text.strip()) and text.strip() not in {each.strip() for each in there}


def _with_text(answer: Response) -> Response:
    """The answer where the text is another one than was sent: whichever part of the page asked takes that too. Where
    somebody types and changes a field at once, one question replaces the other, and each brings both."""
    answer.headers.update({"HX-Retarget": "#page", "HX-Reselect": "#page"})
    return answer


async def _checked(visit: Visit, text: str, adopted: Sequence[PolicyAdopted]) -> Checked:
    at = visit.reader
    try:
        found = await run_in_threadpool(parse, text, SOURCE)
    except PolicyInvalid as invalid:
        lines = text.splitlines()
        wrong = tuple(
            Wrong(each.place.line, each.place.path, at.say(each.message), _line(lines, each))
            for each in invalid.mistakes
        )
        return Checked(tuple(invalid.mistakes), wrong, None, "", (), 0)
    last = _version_before(found, adopted)
    if last is None:
        return Checked((), (), found, "", (), 0)
    reference = f"{last.name}@{last.version}"
    before = await visit.portal.records.application.policies.version(reference)
    changes = [(each.field, _said(each.before), _said(each.after)) for each in changes_between(before, found)]
    more = max(len(changes) - MOST_CHANGES, 0)
    return Checked((), (), found, reference, tuple(changes[:MOST_CHANGES]), more)


def _version_before(found: Policy, adopted: Sequence[PolicyAdopted]) -> PolicyAdopted | None:
    """The version that was adopted last, of the same name where there is one."""
    others = [each for each in adopted if each.version != found.version or each.name != found.name]
    same = [each for each in others if each.name == found.name]
    return next(reversed(same or others), None)


def _line(lines: Sequence[str], told: Mistake) -> str:
    number = told.place.line
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def _said(value: FactValue) -> str:
    if value is None:
        return NOTHING
    return value if isinstance(value, str) else ", ".join(value)


async def _shown(
    request: Request, visit: Visit, of: Taken, adopted: Sequence[PolicyAdopted], checked: Checked | None,
    status: int = 200, *, refused: str = "", done: str = "", new: bool = False, example: str = "",
    instead: Begun | None = None,
) -> Response:  # fmt: skip
    """The page; `instead` is the text to begin from that was asked for in place of words that would be lost."""
    at, found = visit.reader, checked.policy if checked else None
    begun = await _begun(at, adopted)
    groups = await run_in_threadpool(shown, at, of, checked.mistakes) if checked else []
    return page(
        request, "policy.html", visit, status, text=of.text, checked=checked, refused=refused, done=done, new=new,
        example=example, settings=_settings(at, found) if found else [], groups=groups,
        begun=list(begun.values()), has_examples=len(begun) > bool(adopted), instead=instead,
        is_own=_is_own(of.text, begun, adopted),
        is_adopted=found is not None and (found.name, found.version) in {(e.name, e.version) for e in adopted},
    )  # fmt: skip


def _settings(at: PageReader, found: Policy) -> list[tuple[str, str]]:
    """What a policy says first of all, in words."""
    drafts = at.say("{n} days after the start", n=found.deadlines.drafts_due)
    more = [(at.say("time zone"), found.calendar.timezone), (at.say("drafts due"), drafts)]
    return [*main_settings(at, found), *more]
