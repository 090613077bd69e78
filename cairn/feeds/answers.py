"""One GET of a web address: its JSON with all digits, or why there is none.

The token goes to the feed's own server alone, and into no sentence: of what a server says in words, nothing is told.
"""

import json
import re
from collections.abc import Iterable
from http.client import HTTPException, HTTPMessage, HTTPResponse, IncompleteRead
from time import monotonic
from typing import IO, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from cairn.documents.decoding import decode
from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.feeds.environment import variable
from cairn.feeds.feed import HttpSource
from cairn.feeds.invalid import FeedUnreadable

LARGEST = 32 * 1024 * 1024
"""Bytes of one page at most."""
CHUNK = 64 * 1024
DENIED = (401, 403, 407)
PORTS = {"http": 80, "https": 443}
RESERVED = "%/:?#[]@!$&'()*+,;=~"
"""What has a meaning in an address, and what is escaped there already."""
SHORTEST_SECRET = 8
"""Characters of a token below which an answer may well hold the same by chance."""
LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)')
RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


class Answer(NamedTuple):
    """What came back: the JSON, its numbers as the text they were written in, and the next page by the header."""

    content: object
    next: str | None = None


class Client:
    """Asks the server of a feed, and no other, with the feed's token. Raises FeedUnreadable without one."""

    def __init__(self, source: HttpSource) -> None:
        self._source = source
        self._server = server_of(source.url)
        self._token = _token(source.token_env) if source.token_env else ""
        self._opener = build_opener(_StaysThere(self._server))

    def get(self, url: str, place: Place) -> Answer:
        """The answer, read within the feed's timeout. Raises FeedUnreadable, told at `place`."""
        told: Mistake
        try:
            return self._asked(url)
        except FeedUnreadable as refused:
            told = refused.mistakes[0]
        except HTTPError as error:
            error.close()
            told = self._refused(error.code)
        except (URLError, OSError, HTTPException, ValueError) as error:
            told = self._unreachable(error)
        raise FeedUnreadable([told.at(place)])

    def _asked(self, url: str) -> Answer:
        request = Request(in_ascii(url), headers=self._headers())
        if server_of(request.full_url) != self._server:
            raise _elsewhere(url)
        ends = monotonic() + self._source.timeout
        with self._opener.open(request, timeout=self._source.timeout) as response:
            links = _next_link(response.headers.get_all("Link", []))
            if response.status == 204:  # no content
                return Answer(None, links)
            if response.status != 200:
                raise FeedUnreadable([self._refused(response.status)])
            content = _read_json(_body(response, ends), self._source.encoding)
        if len(self._token) >= SHORTEST_SECRET and _holds(content, self._token):
            raise FeedUnreadable([mistake("feed:http-token-repeated")])
        return Answer(content, links)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "cairn"}
        if self._source.token_header:
            return {**headers, self._source.token_header: self._token}
        return {**headers, "Authorization": f"Bearer {self._token}"} if self._token else headers

    def _refused(self, status: int) -> Mistake:
        if status in DENIED and self._source.token_env:
            return mistake("feed:http-token-refused", status=str(status), name=self._source.token_env)
        if status in DENIED:
            return mistake("feed:http-token-wanted", status=str(status))
        return mistake("feed:http-status", status=str(status))

    def _unreachable(self, error: Exception) -> Mistake:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            return mistake("feed:http-slow", seconds=self._source.timeout)
        said = str(reason) if isinstance(reason, OSError) else ""  # others quote the address or the answer
        return mistake("feed:http-unreachable", reason=said or type(reason).__name__)


class _StaysThere(HTTPRedirectHandler):
    """Follows a redirect on the same server; one to another would take the token there."""

    def __init__(self, server: str) -> None:
        self.server = server

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if server_of(newurl) != self.server:
            fp.close()
            raise _elsewhere(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def server_of(url: str) -> str:
    """Scheme, host and port of a web address, as `https://erp.example:443`; empty where it is none."""
    try:
        parts = urlsplit(url)
        port = PORTS.get(parts.scheme) if parts.port is None else parts.port
    except ValueError:
        return ""
    known = parts.scheme in PORTS and parts.hostname and parts.username is None
    return f"{parts.scheme}://{parts.hostname}:{port}" if known else ""


def in_ascii(url: str) -> str:
    """The address with what is not ASCII escaped; what is escaped stays."""
    return quote(url, safe=RESERVED)


def _elsewhere(url: str) -> FeedUnreadable:
    return FeedUnreadable([mistake("feed:http-elsewhere", server=server_of(url) or "?")])


def _token(name: str) -> str:
    token = variable(name).strip()
    if not token:
        raise FeedUnreadable([mistake("feed:http-token-missing", name=name)])
    if not (token.isascii() and token.isprintable()):
        raise FeedUnreadable([mistake("feed:http-token-signs", name=name)])
    return token


def _body(response: HTTPResponse, ends: float) -> bytes:
    """The whole body. Raises FeedUnreadable above the largest size, TimeoutError after `ends`."""
    body, declared = bytearray(), response.length or 0
    while max(declared, len(body)) <= LARGEST:
        part = response.read1(CHUNK)
        if not part and response.length:
            raise IncompleteRead(b"", response.length)
        if not part:
            return bytes(body)
        body += part
        if monotonic() > ends:
            raise TimeoutError
    raise FeedUnreadable([mistake("feed:http-large", most=LARGEST // 1024**2)])


def _read_json(body: bytes, encoding: str | None) -> object:
    decoded = decode(body, encoding)
    if isinstance(decoded, Mistake):
        raise FeedUnreadable([decoded])
    try:
        return json.loads(decoded.text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        at = Place(line=error.lineno, character=error.colno)
        raise FeedUnreadable([mistake("feed:http-no-json").at(at)]) from None
    except RecursionError:
        raise FeedUnreadable([mistake("feed:http-no-json")]) from None


def _holds(content: object, secret: str) -> bool:
    """Whether the secret stands anywhere in an answer, from where it would come into readings or sentences."""
    left = [content]
    while left:
        match left.pop():
            case str() as text if secret in text:
                return True
            case list() as items:
                left += items
            case dict() as fields:
                left += [*fields, *fields.values()]
    return False


def _next_link(headers: Iterable[str]) -> str | None:
    for header in headers:
        for link in LINK.finditer(header):
            relation = RELATION.search(link[2])
            if relation and "next" in (relation[1] or relation[2] or "").lower().split():
                return link[1]
    return None
