"""What rows of the incompatible-library table say about what would be installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run


def _judge(run: Run, requirement: str) -> tuple[str, set[str]]:
    result = run("requirements.txt", "--format", "json", "--no-inspect", files={"requirements.txt": f"{requirement}\n"})
    dependency = json.loads(result.stdout)["projects"][0]["dependencies"][0]
    return dependency["verdict"], {finding["rule"] for finding in dependency["findings"]}


@pytest.fixture
def served(index: FakeIndex, make_wheel: MakeWheel) -> FakeIndex:
    """An index with releases of what the rows name."""
    for name, version in (("httpx", "0.27.0"), ("httpx2", "2.16.2"), ("workers-py", "1.17.9")):
        index.add(make_wheel(name, version))
    return index


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("requirement", "verdict", "rules"),
    [
        ("httpx==0.27.0", "workers", {"CS202"}),
        ("httpx==0.28.1", "workers", set()),
        ("httpx2", "workers", set()),
        ("workers-py", "workers", {"CS202"}),
        ("pynacl", "container", {"CS201"}),
    ],
)
def test_a_row_speaks_of_what_would_be_installed(run: Run, requirement: str, verdict: str, rules: set[str]) -> None:
    assert _judge(run, requirement) == (verdict, rules)


def test_no_build_lifts_what_forbids_eval(run: Run) -> None:
    files = {"requirements.txt": "pynacl\n"}
    result = run("requirements.txt", "--table", "advise", "--no-inspect", "--format", "json", files=files)
    assert json.loads(result.stdout)["projects"][0]["dependencies"][0]["verdict"] == "container"
