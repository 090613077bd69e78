"""How things are written for people: stages, events and fields in words, numbers, days, bars and tables."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rich.table import Table
from rich.text import Text

from cairn.domain.cycle.stages import CycleStage
from cairn.domain.exact import HUNDRED, ZERO, exact, rounded
from cairn.domain.goal.stages import Stage, StageKind, stage_row
from cairn.domain.private_text import unreadable
from cairn.i18n import say, term
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.tables import Grid

NOTHING = "–"
STYLES: dict[StageKind, str] = {
    "absent": "dim",
    "waiting": "yellow",
    "sent_back": "red",
    "running": "green",
    "judged": "magenta",
    "settled": "blue",
    "ended": "dim",
    "dropped": "dim strike",
}
PERIOD_KINDS = (
    "month",
    "quarter",
    "half_year",
    "year",
    "subordinates",
)


def stage(at: Reader, name: Stage) -> Text:
    return Text(say(at.language, f"stage:{name}"), style=STYLES[stage_row(name).kind])


def task_name(at: Reader, name: str) -> str:
    """What somebody is waited for to do, by its name in the inbox."""
    return say(at.language, f"task:{name}")


def cycle_stage(at: Reader, name: CycleStage) -> str:
    return say(at.language, f"cycle_stage:{name}")


def field(at: Reader, name: str) -> str:
    return at.say(term("field", name))


LONGEST = 30  # digits before the point; a number with more is shown by its magnitude


def number(value: Decimal | Fraction | float | int | None, places: int = 2) -> str:
    """A number as people read it: grouped, rounded half up for the eye, no idle zeros."""
    if value is None:
        return NOTHING
    shown = rounded(exact(value), places)
    if shown.adjusted() >= LONGEST:
        return f"{shown:.{places}E}"
    text = format(shown, ",f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal | Fraction | None) -> str:
    return NOTHING if value is None else f"{number(value, 1)}%"


def day(value: date | None) -> str:
    return NOTHING if value is None else value.isoformat()


def left(at: Reader, until: datetime | None, now: datetime) -> Text:
    """How long until a deadline; red once it is past."""
    if until is None:
        return Text(NOTHING)
    days = (until.astimezone(UTC) - now.astimezone(UTC)) / timedelta(days=1)
    if days < 0:
        late = max(1, round(-days))
        return Text(at.say("{late} d late", late=late), style="red")
    if days < 1:
        return Text(at.say("due today"), style="yellow")
    return Text(at.say("{days} d left", days=int(days)), style="yellow" if days < 3 else "")


def span(at: Reader, seconds: float) -> str:
    """A stretch of time in the unit that fits it."""
    if seconds < 1:
        return at.say("{seconds:.0f} ms", seconds=seconds * 1000)
    if seconds < 120:
        return at.say("{seconds:.1f} s", seconds=seconds)
    return at.say("{seconds:.0f} min", seconds=seconds / 60)


def by_period(key: str) -> tuple[int, str]:
    """Sorts periods as people list them: months, quarters, half-years, the year."""
    return "MQHY".find(key[:1]), key


def bar(
    done: Decimal | Fraction | None,
    elapsed: Decimal | Fraction | None = None,
    width: int = 24,
    limit: bool = False,
) -> Text:
    """A bar of what is done (0 to 100); `┃` marks how much of the time is over. It reads without colour too. With
    `limit` it is what is used of something: then it is ahead of time that is bad."""
    if done is None:
        return Text("·" * width, style="dim")
    done, elapsed = exact(done), None if elapsed is None else exact(elapsed)
    full = int(min(max(done, ZERO), HUNDRED) * width / 100)
    behind = elapsed is not None and (done > elapsed if limit else done < elapsed)
    text = Text("█" * full, style="yellow" if behind else "green") + Text("░" * (width - full), style="dim")
    if elapsed is None or elapsed >= 100:
        return text
    mark = min(int(elapsed * width / 100), width - 1)
    return text[:mark] + Text("┃", style="bold") + text[mark + 1 :]


def grid(*headers: str, title: str | None = None, right: tuple[str, ...] = ()) -> Grid:
    """An empty table in the house's look; columns named in `right` hold numbers."""
    return Grid(headers, title, right)


def facts(*rows: tuple[str, object]) -> Table:
    """Names and values, one a line."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value if isinstance(value, Text) else Text(str(value)))
    return table


def words(at: Reader, given: Any) -> str:
    """What somebody wrote; where nobody can or may read it, why."""
    why = unreadable(given)
    return str(given) if why is None else at.say(f"unreadable:{why.value}")


def value(at: Reader, given: Any) -> str:
    """Any value of an event in one line."""
    if unreadable(given):
        return words(at, given)
    match given:
        case None | "":
            return NOTHING
        case bool():
            return at.say("yes" if given else "no")
        case dict() if "kind" in given:
            return measure(at, given)
        case {"title": title, "weight": weight, "measure": how}:  # a goal that an adjustment adds
            return f"{title} {percent(exact(weight))} {measure(at, how)}"
        case {"sha256": digest, "name": name, "size": size}:  # an attached file
            return f"{name} ({file_size(size)}, {digest[:12]})"
        case dict():
            return at.say("separator:clause").join(f"{key} {value(at, each)}" for key, each in given.items())
        case list() | tuple():
            return at.say("separator:list").join(value(at, each) for each in given)
        case str() if _is_number(given):
            return number(exact(given))
        case _:
            return str(given)


def file_size(octets: int) -> str:
    """A file's size: 812 B, 14 kB, 2.3 MB."""
    if octets < 1000:
        return f"{octets} B"
    return f"{octets / 1000:.0f} kB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"


def measure(at: Reader, given: dict[str, Any]) -> str:
    """How a goal is measured, in one line, from the measure as it is stored."""
    if given["kind"] != "kpi":
        listed = given.get("criteria") or given.get("outcomes") or ()
        kind = at.say(term("measure_kind", given["kind"]))
        return kind + at.say("separator:colon") + at.say("separator:item").join(listed)
    unit = given.get("unit") or ""
    sign = {"higher": "≥", "lower": "≤"}.get(given["direction"], "=")
    if given["direction"] == "range":
        return f"{figure(at, given['lower'])}–{figure(at, given['upper'])} {unit}".strip()
    parts = [f"{key} {sign}{figure(at, each)}" for key, each in (given.get("targets") or {}).items()]
    if given.get("target") is not None:
        parts.insert(0, f"{sign} {figure(at, given['target'])} {unit}".strip())
    if computed := given.get("computed"):
        parts.append(computed_from(at, computed))
    return at.say("separator:clause").join(parts) or at.say("no target")


def computed_from(at: Reader, computed: str | dict[str, Any]) -> str:
    """What a computed KPI is computed from, in words."""
    if computed == "children" or not isinstance(computed, dict):
        return at.say("mean of the goals that serve it")
    return at.say(
        "share of subordinates whose result reaches {value}",
        value=value(at, computed["subordinates_on_goal"]),
    )


WHOLE = re.compile(r"-?[0-9]+")


def figure(at: Reader, given: Any) -> str:
    """A value that is known to be a number: whole ones are grouped, too."""
    return number(exact(given)) if isinstance(given, str) and WHOLE.fullmatch(given) else value(at, given)


DECIMAL = re.compile(r"-?\d+\.\d+(E[+-]?\d+)?|-?\d+E[+-]?\d+|-?\d+/\d+", re.IGNORECASE)


def _is_number(text: str) -> bool:
    """Decimals and fractions are stored as text; whole numbers may be ids and are left as they are."""
    return DECIMAL.fullmatch(text) is not None
