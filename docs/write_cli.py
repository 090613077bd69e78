"""Writes docs/cli.zh.md and docs/cli.en.md anew: python docs/write_cli.py"""

from pathlib import Path

from cairn_portal.cli.reference import write

write(Path(__file__).parent)
