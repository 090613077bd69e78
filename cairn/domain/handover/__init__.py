"""The hand-over of results to payroll, exactly once (RULES Y3, E3)."""
