"""What keeps a server from running, said to the operator."""


class ServerProblem(Exception):
    """One sentence or two: what is wrong, where, and what to do. Shown as it is, without a traceback."""
