"""Writes docs/pages.md anew: python docs/write_pages.py"""

from pathlib import Path

from tests.pages.pages import render

Path(__file__).with_name("pages.md").write_text(render(), encoding="utf-8")
