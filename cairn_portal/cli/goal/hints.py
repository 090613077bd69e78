"""What a goal still lacks to be SMART, told while it is set."""

from cairn_portal.cli.goal.commanding import goal_id
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.hints import hints_of, sentence


async def tell_hints(at: Terminal, name: str) -> None:
    """Remarks on a goal after a command that set it; programs find them in `cairn goal show --json`."""
    if at.as_json:
        return
    async with session(at) as s:
        found = hints_of(*await s.goals.load(goal_id(name)))
    for hint in found:
        at.remark("SMART hint, {sentence}", sentence=sentence(at, hint))
