"""What a feed refuses: always with every mistake found, and nothing recorded."""

from cairn.documents.mistakes import DocumentInvalid


class FeedRefused(DocumentInvalid):
    """The root of what a feed refuses."""


class FeedInvalid(FeedRefused):
    """The feed's YAML cannot be used."""


class FeedRowsInvalid(FeedRefused):
    """Some rows of the source are no readings; nothing of the window is recorded."""


class FeedUnreadable(FeedRefused):
    """The source cannot be read now: a missing file, a database that is down, a query that it refuses."""
