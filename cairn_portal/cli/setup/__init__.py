"""Commands that prepare a cycle: policy, roster, targets, feeds, rehearsals."""
