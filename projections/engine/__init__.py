"""What keeps read models up to date: catching up, rebuilding, parking, comparing."""
