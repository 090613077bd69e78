"""The numbers of the workbook (`tests/workbook`) computed by Cairn from the same cells."""
