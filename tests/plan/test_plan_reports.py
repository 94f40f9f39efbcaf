"""The reports of a plan: sizes, escapes, and what they leave out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "py3-none-manylinux_2_28_x86_64"


@pytest.fixture
def _packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", tag=LINUX))
    index.add(make_wheel("beta"))


@pytest.mark.usefixtures("_packages")
def test_a_large_plan_stays_within_the_size_of_a_comment_and_counts_the_rest(run: Run) -> None:
    files = {f"m{number}.py": "import alpha\n" for number in range(2000)}
    text = {"requirements.txt": "alpha\nbeta\n"}
    result = run("plan", "requirements.txt", "--source", ".", "--format", "markdown", files={**files, **text})
    assert result.exit_code == 0
    assert 60_000 < len(result.stdout.encode()) <= 65_000
    assert re.search(r"_\d+ lines more in the other formats\._\n$", result.stdout)


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "json"])
def test_names_from_outside_reach_no_output_as_they_are(run: Run, form: str) -> None:
    name = "<img src=x>\x1b[31m`|@everyone.py"
    files = {"requirements.txt": "alpha\nbeta\n", f"src/{name}": "import alpha\n", f"src/bad{name}": "def f(:\n"}
    result = run("plan", "requirements.txt", "--source", "src", "--format", form, files=files)
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    if form in ("markdown", "html"):
        assert "<img src=x>" not in re.sub(r"(`+).*?\1(?!`)", "", result.stdout)


@pytest.mark.usefixtures("_packages")
def test_lines_of_one_module_are_shown_up_to_a_few(run: Run) -> None:
    files = {"requirements.txt": "alpha\n", "src/m.py": "import alpha\n" * 9}
    told = run("plan", "requirements.txt", "--source", "src", files=files).stdout
    assert told.count("imports alpha, which alpha provides") == 5
    assert "and 4 lines more" in told
