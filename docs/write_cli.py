"""Writes docs/cli.md anew: python docs/write_cli.py"""

from pathlib import Path

from cairn_portal.cli.reference import reference

Path(__file__).with_name("cli.md").write_text(reference(), encoding="utf-8")
