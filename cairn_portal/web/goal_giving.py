"""Acting on goals by forms: drafting one, every other command, and what an adjustment would come to."""

from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application.clock import zone_of
from cairn.domain.goal.commands import COMMANDS
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Measure
from cairn.domain.policy import Policy, TemplateGoal
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import department_of, sheet_of
from cairn.goal_tables.templates import measure_for
from cairn.i18n import refusal_message
from cairn_portal.presenting.adjustments import Changed, change_lines
from cairn_portal.presenting.story import event_name
from cairn_portal.presenting.words import number
from cairn_portal.reading.current import cycle_or_current
from cairn_portal.reading.goal_desk import AdjustmentForeseen, desk_of, foresee_adjustment, foresee_goal
from cairn_portal.reading.goals import unknown_goal
from cairn_portal.reading.records import Records
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.adjusting import NEW, next_goal, read_new_goal, with_new_goal
from cairn_portal.web.files import brought_files, given_with, naming
from cairn_portal.web.goal import goal_page
from cairn_portal.web.goal_forms import Asked, form_of, known_of_draft, with_base, with_base_of_changes
from cairn_portal.web.rendering import go_to, page
from cairn_portal.web.typed import read_form, whole
from cairn_portal.web.uploads import form_with_files, plain_form
from projections.models import goal as goals_model

router = APIRouter(include_in_schema=False)


@router.get("/goals/new")
async def new(request: Request, visit: ByVisitor, sheet: str = "", template: str = "") -> Response:
    """The form of a new goal of a sheet: one's own, where none is named; from a template of the policy, or free."""
    return await _draft_page(request, visit, await _sheet(visit, sheet), template)


async def _sheet(visit: Visit, named: str) -> Sheet:
    """The sheet that is named, else one's own in the cycle that runs. Refuses one that is not there."""
    records = visit.portal.records
    if not named:
        cycle = await cycle_or_current(records, None, visit.person.id)
        own = (
            await goals_model.sheets(records.pool, cycle=cycle.id, holders=[visit.person.id]) if cycle else []
        )
        named = own[-1].sheet if own else ""
    if not named.startswith("sheet-"):
        raise Refusal("sheet.unknown", field="sheet", sheet=named or "–")
    return (await records.application.sheets.load(named)).sheet


async def _draft_page(
    request: Request, visit: Visit, sheet: Sheet, template: str, asked: Asked | None = None
) -> Response:
    records = visit.portal.records
    cycle = await records.cycle(sheet.cycle)
    at, policy = (
        visit.reader.in_zone(zone_of(cycle)),
        await records.application.policies.version(cycle.policy),
    )
    items = _templates(policy, sheet)
    item = next((each for each in items if each.key == template), None)
    desk = await desk_of(records, visit.person.id, await next_goal(records, sheet))
    offer = next((each for each in desk.offers if each.name == "draft"), None)
    if offer is None:
        raise Refusal(
            "goal.not-yours", field="by", by=visit.person.id, who="owner_approver_or_hr", manager=None
        )
    base = _base(item, sheet, at.language)
    form = form_of(at, desk, offer, known_of_draft(desk, item, base, at.language), "", asked)
    used = {goal.key for goal in (await records.application.sheets.load(sheet.id)).goals.values()}
    return page(
        request, "goal_new.html", visit, 422 if asked else 200, reader=at, sheet=sheet, form=form, chosen=template,
        templates=[(each.key, each.title.text(at.language), each.key in used) for each in items],
        weight=sheet.weight, names=await records.names(),
    )  # fmt: skip


def _templates(policy: Policy, sheet: Sheet) -> tuple[TemplateGoal, ...]:
    """The goals that somebody's job family, a department or the company begins with."""
    match sheet.kind:
        case "person":
            family = policy.families.get(sheet.family or "")
            return family.template if family else ()
        case "department":
            return policy.department_templates.get(sheet.department or "", policy.department_template)
        case _:
            return policy.strategic


def _base(item: TemplateGoal | None, sheet: Sheet, language: str) -> Measure | None:
    if item is None:
        return None
    return measure_for(item, sheet.holder, sheet.department or department_of(sheet.holder), language)


@router.post("/goals/{goal}/give/{name}")
async def give(request: Request, visit: ByVisitor, goal: str, name: str, template: str = "") -> Response:
    """Gives a goal a command of a form, or drafts it; answers with its page, and why it was not done."""
    records, command = visit.portal.records, COMMANDS.get(name)
    form = await form_with_files(request)
    if command is None:
        raise unknown_goal(goal)
    if isinstance(form, Refusal):
        return await goal_page(request, visit, goal, asked=Asked(name, {}, str(uuid4()), form))
    typed = [(key, str(each)) for key, each in form.multi_items()]
    told, sheet = dict(typed), None
    if name == "draft":
        sheet = await _sheet(visit, told.get("sheet", ""))
    desk = await desk_of(records, visit.person.id, goal)
    at = visit.reader.in_zone(zone_of(await records.cycle(desk.context.sheet.cycle)))
    fields = read_form(command, typed, at.zone)
    if sheet is not None:
        policy = await records.application.policies.version((await records.cycle(sheet.cycle)).policy)
        item = next((each for each in _templates(policy, sheet) if each.key == template), None)
        fields = with_base(fields, _base(item, sheet, at.language))
    elif name == "revise":
        fields = with_base(fields, desk.goal.measure)
    shown = fields
    if name == "adjust":
        new = read_new_goal(typed, at.zone)
        shown, fields = {**fields, NEW: new}, with_base_of_changes(fields, desk.goal.measure)
        fields = await with_new_goal(records, desk, fields, new)
    key, version = told.get("key") or str(uuid4()), told.get("at_version", "")
    offered = any(each.name == name for each in desk.offers)
    try:
        brought = await brought_files(visit, goal, command, form, offered=offered)
        fields = naming(fields, brought)
        done = await given_with(
            visit,
            brought,
            lambda: foresee_goal(records, visit.person.id, goal, name, fields, whole(version)),
            lambda: visit.portal.commands.goal(
                goal, name, visit.person.id, fields, key, at_version=whole(version)
            ),
        )
    except Refusal as refusal:
        asked = Asked(name, shown, key, refusal)
        if sheet is not None:
            return await _draft_page(request, visit, sheet, template, asked)
        return await goal_page(request, visit, goal, asked=asked)
    if done.position is not None:
        await visit.portal.commands.readable(done.position, "goal", "inbox")
    if name == "draft":
        return go_to(request, f"/goals/{goal}")
    said = at.say("separator:clause").join(event_name(at, each) for each in done.events)
    return await goal_page(request, visit, goal, done=said or at.say("nothing to do (it is so already)"))


@router.post("/goals/{goal}/foresee/adjust")
async def foresee(request: Request, visit: ByVisitor, goal: str) -> Response:
    """What the adjustment that is being written would change, and the flexible space it would leave."""
    records = visit.portal.records
    typed = [(key, str(each)) for key, each in (await plain_form(request)).multi_items()]
    desk = await desk_of(records, visit.person.id, goal)
    cycle = await records.cycle(desk.context.sheet.cycle)
    at, fields = visit.reader.in_zone(zone_of(cycle)), read_form(COMMANDS["adjust"], typed, zone_of(cycle))
    fields = with_base_of_changes(fields, desk.goal.measure)
    fields = await with_new_goal(records, desk, fields, read_new_goal(typed, at.zone))
    said, found, sheet = "", None, desk.context.sheet
    if fields.get("changes"):
        try:
            found = await foresee_adjustment(records, visit.person.id, goal, {"reason": "–", **fields})
        except Refusal as refusal:
            said = refusal_message(refusal).text(at.language)
    return page(
        request, "foreseen.html", visit, reader=at, problem=said, found=found,
        lines=await _lines(at, records, desk.goal, found),
        left=number(found.left if found else sheet.space_left), space=number(sheet.space),
        draws=number(found.draws) if found else "",
    )  # fmt: skip


async def _lines(
    at: PageReader, records: Records, goal: Goal, found: AdjustmentForeseen | None
) -> list[Changed]:
    """Each change: what, from what, to what."""
    if found is None:
        return []
    siblings = await goals_model.goals(records.pool, sheet=sheet_of(goal.id))
    titles = {each.goal: at.title(each.title) for each in siblings}
    return change_lines(at, goal, found.before, found.after, titles)
