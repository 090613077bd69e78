"""The forms of a goal's commands: what their fields choose from, and what they hold at first."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from cairn.application.offers import Offer
from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import TemplateGoal
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message, term
from cairn_portal.presenting.words import measure, percent, words
from cairn_portal.reading.goal_desk import GoalDesk
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.adjusting import new_goal_fields
from cairn_portal.web.files import limits_of
from cairn_portal.web.forms import Form, Known, Option, fields_of, taking_files, wrong_field
from cairn_portal.web.showing import titled

DECIDED = frozenset({"approve", "return", "confirm", "decline"})
"""What is done in place, beside what it is decided about."""
BESIDE = "withdraw"
"""What stands open beside the adjustment that it takes back."""
OFTEN = ("revise", "check_in", "adjust", "accept", "assess", "diagnose")
"""What people do most, first."""


class Asked(NamedTuple):
    """A command as it came from a form, with what stood in its way."""

    name: str
    fields: Mapping[str, Any]
    key: str
    refusal: Refusal


def forms_of(
    at: PageReader,
    desk: GoalDesk,
    titles: Mapping[str, str],
    readers: str,
    asked: Asked | None,
    done: frozenset[str],
    opened: str,
) -> list[Form]:
    """A form for each command somebody may give, but for those that are `done` elsewhere on the page. The one that is
    `opened` or was asked has its fields, all others get theirs later: most are never opened."""
    offers = sorted(
        desk.offers, key=lambda offer: OFTEN.index(offer.name) if offer.name in OFTEN else len(OFTEN)
    )
    is_open = {opened, asked.name if asked else ""}
    return [
        form_of(at, desk, offer, known_of(at, desk, offer.name, titles), readers, asked)._replace(
            open=offer.name in is_open
        )
        if offer.name in {*is_open, BESIDE}
        else _closed(at, desk, offer.name)
        for offer in offers
        if offer.name not in done and offer.name not in DECIDED
    ]


def _closed(at: PageReader, desk: GoalDesk, name: str) -> Form:
    return Form(
        dom=_dom(name), name=name, label=_label(at, name), address="", fields=(), fixed={}, key="", version=None,
        later=f"/goals/{desk.goal.id}?form={name}",
    )  # fmt: skip


def _dom(name: str) -> str:
    return f"form-{name.replace('_', '-')}"


def _label(at: PageReader, name: str) -> str:
    return titled(at.say(term("command", name)))


def form_of(
    at: PageReader, desk: GoalDesk, offer: Offer, known: Known, readers: str, asked: Asked | None
) -> Form:
    """The form of one command."""
    mine = asked if asked is not None and asked.name == offer.name else None
    fields = fields_of(at, "goal", offer, known, mine.fields if mine else {})
    if offer.name == "adjust":
        fields += new_goal_fields(at, desk, mine.fields if mine else {})
    rules = desk.context.policy.attachments
    fields = taking_files(fields, rules, limits_of(at, rules))
    return Form(
        dom=_dom(offer.name),
        name=offer.name,
        label=_label(at, offer.name),
        address=f"/goals/{desk.goal.id}/give/{offer.name}",
        fields=fields,
        fixed=known.fixed,
        key=mine.key if mine else str(uuid4()),
        version=desk.goal.version or None,
        readers=readers if any(each.sort == "text" for each in fields) else "",
        problem=refusal_message(mine.refusal).text(at.language) if mine else "",
        wrong=wrong_field(fields, mine.refusal.field) if mine else None,
    )


def known_of(at: PageReader, desk: GoalDesk, command: str, titles: Mapping[str, str]) -> Known:
    """What is known about a command's fields."""
    goal, sheet = desk.goal, desk.context.sheet
    is_kpi = isinstance(goal.measure, Kpi)
    listed = getattr(goal.measure, "listed", ())
    options: dict[str, Sequence[Option]] = {
        "criterion": [Option(str(n), text) for n, text in enumerate(listed, 1) if n not in goal.accepted],
        "diagnosis": [
            Option(str(each.number), f"{each.number} · {words(at, each.facts)}")
            for each in goal.diagnoses
            if not each.answered
        ],
        "check_in": [
            Option(str(each.number), _reported(each.said.on, each.said.value)) for each in goal.reports
        ],
    }
    options = {name: found for name, found in options.items() if found}
    match command:
        case "revise":
            without = {"measure"} if is_kpi else {"target", "unit"}
            values = {"title": goal.title, "weight": sheet.weight_of(goal.id), "measure": goal.measure}
            values |= (
                {"target": goal.measure.target, "unit": goal.measure.unit}
                if isinstance(goal.measure, Kpi)
                else {}
            )
            return Known(options, values=values, without=frozenset(without))
        case "adjust":
            others = [
                Option(other, titles.get(other, other), at.say("now {value}", value=percent(placed.weight)))
                for other, placed in sheet.placements.items()
                if other != goal.id
            ]
            hints = {
                "title": at.say("now {value}", value=at.title(goal.title)),
                "weight": at.say("now {value}", value=percent(sheet.weight_of(goal.id))),
                "targets": at.say("one a line, such as Q3 = 130"),
            }
            if is_kpi:
                hints["target"] = at.say(
                    "now {value}", value=measure(at, goal.measure.model_dump(mode="json"))
                )
            without = set() if is_kpi else {"target", "targets"}
            return Known(
                options,
                {"counterweights": others},
                hints=hints,
                without=frozenset(without),
                measure=goal.measure,
            )
        case "check_in":
            kpi = goal.measure if isinstance(goal.measure, Kpi) else None
            typed = (
                kpi is not None and kpi.metric is None and kpi.computed is None
            )  # else nobody types a value
            ratio = typed and kpi is not None and kpi.aggregation == "ratio"
            idle = {"value": not typed, "base": not ratio}
            return Known(options, without=frozenset(name for name, unused in idle.items() if unused))
        case _:
            return Known(options)


def _reported(on: object, value: object) -> str:
    return f"{on} · {value}" if value is not None else str(on)


def known_of_draft(desk: GoalDesk, item: TemplateGoal | None, base: Measure | None, language: str) -> Known:
    """What a new goal's form holds at first: what its template says, or nothing."""
    number = desk.goal.id.rpartition("-")[2]
    if item is None or base is None:
        return Known(
            values={"measure": {"kind": "kpi"}, "key": number},
            without=frozenset({"key"}),
            fixed={"key": number},
        )
    title = item.title.text("en" if language == "en" else "zh")
    values = {"title": title, "dimension": item.dimension, "weight": item.weight, "measure": base}
    return Known(values=values, fixed={"key": item.key})


def with_base(fields: Mapping[str, Any], base: Measure | None) -> dict[str, Any]:
    """The fields with what a measure keeps of the one it goes on from: metric, curve, subject."""
    typed = fields.get("measure")
    if base is None or not isinstance(typed, Mapping) or typed.get("kind") != base.kind:
        return dict(fields)
    kept = base.model_dump(mode="json")
    if isinstance(base, Kpi) and str(typed.get("target") or "") != str(base.target or ""):
        kept["whole_cycle"] = False  # what people write is for the goal's own span (RULES T2)
        beside = {f"{name}_beside": str(base.target) for name in ("threshold", "stretch") if kept.get(name)}
        kept |= beside if base.target is not None else {}
    return {**fields, "measure": {**kept, **typed}}


def with_base_of_changes(fields: Mapping[str, Any], base: Measure) -> dict[str, Any]:
    """The same of a measure among the changes of an adjustment: what is typed of it changes, and nothing else."""
    changes = fields.get("changes")
    return {**fields, "changes": with_base(changes, base)} if isinstance(changes, Mapping) else dict(fields)
