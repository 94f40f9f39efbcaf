"""Several projects in one folder, and several paths at once: one report, ordered by file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from click.testing import Result

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

Run = Callable[..., Result]

LINUX = "cp314-cp314-manylinux_2_28_x86_64"
UV_LOCK = """\
version = 1
revision = 3

[[package]]
name = "{project}"
version = "0.1.0"
source = {{ editable = "." }}
dependencies = [{{ name = "{wanted}" }}]

[[package]]
name = "{wanted}"
version = "1.0"
source = {{ registry = "https://example.org/simple" }}
"""
PROJECT = '[project]\nname = "{project}"\nversion = "0.1.0"\ndependencies = ["{wanted}>=1"]\n'
POETRY_LOCK = """\
[[package]]
name = "gamma"
version = "1.0"
optional = false
groups = ["main"]
files = []

[metadata]
lock-version = "2.1"
"""
WORKSPACE = {
    "apps/one/pyproject.toml": PROJECT.format(project="one", wanted="alpha"),
    "apps/one/uv.lock": UV_LOCK.format(project="one", wanted="alpha"),
    "apps/two/pyproject.toml": PROJECT.format(project="two", wanted="beta"),
    "apps/two/uv.lock": UV_LOCK.format(project="two", wanted="beta"),
    "jobs/pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\ngamma = "^1"\n',
    "jobs/poetry.lock": POETRY_LOCK,
    "plain/requirements.txt": "alpha\ndelta\n",
}
LOCKS = ["apps/one/uv.lock", "apps/two/uv.lock", "jobs/poetry.lock", "plain/requirements.txt"]


def _add(index: FakeIndex, make_wheel: MakeWheel, **tags: str) -> None:
    for name in ("alpha", "beta", "gamma", "delta"):
        index.add(make_wheel(name, "1.0", tag=tags.get(name, "py3-none-any")))


def _places(rows: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(row["name"], row["location"]["path"], row["location"]["line"]) for row in rows]


def test_a_workspace_is_one_report_in_the_order_of_its_files(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    _add(index, make_wheel, gamma=LINUX)
    result = run(".", "--format", "json", files=WORKSPACE)
    report = json.loads(result.stdout)
    assert (result.exit_code, report["verdict"]) == (1, "hybrid")
    assert _places(report["dependencies"]) == [
        ("alpha", "apps/one/uv.lock", 10),
        ("beta", "apps/two/uv.lock", 10),
        ("gamma", "jobs/poetry.lock", 1),
        ("alpha", "plain/requirements.txt", 1),
        ("delta", "plain/requirements.txt", 2),
    ]


def test_the_locks_are_said_to_stand_for_their_manifests(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    _add(index, make_wheel)
    result = run(".", "--format", "json", files=WORKSPACE)
    for lock, manifest in (
        ("apps/one/uv.lock", "apps/one/pyproject.toml"),
        ("jobs/poetry.lock", "jobs/pyproject.toml"),
    ):
        assert f"{lock} is read instead of {manifest}" in result.stderr


def test_all_files_takes_the_manifests_too(run: Run) -> None:
    result = run("list", ".", "--all-files", "--format", "json", files=WORKSPACE)
    paths = {entry["location"]["path"] for entry in json.loads(result.stdout)["entries"]}
    assert {"apps/one/pyproject.toml", "jobs/pyproject.toml", *LOCKS} <= paths


def test_the_terminal_shows_the_file_beside_each_entry(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    _add(index, make_wheel, alpha=LINUX, gamma=LINUX)
    result = run(".", files=WORKSPACE)
    entries = {line.strip() for line in result.stdout.splitlines() if " · " in line}
    for place in ("apps/one/uv.lock:10", "jobs/poetry.lock:1", "plain/requirements.txt:1"):
        assert any(place in entry for entry in entries), result.stdout


def test_list_groups_the_entries_by_file(run: Run) -> None:
    result = run("list", ".", files=WORKSPACE)
    headings = [line for line in result.stdout.splitlines() if line and not line.startswith(" ") and "/" in line]
    assert headings == LOCKS


def test_a_folder_and_a_file_are_scanned_together_and_nothing_twice(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    _add(index, make_wheel)
    result = run("plain", "apps/one/uv.lock", "plain/requirements.txt", "--format", "json", files=WORKSPACE)
    assert _places(json.loads(result.stdout)["dependencies"]) == [
        ("alpha", "apps/one/uv.lock", 10),
        ("alpha", "plain/requirements.txt", 1),
        ("delta", "plain/requirements.txt", 2),
    ]
