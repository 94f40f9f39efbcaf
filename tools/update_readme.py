"""Rewrites the output that README.md shows, by running the README's own command on the real index.

Usage: python tools/update_readme.py. Between the markers stands what the command prints today, without most of the
packages that need a container. Where the index did not answer for everything, nothing is written.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- output: begin -->\n", "<!-- output: end -->"
SHOWN = 4
"""The packages that need a container which are shown; the others are an ellipsis."""

_RUN_LINE = re.compile(r"^    python3 -m venv .* && \S*bin/compat-scan (\S+)$", re.MULTILINE)
_ENTRY = re.compile(r"^  ✗ ", re.MULTILINE)


def read_example(readme: str) -> str:
    """The file that the README's run line scans."""
    match = _RUN_LINE.search(readme)
    if match is None:
        raise SystemExit("README.md has no run line")
    return match[1]


def shorten(output: str) -> str:
    """The report without the packages after the first few that need a container."""
    starts = [match.start() for match in _ENTRY.finditer(output)]
    if len(starts) <= SHOWN:
        return output
    end = output.index("\n\n", starts[-1]) + 1
    return f"{output[: starts[SHOWN]]}  …\n{output[end:]}"


def replace_output(readme: str, output: str) -> str:
    """The README with this output between its markers."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    block = "".join(f"    {line}\n" if line else "\n" for line in output.rstrip("\n").split("\n"))
    return f"{before}{BEGIN}{block}{END}{after}"


def main() -> int:
    """Write the README anew; 0 also where nothing has changed."""
    readme = README.read_text(encoding="utf-8")
    command = [sys.executable, "-m", "scanner", read_example(readme)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1} or "CS504" in done.stdout:
        print(f"the scan is not complete, nothing is written: {done.stderr.strip()}{done.stdout[:300]}")
        return 1
    README.write_text(replace_output(readme, shorten(done.stdout)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
