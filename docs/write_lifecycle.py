"""Writes docs/lifecycle.md anew: python docs/write_lifecycle.py"""

from pathlib import Path

from cairn_portal.presenting.lifecycle import render

Path(__file__).with_name("lifecycle.md").write_text(render(), encoding="utf-8")
