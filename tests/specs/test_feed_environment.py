"""A feed's file names only environment variables that the operator allows, and never one of Cairn's own."""

import pytest

from cairn.feeds.environment import variable
from cairn.feeds.invalid import FeedUnreadable


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_URL", "postgresql://erp")
    monkeypatch.setenv("CAIRN_DATABASE", "postgresql://secret")
    monkeypatch.delenv("CAIRN_FEED_ENV", raising=False)


def test_without_a_list_no_variable_is_expanded() -> None:
    with pytest.raises(FeedUnreadable, match=r"ERP_URL is not for feeds: .* in CAIRN_FEED_ENV"):
        variable("ERP_URL")


@pytest.mark.parametrize("allowed", ["ERP_URL", "OTHER, ERP_*", " ERP_URL ,"])
def test_a_listed_variable_is_expanded(monkeypatch: pytest.MonkeyPatch, allowed: str) -> None:
    monkeypatch.setenv("CAIRN_FEED_ENV", allowed)
    assert variable("ERP_URL") == "postgresql://erp"
    with pytest.raises(FeedUnreadable):
        variable("HOME")


@pytest.mark.parametrize("allowed", ["*", "CAIRN_DATABASE", "CAIRN_*"])
def test_what_cairn_is_set_up_with_is_never_for_feeds(monkeypatch: pytest.MonkeyPatch, allowed: str) -> None:
    monkeypatch.setenv("CAIRN_FEED_ENV", allowed)
    with pytest.raises(FeedUnreadable) as refused:
        variable("CAIRN_DATABASE")
    assert "secret" not in str(refused.value)
