"""The environment variables that feeds may name: those that the operator lists, for others write the feeds' files."""

import os
from fnmatch import fnmatchcase

from cairn.documents.mistakes import mistake
from cairn.feeds.invalid import FeedUnreadable

ALLOWED = "CAIRN_FEED_ENV"
"""Names with commas between, as `ERP_URL, ERP_*`; names in here are the operator's word that feeds may use them."""
NEVER = ("CAIRN_*",)
"""What Cairn itself is set up with, its passwords and keys, whatever the operator lists."""


def variable(name: str) -> str:
    """The value of an environment variable, empty where it is not set. Raises FeedUnreadable where none may use it."""
    listed = [each.strip() for each in os.environ.get(ALLOWED, "").split(",") if each.strip()]
    if not _among(name, listed) or _among(name, NEVER):
        raise FeedUnreadable([mistake("feed:environment-not-allowed", name=name, setting=ALLOWED)])
    return os.environ.get(name, "")


def _among(name: str, patterns: "list[str] | tuple[str, ...]") -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
