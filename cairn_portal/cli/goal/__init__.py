"""Commands on goals."""
