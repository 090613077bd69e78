"""What a command cannot do, in words: every error becomes one sentence in the reader's language and an exit code."""

import asyncio
import traceback
from typing import NamedTuple

import asyncpg
from temporalio.service import RPCError

from activities.inputs import Refused
from cairn.domain.refusal import Refusal
from cairn.feeds.problems import FeedRefused
from cairn.i18n import refusal_message
from cairn.ledger import MigrationError
from cairn.policies import PolicyInvalid, RosterInvalid
from cairn.settings import Settings
from cairn.tables import TableUnreadable
from cairn_portal.gateway import NoAnswer
from cairn_portal.servers import ServerProblem

REFUSED, USAGE, DOWN, STOPPED = 1, 2, 3, 130
"""Exit codes: refused or a problem found, used wrongly, servers not running, stopped by Ctrl-C."""


class Problem(Exception):
    """Something the person can put right: what is wrong and what to do, in both languages."""

    def __init__(self, zh: str, en: str, code: int = REFUSED, name: str = "problem") -> None:
        self.zh, self.en, self.code, self.name = zh, en, code, name
        super().__init__(en)

    def text(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class Told(NamedTuple):
    """A failure as it is told: a stable name for programs, the sentence, the exit code."""

    name: str
    sentence: str
    code: int
    field: str | None = None


def refusal_of(refused: Refused) -> Refusal:
    """A refusal that came back as a value, to be raised and told like any other."""
    return Refusal(refused.code, field=refused.field, **refused.facts)


def told(error: BaseException, settings: Settings) -> Told:
    """What to tell of an error. Whatever is nobody's mistake is kept in a log file and said to be there."""
    language = settings.language
    match error:
        case Problem():
            return Told(error.name, error.text(language), error.code)
        case Refusal():
            return Told(error.code, refusal_message(error).text(language), REFUSED, error.field)
        case PolicyInvalid() | RosterInvalid() | FeedRefused() | TableUnreadable():
            return Told("invalid", error.text(language), REFUSED)
        case ServerProblem() | MigrationError():
            return Told("servers", str(error), DOWN)
        case KeyboardInterrupt() | asyncio.CancelledError():
            return Told("stopped", _say(language, "已停止。", "Stopped."), STOPPED)
    lost = _lost(error)
    if lost is not None:
        return Told(lost.name, lost.text(language), lost.code)
    return Told("internal", _kept(error, settings), REFUSED)


def _say(language: str, zh: str, en: str) -> str:
    return en if language == "en" else zh


def _lost(error: BaseException) -> Problem | None:
    """Servers that do not answer, or not yet as this program needs them."""
    match error:
        case NoAnswer():
            return Problem(
                f"没有工作进程在规定时间内答复（{error}）。命令可能稍后仍会完成；"
                "请用 cairn status 检查，再用同一 --id 重试不会重复。",
                f"No worker answered in time ({error}). The command may still be done; look at `cairn status`, "
                "and repeat it with the same --id, which never does it twice.",
                DOWN,
                "no-answer",
            )
        case (
            asyncpg.UndefinedTableError()
            | asyncpg.InvalidSchemaNameError()
            | asyncpg.UndefinedFunctionError()
        ):
            return Problem(
                f"数据库的结构不完整（{_first_line(error)}）：请先运行 cairn migrate。",
                f"The database lacks something this program needs ({_first_line(error)}): run `cairn migrate` first.",
                DOWN,
                "not-migrated",
            )
        case RPCError() | RuntimeError() if _is_temporal(error):
            return Problem(
                f"Temporal 没有答复（{error}）：请运行 cairn status 查看，或 cairn up 启动。",
                f"Temporal does not answer ({error}): see `cairn status`, or start it with `cairn up`.",
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
                f"连接不上数据库（{error}）：请运行 cairn status 查看，或 cairn up 启动。",
                f"The database cannot be reached ({error}): see `cairn status`, or start it with `cairn up`.",
                DOWN,
                "database-down",
            )
        case asyncpg.InvalidAuthorizationSpecificationError() | asyncpg.InvalidCatalogNameError():
            return Problem(
                f"数据库不让登录（{error}）：请检查 CAIRN_DATABASE。",
                f"The database refuses the login ({error}): check CAIRN_DATABASE.",
                DOWN,
                "database-refused",
            )
    return None


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0]


def _is_temporal(error: BaseException) -> bool:
    return isinstance(error, RPCError) or "Failed client connect" in str(error)


def _kept(error: BaseException, settings: Settings) -> str:
    log = settings.home / "logs" / "cli.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)) + "\n")
        where = str(log)
    except OSError:
        where = "-"
    said = f"{type(error).__name__}: {error}"
    return _say(
        settings.language,
        f"程序出错（{said}）。详情记录在 {where}，请连同命令一起反馈。",
        f"Something went wrong inside the program ({said}). Details are in {where}; please report them.",
    )
