"""The durable stories. They know when; what happened is in the log, and what may happen the deciders say."""
