"""The words of a mail or a chat message: what waits, what is late, what happened; never what was written or judged.

Both are made of codes, of titles that a goal's readers may read, of names and of days. Texts that people write, grades
and points have no way in: nothing here takes any.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import NamedTuple, cast
from uuid import UUID

from cairn.i18n import Language, Message, marked, message, say
from cairn.i18n.titles import Titles, title_in
from cairn.notices.kinds import Kind
from cairn.notices.setting_up import Mailing

MOST = 20
"""Lines of a kind that are written out; of more it is said how many there are."""
HEADINGS: Mapping[Kind, str] = {
    "asked": marked("This waits for you:"),
    "late": marked("This is late, and has not been done by whom it waits for:"),
    "told": marked("This has happened:"),
}


CALLING = str.maketrans({"<": "＜", ">": "＞", "@": "＠"})
"""What chat services take for a command: <at user_id="all">, <!channel>, @everyone."""


class Entry(NamedTuple):
    """One thing a mail tells: `what` it is or asks for; of which goal (its title as recorded), or which kind of case;
    about whom, where that is somebody else; who did it; until when; the path of its page."""

    kind: Kind
    what: Message
    title: str | Message
    about: str
    by: str
    until: datetime | None
    path: str


def composed(
    mailing: Mailing, mail: UUID | str, address: str, name: str, entries: Sequence[Entry], titles: Titles
) -> EmailMessage:
    """The mail to somebody. Raises ValueError for an address that cannot stand in a mail."""
    made = EmailMessage()
    domain = mailing.sender.domain
    made["From"] = mailing.sender
    made["To"] = Address(addr_spec=address)
    made["Subject"] = " / ".join(_subject(entries, cast(Language, each)) for each in mailing.languages)
    made["Message-ID"] = f"<{mail}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made["Content-Language"] = ", ".join(mailing.languages)
    parts = (_text(mailing, name, entries, titles, cast(Language, each)) for each in mailing.languages)
    made.set_content("\n----\n\n".join(parts))
    return made


def chat_message(
    portal: str | None, entries: Sequence[Entry], titles: Titles, language: Language
) -> tuple[str, str]:
    """The title and the text of a message to a chat service, in which no name or title calls anybody."""
    lines = _told(portal, entries, titles, language, calls=False)
    if portal:
        lines.append(say(language, "All that waits for you: {link}", link=f"{portal}/inbox"))
    return _subject(entries, language), "\n".join(lines).strip()


def _subject(entries: Sequence[Entry], language: Language) -> str:
    """How much there is and until when, and nothing of what it is: it is read over shoulders."""
    asked = [each for each in entries if each.kind == "asked"]
    late = sum(each.kind == "late" for each in entries)
    until = min((each.until for each in asked if each.until), default=None)
    if asked and until:
        found = message(
            "Cairn: {count} {count:plural,thing waits,things wait} for you, the first until {until:day}",
            count=len(asked),
            until=until,
        )
    elif asked:
        found = message("Cairn: {count} {count:plural,thing waits,things wait} for you", count=len(asked))
    elif late:
        found = message("Cairn: {count} {count:plural,thing is late,things are late}", count=late)
    else:
        found = message(
            "Cairn: {count} {count:plural,thing has happened,things have happened}", count=len(entries)
        )
    return found.text(language)


def _text(mailing: Mailing, name: str, entries: Sequence[Entry], titles: Titles, language: Language) -> str:
    lines = [
        say(language, "Hello {name},", name=name), "", *_told(mailing.portal, entries, titles, language),
    ]  # fmt: skip
    if mailing.portal:
        lines += [say(language, "All that waits for you: {link}", link=f"{mailing.portal}/inbox"), ""]
    lines += [
        say(language, "What is written or judged about anybody is read in Cairn alone and never mailed."),
        "",
    ]
    return "\n".join(lines)


def _told(
    portal: str | None, entries: Sequence[Entry], titles: Titles, language: Language, *, calls: bool = True
) -> list[str]:
    """The lines of each kind below its heading, each with the link to its page."""
    lines: list[str] = []
    for kind, heading in HEADINGS.items():
        found = [each for each in entries if each.kind == kind]
        if not found:
            continue
        lines += [say(language, heading), ""]
        for each in found[:MOST]:
            line = _line(each, titles, language)
            lines += [f"- {line if calls else line.translate(CALLING)}", *_where(portal, each.path)]
        if len(found) > MOST:
            lines.append("- " + say(language, "and {count} more", count=len(found) - MOST))
        lines.append("")
    return lines


def _line(entry: Entry, titles: Titles, language: Language) -> str:
    title = entry.title if isinstance(entry.title, Message) else title_in(titles, entry.title, language)
    line = say(language, "{what}: {title}", what=entry.what, title=title)
    if entry.about:
        line = say(language, "{line} ({about})", line=line, about=entry.about)
    if entry.by:
        line = say(language, "{line}, by {name}", line=line, name=entry.by)
    return (
        say(language, "{line}, until {until:moment}", line=line, until=entry.until) if entry.until else line
    )


def _where(portal: str | None, path: str) -> list[str]:
    return [f"  {portal}{path}"] if portal else []
