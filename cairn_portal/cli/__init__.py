"""The command line: `cairn …`. One file per group of commands; nothing here knows a rule."""

from cairn_portal.cli import (
    cycle_status,
    demo,
    goal_adjusting,
    goal_reading,
    goal_reviewing,
    goal_setting,
    operating,
    progress,
    rehearsing,
    replaying,
    results,
    status,
)
from cairn_portal.cli.cycle import cycle
from cairn_portal.cli.feeding import feed
from cairn_portal.cli.goal_telling import goal
from cairn_portal.cli.group import Group
from cairn_portal.cli.preparing import policy, roster
from cairn_portal.cli.read_models import projections
from cairn_portal.cli.targets import targets

START = "先看看 · See it first"
PREPARE = "准备 · Before a cycle"
YEAR = "一年 · Through the year"
AUDIT = "核查 · Looking back"
GROUPS = (
    (projections, "projections", operating.PANEL),
    (policy, "policy", PREPARE),
    (roster, "roster", PREPARE),
    (targets, "targets", PREPARE),
    (cycle, "cycle", YEAR),
    (goal, "goal", YEAR),
    (feed, "feed", YEAR),
)
OF_GROUPS = (cycle_status, goal_setting, goal_adjusting, goal_reviewing)
"""Files whose commands join a group as they are loaded."""

app = Group("澄 Cairn：事件溯源的绩效目标引擎 · an event-sourced engine for performance goals")
for group, name, panel in GROUPS:
    app.add_typer(group, name=name, rich_help_panel=panel)
operating.register(app)
status.register(app)
demo.register(app, START)
rehearsing.register(app, START)
goal_reading.register_inbox(app, YEAR)
progress.register(app, YEAR)
results.register(app, YEAR)
replaying.register(app, AUDIT)


def main() -> None:
    """The entry point of the `cairn` program."""
    app(prog_name="cairn")
