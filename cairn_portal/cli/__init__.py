"""The command line: `cairn …`. One file per group of commands; nothing here knows a rule."""

from cairn_portal.cli import (
    goal_adjusting,
    goal_reading,
    goal_reviewing,
    goal_setting,
    operating,
    rehearsing,
    replaying,
    results,
)
from cairn_portal.cli.cycle import cycle
from cairn_portal.cli.feeding import feed
from cairn_portal.cli.goal_telling import goal
from cairn_portal.cli.group import Group
from cairn_portal.cli.preparing import policy, roster, targets
from cairn_portal.cli.read_models import projections

START, PREPARE, YEAR, AUDIT = "先看看 · See it first", "准备 · Before a cycle", "一年 · Through the year", "核查 · Looking back"

app = Group("澄 Cairn：事件溯源的绩效目标引擎 · an event-sourced engine for performance goals")
operating.register(app)
for group, name, panel in (
    (policy, "policy", PREPARE), (roster, "roster", PREPARE), (targets, "targets", PREPARE), (cycle, "cycle", YEAR),
    (goal, "goal", YEAR), (feed, "feed", YEAR),
    (projections, "projections", operating.PANEL),
):  # fmt: skip
    app.add_typer(group, name=name, rich_help_panel=panel)
goal_reading.register_inbox(app, YEAR)
results.register(app, YEAR)
replaying.register(app, AUDIT)
rehearsing.register(app, START)
GOAL_COMMANDS = (goal_setting, goal_adjusting, goal_reviewing)


def main() -> None:
    """The entry point of the `cairn` program."""
    app(prog_name="cairn")
