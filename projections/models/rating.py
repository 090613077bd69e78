"""Goals that the raters of an appraisal judge, and which of them they have judged: others wait for nobody in them."""

from cairn.domain.goal.events import GoalRated, ReviewOpened
from projections.engine.read_model import ReadModel
from projections.engine.sql import queries

MODEL = ReadModel(
    name="rating",
    tables=("rated_goal",),
    reads=(ReviewOpened, GoalRated),
    by_stream=True,
)
SQL = queries("rating")
