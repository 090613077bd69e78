"""Writes the workbook: python -m tests.workbook PATH"""

import sys
from pathlib import Path

from tests.workbook.book import make_book

make_book().save(Path(sys.argv[1]))
