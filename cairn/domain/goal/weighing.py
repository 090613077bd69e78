"""What the family says of the weights of a sheet."""

from cairn.domain.goal.context import GoalContext
from cairn.domain.refusal import Refusal
from cairn.domain.sheet import rules
from cairn.domain.sheet.state import Sheet


def check_capability(before: Sheet | None, after: Sheet, context: GoalContext, field: str) -> None:
    """Refuses a sheet whose capability goals weigh less or more together than its family allows.

    Short of 100 % only what is too much is refused: the rest is still to come. A share that stays as it was `before`
    is not this change's business.
    """
    family = context.policy.families.get(after.family or "")
    share = after.weight_in("capability")
    if after.kind != "person" or family is None or (before and before.weight_in("capability") == share):
        return
    least, most = family.capability_weight
    if share > most or (share < least and after.weight >= rules.WHOLE):
        raise Refusal(
            "sheet.capability", field=field, share=share, least=least, most=most, family=after.family
        )
