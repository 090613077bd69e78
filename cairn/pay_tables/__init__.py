"""Tables of money in: what each person's amount is, and each department's pot. Nothing of them is recorded."""

from cairn.pay_tables.reading import PayTableInvalid, PayTables, read_pay_tables

__all__ = ["PayTableInvalid", "PayTables", "read_pay_tables"]
