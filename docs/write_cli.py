"""Writes docs/cli.zh.md and docs/cli.en.md anew: python docs/write_cli.py"""

from pathlib import Path
from typing import get_args

from cairn.i18n import Language
from cairn_portal.cli.reference import reference

for language in get_args(Language):
    Path(__file__).with_name(f"cli.{language}.md").write_text(reference(language), encoding="utf-8")
