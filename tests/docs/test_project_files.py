"""The project's own files fit their formats and agree with each other: decisions, changelog, hosted run, version."""

import json
import re
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
HOSTED = ROOT / ".github"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def loaded(file: Path) -> Any:
    return YAML(typ="safe").load(file)


@pytest.mark.parametrize(
    ("number", "page"),
    [(int(page.name[:4]), page) for page in DECISIONS],
    ids=lambda each: getattr(each, "stem", None),
)
def test_a_decision_has_number_date_and_status_and_stands_so_in_the_index(number: int, page: Path) -> None:
    head, about = page.read_text("utf-8").splitlines()[:2]
    title = head.removeprefix(f"# {number:04} ")
    said = re.fullmatch(
        r"Date: (\d{4}-\d\d-\d\d) · Status: (proposed|accepted|superseded by \[\d{4}\]\([\w-]+\.md\))", about
    )
    assert said, about
    assert sum(each.name.startswith(f"{number:04}") for each in DECISIONS) == 1
    row = f"| [{number:04}]({page.name}) | {title} | {said[1]} | {said[2]} |"
    assert row in (page.parent / "README.md").read_text("utf-8").splitlines()


def test_the_changelog_keeps_its_form_and_ends_with_no_release_newer_than_the_version() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
    releases = [line for line in lines if line.startswith("## ")]
    kinds = {line for line in lines if line.startswith("### ")}
    assert releases[0] == "## [Unreleased]"
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", line) for line in releases[1:])
    assert kinds <= {
        f"### {kind}" for kind in ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
    }
    assert not releases[1:] or releases[1].startswith(f"## [{PROJECT['version']}]")


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("github-workflows", "workflows/ci.yml"),
        ("github-issue-config", "ISSUE_TEMPLATE/config.yml"),
        ("github-issue-forms", "ISSUE_TEMPLATE/bug.yml"),
        ("github-issue-forms", "ISSUE_TEMPLATE/feature.yml"),
    ],
)
def test_a_file_for_the_host_fits_its_published_schema(schema: str, file: str) -> None:
    published = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{schema}.json"
    jsonschema.validate(loaded(HOSTED / file), json.loads(published.read_text("utf-8")))


def test_the_hosted_run_does_what_ci_does_on_versions_the_project_names() -> None:
    job = loaded(HOSTED / "workflows" / "ci.yml")["jobs"]["test"]
    assert job["steps"][-1] == {"run": ".ci/run"}
    named = {each.rpartition(" ")[2] for each in PROJECT["classifiers"] if "Python :: 3." in each}
    assert set(job["strategy"]["matrix"]["python"]) <= named
    assert f">={min(named, key=lambda version: int(version.partition('.')[2]))}" == PROJECT["requires-python"]


def test_a_commit_is_checked_by_programs_that_set_up_installs() -> None:
    hooks = loaded(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    programs = {hook["entry"].split()[0] for hook in hooks}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert [
        program for program in programs if not (Path(sys.executable).parent / Path(program).name).exists()
    ] == []


def test_every_folder_of_tests_is_explained_to_contributors() -> None:
    folders = {test.relative_to(ROOT / "tests").parts[0] for test in (ROOT / "tests").rglob("test_*.py")}
    explained = re.findall(r"^\| (`.+`) \|", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(folders - set(re.findall(r"`(\w+)`", " ".join(explained)))) == []


def test_there_is_one_version() -> None:
    said = subprocess.run(
        [Path(sys.executable).with_name("cairn"), "--version"], capture_output=True, text=True
    )
    assert said.stdout == f"cairn {PROJECT['version']}\n", said.stderr
    images = {service["image"] for service in loaded(ROOT / "docker-compose.yml")["services"].values()}
    assert f"${{CAIRN_IMAGE:-cairn:{PROJECT['version']}}}" in images
    assert re.fullmatch(r"\d+\.\d+\.\d+", PROJECT["version"])
