"""A feed's YAML: what it must say, and how its mistakes are told."""

from datetime import date
from pathlib import Path

import pytest

from cairn.feeds.feed import Feed, FilesSource, load_feed
from cairn.feeds.invalid import FeedInvalid


def written(folder: Path, text: str) -> Path:
    path = folder / "feed.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_feed_says_where_readings_come_from_since_when_and_how_often(tmp_path: Path) -> None:
    feed = load_feed(
        written(
            tmp_path,
            "name: erp.yield\n"
            "source: {kind: csv, path: yield.csv, columns: {on: 日期}, constants: {metric: yield}}\n"
            "watermark: 2025-12-31\nlook_back: 7\nschedule: '06:30'\n",
        )
    )
    assert isinstance(feed.source, FilesSource)
    assert (feed.stream, feed.watermark, feed.look_back) == ("feed-erp.yield", date(2025, 12, 31), 7)


@pytest.mark.parametrize(
    ("schedule", "crons"),
    [
        ("06:30", ["30 6 * * *"]),
        ("0 6 * * 1-5", ["0 6 * * 1-5"]),
        ("*/15 8-18 * * *", ["*/15 8-18 * * *"]),
        ("0 6 1,15 * 1-5", ["0 6 1,15 * *", "0 6 * * 1-5"]),
        ("0 6 */2 * 1-5", ["0 6 */2 * 1-5"]),
    ],
)
def test_a_schedule_is_a_time_of_day_or_a_cron_as_cron_reads_it(schedule: str, crons: list[str]) -> None:
    """cron: either, as cron does."""
    source = FilesSource(kind="csv", path="a.csv")
    assert Feed(name="a", source=source, schedule=schedule).crons == crons


def test_every_mistake_of_the_yaml_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "name: a b\n"
        "source:\n"
        "  kind: tables\n"
        "  query: select 1\n"
        "  sheet: x\n"
        "look_back: a week\n"
        "schedule: 7pm\n"
        "timezone: Asia/Nowhere\n",
    )
    with pytest.raises(FeedInvalid) as refused:
        load_feed(path)
    told = refused.value.text("en").splitlines()
    lines = [int(sentence.split("line ")[1].split()[0].rstrip(":,")) for sentence in told]
    assert sorted(lines) == [1, 2, 5, 6, 7, 8]
    assert "feed.yaml, line 2, source.tables: the field tables is missing: add it" in told
    assert any("Asia/Nowhere" in sentence for sentence in refused.value.text("zh").splitlines())


def test_a_part_may_not_be_both_a_column_and_a_constant(tmp_path: Path) -> None:
    path = written(
        tmp_path, "name: a\nsource: {kind: csv, path: a.csv, columns: {on: d}, constants: {on: 2026-01-01}}\n"
    )
    with pytest.raises(FeedInvalid):
        load_feed(path)


@pytest.mark.parametrize("text", ["name: [", "- a list", "", "name: a\n\tsource: b\n"])
def test_a_file_that_is_no_such_yaml_gets_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(FeedInvalid) as refused:
        load_feed(written(tmp_path, text))
    assert refused.value.text("zh").startswith("feed.yaml")


def test_a_missing_file_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FeedInvalid, match="is not there"):
        load_feed(tmp_path / "feed.yaml")
