"""Handing results over at the command line: looked at, made, given to payroll, lowered by two, compared."""

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest_asyncio

from cairn.application import Application
from cairn.application.repository import to_appends
from cairn.domain.event import SYSTEM
from cairn.domain.identity import by_system
from cairn.domain.sheet.events import ResultIssued
from cairn.privacy import require_wrapping_keys
from cairn.settings import Settings
from tests.databases import Databases
from tests.pages.conftest import serving
from tests.portal.conftest import POLICY, ROSTER, Answer, Cairn, company_of_its_own, environment

PAYING = """
scoring: {settles_after: 0}
pay: {of: coefficient}
handover: {elements: [pay, coefficient], lists: {promotion: [A]}}
"""
YEAR = str(date.today().year + 1)


@dataclass
class Payday:
    """A company with results, a terminal, and a folder with HR's table."""

    cairn: Cairn
    application: Application
    folder: Path
    own: Settings

    async def does(self, name: str, *typed: str, by: str = "H1") -> Answer:
        return await self.cairn("handover", name, *typed, "--by", by)

    async def previewed(self) -> Any:
        said = await self.does("preview", "--amounts", str(self.folder / "amounts.csv"), "--json")
        assert said.code == 0, said.err
        return said.json

    async def made(self) -> Answer:
        digest = (await self.previewed())["digest"]
        return await self.does(
            "make", "--seen", digest, "--amounts", str(self.folder / "amounts.csv"), "--json"
        )

    async def has_result(self, person: str, coefficient: str, grade: str, number: int = 1) -> None:
        sheet, ledger = f"sheet-{YEAR}-{person}-1", self.application.ledger
        event = ResultIssued(
            sheet=sheet, number=number, points=Fraction(80), rounded=Decimal(80), grade=grade,
            coefficient=Decimal(coefficient), mix={}, periods=(), policy="tiny@1", by=SYSTEM,
            at=datetime.now(UTC) - timedelta(days=7),
        )  # fmt: skip
        version = await ledger.version_of(sheet)
        await ledger.append(to_appends([event], {sheet: version}, by_system(sheet, f"result:{number}")))


@asynccontextmanager
async def paying(settings: Settings, databases: Databases, temporal_server: str, folder: Path) -> Any:
    (folder / "policy.yaml").write_text(POLICY + PAYING, encoding="utf-8")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (folder / "amounts.csv").write_text("工号,金额\nE1,10000\nE2,8000\n", encoding="utf-8")
    namespace = f"payday-{uuid4().hex[:8]}"  # it belongs to one ledger, and each test has one
    async with company_of_its_own(namespace, settings, databases, temporal_server, folder) as own:
        cairn = Cairn(environment(own))
        done = await cairn("cycle", "launch", YEAR, "--by", "H1", "--yes")
        assert done.code == 0, done.err
        keys = require_wrapping_keys(own)
        async with Application.open(own.database or "", keys, name="payday-tests", size=4) as application:
            yield Payday(cairn, application, folder, own)


@pytest_asyncio.fixture(loop_scope="session")
async def payday(
    settings: Settings, databases: Databases, temporal_server: str, tmp_path: Path
) -> AsyncIterator[Payday]:
    async with paying(settings, databases, temporal_server, tmp_path) as made:
        for person in ("E1", "E2"):
            await made.has_result(person, "1", "B")
        yield made


async def test_from_the_preview_to_what_payroll_has(payday: Payday) -> None:
    cairn, folder = payday.cairn, payday.folder
    nothing_yet = await cairn("handover", "show")
    assert nothing_yet.code == 1 and "handover-" in nothing_yet.err
    plan = await payday.previewed()
    assert {each["person"]: each["why"] for each in plan["left_out"]} == {
        "E3": "no_result", "H1": "no_result", "M1": "no_result",
    }  # fmt: skip
    by_somebody = await payday.does("preview", by="E1")
    assert by_somebody.code == 1 and "HR" in by_somebody.err
    unseen = await payday.does("make", "--seen", "0123", "--amounts", str(folder / "amounts.csv"))
    assert unseen.code == 1 and plan["digest"] in unseen.err
    made = await payday.made()
    assert made.json["events"][:2] == ["HandoverMade", "EntriesMade"]
    assert (await payday.made()).json["events"] == []
    inbox = (await cairn("inbox", "--by", "H1", "--json")).json
    assert "acknowledge" in {each.get("step") for each in inbox}

    written = await cairn("handover", "export", "--batch", "1", "--out", str(folder / "batch.csv"))
    assert written.code == 0, written.err
    with (folder / "batch.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["person"], row["element"], row["amount"]) for row in csv.DictReader(file)]
    assert rows == [
        ("E1", "coefficient", "1"), ("E1", "pay", "10000.00"), ("E2", "coefficient", "1"), ("E2", "pay", "8000.00"),
    ]  # fmt: skip
    again = await cairn("handover", "export", "--batch", "1")
    assert again.out.replace("\r\n", "\n") == (folder / "batch.csv").read_text("utf-8-sig")
    theirs = folder / "theirs.csv"
    theirs.write_text((folder / "batch.csv").read_text("utf-8-sig"), encoding="utf-8")
    same = await cairn("handover", "reconcile", str(theirs), "--by", "H1")
    assert same.code == 0, same.out
    theirs.write_text("person,element,amount\nE1,pay,9000\nE9,pay,5\n", encoding="utf-8")
    other = await cairn("handover", "reconcile", str(theirs), "--by", "H1", "--json")
    found = {
        (each["person"], each["element"]): (each["kind"], each["row"]) for each in other.json["differences"]
    }
    assert other.code == 1 and found["E1", "pay"] == ("other", 2) and found["E9", "pay"] == ("unknown", 3)
    assert found["E2", "pay"] == ("missing", None)
    assert (other.json["by"], other.json["compared"], other.json["differing"]) == ("H1", 4, len(found))
    told = (await cairn("replay", f"handover-{YEAR}-company-1", "--as", "H1", "--json")).json["events"]
    kept = [each["facts"] for each in told if each["type"] == "HandoverReconciled"]
    assert [(each["compared"], each["differing"]) for each in kept] == [(4, 0), (4, len(found))]
    assert kept[1]["table"] == sha256(theirs.read_bytes()).hexdigest(), "which file it was"
    shown = (await cairn("handover", "show", "--json")).json["reconciled"]
    assert (shown["by"], shown["differing"]) == ("H1", len(found))
    theirs.write_text("person,element,amount\nE1,pay,much\n", encoding="utf-8")
    assert (await cairn("handover", "reconcile", str(theirs), "--by", "H1")).code == 1

    acknowledged = await payday.does("acknowledge", "--batch", "1", "--json")
    assert acknowledged.json["events"] == ["MessageTaken"]
    shown = (await cairn("handover", "show", "--of", "E1", "--json")).json
    assert shown["messages"][0]["taken_at"] and len(shown["entries"]) == 2
    for language in ("zh", "en"):
        for typed in (
            ["show", "--batch", "1"],
            ["show", "--story"],
            ["reconcile", str(folder / "batch.csv"), "--by", "H1"],
        ):
            said = await cairn("handover", *typed, "--lang", language)
            assert said.code == 0 and ":" not in said.out.split("\n")[1], said.out


async def test_a_program_sees_the_same_preview_and_nobody_but_hr(payday: Payday) -> None:
    plan, place = await payday.previewed(), f"/handover/handover-{YEAR}-company-1/preview"
    amounts = {"E1": {"amount": "10000"}, "E2": {"amount": "8000"}}
    async with (
        serving(payday.own, YEAR) as served,
        served.api("H1") as hr,
        served.api("E1") as employee,
    ):
        seen = await hr.post(place, json={"amounts": amounts})
        wrong = await hr.post(place, json={"amounts": {"E1": {"sum": 1}}})
        refused = await employee.post(place, json={"amounts": amounts})
    assert seen.status_code == 200, seen.text
    assert (seen.json()["digest"], seen.json()["made"]) == (plan["digest"], plan["made"])
    assert wrong.status_code == 422
    assert (refused.status_code, refused.json()["code"]) == (403, "case.not-yours")


async def test_a_lowering_waits_for_hr_and_the_committee(payday: Payday) -> None:
    assert (await payday.made()).code == 0
    await payday.has_result("E1", "0.8", "B", 2)
    plan = await payday.previewed()
    assert [each["person"] for each in plan["lowered"]] == ["E1"] and plan["made"] == []
    proposed = await payday.made()
    assert proposed.json["events"] == ["LoweringProposed"]
    for who in ("H1", "M1"):
        inbox = (await payday.cairn("inbox", "--by", who, "--json")).json
        assert "decide" in {each.get("step") for each in inbox}, who
    assert (await payday.does("agree", "1", by="E1")).code == 1
    assert (await payday.does("agree", "1", "--json")).json["events"] == ["LoweringAgreed"]
    done = await payday.does("agree", "1", "--json", by="M1")
    assert done.json["events"][:3] == ["LoweringAgreed", "HandoverMade", "EntriesMade"]
    shown = (await payday.cairn("handover", "show", "--of", "E1", "--json")).json
    assert [each["outcome"] for each in shown["lowerings"]] == ["agreed"]
    pay = [(each["amount"], each["reverses"]) for each in shown["entries"] if each["element"] == "pay"]
    assert pay == [("10000.00", None), ("-10000.00", 2), ("8000.00", None)]
    for typed in (("show",), ("show", "--story")):
        said = await payday.cairn("handover", *typed, "--lang", "en")
        assert said.code == 0 and "choice:" not in said.out
        story = await payday.cairn("handover", *typed)
        for untold in ("field:", "_by", "Decimal", "proposal", "way", "batch"):
            assert untold not in story.out, story.out
