from __future__ import annotations

import subprocess
import sys

import pytest

from scanner.report import REPORTERS


def test_every_format_of_the_command_line_is_there() -> None:
    assert list(REPORTERS) == ["terminal", "json", "github", "sarif", "junit", "gitlab", "markdown", "html", "csv"]


@pytest.mark.parametrize("name", [name for name in REPORTERS if name != "terminal"])
def test_only_the_terminal_needs_rich(name: str) -> None:
    program = (
        "import io, sys\n"
        "from scanner.report import REPORTERS\n"
        f"try: REPORTERS[{name!r}].write(None, io.StringIO(), None)\n"
        "except AttributeError: pass\n"
        "sys.exit('rich' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
