"""Writes the workbook: python -m tests.workbook PATH"""

import sys
from pathlib import Path

from tests.workbook.book import make_book

path = Path(sys.argv[1])
make_book().save(path)
print(f"{path}: the rules as formulas; change what is blue on yellow, all else follows")
