"""The same numbers once more, as a workbook: written apart from the scoring code, recalculated by a formula library.

Nothing here imports `cairn`: inputs stand in plain cells, everything else is a formula that a person can follow. The
specs in `tests/specs/test_workbook.py` read the inputs from it, run Cairn with them and compare every number.
`make workbook` writes it for people.
"""
