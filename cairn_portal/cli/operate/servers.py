"""Servers and worker: up, down, status, doctor, migrate, recover."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Annotated

import asyncpg
import typer
from rich.text import Text
from temporalio.client import Client

from cairn_portal import servers
from cairn_portal.cli.group import Group
from cairn_portal.cli.problem import DOWN, REFUSED, USAGE, Problem
from cairn_portal.cli.session import found, session, worker_listens
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, facts, grid
from cairn_portal.recovery import restart_starter, running_goals
from cairn_portal.servers import migrate, process
from projections.models import goal as goals_model

PANEL = "运行 · Running it"
POSTGRES_AND_TEMPORAL = ("postgres", "temporal")


def register(app: Group) -> None:
    """Puts these commands on the list."""
    app.told("up", "启动数据库、Temporal、界面和工作进程 · start servers, UI and a worker", PANEL)(up)
    app.told("down", "停止所有进程，数据保留 · stop everything, data stays", PANEL)(down)
    app.told("doctor", "检查安装与环境，并说明怎样修复 · check the installation", PANEL)(doctor)
    app.told("migrate", "更新数据库结构 · bring the database up to date", PANEL)(migrated)
    app.told(
        "recover", "Temporal 数据丢失后，从日志重启全部流程 · restart all workflows from the log", PANEL
    )(recover)


async def up(
    at: Terminal,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="留在前台，按 Ctrl-C 时全部停止 · stay, stop all on Ctrl-C")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="工作进程数 · number of workers")] = 1,
) -> None:
    with shown_steps(at) as on_step:
        addresses = await servers.start_all(at.settings, on_step)
    started = [
        servers.start_worker(at.settings, addresses, "worker" if n == 1 else f"worker-{n}")
        for n in range(1, workers + 1)
    ]
    await _until_worker_listens(at, addresses, started[0])
    lines = facts(
        (at.say("数据目录", "data folder"), at.settings.home),
        (at.say("数据库", "database"), _without_password(addresses.database_dsn)),
        ("Temporal", addresses.temporal_address),
        (at.say("流程界面", "Temporal's UI"), addresses.ui_url or NOTHING),
        (at.say("工作进程", "workers"), ", ".join(f"{each.name} ({each.pid})" for each in started)),
    )
    nexts = at.say(
        "接下来：cairn demo 看一遍完整的一年；cairn policy adopt 导入制度；cairn status 查看状态；cairn down 停止。",
        "Next: `cairn demo` shows a whole year; `cairn policy adopt` takes in your plan; `cairn status`; `cairn down`.",
    )
    at.answer(
        {**_public(addresses), "workers": [each.pid for each in started]},
        Text(at.say("✓ 已启动", "✓ Running"), style="bold green"),
        lines,
        Text(nexts, style="dim"),
    )
    if foreground:
        await _stay(at)


async def _stay(at: Terminal) -> None:
    at.remark("按 Ctrl-C 停止全部服务。", "Ctrl-C stops everything.")
    try:
        await asyncio.Event().wait()
    finally:
        servers.down(at.settings)


@contextlib.contextmanager
def shown_steps(at: Terminal) -> Iterator[servers.OnStep]:
    """What the start is doing now, for a person; nothing for a program."""
    if at.as_json:
        yield lambda step: None
    else:
        with servers.shown_steps(at.err) as on_step:
            yield on_step


async def _until_worker_listens(at: Terminal, addresses: servers.Addresses, worker: process.Process) -> None:
    client = await Client.connect(addresses.temporal_address, namespace=at.settings.namespace)
    for _ in range(150):
        if not worker.alive():
            raise Problem(
                f"工作进程没有启动。日志 {worker.log} 的结尾：\n{process.last_lines(worker.log)}",
                f"The worker did not start. The end of {worker.log}:\n{process.last_lines(worker.log)}",
                DOWN,
            )
        if await worker_listens(client, at.settings):
            return
        await asyncio.sleep(0.1)


def _without_password(dsn: str) -> str:
    head, _, tail = dsn.rpartition("@")
    return f"{head.rpartition(':')[0]}:…@{tail}" if ":" in head.removeprefix("postgresql://") else dsn


def _public(addresses: servers.Addresses) -> dict[str, str | None]:
    return {
        "database": _without_password(addresses.database_dsn),
        "temporal": addresses.temporal_address,
        "ui": addresses.ui_url,
    }


async def down(at: Terminal) -> None:
    stopped = servers.down(at.settings)
    named = at.say("、", ", ").join(stopped)
    said = (
        at.say(
            f"✓ 已停止：{named}。数据仍在 {at.settings.home}。",
            f"✓ Stopped: {named}. Data stays in {at.settings.home}.",
        )
        if stopped
        else at.say("没有进程在运行。", "Nothing was running.")
    )
    at.answer({"stopped": stopped}, Text(said))


async def doctor(at: Terminal) -> int:
    checks = await servers.checks(at.settings)
    table = grid("", at.say("检查", "check"), at.say("结果", "finding"))
    signs = {True: Text("✓", style="green"), False: Text("✗", style="red"), None: Text("·", style="dim")}
    for check in checks:
        table.add_row(signs[check.ok], check.name, check.sentence)
    at.answer(checks, table)
    return REFUSED if any(check.ok is False for check in checks) else 0


async def migrated(at: Terminal) -> None:
    dsn = at.settings.database or found(at.settings).database_dsn
    try:
        applied = await migrate.migrate_all(dsn)
    except asyncpg.InsufficientPrivilegeError as refused:
        raise Problem(
            f"这个登录无权修改数据库结构（{refused}）：请用数据库所有者运行。",
            f"This login may not change the database's schema ({refused}): run it as the database's owner.",
            USAGE,
        ) from refused
    named = "\n".join(f"  {name}" for name in applied)
    said = (
        at.say(f"✓ 已应用 {len(applied)} 个迁移：\n{named}", f"✓ Applied {len(applied)} migrations:\n{named}")
        if applied
        else at.say("✓ 数据库已是最新。", "✓ The database is up to date.")
    )
    at.answer({"applied": applied}, Text(said))


async def recover(
    at: Terminal,
    patience: Annotated[
        float, typer.Option(help="最多等待多少秒 · how many seconds to wait at most")
    ] = 600.0,
) -> int:
    """Begins the starter again at the log's first position; each workflow then asks the log where it stands."""
    async with session(at) as s:
        gateway = await s.gateway()
        open_goals = await goals_model.open_goals(s.pool)
        await restart_starter(gateway.client, at.settings.task_queue)
        running = await _restarted(at, gateway.client, open_goals, patience)
    done = running >= open_goals
    said = at.say(
        f"{'✓' if done else '!'} 日志中有 {open_goals} 个未结束的目标，{running} 个流程在运行。",
        f"{'✓' if done else '!'} The log has {open_goals} open goals; {running} of their workflows run.",
    )
    at.answer({"open_goals": open_goals, "running": running}, Text(said, style="green" if done else "yellow"))
    return 0 if done else REFUSED


async def _restarted(at: Terminal, client: Client, goals: int, patience: float) -> int:
    running, end = 0, asyncio.get_running_loop().time() + patience
    with at.progress() as bars:
        task = bars.add_task(at.say("重启流程", "restarting workflows"), total=goals)
        while asyncio.get_running_loop().time() < end:
            running = await running_goals(client)
            bars.update(task, completed=min(running, goals))
            if running >= goals:
                break
            await asyncio.sleep(0.3)
    return running
