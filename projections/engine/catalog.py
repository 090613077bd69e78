"""Which read models there are: collected from the declarations of the modules in `projections.models`."""

from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pkgutil import iter_modules

from projections import models
from projections.engine.read_model import ReadModel


@cache
def read_models() -> dict[str, ReadModel]:
    """Every read model by name, each after those it joins. Raises ValueError where the declarations contradict."""
    modules = (import_module(f"{models.__name__}.{found.name}") for found in iter_modules(models.__path__))
    return in_join_order(module.MODEL for module in modules)


@cache
def folding() -> dict[str, ReadModel]:
    """The read models with tables and a fold of their own, each after those it joins."""
    return {name: model for name, model in read_models().items() if model.tables}


def in_join_order(declared: Iterable[ReadModel]) -> dict[str, ReadModel]:
    """The read models by name, each after those it joins, by name where that leaves a choice.

    Raises ValueError: a name or table declared twice, a join of what is not there, a circle of joins, or neither
    tables nor joins.
    """
    by_name: dict[str, ReadModel] = {}
    owners: dict[str, str] = {}
    for model in sorted(declared, key=lambda each: each.name):
        if model.name in by_name:
            raise ValueError(f"two read models are called {model.name}")
        if not model.tables and not model.joins:
            raise ValueError(f"the read model {model.name} has neither tables of its own nor joins")
        for table in model.tables:
            if table in owners:
                raise ValueError(f"the table read.{table} is declared by {owners[table]} and by {model.name}")
            owners[table] = model.name
        by_name[model.name] = model
    for model in by_name.values():
        for joined in model.joins:
            if joined not in by_name:
                raise ValueError(f"the read model {model.name} joins {joined}, which there is not")
    try:
        order = TopologicalSorter({name: model.joins for name, model in by_name.items()}).static_order()
        return {name: by_name[name] for name in order}
    except CycleError as error:
        raise ValueError(f"read models join each other in a circle: {' → '.join(error.args[1])}") from None


def read_model(name: str) -> ReadModel:
    """The read model of that name. Raises LookupError with the names there are."""
    found = read_models().get(name)
    if found is None:
        raise LookupError(f"there is no read model {name!r}; there are {', '.join(sorted(read_models()))}")
    return found


def folding_model(name: str) -> ReadModel:
    """The read model of that name, which has a fold. Raises LookupError with the names of those it joins where not."""
    found = read_model(name)
    if not found.tables:
        joined = ", ".join(sorted(each.name for each in with_joins([name])))
        raise LookupError(f"the read model {name} has no tables of its own; it reads those of {joined}")
    return found


def with_joins(names: Iterable[str] | None) -> list[ReadModel]:
    """The read models with a fold among the named ones and all they join, each after those it joins; all for None."""
    if names is None:
        return list(folding().values())
    wanted: set[str] = set()
    pending = [read_model(name) for name in names]
    while pending:
        model = pending.pop()
        if model.name not in wanted:
            wanted.add(model.name)
            pending += [read_model(joined) for joined in model.joins]
    return [model for name, model in folding().items() if name in wanted]


def joined_by(model: ReadModel) -> list[ReadModel]:
    """The read models with a fold that this one joins, directly or through others."""
    return [each for each in with_joins(model.joins) if each.name != model.name]
