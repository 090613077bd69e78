"""Readings over HTTP from a real server: every page and digit, every mistake named, the token told to nobody."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from activities.feeds import FeedActivities
from activities.inputs import CollectFeedInput
from cairn.domain.reading import Row
from cairn.feeds import http
from cairn.feeds.feed import Feed, HttpSource, load_feed
from cairn.feeds.invalid import FeedInvalid, FeedRefused, FeedRowsInvalid, FeedUnreadable
from cairn.feeds.sources import collect
from cairn.ledger import Ledger
from tests.databases import database, databases, pool

__all__ = ["database", "databases", "pool"]

TOKEN = "s3cret-of-the-erp"
AFTER, UPTO = date(2025, 12, 31), date(2026, 1, 31)
NONE: Mapping[str, str] = {}
Answering = Callable[[BaseHTTPRequestHandler], None]


def answer(content: object, status: int = 200, headers: Mapping[str, str] = NONE) -> Answering:
    """An answer; bytes are sent as they are, everything else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()

    def send(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return send


class Erp:
    """A server on a port of its own: what it answers at each path, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answering] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.closing = threading.Event()
        erp = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                erp.asked.append(self.path)
                erp.headers.append({name.lower(): value for name, value in self.headers.items()})
                with suppress(OSError):  # whoever asked may have gone
                    erp.answers.get(self.path, answer({"error": "no such page"}, 404))(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def erp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Erp]:
    monkeypatch.setenv("CAIRN_FEED_ENV", "ERP_TOKEN")
    monkeypatch.setenv("ERP_TOKEN", TOKEN)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Erp()
    yield server
    server.close()


@pytest.fixture
def other(erp: Erp) -> Iterator[Erp]:
    server = Erp()
    server.answers["/"] = answer([row("E9")])
    yield server
    server.close()


def row(who: str, value: object = 1, on: str = "2026-01-05") -> dict[str, object]:
    return {"metric": "m", "subject": who, "on": on, "value": value}


def feed(erp: Erp, path: str = "/", combine: Any = None, **source: object) -> Feed:
    stated = {"kind": "http", "url": erp.url + path, "token_env": "ERP_TOKEN", **source}
    return Feed(name="erp", source=HttpSource.model_validate(stated), combine=combine)


def collected(one: Feed) -> list[Row]:
    return collect(one, after=AFTER, upto=UPTO, base=Path()).rows


def subjects(one: Feed) -> list[str]:
    return [each.subject for each in collected(one)]


def refused(one: Feed, kind: type[FeedRefused] = FeedUnreadable) -> list[str]:
    """What is told, in English; the token in neither language."""
    with pytest.raises(kind) as caught:
        collected(one)
    assert TOKEN not in caught.value.text("zh") + caught.value.text("en") + repr(caught.value)
    return [sentence.partition(", ")[2] for sentence in caught.value.text("en").splitlines()]


def test_rows_of_an_answer_are_readings_with_every_digit(erp: Erp) -> None:
    amounts = ["1000000000000000.05", "0.1", "12.10", "1e2"]
    rows = ", ".join(
        f'{{"who": {{"id": {n}}}, "day": "2026-01-05", "sum": {amount}, "of": null}}'
        for n, amount in enumerate(amounts)
    )
    erp.answers["/api?from=2025-12-31&to=2026-01-31&below=2026-02-01"] = answer(
        f'{{"data": {{"items": [{rows}]}}}}'.encode()
    )
    found = collected(
        feed(
            erp,
            "/api?from={after}&to={upto}&below={before}",
            rows="data.items",
            columns={"subject": "who.id", "on": "day", "value": "sum", "base": "of"},
            constants={"metric": "sales"},
        )
    )
    assert [(each.subject, each.value) for each in found] == [
        (str(n), Decimal(amount)) for n, amount in enumerate(amounts)
    ]
    assert {(each.metric, each.on, each.base) for each in found} == {("sales", date(2026, 1, 5), None)}


@pytest.mark.parametrize(
    ("stated", "header", "value"),
    [({}, "authorization", f"Bearer {TOKEN}"), ({"token_header": "X-Api-Key"}, "x-api-key", TOKEN)],
)
def test_the_token_is_sent_in_the_header_the_feed_names(
    erp: Erp, stated: dict[str, str], header: str, value: str
) -> None:
    erp.answers["/"] = answer([])
    assert collected(feed(erp, **stated)) == []
    assert erp.headers[0][header] == value
    assert (header == "authorization") or "authorization" not in erp.headers[0]


@pytest.mark.parametrize(
    ("paging", "tell", "paths"),
    [
        ({"kind": "next", "path": "@odata.next"}, {"@odata.next": "?after=1"}, ["/?size=2", "/?after=1"]),
        (
            {"kind": "next", "path": "links.0.next"},
            {"links": [{"next": "/more"}]},
            ["/?size=2", "/more"],
        ),
        ({"kind": "link"}, {}, ["/?size=2", "/linked"]),
        (
            {"kind": "page", "parameter": "p"},
            {},
            ["/?size=2&p=1", "/?size=2&p=2", "/?size=2&p=3"],
        ),
        (
            {"kind": "page", "parameter": "offset", "first": 0, "step": 2},
            {},
            ["/?size=2&offset=0", "/?size=2&offset=2", "/?size=2&offset=4"],
        ),
        ({"kind": "cursor", "path": "next"}, {"next": "a b&c"}, ["/?size=2", "/?size=2&cursor=a%20b%26c"]),
        ({"kind": "cursor", "path": "next"}, {"next": 17}, ["/?size=2", "/?size=2&cursor=17"]),
    ],
)
def test_every_page_is_read_however_the_source_pages(
    erp: Erp, paging: dict[str, object], tell: dict[str, object], paths: list[str]
) -> None:
    link = {"Link": '</>; rel="first", </linked>; title="a, b"; rel="last next"'}
    pages = [[row("E1"), row("E2")], [row("E3")], []]
    for n, path in enumerate(paths):
        first = link if n == 0 and paging["kind"] == "link" else {}
        erp.answers[path] = answer({"rows": pages[n], **(tell if n == 0 else {})}, headers=first)
    assert subjects(feed(erp, "/?size=2", rows="rows", paging=paging)) == ["E1", "E2", "E3"]
    assert erp.asked == paths
    assert {each["authorization"] for each in erp.headers} == {f"Bearer {TOKEN}"}


def test_a_day_is_a_local_day_of_the_feeds_time_zone(erp: Erp) -> None:
    """RULES D1."""
    erp.answers["/"] = answer([row("E1", on="2026-01-30T16:30:00Z"), row("E2", on="2026-01-31T16:30:00Z")])
    assert [(each.subject, each.on) for each in collected(feed(erp))] == [("E1", date(2026, 1, 31))]


def test_several_rows_of_a_day_are_added_up_over_all_pages_or_told_with_theirs(erp: Erp) -> None:
    paging = {"kind": "page"}
    erp.answers |= {"/?page=1": answer([row("E1", 1)]), "/?page=2": answer([row("E2"), row("E1", 2)])}
    erp.answers["/?page=3"] = answer([])
    assert [each.value for each in collected(feed(erp, combine="sum", paging=paging))] == [3, 1]
    (told,) = refused(feed(erp, paging=paging), FeedRowsInvalid)
    assert told.startswith("page 2, row 2, column on: row 1 of page 1 already has m of E1 on 2026-01-05")


def test_every_bad_row_is_named_at_once_with_page_row_and_field(erp: Erp) -> None:
    first, second = [row("E1"), {**row("E2"), "value": {"amount": 1}}], [row("", "5 %"), 7, row("E4", True)]
    erp.answers["/"] = answer({"rows": [*first, row("E5", on="2026-02-30")], "next": "/2"})
    erp.answers["/2"] = answer({"rows": second})
    told = refused(
        feed(erp, rows="rows", paging={"kind": "next", "path": "next"}, columns={"value": "value"}),
        FeedRowsInvalid,
    )
    assert [sentence.partition(": ")[0] for sentence in told] == [
        "page 1, row 2, column value", "page 1, row 3, column on", "page 2, row 1, column subject",
        "page 2, row 1, column value", "page 2, row 2, column on", "page 2, row 3, column value",
    ]  # fmt: skip
    assert "a list or an object stands where one value is needed" in told[0]
    assert "the row is no object" in told[4]


def test_a_field_that_no_row_has_is_told_with_those_there_are(erp: Erp) -> None:
    erp.answers["/"] = answer([row("E1")])
    with pytest.raises(
        FeedUnreadable, match=r"column amount is missing: .* which has: metric, subject, on, value"
    ):
        collected(feed(erp, columns={"value": "amount"}))


@pytest.mark.parametrize(
    ("answering", "sentence"),
    [
        (answer("no", 401), "refuses the token (HTTP status 401): check what the environment variable ERP_TOKEN"),
        (answer("no", 403), "refuses the token (HTTP status 403)"),
        (answer("no", 404), "HTTP status 404"),
        (answer(TOKEN.encode(), 500), "HTTP status 500"),
        (answer([], 206), "HTTP status 206"),
        (answer(b"<html>Please sign in</html>"), "line 1: the answer is no JSON"),
        (answer(b'[{"metric": "m", '), "line 1: the answer is no JSON"),
        (answer(b"[" * 100_000), "the answer is no JSON"),
        (answer({"data": [row("E1")]}, headers={"Content-Length": "9999"}), "breaks off"),
        (answer(b"\xff\xfe\x00"), "is damaged or cut off"),
        (answer({"date": [], "error": 1}), "no list of rows where source.rows says; the answer has: date, error"),
        (answer("Please try again"), "no object with a list of rows"),
        (answer({"data": [], "next": "/2"}, headers={"Link": "</2>; rel=next"}), "write source.paging (here: kind"),
        (answer([], headers={"Content-Length": str(33 * 1024**2)}), "more than 32 MB"),
        (answer({"data": [{**row("E1"), "note": f"by {TOKEN}"}]}), "the answer repeats the token"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_use_says_why_with_its_page(
    erp: Erp, answering: Answering, sentence: str
) -> None:
    erp.answers["/"] = answering
    (told,) = refused(feed(erp, rows="data"))
    assert told.startswith("page 1") and sentence in told


def test_a_source_that_wants_a_token_where_the_feed_has_none_is_told(erp: Erp) -> None:
    erp.answers["/"] = answer("who?", 401)
    (told,) = refused(feed(erp, token_env=None))
    assert "name it in source.token_env" in told and "authorization" not in erp.headers[0]


def test_no_content_and_null_are_no_rows(erp: Erp) -> None:
    erp.answers |= {"/": answer(b"", 204), "/null": answer({"data": None})}
    assert collected(feed(erp, rows="data")) == collected(feed(erp, "/null", rows="data")) == []


def test_an_answer_in_chinese_of_an_older_system_is_read(erp: Erp) -> None:
    rows = json.dumps([{**row("E1"), "metric": "良品率指标数据"}], ensure_ascii=False)
    erp.answers["/"] = answer(rows.encode("gb18030"))
    assert collected(feed(erp))[0].metric == "良品率指标数据"


@pytest.mark.parametrize("pause", [None, 0.05])
def test_a_source_that_is_silent_or_never_ends_a_page_is_left(erp: Erp, pause: float | None) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        if pause:
            request.send_response(200)
            request.end_headers()
        while not erp.closing.wait(pause):
            request.wfile.write(b" ")

    erp.answers["/"] = slow
    assert refused(feed(erp, timeout=1))[0].startswith("page 1: the source did not answer within 1 second")


def test_a_page_of_unknown_size_is_left_where_it_is_too_large(erp: Erp) -> None:
    def flood(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not erp.closing.is_set():
            request.wfile.write(b" " * 2**20)

    erp.answers["/"] = flood
    assert "more than 32 MB" in refused(feed(erp))[0]


def test_nobody_listening_is_told(erp: Erp, other: Erp) -> None:
    gone = feed(other)
    other.close()
    (told,) = refused(gone)
    assert "cannot be reached" in told and "refused" in told


def test_a_redirect_is_followed_on_the_same_server_alone(erp: Erp, other: Erp) -> None:
    erp.answers |= {"/": answer("", 302, {"Location": "/new"}), "/new": answer([row("E1")])}
    erp.answers["/away"] = answer("", 302, {"Location": f"{other.url}/"})
    erp.answers["/file"] = answer("", 302, {"Location": "file:///etc/passwd"})
    assert subjects(feed(erp)) == ["E1"]
    (told,) = refused(feed(erp, "/away"))
    assert f"page 1: the source sends us to another server ({other.url})" in told
    assert "HTTP status 302" in refused(feed(erp, "/file"))[0]
    assert other.asked == []


@pytest.mark.parametrize("link", ["{other}/", "//{address}/", "http://u@{address}/", "ftp://{address}/"])
def test_a_next_page_on_another_server_is_not_asked_for(erp: Erp, other: Erp, link: str) -> None:
    address = other.url.removeprefix("http://")
    written = link.format(other=other.url, address=address)
    erp.answers["/"] = answer({"rows": [row("E1")], "next": written})
    (told,) = refused(feed(erp, rows="rows", paging={"kind": "next", "path": "next"}))
    assert told.startswith("page 2: the source sends us to another server")
    assert other.asked == []


@pytest.mark.parametrize(
    "paging", [{"kind": "page"}, {"kind": "cursor", "path": "next"}, {"kind": "next", "path": "next"}]
)
def test_a_source_that_does_not_know_the_paging_is_found_out(erp: Erp, paging: dict[str, str]) -> None:
    same = answer({"rows": [row("E1")], "next": "/?cursor=x"})
    erp.answers |= dict.fromkeys(
        ("/", "/?page=1", "/?page=2", "/?cursor=x", "/?cursor=%2F%3Fcursor%3Dx"), same
    )
    assert "what it gave already" in refused(feed(erp, rows="rows", paging=paging, combine="sum"))[0]


def test_a_circle_of_pages_is_found_out(erp: Erp) -> None:
    erp.answers |= {"/": answer({"rows": [row("E1")], "next": "/2"})}
    erp.answers |= {"/2": answer({"rows": [row("E2")], "next": "/"})}
    (told,) = refused(feed(erp, rows="rows", paging={"kind": "next", "path": "next"}))
    assert told.startswith("page 3: the source gives what it gave already")


def test_pages_without_end_are_left(erp: Erp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_PAGES", 3)
    erp.answers |= {f"/?page={n}": answer([row(f"E{n}")]) for n in range(1, 9)}
    assert "still has pages after 3" in refused(feed(erp, paging={"kind": "page"}))[0]
    assert len(erp.asked) == 3


@pytest.mark.parametrize(
    ("link", "sentence"),
    [({"href": "/2"}, "next holds neither a text nor a number"), ("//[", "the source tells is no address")],
)
def test_a_next_page_that_is_no_address_is_told(erp: Erp, link: object, sentence: str) -> None:
    erp.answers["/"] = answer({"rows": [], "next": link})
    (told,) = refused(feed(erp, rows="rows", paging={"kind": "next", "path": "next"}))
    assert told.startswith("page 1") and sentence in told


@pytest.mark.parametrize(("value", "sentence"), [(None, "is not set"), (f"{TOKEN}\n{TOKEN}", "holds signs")])
def test_a_token_that_is_not_there_or_none_is_told_by_its_name(
    erp: Erp, monkeypatch: pytest.MonkeyPatch, value: str | None, sentence: str
) -> None:
    monkeypatch.setenv("ERP_TOKEN", value or "")
    with pytest.raises(FeedUnreadable, match=f"ERP_TOKEN.*{sentence}") as caught:
        collected(feed(erp))
    assert TOKEN not in caught.value.text("zh") and erp.asked == []


def test_an_address_that_wants_what_nobody_knows_is_told(erp: Erp) -> None:
    with pytest.raises(
        FeedInvalid, match=r"source\.url: nothing fills \{since\} in the address.*after, upto, before"
    ):
        collected(feed(erp, "/?from={since}"))


def test_mistakes_of_the_yaml_are_told_with_their_lines_and_without_any_token(tmp_path: Path) -> None:
    path = tmp_path / "feed.yaml"
    wrong = {
        f"  url: https://me:{TOKEN}@erp.example": "url holds no password",
        "  url: https://erp.example/${TOKEN}": "url holds no password",
        "  url: file:///etc/passwd": "begins with http:// or https://",
        "  url: ftp://erp.example/sales": "begins with http:// or https://",
        "  url: //erp.example": "begins with http:// or https://",
        f"  token_env: {TOKEN}": "never the token itself",
        "  token_env: CAIRN_DATABASE_URL": "are not sent anywhere",
        f"  token: {TOKEN}": "token",
        "  token_header: X-Api-Key": "needs token_env beside it",
        "  paging: {kind: pages}": "pages",
        "  timeout: 0": "timeout",
        "  columns: {on: day}\n  constants: {on: 2026-01-01}": "both in columns and in constants",
    }
    for line, sentence in wrong.items():
        url = "" if "url:" in line else "  url: https://erp.example\n"
        path.write_text(f"name: a\nsource:\n  kind: http\n{url}{line}\n")
        with pytest.raises(FeedInvalid) as caught:
            load_feed(path)
        (told,) = caught.value.text("en").splitlines()
        assert told.startswith("feed.yaml, line ") and sentence in told, told
        assert TOKEN not in told + caught.value.text("zh")


async def test_a_run_that_the_source_broke_off_is_tried_again_and_recorded_once(
    pool: "asyncpg.Pool[asyncpg.Record]", erp: Erp, tmp_path: Path
) -> None:
    """The activity raises where the source does not answer, so that its workflow tries again, and tells bad rows."""
    path = tmp_path / "erp.yaml"
    path.write_text(
        f"name: erp\nsource:\n  kind: http\n  url: {erp.url}/?to={{upto}}\n  token_env: ERP_TOKEN\n"
        "  paging: {kind: page}\nwatermark: 2025-12-31\n"
    )
    collecting = FeedActivities(Ledger(pool), "en").collect
    input = CollectFeedInput(path=str(path), base=str(tmp_path), by="system", upto="2026-01-31")
    pages = [f"/?to=2026-01-31&page={n}" for n in (1, 2, 3)]
    erp.answers |= {pages[0]: answer([row("E1")]), pages[1]: answer("busy", 503), pages[2]: answer([])}
    with pytest.raises(FeedUnreadable, match=r"page 2: .*HTTP status 503"):
        await collecting(input)
    erp.answers[pages[1]] = answer([row("E2", "x")])
    assert "page 2, row 1, column value: 'x' is no number" in (await collecting(input)).problem
    assert await Ledger(pool).read_stream("feed-erp") == []
    erp.answers[pages[1]] = answer([row("E2", 2)])
    outcomes = await asyncio.gather(collecting(input), collecting(input))
    recorded, stated = await Ledger(pool).read_stream("feed-erp")
    assert (recorded.type, stated.type) == ("ReadingsRecorded", "FeedCompleted")
    assert {each.upto for each in outcomes} == {"2026-01-31"}
    assert '"E2"' in recorded.data and TOKEN not in recorded.data + repr(outcomes)
