"""Targets in: tables of quotas as people keep them, checked row by row against roster and policy."""
