"""Projects of each real tool say the same to compat-scan as to the tool."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


# The other tools take minutes; the script by itself compares them too.
@pytest.mark.tools
@pytest.mark.parametrize(
    "tools",
    [("uv", "pip-compile"), ("setuptools-dynamic", "setuptools-cfg", "setuptools-py", "plain")],
    ids=["locked", "unlocked"],
)
def test_what_the_tool_tells_is_what_is_read(tools: tuple[str, ...], tmp_path: Path) -> None:
    script = str(ROOT / "tools" / "make_tool_projects.py")
    done = subprocess.run(
        [sys.executable, script, "--tools", ",".join(tools), "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if re.search(r"-m pip install .* failed with \d+", done.stderr):
        pytest.skip(f"the tools cannot be installed: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.findall(r"^(\S+): (\d+) packages, the same$", done.stdout, re.MULTILINE)
    assert [name for name, count in told if int(count) >= 3] == list(tools)
