"""The lines that the README prints for somebody's own company run as they stand, from an empty folder."""

import asyncio
import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECTION = re.compile(r"^## For your own company\n(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)


def printed() -> tuple[str, str]:
    """The block that is run in the source folder, and the one that is run in an empty folder."""
    section = SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert section is not None
    here, there = BLOCK.findall(section[1])
    return here, there


async def shell(lines: str, *, strict: bool) -> tuple[int, str]:
    """The exit code and all that was said when bash runs the lines; `strict` stops at the first that fails."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    process = await asyncio.create_subprocess_exec(
        "bash", "-ec" if strict else "-c", lines, cwd=ROOT, env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_lines_for_ones_own_company_run_as_printed(tmp_path: Path) -> None:
    here, there = printed()
    assert "cairn cycle launch" in there and "--starts" in there, "a company with a fiscal year"
    try:
        code, said = await shell(f"{here}cd '{tmp_path}'\n{there}", strict=True)
        assert code == 0, said
        assert "✓ 已启动 112 / 112 个目标" in said and "5 个完成，0 个被拒绝" in said
        assert (tmp_path / ".cairn").is_dir()
    finally:
        await shell(f"{here}cd '{tmp_path}' && cairn down", strict=False)
