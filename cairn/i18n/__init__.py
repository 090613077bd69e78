"""What people read, in their language: message ids in the code, sentences in gettext catalogues (locales/)."""

from cairn.i18n.catalogues import Language
from cairn.i18n.messages import Message, marked, message, say, term, verbatim
from cairn.i18n.refusals import refusal_message

__all__ = ["Language", "Message", "marked", "message", "refusal_message", "say", "term", "verbatim"]
