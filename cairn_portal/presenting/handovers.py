"""A hand-over as it would be made, for programs: the same by the command line and by the API."""

from dataclasses import asdict
from typing import Any

from cairn.domain.handover.plan import HandoverPlan


def plan_facts(plan: HandoverPlan) -> dict[str, Any]:
    """What would be handed over, lowered and left out; `digest` is what making it repeats."""
    return {
        "digest": plan.digest,
        "made": plan.made,
        "lowered": plan.lowered,
        "withdrawn": plan.withdrawn,
        "waiting": [each.id for each in plan.waiting],
        "same": plan.same,
        "left_out": [asdict(each) for each in plan.left_out.values()],
    }
