"""The five steps to a first cycle: what is done, and what comes next."""

from datetime import UTC, datetime
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application import access
from cairn_portal.reading.setting_up import SettingUp, setting_up
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.rendering import page

router = APIRouter(include_in_schema=False)


class Step(NamedTuple):
    """One step: its name, how it stands in words and as a tone, what there is to do; `now` is the one to do next."""

    title: str
    state: str
    tone: str
    said: str
    address: str
    act: str
    now: bool


@router.get("/start")
async def start(request: Request, visit: ByVisitor) -> Response:
    access.require_prepares(visit.person)
    found = await setting_up(visit.portal.records)
    return page(request, "first_cycle.html", visit, steps=steps(visit.reader, found))


def steps(at: PageReader, found: SettingUp) -> list[Step]:
    """The five, each with how it stands; targets may be left out."""
    done = [bool(found.policies), found.has_people, None, bool(found.cycles), bool(found.cycles)]
    following = next((n for n, each in enumerate(done) if each is False), None)
    told = [_policy(at, found), _people(at, found), _targets(at, found), _preview(at), _launch(at, found)]
    return [
        Step(title, *_state(at, done[n], n == following), said, address, act, n == following)
        for n, (title, said, address, act) in enumerate(told)
    ]


def _state(at: PageReader, done: bool | None, following: bool) -> tuple[str, str]:
    if done:
        return at.say("done"), "done"
    if done is None:
        return at.say("may be left out"), "off"
    return (at.say("next"), "waiting") if following else (at.say("later"), "off")


Told = tuple[str, str, str, str]


def _policy(at: PageReader, found: SettingUp) -> Told:
    if not found.policies:
        said = at.say(
            "Choose an example, make it your own, and adopt it. Every mistake is shown at its line."
        )
        return at.say("Policy"), said, "/start/policy", at.say("Choose a policy")
    latest = found.policies[-1]
    reference = f"{latest.name}@{latest.version}"
    said = at.say(
        "{policy}, adopted by {who} on {on:day}", policy=reference, who=latest.by, on=latest.at.date()
    )
    return at.say("Policy"), said, "/start/policy", at.say("Read or change it")


def _people(at: PageReader, found: SettingUp) -> Told:
    if not found.has_people:
        said = at.say("Hand in the table of everybody. Bad rows can be corrected on the page.")
        return at.say("People"), said, "/start/people", at.say("Hand in the roster")
    here, departments = len(found.people), len(found.departments)
    said = at.say(
        "{people} {people:plural,person,people} in {departments} {departments:plural,department,departments}",
        people=here, departments=departments,
    )  # fmt: skip
    return at.say("People"), said, "/start/people", at.say("Hand in a newer one")


def _targets(at: PageReader, found: SettingUp) -> Told:
    told = at.say(
        "Goals begin with the policy's own targets. Others for single people or departments are proposed before the "
        "launch, as a table or typed."
    )
    address = f"/start/targets?cycle={datetime.now(UTC).year + 1}"
    return at.say("Targets"), told, address if found.has_people else "", at.say("Propose targets")


def _preview(at: PageReader) -> Told:
    said = at.say("Who takes part, with which goals, and who is left out and why. Nothing is recorded.")
    year = datetime.now(UTC).year + 1
    return at.say("Preview"), said, f"/cycles/new?cycle={year}", at.say("Preview {year}", year=str(year))


def _launch(at: PageReader, found: SettingUp) -> Told:
    if not found.cycles:
        said = at.say("The button below the preview launches exactly what the preview shows.")
        return at.say("Launch"), said, "", ""
    latest = found.cycles[-1]
    said = at.say("{cycle} is launched.", cycle=latest.title)
    return at.say("Launch"), said, f"/cycles/{latest.cycle}", at.say("See how it stands")
