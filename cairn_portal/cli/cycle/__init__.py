"""Commands on cycles."""
