"""The roster: who works here, read from files and queries with every mistake named."""
