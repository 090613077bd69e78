"""Launching a cycle: the plan that is previewed, and the events that carry it out."""
