"""What every case has in common: a stream and a workflow of its own, which people deal with beside goals.

Feedback, a coaching plan, a request to another department, a stage review are cases. Each is a feature of its own
(commands, events, state, decide) that declares itself by a `CaseKind`.
"""
