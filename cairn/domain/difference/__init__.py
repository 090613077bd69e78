"""Why a score moved: the difference of two scores as steps that sum to it exactly (ADR 0022)."""
