"""By which name the database knows the sessions of read models: whoever watches a worker needs no more of it."""

SESSIONS = "cairn-folding"
"""What the database calls the sessions of a worker's read models; one of them asks several times a second."""
