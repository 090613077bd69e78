"""One reader for all tables: CSV, TSV, semicolons, Excel, in any encoding that can be told or is stated."""

from cairn.documents.tables.grid import Grid, GridRow, read_grid, sheet_names
from cairn.documents.tables.records import Fields, Record, Records, read_records, records_of, twin_remarks
from cairn.documents.tables.table import Table, read_table

__all__ = [
    "Fields", "Grid", "GridRow", "Record", "Records", "Table",
    "read_grid", "read_records", "read_table", "records_of", "sheet_names", "twin_remarks",
]  # fmt: skip
