"""Stage reviews (复盘): the employee reports on a period that has ended, the manager comments beside its data."""
