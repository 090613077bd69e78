"""What went on through a cycle's year beside goals and scores. Nobody's words are in it, only what became of each."""

from collections.abc import AsyncIterator

from rich.console import RenderableType
from rich.text import Text

from cairn.domain.cycle.state import Cycle
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleArg
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.year.carried import carried
from cairn_portal.cli.year.coached import coached
from cairn_portal.cli.year.decided import decided
from cairn_portal.cli.year.obstacles import obstacles
from cairn_portal.cli.year.owed import broken_promises
from cairn_portal.cli.year.part import Part
from cairn_portal.cli.year.reviewed import reviewed
from cairn_portal.cli.year.told import feedback_told
from cairn_portal.reading.viewing import Viewer

PARTS = (carried, reviewed, obstacles, coached, feedback_told, broken_promises, decided)


async def show(at: Terminal, name: CycleArg, reader: As = None) -> None:
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        view = await viewer(s, reader, cycle)
        parts = [part async for part in parts_of(s, cycle, view)]
    lines: list[RenderableType] = []
    for part in parts:
        lines += [Text(at.say(part.heading), style="bold"), *part.shown]
    nothing = Text(at.say("Nothing beside goals and scores so far."))
    at.answer({part.key: part.found for part in parts}, *(lines or [nothing]))


async def print_year(s: Session, cycle: Cycle) -> None:
    """The page in another command's answer, each part under a rule."""
    async for part in parts_of(s, cycle, await viewer(s, None, cycle)):
        s.at.out.rule(Text(s.at.say(part.heading), style="bold"), align="left")
        for line in part.shown:
            s.at.out.print(line)


async def parts_of(s: Session, cycle: Cycle, view: Viewer) -> AsyncIterator[Part]:
    """Each part of the page in which there is something to tell to whoever reads."""
    for part in PARTS:
        found = await part(s, cycle, view)
        if found is not None:
            yield found
