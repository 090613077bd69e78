"""Goals of the policy's templates, by the names they have in a table: `sales.revenue`, `department.cost`."""

from collections.abc import Mapping

from cairn.domain.exact import exact
from cairn.domain.launch.plan import template_measure
from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import Policy, TemplateGoal


def templates(policy: Policy, department: str | None = None) -> Mapping[str, TemplateGoal]:
    """Every goal of the templates by `family.key`; those of departments (the department's own list, where it has one)
    as `department.key`, the company's as `company.key`."""
    lists = {key: family.template for key, family in policy.families.items()}
    lists["department"] = policy.department_templates.get(department or "", policy.department_template)
    lists["company"] = policy.strategic
    return {f"{name}.{goal.key}": goal for name, goals in lists.items() for goal in goals}


def measure_for(item: TemplateGoal, holder: str, department: str | None, language: str) -> Measure:
    """The template's measure as the holder gets it: with the subject of their readings."""
    measure = template_measure(item, item.title.text(language))
    if not isinstance(measure, Kpi) or not item.metric:
        return measure
    of_department = f"department.{department}" if department else holder
    subject = {"person": holder, "department": of_department, "company": "company"}[item.subject]
    return measure.model_copy(update={"subject": subject})


def with_target_beside(kpi: Kpi, template: Kpi) -> Kpi:
    """The KPI, whose threshold and stretch stay beside the template's own target (RULES M2)."""
    if template.target is None or kpi.target == template.target:
        return kpi
    named = (name for name in ("threshold", "stretch") if getattr(kpi, name) is not None)
    return kpi.model_copy(update={f"{name}_beside": exact(template.target) for name in named})
