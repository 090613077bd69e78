"""Calibration: the grades of a unit looked at together, moved with reasons, before they are shown (RULES E2, Y3)."""
