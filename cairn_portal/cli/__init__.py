"""The command line: `cairn …`. One file per group of commands; nothing here knows a rule."""

from cairn.i18n import marked
from cairn_portal.cli.cycle import results
from cairn_portal.cli.cycle import status as cycle_status
from cairn_portal.cli.cycle.launching import cycle
from cairn_portal.cli.goal import adjusting, progress, reading, replay, reviewing, setting
from cairn_portal.cli.goal.commanding import goal
from cairn_portal.cli.group import Group
from cairn_portal.cli.operate import servers, status, version
from cairn_portal.cli.operate.read_models import projections
from cairn_portal.cli.setup import demo, rehearse
from cairn_portal.cli.setup.feeds import feed
from cairn_portal.cli.setup.policy import policy
from cairn_portal.cli.setup.roster import roster
from cairn_portal.cli.setup.targets import targets

START = marked("See it first")
PREPARE = marked("Before a cycle")
YEAR = marked("Through the year")
AUDIT = marked("Looking back")
GROUPS = (
    (projections, "projections", servers.PANEL),
    (policy, "policy", PREPARE),
    (roster, "roster", PREPARE),
    (targets, "targets", PREPARE),
    (cycle, "cycle", YEAR),
    (goal, "goal", YEAR),
    (feed, "feed", YEAR),
)
OF_GROUPS = (cycle_status, setting, adjusting, reviewing)
"""Files whose commands join a group as they are loaded."""

app = Group("an event-sourced engine for performance goals")
for group, name, panel in GROUPS:
    app.add_typer(group, name=name, rich_help_panel=panel)
version.register(app)
servers.register(app)
status.register(app)
demo.register(app, START)
rehearse.register(app, START)
reading.register_inbox(app, YEAR)
progress.register(app, YEAR)
results.register(app, YEAR)
replay.register(app, AUDIT)


def main() -> None:
    """The entry point of the `cairn` program."""
    app(prog_name="cairn")
