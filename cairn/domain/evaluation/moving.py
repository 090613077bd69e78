"""Grades that people move: in a calibration, or by a decision on an appeal. The points stay (RULES E2)."""

from datetime import datetime
from decimal import Decimal

from cairn.domain.evaluation.gates import allowed
from cairn.domain.policy import Policy
from cairn.domain.sheet.events import GradeMove, ResultCause, ResultIssued
from cairn.domain.streams import kind_of


def grades_open_to(result: ResultIssued, policy: Policy) -> tuple[str, ...]:
    """The grades that a result may be moved to, best first. What bounds a grade, bounds it here: nothing passes the
    gates (RULES E2), nor below what an appeal raised."""
    if result.points is None:
        return ()
    grades = tuple(band.grade for band in allowed(result.bounds, policy.grades))
    if not is_raised(result):
        return grades
    return tuple(grade for grade in grades if not is_better(result.grade, grade, policy))


def is_raised(result: ResultIssued) -> bool:
    """Whether a decision on an appeal moved the grade."""
    return result.moved is not None and kind_of(result.moved.case) == "result"


def is_better(grade: str | None, than: str | None, policy: Policy) -> bool:
    """Whether a grade is a better one; any is better than none."""
    order = [band.grade for band in policy.grades]
    if grade is None:
        return False
    return than is None or order.index(grade) < order.index(than)


def moved(
    result: ResultIssued,
    grade: str | None,
    move: GradeMove | None,
    cause: ResultCause,
    policy: Policy,
    by: str,
    at: datetime,
) -> ResultIssued:
    """The next version of a result with another grade; without a `move` with the one that follows from its points."""
    return result.model_copy(
        update={
            "number": result.number + 1,
            "cause": cause,
            "grade": grade,
            "coefficient": coefficient_of(grade, policy),
            "moved": move,
            "restatement": None,
            "told": False,
            "by": by,
            "at": at,
        }
    )


def coefficient_of(grade: str | None, policy: Policy) -> Decimal | None:
    """What a grade is worth, None of none."""
    return next((band.coefficient for band in policy.grades if band.grade == grade), None)


def with_raise_kept(before: ResultIssued | None, issued: ResultIssued, policy: Policy) -> ResultIssued:
    """A newly computed version with the grade that an appeal raised, where it would be a worse one: what a committee
    decided on the evidence as it stood is not lost by a recomputation."""
    move = before.moved if before else None
    if before is None or move is None or not is_raised(before):
        return issued
    if issued.grade is None or not is_better(before.grade, issued.grade, policy):
        return issued
    kept = move.model_copy(update={"computed": issued.grade})
    return issued.model_copy(
        update={"grade": before.grade, "coefficient": coefficient_of(before.grade, policy), "moved": kept}
    )
