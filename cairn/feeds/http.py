"""Readings from JSON that a web address answers with, page by page: all of them or none."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, unquote_plus, urljoin, urlsplit

from cairn.documents.cells import Cell, Given, quoted
from cairn.documents.mistakes import Place, mistake
from cairn.feeds.answers import Answer, Client
from cairn.feeds.feed import NEEDED, PARTS, Cursor, HttpSource, LinkHeader, NextLink, PageNumber
from cairn.feeds.files import check_columns
from cairn.feeds.invalid import FeedInvalid, FeedUnreadable
from cairn.feeds.readings import Raw
from cairn.i18n import message

MOST_PAGES = 1000
"""Pages of one run at most: a source that never ends is found out."""
ABSENT = object()
NO_OBJECT = Cell("", fault=message("feed:http-no-object"))
NOT_SINGLE = Cell("", fault=message("feed:http-not-single"))
Page = tuple[int, list[Any]]


def records(source: HttpSource, parameters: Mapping[str, str], days: tuple[date, date]) -> Iterator[Raw]:
    """Every row of every page; `days` are those before the window's first and its last, `parameters` fill other
    `{name}` of the address.

    Raises FeedInvalid where the address names what there is not, FeedUnreadable with the page and its reason.
    """
    names: dict[str, str] = {part: source.columns.get(part, part) for part in PARTS}
    wanted = {part: path for part, path in names.items() if part not in source.constants}
    constants: dict[str, Given] = dict(source.constants.items())
    pages = list(_pages(source, _filled_in(source.url, parameters, days)))
    _check_fields(source, [row for _, rows in pages for row in rows], wanted)
    for page, rows in pages:
        for number, row in enumerate(rows, 1):
            cells = {part: _cell(row, path) for part, path in wanted.items()}
            yield Raw(_name(source), number, {**cells, **constants}, names, page)


def _filled_in(url: str, parameters: Mapping[str, str], days: tuple[date, date]) -> str:
    after, upto = days
    known = {"after": after, "upto": upto, "before": upto + timedelta(days=1)}
    values = {**parameters, **{name: day.isoformat() for name, day in known.items()}}
    unknown = [name for name in re.findall(r"\{(\w*)\}", url) if name not in values]
    if unknown:
        told = mistake("feed:http-placeholder", name=quoted(unknown[0]), known=tuple(values))
        raise FeedInvalid([told.at(Place(path="source.url"))])
    return re.sub(r"\{(\w+)\}", lambda found: quote(values[found[1]], safe=""), url)


def _name(source: HttpSource) -> str:
    """What mistakes call the source: without its query, which may hold what is nobody's business."""
    parts = urlsplit(source.url)
    return f"{parts.hostname}{parts.path}"


def _pages(source: HttpSource, first: str) -> Iterator[Page]:
    """The rows of each page with its number. A page that comes again would count twice, and is refused."""
    client, paging = Client(source), source.paging
    url: str | None = first
    if isinstance(paging, PageNumber):
        url = _with(first, paging.parameter, str(paging.first))
    number, asked, before = 0, set[str](), list[Any]()
    while url is not None:
        number += 1
        place = Place(_name(source), page=number)
        if number > MOST_PAGES:
            raise FeedUnreadable([mistake("feed:http-endless", most=MOST_PAGES).at(place)])
        if url in asked:
            raise FeedUnreadable([mistake("feed:http-again").at(place)])
        answer = client.get(url, place)
        rows = _rows(answer, source.rows, place)
        if rows and rows == before:
            raise FeedUnreadable([mistake("feed:http-again").at(place)])
        yield number, rows
        asked.add(url)
        url, before = _following(source, url, answer, place, more=bool(rows)), rows


def _following(source: HttpSource, url: str, answer: Answer, place: Place, more: bool) -> str | None:
    """The address of the next page; None after the last, which for numbered pages is the one without more."""
    match source.paging:
        case None:
            if answer.next:
                raise FeedUnreadable([mistake("feed:http-more").at(place)])
            return None
        case LinkHeader():
            return _joined(url, answer.next, place)
        case PageNumber() as paging:
            following = str(paging.first + place.page * paging.step)
            return _with(url, paging.parameter, following) if more else None
        case NextLink() as paging:
            return _joined(url, _told_next(answer, paging.path, place), place)
        case Cursor() as paging:
            cursor = _told_next(answer, paging.path, place)
            return _with(url, paging.parameter, cursor) if cursor else None


def _told_next(answer: Answer, path: str, place: Place) -> str | None:
    """What an answer says of the next page: a text, or nothing."""
    found = _at(answer.content, path)
    if found is ABSENT or found is None or found is False:
        return None
    if not isinstance(found, str):
        raise FeedUnreadable([mistake("feed:http-next", path=path).at(place)])
    return found or None


def _joined(url: str, link: str | None, place: Place) -> str | None:
    """The address that a link on this page leads to."""
    try:
        return urljoin(url, link) if link else None
    except ValueError:
        raise FeedUnreadable([mistake("feed:http-no-address").at(place)]) from None


def _with(url: str, parameter: str, value: str) -> str:
    """The address with one parameter of its query set, the others as they were written."""
    parts = urlsplit(url)
    kept = [
        each for each in parts.query.split("&") if each and unquote_plus(each.partition("=")[0]) != parameter
    ]
    query = "&".join([*kept, f"{quote(parameter, safe='$')}={quote(value, safe='')}"])
    return parts._replace(query=query).geturl()


def _rows(answer: Answer, path: str, place: Place) -> list[Any]:
    """The list of rows in an answer; null there, or an answer without content, is none."""
    found = None if answer.content is None else _at(answer.content, path)
    if found is None:
        return []
    if isinstance(found, list):
        return found
    if not isinstance(answer.content, dict):
        raise FeedUnreadable([mistake("feed:http-top").at(place)])
    there = tuple(map(quoted, answer.content))
    raise FeedUnreadable([mistake("feed:http-rows", there=there).at(place)])


def _check_fields(source: HttpSource, rows: list[Any], wanted: Mapping[str, str]) -> None:
    """Refuses a field that no row has, naming those of the first: the feed calls it by another name."""
    objects = [row for row in rows if isinstance(row, dict)]
    if objects:
        found = [path for path in wanted.values() if any(_at(row, path) is not ABSENT for row in objects)]
        has = dict.fromkeys([*map(quoted, objects[0]), *found])
        check_columns(_name(source), has, [wanted[part] for part in NEEDED if part in wanted])


def _cell(row: object, path: str) -> Given:
    if not isinstance(row, dict):
        return NO_OBJECT
    found = _at(row, path)
    if isinstance(found, dict | list):
        return NOT_SINGLE
    return None if found is ABSENT else found  # type: ignore[return-value]


def _at(value: Any, path: str) -> object:
    """What stands at a path such as `data.items.0.id`; a name with a point in it is looked for first."""
    if not path:
        return value
    if isinstance(value, dict) and path in value:
        return value[path]
    name, _, rest = path.partition(".")
    if isinstance(value, dict) and rest and name in value:
        return _at(value[name], rest)
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        return _at(value[int(name)], rest)
    return ABSENT
