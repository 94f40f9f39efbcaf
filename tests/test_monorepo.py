"""Several projects in one folder, and several paths at once: one report, a part for each project."""

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


def _places(report: dict[str, Any]) -> list[tuple[str, str, int]]:
    rows = [row for project in report["projects"] for row in project["dependencies"]]
    return [(row["name"], row["location"]["path"], row["location"]["line"]) for row in rows]


def test_each_folder_is_a_project_and_the_worst_of_them_is_the_verdict(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    _add(index, make_wheel, gamma=LINUX)
    result = run(".", "--format", "json", files=WORKSPACE)
    report = json.loads(result.stdout)
    assert (result.exit_code, report["verdict"]) == (1, "container")
    assert [(project["path"], project["verdict"]) for project in report["projects"]] == [
        ("apps/one", "workers"),
        ("apps/two", "workers"),
        ("jobs", "container"),
        ("plain", "workers"),
    ]
    assert report["summary"]["workers"] == 4
    assert _places(report) == [
        ("alpha", "apps/one/uv.lock", 10),
        ("beta", "apps/two/uv.lock", 10),
        ("gamma", "jobs/poetry.lock", 1),
        ("alpha", "plain/requirements.txt", 1),
        ("delta", "plain/requirements.txt", 2),
    ]


def test_a_project_of_a_scan_equals_the_scan_of_it_alone_whatever_lies_beside_it(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    _add(index, make_wheel, alpha=LINUX)
    files = {
        "new/requirements.txt": "alpha\nbeta\n",
        "new/wrangler.jsonc": '{"compatibility_date": "2026-09-08", "compatibility_flags": ["python_workers"]}',
        "old/requirements.txt": "beta\n",
        "old/wrangler.jsonc": '{"compatibility_date": "2025-10-01", "compatibility_flags": ["python_workers"]}',
        "broken/requirements.txt": "gamma\n",
        "broken/wrangler.jsonc": "{",
        "unread/pyproject.toml": "[project",
    }
    together = json.loads(run(".", "--format", "json", files=files).stdout)["projects"]
    assert [project["verdict"] for project in together] == ["unknown", "hybrid", "workers", "unknown"]
    assert len({project["target"]["python"] for project in together[1:3]}) == 2
    for project in together:
        (alone,) = json.loads(run(project["path"], "--format", "json").stdout)["projects"]
        assert alone == project


def test_each_project_has_its_own_part_in_the_exit_code(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    _add(index, make_wheel, alpha=LINUX)
    files = {"a/requirements.txt": "alpha\n", "b/requirements.txt": "beta\n", "c/requirements.txt": "ghost\n"}
    assert run("a", "b", "c", files=files).exit_code == 1
    assert run("b", "c").exit_code == 3
    assert run("b").exit_code == 0
    assert run("a", "b", "c", "--fail-on", "never").exit_code == 0


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


def test_the_terminal_shows_a_table_and_the_file_of_each_entry(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    _add(index, make_wheel, alpha=LINUX, gamma=LINUX)
    lines = run(".", files=WORKSPACE).stdout.splitlines()
    assert lines[0].split() == ["project", "runtime", "verdict", "blockers", "edits", "bundle"]
    assert [line.split()[0] for line in lines[1:5]] == ["one", "two", "jobs", "plain"]
    for place in ("apps/one/uv.lock:10", "jobs/poetry.lock:1", "plain/requirements.txt:1"):
        assert any(line.startswith("  ✗ ") and place in line for line in lines)


def test_list_groups_the_entries_by_file(run: Run) -> None:
    result = run("list", ".", files=WORKSPACE)
    headings = [line for line in result.stdout.splitlines() if line and not line.startswith(" ") and "/" in line]
    assert headings == LOCKS


def test_a_folder_and_a_file_are_scanned_together_and_nothing_twice(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    _add(index, make_wheel)
    result = run("plain", "apps/one/uv.lock", "plain/requirements.txt", "--format", "json", files=WORKSPACE)
    assert _places(json.loads(result.stdout)) == [
        ("alpha", "plain/requirements.txt", 1),
        ("delta", "plain/requirements.txt", 2),
        ("alpha", "apps/one/uv.lock", 10),
    ]
