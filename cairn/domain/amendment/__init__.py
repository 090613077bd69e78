"""A policy that changes in mid-cycle: what may change, which dates move, what that changes for whom (RULES L11)."""
