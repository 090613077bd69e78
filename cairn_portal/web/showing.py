"""What pages show of goals and tasks, worked out before the template: tones, bars, figures, sentences."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.exact import exact
from cairn.domain.goal.stages import Stage, StageKind, stage_row
from cairn.domain.measure import Kpi
from cairn_portal.presenting.words import number
from cairn_portal.signing_in.reader import PageReader
from projections.models.progress import PeriodProgress, ProgressLine, sentence

TONES: dict[StageKind, str] = {
    "absent": "off",
    "waiting": "waiting",
    "sent_back": "late",
    "running": "running",
    "judged": "adjusting",
    "settled": "done",
    "ended": "off",
    "dropped": "off",
}
"""A goal's stage as a colour; the word beside it says the same."""
SOON = timedelta(days=3)


class Bar(NamedTuple):
    """A bar of what is done, in percent of its width; `mark` is how much of the time is over, None where it all is.
    With `limit` it is what is used of something. `tone` says whether it keeps up."""

    done: float
    mark: float | None
    limit: bool
    tone: str


def spread(counts: Mapping[str, int]) -> list[tuple[str, int, Bar]]:
    """How many there are of each kind, with its share of all as a bar."""
    total = sum(counts.values())
    return [
        (name, count, Bar(round(100 * count / total, 2), None, False, "done"))
        for name, count in counts.items()
    ]


class Progress(NamedTuple):
    """One goal's progress for the eye."""

    bar: Bar | None
    figures: str
    sentence: str
    pace: str


class Clock(NamedTuple):
    """How long until something is due: the words, and how they are toned."""

    words: str
    tone: str


def titled(words: str) -> str:
    """Words at the head of something: with a capital letter, where there is one."""
    return words[:1].upper() + words[1:]


def tone(stage: Stage) -> str:
    """How a stage is coloured."""
    return TONES[stage_row(stage).kind]


def clock(at: PageReader, until: datetime | None, now: datetime) -> Clock | None:
    """How long until a deadline, late once it is past."""
    if until is None:
        return None
    left = until.astimezone(UTC) - now.astimezone(UTC)
    days = left / timedelta(days=1)
    if days < 0:
        return Clock(at.say("{late} d late", late=max(1, round(-days))), "late")
    if days < 1:
        return Clock(at.say("due today"), "waiting")
    return Clock(at.say("{days} d left", days=int(days)), "waiting" if left < SOON else "off")


def progress(at: PageReader, line: ProgressLine | None, *, over: bool = False) -> Progress | None:
    """A goal's progress in the period that runs, of a cycle that is `over` in the whole of it; None where there is none
    to show."""
    if line is None:
        return None
    now, said = line.to_date if over else line.current, at.say(sentence(line, over=over))
    if now is None:
        return Progress(None, "", said, "")
    unit = (line.measure.unit or "") if isinstance(line.measure, Kpi) else ""
    figures = f"{number(now.actual)} / {number(now.target)} {unit}".strip()
    found = bar(now, running=not over)
    return Progress(found, figures, said, pace(at, found))


def bar(period: PeriodProgress, *, running: bool = True) -> Bar | None:
    """The bar of a period; None without data."""
    limit = period.used is not None
    amount = period.used if limit else period.done
    if amount is None:
        return None
    mark = float(period.elapsed) if running and period.elapsed < 100 else None
    return Bar(_within(amount), mark, limit, _tone(exact(amount), period, limit, mark))


def _tone(amount: Fraction, period: PeriodProgress, limit: bool, mark: float | None) -> str:
    if limit:
        if amount > 100:
            return "late"
        return "waiting" if mark is not None and amount > period.elapsed else "running"
    if amount >= 100:
        return "done"
    return "waiting" if amount < period.elapsed else "running"


def _within(amount: Decimal | Fraction) -> float:
    return round(float(min(max(exact(amount), Fraction(0)), Fraction(100))), 2)


def pace(at: PageReader, found: Bar | None) -> str:
    """Whether it keeps up, in a word: colour is never alone."""
    if found is None or found.mark is None:
        return ""
    if found.tone == "done":
        return at.say("reached")
    if found.tone == "late":
        return at.say("over the limit")
    if found.limit:
        return at.say("used too fast") if found.tone == "waiting" else at.say("within pace")
    return at.say("behind pace") if found.tone == "waiting" else at.say("on pace")
