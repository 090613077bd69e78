"""Notices by mail and chat: how an operator sets them up, what was sent to whom, and the words."""
