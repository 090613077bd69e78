"""`python -m cairn_portal.cli` is `cairn`."""

from cairn_portal.cli import main

main()
