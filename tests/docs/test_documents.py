"""What the documents name is there: pages, sections, files, make targets and commands; generated pages are fresh."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cairn_portal.cli import app
from tests.pages import pages
from tests.pages.pages import picture

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for pattern in ("*.md", ".github/**/*.md", "docs/**/*.md", "examples/**/*.md", "tests/**/*.md")
    for page in ROOT.glob(pattern)
)
WRITERS = sorted((ROOT / "docs").glob("write_*.py"))
FOLDERS = ("activities", "bench", "cairn", "cairn_portal", "deploy", "docs", "examples", "projections", "requirements",
           "tests", "workflows")  # fmt: skip
CODE = re.compile(r"^```[^\n]*\n(.*?)^```|^ {4}(\S[^\n]*)$|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def code(text: str) -> Iterator[str]:
    """Every piece of code of a page, line by line, without comments at a line's end."""
    for found in CODE.finditer(text):
        block = next(group for group in found.groups() if group is not None)
        yield from (line.partition(" #")[0].strip() for line in block.splitlines())


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as hosts of Markdown make them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def broken(page: Path) -> Iterator[str]:
    """The relative links of a page that lead nowhere."""
    text = re.sub(r"^```.*?^```|`[^`\n]+`", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, section = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        there = target.exists() and ROOT in target.parents
        if not there or (section and section not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_page_and_section_that_are_there(page: Path) -> None:
    assert list(broken(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        target
        for line in code(page.read_text("utf-8"))
        for target in re.findall(r"\bmake ([a-z][\w-]*)", line)
    }
    assert sorted(named - targets) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    paths = (
        re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./-]*", line) for line in code(page.read_text("utf-8"))
    )
    assert sorted({found[0] for found in paths if found and not (ROOT / found[0]).exists()}) == []


@pytest.mark.parametrize("page", [each for each in PAGES if TEST.search(each.read_text("utf-8"))], ids=name)
def test_every_test_that_is_named_is_there(page: Path) -> None:
    named = sorted(set(TEST.findall(page.read_text("utf-8"))))
    assert [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).exists()
        or not re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    ] == []


def unknown(line: str) -> str | None:
    """The part of a `cairn …` line that is no command, if there is one."""
    command: Any = typer.main.get_command(app)
    for word in line.split()[1:]:
        commands = getattr(command, "commands", None)
        if commands is None or not re.fullmatch(r"[a-z][a-z-]*", word):
            return None
        if word not in commands:
            return line
        command = command.get_command(typer.Context(command), word)
    return None


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    lines = (re.findall(r"(?:^|[ /])(cairn [^·|;]*)", line) for line in code(page.read_text("utf-8")))
    assert [line for found in lines for line in found if unknown(line)] == []


@pytest.mark.parametrize("writer", WRITERS, ids=name)
def test_generated_pages_are_what_their_writer_writes(writer: Path, tmp_path: Path) -> None:
    """`make docs` writes them anew."""
    subprocess.run([sys.executable, shutil.copy(writer, tmp_path)], check=True, cwd=ROOT)
    written = list(tmp_path.glob("*.md"))
    assert written
    assert [
        page.name
        for page in written
        if page.read_text("utf-8") != (ROOT / "docs" / page.name).read_text("utf-8")
    ] == []


def test_every_page_has_its_pictures_and_no_picture_is_left_of_one_that_is_gone() -> None:
    """`make pictures` takes them anew."""
    wanted = {picture(name, language) for name in pages.PAGES for language, _, _ in pages.PICTURES}
    assert {each.name for each in (ROOT / "docs" / "pictures").iterdir()} == wanted
