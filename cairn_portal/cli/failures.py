"""What a command cannot do, in words: every error becomes one sentence in the reader's language and an exit code."""

import asyncio
import os
import traceback
from typing import NamedTuple

import asyncpg
from temporalio.service import RPCError

from cairn.documents.mistakes import DocumentInvalid
from cairn.domain.refusal import Refusal
from cairn.i18n import Message, message, refusal_message, say
from cairn.ledger import AwayFromHome, Place
from cairn.settings import Settings, SettingsProblem
from cairn.temporal import NamespaceTaken
from cairn_portal.cli.problem import DOWN, REFUSED, STOPPED, USAGE, Problem
from cairn_portal.cli.typed import OptionInvalid
from cairn_portal.gateway import NoAnswer
from cairn_portal.servers import ServerProblem


class Failure(NamedTuple):
    """A failure as it is told: a stable name for programs, the sentence, the exit code."""

    name: str
    sentence: str
    code: int
    field: str | None = None


def describe(error: BaseException, settings: Settings) -> Failure:
    """What to tell of an error. Whatever is nobody's mistake is kept in a log file and said to be there."""
    language = settings.language
    match error:
        case Problem():
            return Failure(error.name, error.text(language), error.code)
        case Refusal():
            return Failure(error.code, refusal_message(error).text(language), REFUSED, error.field)
        case OptionInvalid():
            return Failure("usage", error.text(language), USAGE, error.source)
        case DocumentInvalid():
            return Failure("invalid", error.text(language), REFUSED)
        case ServerProblem():
            return Failure("servers", error.text(language), DOWN)
        case SettingsProblem():
            return Failure("settings", error.sentence.text(language), DOWN)
        case KeyboardInterrupt() | asyncio.CancelledError():
            return Failure("stopped", say(language, "Stopped."), STOPPED)
    lost = _lost(error)
    if lost is not None:
        return Failure(lost.name, lost.text(language), lost.code)
    return Failure("internal", _kept(error, settings), REFUSED)


def _lost(error: BaseException) -> Problem | None:
    """Servers that do not answer, or not yet as this program needs them."""
    match error:
        case AwayFromHome():
            return Problem(away("restored"), DOWN, "away-from-home")
        case NamespaceTaken():
            return Problem(namespace_taken(error), DOWN, "namespace-taken")
        case NoAnswer():
            return Problem(no_answer(error), DOWN, "no-answer")
        case (
            asyncpg.UndefinedTableError()
            | asyncpg.InvalidSchemaNameError()
            | asyncpg.UndefinedFunctionError()
        ):
            return Problem(
                message(
                    "The database lacks something this program needs ({error}): run `cairn migrate` first.",
                    error=_first_line(error),
                ),
                DOWN,
                "not-migrated",
            )
        case RPCError() | RuntimeError() if _is_temporal(error):
            return Problem(
                message(
                    "Temporal does not answer ({error}): see `cairn status`, or start it with `cairn up`.",
                    error=error,
                ),
                DOWN,
                "temporal-down",
            )
        case (
            OSError()
            | asyncpg.PostgresConnectionError()
            | asyncpg.InterfaceError()
            | asyncpg.CannotConnectNowError()
        ):
            return Problem(
                message(
                    "The database cannot be reached ({error}): see `cairn status`, or start it with "
                    "`cairn up`.",
                    error=error,
                ),
                DOWN,
                "database-down",
            )
        case asyncpg.InvalidAuthorizationSpecificationError() | asyncpg.InvalidCatalogNameError():
            return Problem(
                message("The database refuses the login ({error}): check CAIRN_DATABASE.", error=error),
                DOWN,
                "database-refused",
            )
    return None


def namespace_taken(taken: NamespaceTaken) -> Message:
    """That Temporal's namespace is another ledger's, and what to do."""
    return message(
        "The Temporal namespace {namespace} belongs to another ledger, whose workflows would take this one's "
        "commands: nothing is started. Set CAIRN_NAMESPACE to a name of this ledger's own. If that other ledger is "
        "gone for good, start with a Temporal without data.",
        namespace=taken.namespace,
    )


def no_answer(error: NoAnswer) -> Message:
    """That nobody answered, what is or may be the case, and what to do."""
    if error.unserved:
        return message(
            "{stream} stays on the build {build}, which nobody serves: start a worker with CAIRN_BUILD={build}, or "
            "move it with `cairn recover`. Then repeat the command with the same --id, which never does it twice.",
            stream=error.stream,
            build=error.unserved,
        )
    if error.failing:
        return message(
            "The workflow of {stream} does not go on: its tasks fail again and again, as when a new version does not "
            "understand what an earlier one began. `cairn recover` begins it anew from the log. Then repeat the "
            "command with the same --id, which never does it twice.",
            stream=error.stream,
        )
    return message(
        "No worker answered in time ({error}). The command may still be done; look at `cairn "
        "status`, and repeat it with the same --id, which never does it twice.",
        error=error,
    )


def away(place: Place) -> Message:
    """Why a ledger takes nothing in, and what to do."""
    return message(
        "This ledger is not where it was recorded ({place:place}): nothing is recorded, sealed or started. `cairn "
        "ledger open-epoch --dry-run` shows what was found; with --by and --reason it opens an epoch here.",
        place=place,
    )


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0]


def _is_temporal(error: BaseException) -> bool:
    return isinstance(error, RPCError) or "Failed client connect" in str(error)


def keep(error: BaseException, settings: Settings) -> str:
    """Writes an error down in a log file of the program's own. Returns the file, "-" where it cannot be written."""
    log = settings.home / "logs" / "cli.log"
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(
            os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8"
        ) as file:
            file.write("".join(traceback.format_exception(error)) + "\n")
    except OSError:
        return "-"
    return str(log)


def _kept(error: BaseException, settings: Settings) -> str:
    where = keep(error, settings)
    said = f"{type(error).__name__}: {error}"
    return say(
        settings.language,
        "Something went wrong inside the program ({said}). Details are in {where}; please report them.",
        said=said,
        where=where,
    )
