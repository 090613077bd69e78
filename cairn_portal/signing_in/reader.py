"""Whoever reads a page or an answer: their language, and the clock by which they are told moments."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.requests import HTTPConnection

from cairn.i18n import Language, Message, say
from cairn.i18n.titles import Titles, title_in

NOTHING = "–"
LANGUAGE_COOKIE = "cairn_language"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class PageReader:
    """Somebody with a language and a time zone (IANA; None: UTC)."""

    language: Language
    zone: str | None = None
    titles: Titles = field(default_factory=dict, hash=False)

    def title(self, recorded: str) -> str:
        """A goal's title as this reader knows it."""
        return title_in(self.titles, recorded, self.language)

    def say(self, id: str | Message, /, **arguments: object) -> str:
        """A message as this reader understands it."""
        return say(self.language, id, **arguments)

    def moment(self, value: datetime | None) -> str:
        """A moment to the minute, by the clock of `zone`."""
        return (
            NOTHING if value is None else f"{value.astimezone(ZoneInfo(self.zone or 'UTC')):%Y-%m-%d %H:%M}"
        )

    def local_day(self, value: datetime) -> date:
        """A moment's day by the clock of `zone`."""
        return value.astimezone(ZoneInfo(self.zone or "UTC")).date()

    def in_zone(self, zone: str | None) -> "PageReader":
        """The same reader, told moments by the clock of a time zone."""
        return replace(self, zone=zone)


def language_of(request: HTTPConnection, otherwise: Language) -> Language:
    """The language somebody chose, else the first of ours that their browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    for language in LANGUAGES:
        if chosen == language:
            return language
    return accepted(request.headers.get("accept-language", ""), otherwise)


def accepted(header: str, otherwise: Language) -> Language:
    """The best of our languages in an Accept-Language header (RFC 9110, 12.5.4); a broken one asks for nothing."""
    best: tuple[float, Language] = (0.0, otherwise)
    for part in header.split(","):
        tag, _, quality = part.partition(";")
        weight = _quality(quality)
        for language in LANGUAGES:
            if tag.strip().lower().split("-")[0] == language and weight > best[0]:
                best = weight, language
    return best[1]


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
