"""Benchmarks: every bar of the design beside its floor, measured in one run on one Postgres and one Temporal."""
