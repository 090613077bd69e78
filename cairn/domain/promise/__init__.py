"""Promises: what somebody is owed until a day, by a person or a department; kept, released, or overdue on record."""
