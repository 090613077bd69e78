"""What a page shows as a calculation, worked out again as somebody with a pocket calculator would."""

import ast
import re
from fractions import Fraction

SIGNS = {"−": "-", "×": "*", "÷": "/", "%": "", ",": ""}
OPERATIONS = {
    ast.Add: Fraction.__add__,
    ast.Sub: Fraction.__sub__,
    ast.Mult: Fraction.__mul__,
    ast.Div: Fraction.__truediv__,
}
NEAR = Fraction(1, 10_000)
"""What numbers shown to six places may differ by once they are multiplied with each other."""


def figure(shown: str) -> Fraction:
    """A number as it is shown."""
    return Fraction(shown.replace(",", "").replace("−", "-").rstrip("%"))


def worked(shown: str) -> tuple[Fraction, Fraction]:
    """(what the left side comes to, what stands on the right) of a calculation such as `60 + 2 × 5 = 70`."""
    left, right = re.split("[=≈]", shown)
    for sign, plain in SIGNS.items():
        left = left.replace(sign, plain)
    return _value(ast.parse(left.strip(), mode="eval").body), figure(right.strip())


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as number):
            return Fraction(str(number))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATIONS[type(op)](_value(left), _value(right))
    raise ValueError(ast.dump(node))
