"""The formulas of measures, as text. Arguments are the places of cells.

Attainments are rounded to ten decimals: spreadsheets count in binary, and a step belongs to who reaches it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CurvePoints:
    """Where the policy's curve has its points."""

    below: str
    threshold: str
    target: str
    stretch: str
    cap: str


def attainment(actual: str, target: str, baseline: str = "", lower: bool = False) -> str:
    """How much of a target is attained, in percent: the way from the baseline to it; without one the distance to it is
    measured in targets, and 100 is the target."""
    if baseline:
        return f"100*({actual}-{baseline})/({target}-{baseline})"
    sign = "-" if lower else "+"
    return f"100{sign}100*({actual}-{target})/ABS({target})"


def where_known(cells: Sequence[str], formula: str) -> str:
    """The formula where all these cells hold numbers, else nothing."""
    return f'=IF(COUNT({",".join(cells)})={len(cells)},{formula},"")'


def linear(x: str, curve: CurvePoints, threshold: str = "", stretch: str = "") -> str:
    """The points of an attainment: `below` up to the threshold, straight on to target and stretch."""
    start, first = (threshold, curve.threshold) if threshold else ("0", curve.below)
    rising = f"{first}+({curve.target}-{first})*({x}-{start})/(100-{start})"
    beyond = f"{curve.target}+{curve.target}/100*({x}-100)"
    if stretch:
        beyond = f"{curve.target}+({curve.stretch}-{curve.target})*MIN(1,({x}-100)/({stretch}-100))"
    return f"IF({x}<{start},{curve.below},IF({x}<100,{rising},MIN({curve.cap},{beyond})))"


def proportional(x: str, full: str, cap: str) -> str:
    """Points in proportion to the attainment."""
    return f"MIN({cap},MAX(0,{x})*{full}/100)"


def mean_by(weights: Sequence[str], values: Sequence[str]) -> str:
    """The mean of values by weights; what holds no number gives its weight to the rest."""
    pairs = list(zip(weights, values, strict=True))
    above = "+".join(f"IF(ISNUMBER({value}),{weight}*{value},0)" for weight, value in pairs)
    below = "+".join(f"IF(ISNUMBER({value}),{weight},0)" for weight, value in pairs)
    return f'=IF(COUNT({",".join(values)})=0,"",({above})/({below}))'


def mean_of_columns(weights: str, values: str) -> str:
    """The same for two columns."""
    known = f'SUMIFS({weights},{values},">-1E+9")'
    return f'=IF(COUNT({values})=0,"",SUMPRODUCT({weights},{values})/{known})'
