"""Scores of sheets and results of the year, computed from the scores of goals."""
