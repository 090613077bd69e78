"""Results of a cycle as somebody may read them."""

from collections.abc import Callable

from cairn.application.access import Shown
from cairn.domain.cycle.state import Cycle
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import is_kept_from, of_holder
from projections.models import person as people_model
from projections.models import score as scores_model


async def owners(records: Records) -> Callable[[str], Shown]:
    """Sheets by holder, as reading rights look at them: a department's is its head's."""
    heads = {each.id: each.head for each in await people_model.departments(records.pool)}
    people = await records.everybody()

    def owned(holder: str) -> Shown:
        department = holder.removeprefix("department.")
        if department != holder:
            return Shown(heads.get(department) or "", None, department)
        return of_holder(holder, people)

    return owned


async def readable_results(records: Records, who: str | None, cycle: Cycle) -> list[scores_model.Result]:
    """The results of a cycle that somebody may read (nobody named: all), best first: their own not before it is shown
    to them, and that people moved its grade only where the policy tells it."""
    view, owned = await records.viewer(who, cycle), await owners(records)
    policy = await records.application.policies.version(cycle.policy)
    return [
        each.model_copy(update={"moved": None})
        if each.holder == who and policy.evaluation.ratings == "final"
        else each
        for each in await scores_model.results(records.pool, cycle.id)
        if view.may("scores", owned(each.holder or "")) and not is_kept_from(who, each, policy)
    ]
