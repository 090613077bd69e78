"""Cases at the command line: feedback, and what else has a stream and a workflow beside goals."""
