"""Writes docs/rules.md anew: python docs/write_rules.py"""

from pathlib import Path

from tests.specs.rules.page import render

Path(__file__).with_name("rules.md").write_text(render(), encoding="utf-8")
