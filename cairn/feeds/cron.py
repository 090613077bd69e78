"""When a feed runs: a time of day, or a cron of five fields as cron itself reads it."""

import re

LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Of minute, hour, day of the month, month and day of the week (0 and 7 are Sunday)."""


def clock(schedule: str) -> tuple[int, int] | None:
    """Hour and minute of `06:30`; None for what is no time of day."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", schedule.strip())
    return (int(found[1]), int(found[2])) if found else None


def is_cron(schedule: str) -> bool:
    fields = schedule.split()
    return len(fields) == len(LIMITS) and all(map(_is_field, fields, LIMITS))


def as_crons(schedule: str) -> list[str]:
    """The crons that together say the same where all fields of each must match, as a scheduler has it.

    Where both the day of the month and the day of the week are named, cron runs on either: `0 6 1,15 * 1-5` is the
    1st, the 15th and every working day.
    """
    if time := clock(schedule):
        return [f"{time[1]} {time[0]} * * *"]
    minute, hour, day, month, weekday = schedule.split()
    if day.startswith("*") or weekday.startswith("*"):
        return [schedule]
    return [f"{minute} {hour} {day} {month} *", f"{minute} {hour} * {month} {weekday}"]


def _is_field(field: str, limits: tuple[int, int]) -> bool:
    for item in field.split(","):
        found = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", item)
        if not found or any(not limits[0] <= int(n) <= limits[1] for n in found.group(1, 2) if n):
            return False
    return True
