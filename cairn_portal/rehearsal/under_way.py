"""A cycle that is under way today, beside a year that was played: launched late on the real clock, with what its people
have done so far, so that work waits for whoever signs in.

Its files are templates in which days are counted from today. No clock is moved: what its script says is done at once,
by the same commands as in a rehearsal, and each is recorded once however often it is begun anew.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Template

from temporalio.client import Client

from cairn.application import Application
from cairn.domain.calendar import ONE_DAY
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.policy import WorkingCalendar
from cairn.domain.schedule import local_day, months_later
from cairn.policies import parse
from cairn.settings import Settings
from cairn_portal.gateway import CommandGateway
from cairn_portal.rehearsal.acts import OnProgress, RefusedCommand, ScriptedActs
from cairn_portal.rehearsal.clock import RehearsalClock
from cairn_portal.rehearsal.drive import PATIENCE, RehearsalStopped, wait_for_goals
from cairn_portal.rehearsal.participants import Participants
from cairn_portal.rehearsal.queries import open_script_tables
from cairn_portal.rehearsal.script import RehearsalScript, load_script
from projections.engine import catch_up

FOLDER = "running"
"""The templates, beside the year's script; the files made from them, in the rehearsal's own folder."""
INTO_THE_MONTH = timedelta(days=20)
"""So many days of the present month are over: on any day of the year there is something to see, and some to come."""
BEFORE = 2
"""So many months of the cycle have ended."""
SHOWN = ("inbox", "case", "progress", "score", "dashboard", "notice")
"""The read models that whoever signs in looks at first."""
SHOWN_WITHIN = 60.0
"""Seconds that they may be behind the log."""


def days_of(today: date) -> Mapping[str, date]:
    """The days that the templates name: the cycle's first and last, the one before, today and the one before."""
    starts = months_later(today - INTO_THE_MONTH, -BEFORE)
    return {
        "starts": starts, "ends": months_later(starts, 12) - ONE_DAY, "before": starts - ONE_DAY, "today": today,
        "yesterday": today - ONE_DAY,
    }  # fmt: skip


def running_policy(text: str) -> str:
    """The company's policy under a name without its year. Its metrics are others: what is fed today must not change
    what was scored in the year that was played."""
    text = re.sub(r"(?m)^(name: \w+?)_\d{4}$", r"\1", text)
    text = re.sub(r"(?m)^title: .*$", lambda title: re.sub(r" \d{4}( \w)?", "", title[0]), text)
    return re.sub(r"(?m)^(\s+metric: )", rf"\1{FOLDER}.", text)


def write_script(company: Path, into: Path, today: date | None = None) -> RehearsalScript:
    """The script made from a company's templates. Files that are there stay: who goes on with an earlier run keeps its
    days. `today` is by default that of the policy's time zone."""
    if not into.exists():
        policy = (company / "policy.yaml").read_text(encoding="utf-8")
        days = days_of(today or _today(parse(policy, source="policy.yaml").calendar))
        draft = into.with_name(f"{into.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        for each in sorted((company / FOLDER).rglob("*")):
            if each.is_file():
                _write(
                    draft / each.relative_to(company / FOLDER),
                    Template(each.read_text(encoding="utf-8")).substitute(days),
                )
        _write(draft / "policy.yaml", running_policy(policy))
        draft.rename(into)
    return load_script(into / "cycle.yaml")


def _today(calendar: WorkingCalendar) -> date:
    return local_day(datetime.now(UTC), calendar)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


async def bring_under_way(
    settings: Settings,
    script: RehearsalScript,
    application: Application,
    client: Client,
    on_progress: OnProgress,
) -> Sequence[RefusedCommand]:
    """Launches the script's cycle for the people in the log and has everybody do what it says; returns what the rules
    refused. A worker must be running; one that was interrupted goes on where it was."""
    gateway = CommandGateway(client, settings.task_queue, PATIENCE)
    plan = await _launched(script, application, gateway)
    goals = [goal.goal for sheet in plan.sheets for goal in sheet.goals]
    await wait_for_goals(client, script.cycle.id, len(goals), on_progress)
    today = max(script.days())
    acts = ScriptedActs(
        script, script.folder, open_script_tables(script, script.folder), application, client, gateway,
        RehearsalClock(client, 0), Participants(await application.people.roster(today), script.hr), plan,
        on_progress,
    )  # fmt: skip
    await acts.cases.learn()
    for number, act in enumerate(script.acts):
        instant = datetime.now(UTC) - (today - act.on)
        await acts.perform(act, f"{script.cycle.id}:{number}", instant)
    sealed = await application.ledger.sealed_position()
    for model in SHOWN:
        await catch_up.wait_for(application.pool, model, sealed, SHOWN_WITHIN)
    return acts.refused


async def _launched(script: RehearsalScript, application: Application, gateway: CommandGateway) -> LaunchPlan:
    """Launches the cycle as of today: what has passed of goal setting by then comes after it."""
    cycles, dates = application.cycles, script.cycle
    if not (await cycles.load(dates.id)).version:
        text = (script.folder / script.policy).read_text(encoding="utf-8")
        adopted = await application.policies.adopt(text, script.policy, script.hr, datetime.now(UTC))
        shift = max(script.days())
        plan, _ = await cycles.preview(
            dates.id, dates.title, dates.starts, dates.ends, adopted.reference, script.language, shift=shift
        )
        fields = {
            "title": dates.title, "starts": dates.starts.isoformat(), "ends": dates.ends.isoformat(),
            "policy": adopted.reference, "seen": plan.digest, "language": script.language,
            "shift": shift.isoformat(),
        }  # fmt: skip
        outcome = await gateway.cycle(dates.id, "launch", script.hr, fields, f"launch-{plan.digest}")
        # A launch that an ended run had asked for may come first; it is the same one.
        if outcome.refused and not (await cycles.load(dates.id)).version:
            raise RehearsalStopped(outcome.refused)
    return await cycles.launched_plan(dates.id)
