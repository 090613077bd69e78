"""What people write about each other is found in clear nowhere: not in the ledger's cluster, read models or a backup,
not in Temporal's files, no log, no process's arguments; whoever may read it reads all of it."""

import asyncio
import base64
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest_asyncio

from cairn.application.cases import KINDS
from cairn.application.people import People
from cairn.application.repository import to_appends
from cairn.application.stored_events import to_events
from cairn.application.viewings import Viewings
from cairn.domain.cycle.events import CycleClosed
from cairn.domain.event import Event
from cairn.domain.identity import by_system
from cairn.domain.private_text import in_private, private_parts
from cairn.domain.registry import EVENTS, decode
from cairn.domain.sheet.events import (
    GradeMove,
    RestatementDecided,
    RestatementHeard,
    RestatementProposed,
    RestatementVoted,
    ResultIssued,
)
from cairn.ledger import StoredEvent
from cairn.privacy import PrivateLedger, wrapping_keys
from cairn_portal.servers import postgres, process
from tests.faults.conftest import Site
from tests.portal.conftest import ROSTER, Cairn, environment
from tests.specs.company import CHEN, LI, LIN, QIAN, REVENUE, WANG
from tests.specs.stored_cases import CASE_EXAMPLES
from tests.workflows.company import eventually

SECRET = "zaunkoenigin"
"""A word in everything that is written here, and nowhere else."""
PUBLIC = "Wachteldienst"
"""A word of a goal's title, by which the search is known to find what is there."""
CYCLE, TODAY = "words", date.today()
STARTS = TODAY - timedelta(days=150)
POLICY = f"""
name: words
title: {{zh: 制度, en: Plan}}
families:
  sales:
    name: {{zh: 销售, en: Sales}}
    periods: {{quarter: 40, year: 60}}
    template:
      - {{key: revenue, kind: kpi, title: {{zh: {PUBLIC}, en: {PUBLIC}}}, weight: 60, target: 1200, unit: t, metric: m}}
      - {{key: task, kind: key_task, title: {{zh: 任务, en: Task}}, weight: 20, criteria: [tried by users]}}
      - {{key: learn, kind: capability, dimension: capability, title: {{zh: 谈判, en: Talk}}, weight: 10,
         outcomes: [x]}}
      - {{key: calls, kind: kpi, title: {{zh: 电话, en: Calls}}, weight: 10, target: 100, aggregation: mean,
         form: call}}
incidents:
  praise: {{title: {{zh: 表扬, en: Praise}}, points: 1}}
forms:
  call: {{title: {{zh: 电话, en: Call}}, criteria: {{greeting: {{title: {{zh: 问候, en: Greeting}}, weight: 10}}}}}}
curves:
  standard: {{kind: linear}}
grades:
  - {{grade: A, points: 90, coefficient: 1.2}}
  - {{grade: B, points: 0, coefficient: 1}}
"""
PEOPLE = ROSTER.replace(
    "E2,郑雨桐,D1,客户经理,销售,M1,2020-01-01,,", "E2,郑雨桐,D1,客户经理,销售,M1,2020-01-01,,委员"
)
PEOPLE = PEOPLE.replace(
    "E3,吴浩然,D1,客户经理,销售,M1,2020-01-01,,", "E3,吴浩然,D1,客户经理,销售,M1,2020-01-01,,委员"
)
REFUSED = {"CaseSignalRefused"}
REACHED_BY_NO_COMMAND = {"CycleSignalRefused"}
"""Events with facts that nobody's words can be in: what is typed for a cycle says nothing about anybody."""


def words(of: str) -> str:
    return f"{SECRET} {of}"


class Written:
    """A cycle in which everything that can be written is written, at the command line."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.cairn = Cairn(environment(site.settings))
        self.wrapping = wrapping_keys(site.settings_of_servers())
        self.ledger = PrivateLedger(site.pool, self.wrapping)

    async def does(self, *typed: str) -> None:
        done = await self.cairn(*typed)
        assert done.code == 0, (typed, done.out, done.err)

    async def erases(self, whom: str) -> None:
        """HR orders it; without the login that owns the ledger it is refused."""
        typed = ("people", "erase", whom, "--reason", words("erased"), "--by", "H1", "--yes")
        assert (await self.cairn(*typed)).code == 2
        owner = postgres.address(self.site.settings.home)
        done = await self.cairn(*typed, CAIRN_MIGRATION_DATABASE=owner)
        assert done.code == 0, done.err

    async def prepared(self) -> None:
        for name, text in (("policy.yaml", POLICY), ("roster.csv", PEOPLE)):
            (self.folder / name).write_text(text, encoding="utf-8")
        await self.does("policy", "adopt", str(self.folder / "policy.yaml"), "--by", "H1")
        await self.does("roster", "import", str(self.folder / "roster.csv"), "--by", "H1")
        dates = ("--starts", str(STARTS), "--ends", str(STARTS + timedelta(days=364)))
        await self.does("cycle", "launch", CYCLE, *dates, "--policy", "words", "--by", "H1", "--yes")

    def goal(self, owner: str, number: int) -> str:
        return f"goal-{CYCLE}-{owner}-{number}"

    async def of_goals(self) -> None:
        kpi, task, talk = (self.goal("E1", n) for n in (1, 2, 3))
        await self.does("goal", "interview", kpi, "--agreed", words("agreed"), "--by", "M1")
        await self.does("goal", "submit", kpi, task, talk, self.goal("E1", 4), "--by", "E1")
        await self.does("goal", "return", kpi, "--comment", words("returned"), "--by", "M1")
        await self.does("goal", "submit", kpi, "--by", "E1")
        await self.does("goal", "approve", kpi, task, talk, "--comment", words("approved"), "--by", "M1")
        for how, *further in (("decline", "--reason", words("declined")), ("confirm",)):
            await self.does("goal", "adjust", kpi, "--target", "1100", "--reason", words("why"), "--by", "E1")
            await self.does("goal", how, kpi, *further, "--by", "M1")
        await self.does("goal", "confirm", kpi, "--by", "H1")
        await self.does("goal", "check-in", talk, "--note", words("note"), "--by", "E1")
        taken = ("--number", "1", "--reason", words("taken back"))
        await self.does("goal", "withdraw-check-in", talk, *taken, "--by", "E1")
        evidence = ("--criterion", "1", "--evidence", words("evidence"))
        await self.does("goal", "accept", task, *evidence, "--by", "M1")
        rated = ("--points", "80", "--period", "Q1", "--comment", words("rated"))
        await self.does("goal", "assess", talk, *rated, "--by", "M1")
        waived = ("--period", "Q1", "--reason", words("not brought"))
        await self.does("goal", "score-without", kpi, *waived, "--by", "H1")
        await self.of_what_stands_still(kpi)
        await self.does("goal", "pause", talk, "--reason", words("paused"), "--by", "H1")
        moved = ("--manager", "E3", "--effective", str(TODAY), "--reason", words("passes"))
        await self.does("goal", "change-manager", task, *moved, "--by", "H1")
        await self.of_calls(self.goal("E1", 4))
        await self.ended()

    async def of_calls(self, calls: str) -> None:
        await self.does("goal", "approve", calls, "--by", "M1")
        heard = ("--mark", "greeting=none", "--note", words("read out a card number"))
        await self.does("goal", "evaluate", calls, *heard, "--by", "M1")
        wrong = ("--evaluation", "1", "--reason", words("another call"))
        await self.does("goal", "withdraw-evaluation", calls, *wrong, "--by", "M1")

    async def of_what_stands_still(self, goal: str) -> None:
        waiting = self.goal("E3", 2)
        await self.does("goal", "submit", waiting, "--by", "E3")
        await self.does("goal", "urge", waiting, "--note", words("urged"), "--by", "H1")
        await self.does("goal", "recall", waiting, "--reason", words("back"), "--by", "E3")
        facts = ("--kind", "internal_gap", "--facts", words("3 of 5 offers came back"))
        await self.does("goal", "diagnose", goal, *facts, "--by", "M1")
        await self.does("goal", "close-diagnosis", goal, "1", "--reason", words("over"), "--by", "M1")

    async def ended(self) -> None:
        first, second = self.goal("E2", 1), self.goal("E2", 2)
        await self.does("goal", "cancel", first, "--reason", words("cancelled"), "--by", "H1")
        superseded = ("--replacement", self.goal("E2", 3), "--reason", words("superseded"))
        await self.does("goal", "supersede", second, *superseded, "--by", "H1")

    async def of_the_committee(self) -> None:
        """H1 has no manager: the committee judges, two of three members have to agree."""
        goal = self.goal("H1", 1)
        await self.does("goal", "submit", goal, "--by", "H1")
        for member in ("M1", "E2"):
            await self.does("goal", "approve", goal, "--comment", words(member), "--by", member)

    async def of_sheets(self) -> None:
        until = str(TODAY + timedelta(days=10))
        sheet = f"{CYCLE}-E3-1"
        await self.does("sheet", "extend", sheet, "--until", until, "--reason", words("late"), "--by", "H1")
        waived = ("--dimension", "capability", "--reason", words("without"))
        await self.does("sheet", "waive", sheet, *waived, "--by", "H1")
        happened = ("praise", "--reason", words("saved the fair"))
        await self.does("sheet", "record-incident", sheet, *happened, "--by", "H1")
        await self.does(
            "sheet", "withdraw-incident", sheet, "1", "--reason", words("told twice"), "--by", "H1"
        )
        await self.of_a_restatement(f"sheet-{sheet}")

    async def of_a_restatement(self, sheet: str) -> None:
        """As commands record it once a score is settled, which none is here yet."""
        told: dict[str, Any] = {"sheet": sheet, "restatement": "R1", "by": "H1", "at": datetime.now(UTC)}
        events: list[Event] = [
            RestatementProposed(cause="corrected", period="Q1", reason=words("slip"), **told),
            RestatementHeard(said=words("said"), **told),
            RestatementVoted(vote="for", comment=words("voted"), **told),
            RestatementDecided(accepted=False, heard=words("heard"), reason=words("decided"), **told),
        ]
        version = await self.ledger.version_of(sheet)
        await self.ledger.append(to_appends(events, {sheet: version}, by_system(sheet, "restated")))

    async def of_a_years_end(self) -> None:
        """As commands record it once results are out, which none are here: of another cycle."""
        said: dict[str, Any] = {"by": "H1", "at": datetime.now(UTC)}
        move = GradeMove(case="calibration-elsewhere-company-1", computed="B", reason=words("moved"), by="H1")
        events: list[Event] = [
            ResultIssued(
                sheet="sheet-elsewhere-E3-1", number=2, cause="calibrated", points=Fraction(80), rounded=Decimal(80),
                grade="A", coefficient=Decimal(1), mix={}, periods=(), policy="words@1", moved=move, **said,
            ),
            CycleClosed(cycle="elsewhere", goals=1, without=("result-elsewhere-E3-1",), reason=words("closed"), **said),
        ]  # fmt: skip
        for event in events:
            command = by_system(event.stream, "written")
            await self.ledger.append(to_appends([event], {event.stream: 0}, command))

    async def of_the_policy(self) -> None:
        """Another version takes effect in mid-cycle, by the committee's votes."""
        later = self.folder / "later.yaml"
        later.write_text(f"{POLICY}deadlines: {{results_due: 20}}\n", encoding="utf-8")
        amended = ("cycle", "amend", CYCLE, str(later), "--reason", "later", "--by", "H1", "--yes")
        await self.does(*amended)
        for member in ("M1", "E2"):
            await self.does("cycle", "vote", CYCLE, "for", "--comment", words(member), "--by", member)
        heard = ("--heard", words("heard"), "--heard-on", str(TODAY), "--told", words("told"))
        await self.does("cycle", "enact", CYCLE, *heard, "--by", "H1")

    async def of_people(self) -> None:
        later, by = str(TODAY + timedelta(days=30)), ("--by", "H1")
        last = ("--last-day", str(TODAY + timedelta(days=20)))
        await self.does("people", "leave", "E3", *last, "--reason", words("leaves"), *by)
        await self.does("people", "leave", "E3", "--stays", "--reason", words("stays"), *by)
        await self.does(
            "people", "move", "E3", "--from", later, "--title", "x", "--reason", words("moves"), *by
        )
        await self.does("people", "away", "E1", "--from", str(TODAY), "--reason", words("ill"), *by)
        await self.does("people", "return", "E1", "--on", later, "--reason", words("well"), *by)
        named = ("--delegate", "E2", "--from", later, "--reason", words("delegates"))
        await self.does("people", "delegate", "M1", *named, *by)
        await self.erases("M1")
        await self.does("people", "delegate", "M1", "--nobody", *named[2:], *by)

    async def of_looking(self) -> None:
        """As the pages record it: the command line looks as nobody."""
        people = (await People(self.ledger).roster()).by_id()
        await Viewings(self.ledger).begin(people["H1"], people["E1"], words("looked"), datetime.now(UTC))

    async def of_cases(self) -> None:
        """Whatever a case of each kind can hold, as commands record it."""
        for kind in KINDS.values():
            holder = "department.D1" if kind.name == "request" else "E1"
            stream = f"{kind.name}-{CYCLE}-{holder}-1"
            begun, others = kind.opened_by, [each for each in CASE_EXAMPLES if isinstance(each, kind.events)]
            others += [each for each in CASE_EXAMPLES if each.type in REFUSED]
            examples = sorted(others, key=lambda each: not isinstance(each, begun))
            events = [self.as_written_here(each, stream) for each in examples]
            await self.ledger.append(to_appends(events, {stream: 0}, by_system(stream, "written")))

    def as_written_here(self, example: Event, stream: str) -> Event:
        """The example with this company's people and goal, and with the word in all that is private."""
        here = {LI: "H1", LIN: "E1", WANG: "M1", QIAN: "E2", CHEN: "E3", REVENUE: self.goal("E1", 1)}
        told = in_private(
            example.model_dump(mode="json"),
            private_parts(type(example)),
            lambda value, path: {**value, "said": words(path)} if isinstance(value, dict) else words(path),
        )
        text = json.dumps(told | {"case": stream})
        for there, name in here.items():
            text = text.replace(f'"{there}"', f'"{name}"')
        return decode(example.type, text)

    async def of_refusals(self) -> None:
        goal = self.goal("E3", 1)
        refused = await self.cairn("goal", "return", goal, "--comment", words("refused"), "--by", "M1")
        assert refused.code == 1
        workflow = self.site.client.get_workflow_handle(goal)
        for fields in (
            {"comment": [words("listed")]},
            {"comment": "x", "coment": words("misspelt")},
            {"comment": SECRET * 2000},
        ):
            await workflow.signal("return", {"by": "M1", "fields": fields})

        async def recorded() -> bool:
            rows = await self.ledger.read_stream(goal)
            return [row.type for row in rows].count("SignalRefused") == 3

        await eventually(recorded)

    async def all(self) -> None:
        await self.prepared()
        await self.of_goals()
        await self.of_the_committee()
        await self.of_sheets()
        await self.of_the_policy()
        await self.of_cases()
        await self.of_a_years_end()
        await self.of_people()
        await self.of_looking()
        await self.of_refusals()
        await self.does("cycle", "status", CYCLE)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def written(site: Site, tmp_path_factory: Any) -> AsyncIterator[Written]:
    made = Written(site, tmp_path_factory.mktemp("words"))
    await made.all()
    yield made


def forms(word: str) -> Iterator[bytes]:
    """The word as texts, JSON, Base64 at any place, hexadecimal digits and UTF-16 would hold it."""
    raw = word.encode()
    yield raw
    yield raw.hex().encode()
    yield word.encode("utf-16-le")
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        yield whole[4 if before else 0 : -4]


def found_in(content: bytes, word: str) -> bool:
    lowered = content.lower()
    return any(each in content or each.lower() in lowered for each in forms(word))


def files_with(folder: Path, word: str) -> list[str]:
    files = [each for each in folder.rglob("*") if each.is_file()]
    return sorted(str(each.relative_to(folder)) for each in files if found_in(each.read_bytes(), word))


async def output(*command: str | Path) -> bytes:
    """What a program prints."""
    return await asyncio.to_thread(subprocess.check_output, command)


def carries_words(row: StoredEvent) -> bool:
    found: list[str] = []
    parts = private_parts(EVENTS[row.type])
    [event] = to_events([row])
    in_private(event.model_dump(mode="json"), parts, lambda value, path: found.append(str(value)))
    return any(SECRET in each for each in found)


async def test_everything_that_can_be_written_was_written_and_is_read_again(written: Written) -> None:
    await written.ledger.wait_types_sealed(["SignalRefused"], 10)
    rows = await written.ledger.read_sealed(after=0)
    said = {row.type for row in rows if carries_words(row)}
    assert {name for name, event in EVENTS.items() if private_parts(event)} - said == REACHED_BY_NO_COMMAND


async def test_no_file_of_the_installation_holds_a_word_of_it(written: Written) -> None:
    """The ledger's cluster with its write-ahead log, Temporal's database, and every log."""
    home = written.site.settings.home
    admin = await asyncpg.connect(postgres.address(home))
    await admin.execute("checkpoint")
    await admin.close()
    public = files_with(home, PUBLIC)
    assert any(name.startswith("postgres/") for name in public)
    assert any(name.startswith("temporal/") for name in files_with(home, f"goal-{CYCLE}-E1-1"))
    assert {"logs/postgres.log", "logs/worker.log"} <= {str(p.relative_to(home)) for p in home.rglob("*.log")}
    assert files_with(home, SECRET) == []


async def test_no_table_and_no_backup_holds_a_word_of_it(written: Written, tmp_path: Path) -> None:
    settings = written.site.settings_of_servers()
    programs = postgres.programs_for(postgres.MAJOR)
    dsn = postgres.address(settings.home)
    dumped = await output(programs / "pg_dump", "--dbname", dsn)
    assert found_in(dumped, PUBLIC) and b"text_key" in dumped and not found_in(dumped, SECRET)
    environ = environment(settings)
    done = await Cairn({**environ, "CAIRN_DATABASE": dsn})("backup", str(tmp_path / "backup"), "--lang", "en")
    assert done.code == 0 and "apart from it" in done.err, done.err
    kept = await output(programs / "pg_restore", "--file", "-", tmp_path / "backup" / "log.dump")
    assert found_in(kept, PUBLIC) and not found_in(kept, SECRET)


async def test_no_process_of_ours_has_a_word_of_it_among_its_arguments(written: Written) -> None:
    for server in process.recorded(written.site.settings.home):
        for each in (psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)):
            assert SECRET not in " ".join(each.cmdline())


async def test_whoever_may_read_the_words_reads_them_and_nobody_else(written: Written) -> None:
    goal = written.goal("E1", 1)
    for typed in (("replay", goal), ("goal", "show", goal), ("goal", "check-ins", written.goal("E1", 3))):
        for reader in ("E1", "M1", "H1"):
            told = await written.cairn(*typed, "--as", reader, "--json")
            if typed[0] == "replay":
                assert told.code == 0 and SECRET in told.out, told.err
        other = await written.cairn(*typed, "--as", "E2", "--json")
        assert other.code == 0 and SECRET not in other.out, other.err
    hidden = (await written.cairn("replay", goal, "--as", "E2", "--lang", "en")).out
    assert "you may not read it" in " ".join(hidden.split())
    [story] = [
        each["facts"]
        for each in (await written.cairn("replay", goal, "--as", "E2", "--json")).json["events"]
        if each["type"] == "GoalReturned"
    ]
    assert story["comment"] == {"unreadable": "hidden"}


async def test_lists_never_hold_words(written: Written) -> None:
    for reader in ((), ("--as", "E2"), ("--as", "E1")):
        told = await written.cairn("goal", "list", "--cycle", CYCLE, *reader, "--json")
        assert told.code == 0 and SECRET not in told.out


async def test_what_was_erased_is_gone_and_all_else_goes_on(written: Written) -> None:
    """It comes last: what was written about E1 is gone for good."""

    async def all_there() -> dict[str, Any] | None:  # what is due by now comes a moment after its approval
        told = (await written.cairn("verify-scores", CYCLE, "--json")).json
        # What the raters' appraisal came to is made up: it stands here for its words.
        others = [each for each in told["differences"] if not each["of"].startswith("appraisal-")]
        return None if others or told["missing"] or told["unread"] else told

    before = await eventually(all_there)
    await written.erases("E1")
    goal = written.goal("E1", 1)
    for typed in (("replay", goal), ("goal", "show", goal), ("goal", "check-ins", written.goal("E1", 3))):
        told = await written.cairn(*typed, "--json")
        assert told.code == 0 and SECRET not in told.out, told.err
    story = (await written.cairn("replay", goal, "--json")).json["events"]
    said = {each["type"]: each["facts"] for each in story}
    assert said["GoalReturned"]["comment"] == {"unreadable": "erased"}
    assert said["GoalAdjusted"]["draws"] and said["GoalReturned"].keys() == {"comment", "acting_for"}
    in_words = (await written.cairn("replay", goal, "--lang", "en")).out
    assert "erased: the key to these words is gone" in " ".join(in_words.split())
    others = await written.cairn("replay", written.goal("E2", 1), "--json")
    assert SECRET in others.out
    assert (await written.cairn("ledger", "verify")).code == 0
    assert (await written.cairn("verify-scores", CYCLE, "--json")).json == before
    again = ("--on", str(TODAY), "--reason", words("since then"), "--by", "H1")
    await written.does("people", "return", "E1", *again)
    rows = await PrivateLedger(written.site.pool, written.wrapping).read_stream("person-E1")
    assert [carries_words(row) for row in rows if row.type == "PersonReturned"] == [False, True]
