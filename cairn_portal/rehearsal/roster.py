"""The roster a cycle file names: a table of people, or queries over another system's files."""

from pathlib import Path

from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.roster.reading import read_roster
from cairn_portal.rehearsal.script import CycleFile


def read_cycle_roster(file: CycleFile, data: Path, policy: Policy) -> Roster:
    """Reads and checks it against the policy. Raises RosterInvalid with every bad row at once."""
    named = file.folder / file.roster
    parameters = {
        "cycle_start": file.cycle.starts.isoformat(),
        "cycle_end": file.cycle.ends.isoformat(),
    }
    if named.suffix in (".yaml", ".yml"):
        return read_roster(data, named, parameters=parameters, policy=policy)
    departments = file.folder / file.departments if file.departments else None
    return read_roster(named, departments=departments, policy=policy)
