"""The portal as a server: API and pages in one application (`python -m cairn_portal.served`)."""
