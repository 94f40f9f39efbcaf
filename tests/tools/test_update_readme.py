"""The output in README.md: cut in the right place, put between the markers, and still in today's layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    """The script as a module."""
    return load_tool("update_readme")


@pytest.fixture
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_packages_and_all_other_sections_are_kept(tool: ModuleType) -> None:
    entries = "".join(f"  ✗ p{number}\n    why      native\n" for number in range(tool.SHOWN + 2))
    shortened = tool.shorten(f"Hybrid\n\nNeeds a container\n{entries}\nRuns, with limits (1)\n  ! q\n")
    kept = "".join(f"  ✗ p{number}\n    why      native\n" for number in range(tool.SHOWN))
    assert shortened == f"Hybrid\n\nNeeds a container\n{kept}  …\n\nRuns, with limits (1)\n  ! q\n"
    assert tool.shorten("Python Workers\n") == "Python Workers\n"


def test_the_output_goes_between_the_markers_and_nothing_else_changes(tool: ModuleType) -> None:
    assert (
        tool.replace_output(f"a\n{tool.BEGIN}old\n{tool.END}\nz\n", "one\n\ntwo\n")
        == f"a\n{tool.BEGIN}    one\n\n    two\n{tool.END}\nz\n"
    )


def test_the_run_line_names_a_file_that_is_there(tool: ModuleType, readme: str) -> None:
    assert (ROOT / tool.read_example(readme)).is_file()


def test_what_the_readme_shows_is_in_the_layout_of_today(tool: ModuleType, readme: str) -> None:
    block = readme.partition(tool.BEGIN)[2].partition(tool.END)[0]
    lines = [line.removeprefix("    ") for line in block.splitlines()]
    assert re.match(r"(Runs on|Needs a container|Unknown).*\d+ .*requirements?", lines[0])
    labels = {match[1] for line in lines if (match := re.match(r"    (\S[\w ]{0,7}\w) {2,}\S", line))}
    assert {"why", "instead"} <= labels <= {"why", "via", "instead", "remedy", "limit", "these"}
    assert any(line.startswith("Next: `compat-scan plan examples/requirements.txt`") for line in lines[-2:])
    assert max(map(len, lines)) <= 100
