"""What people reported of their goals themselves: which reports wait for the manager, which were taken back."""

from cairn.domain.goal.events import CheckedIn, CheckInsConfirmed, CheckInWithdrawn, GoalAdjusted
from projections.engine.read_model import ReadModel
from projections.engine.sql import queries

MODEL = ReadModel(
    name="check_in",
    tables=("check_in",),
    reads=(CheckedIn, CheckInsConfirmed, CheckInWithdrawn, GoalAdjusted),
    joins=("goal",),
    by_stream=True,
)
SQL = queries("check_in")
