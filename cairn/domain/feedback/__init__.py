"""Feedback: an observation starts a clock in working time; what was said, what was agreed, and what became of it."""
