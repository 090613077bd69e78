"""The roster a rehearsal's script names: a table of people, or queries over another system's files."""

from pathlib import Path

from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.roster.reading import read_roster
from cairn_portal.rehearsal.script import RehearsalScript


def read_script_roster(script: RehearsalScript, data: Path, policy: Policy) -> Roster:
    """Reads and checks it against the policy. Raises RosterInvalid with every bad row at once."""
    named = script.folder / script.roster
    parameters = {
        "cycle_start": script.cycle.starts.isoformat(),
        "cycle_end": script.cycle.ends.isoformat(),
    }
    if named.suffix in (".yaml", ".yml"):
        return read_roster(data, named, parameters=parameters, policy=policy).roster
    departments = script.folder / script.departments if script.departments else None
    return read_roster(named, departments=departments, policy=policy).roster
