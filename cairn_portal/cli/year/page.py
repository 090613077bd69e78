"""What went on through a cycle's year beside goals and scores. Nobody's words are in it, only what became of each."""

from rich.console import RenderableType
from rich.text import Text

from cairn.domain.cycle.state import Cycle
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleArg
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.reading.year.part import Year
from cairn_portal.reading.year.parts import parts_of


async def show(at: Terminal, name: CycleArg, reader: As = None) -> None:
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        view = await viewer(s, reader, cycle)
        parts = [part async for part in parts_of(Year(s.at, s.records), cycle, view)]
    lines: list[RenderableType] = []
    for part in parts:
        lines += [Text(at.say(part.heading), style="bold"), *part.shown]
    nothing = Text(at.say("Nothing beside goals and scores so far."))
    at.answer({part.key: part.found for part in parts}, *(lines or [nothing]))


async def print_year(s: Session, cycle: Cycle) -> None:
    """The page in another command's answer, each part under a rule."""
    async for part in parts_of(Year(s.at, s.records), cycle, await viewer(s, None, cycle)):
        s.at.out.rule(Text(s.at.say(part.heading), style="bold"), align="left")
        for line in part.shown:
            s.at.out.print(line)
