"""Notices by mail: how an operator sets it up, what was sent to whom, and the words of a mail."""
