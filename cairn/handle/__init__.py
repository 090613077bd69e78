"""The one path that writes: read the streams, decide, append."""
