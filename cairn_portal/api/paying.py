"""What would be handed over to payroll now, before it is made by its command."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from cairn.application.handovers import Tables
from cairn.domain.handover.commands import AmountRow, PotRow
from cairn.domain.handover.state import handover_name
from cairn.domain.refusal import Refusal
from cairn.domain.streams import cycle_of, kind_of
from cairn_portal.presenting.as_json import plain_value
from cairn_portal.presenting.handovers import plan_facts
from cairn_portal.signing_in.portal import ByVisitor

router = APIRouter()


class PayTables(BaseModel):
    """Amounts by person and pots by department, as the command `make` takes them; nothing of them is recorded."""

    model_config = ConfigDict(extra="forbid")
    amounts: dict[str, AmountRow] = Field(default_factory=dict)
    pots: dict[str, PotRow] = Field(default_factory=dict)


@router.post(
    "/handover/{case}/preview",
    tags=["cases"],
    operation_id="handover_preview",
    response_model=dict[str, Any],
    summary="what would be handed over",
)
async def preview(visit: ByVisitor, case: Annotated[str, Path()], given: PayTables) -> Response:
    """Its `digest` is what `make` repeats, with the same tables."""
    cycle = cycle_of(case)
    if kind_of(case) != "handover" or case != handover_name(cycle):
        raise Refusal("handover.name", field="case", case=case, known=handover_name(cycle))
    records = visit.portal.records
    now = await records.clock.now(await records.cycle(cycle))
    plan = await records.application.handovers.preview(
        cycle, Tables(given.amounts, given.pots), visit.person.id, now
    )
    return JSONResponse(plain_value(plan_facts(plan), visit.reader.language))
