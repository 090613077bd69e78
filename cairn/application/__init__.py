"""The use cases: the one path that writes (read the streams, decide, append), and what is asked of the log."""

from cairn.application.application import Application

__all__ = ["Application"]
