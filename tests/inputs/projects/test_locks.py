"""Which lock stands for the manifests of a folder, and the parts of a workspace's lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.inputs.projects.conftest import Find

PYPROJECT = '[project]\nname = "web"\nversion = "1"\ndependencies = ["httpx>=0.27"]\n'
PIPFILE = '[packages]\nhttpx = ">=0.27"\n'
POETRY_LOCK = '[[package]]\nname = "httpx"\nversion = "{}"\n\n[metadata]\nlock-version = "2.1"\ncontent-hash = "0"\n'
UV_LOCK = """\
version = 1
requires-python = ">=3.12"
{}
[[package]]
name = "httpx"
version = "{}"
source = {{ registry = "https://index.example/simple" }}

[[package]]
name = "web"
version = "1"
source = {{ virtual = "." }}
dependencies = [{{ name = "httpx" }}]
"""
PDM_LOCK = """\
[metadata]
groups = ["default"]
lock_version = "4.5.0"
[[metadata.targets]]
requires_python = ">=3.12"
{}
[[package]]
name = "httpx"
version = "0.27.2"
groups = ["default"]
"""
WHEEL = '{{ url = "https://files.example/httpx-0.28.0-py3-none-any.whl", hashes = {{ sha256 = "0" }} }}'
PYLOCK = 'lock-version = "1.0"\ncreated-by = "uv"\n{}\n[[packages]]\nname = "httpx"\nversion = "0.28.0"\n'
PYLOCK += f"wheels = [{WHEEL}]\n"
PIPFILE_LOCK = '{"_meta": {}, "default": {"httpx": {"version": "==0.27.1"}}, "develop": {}}'
LINUX = "supported-markers = [\"sys_platform == 'linux'\"]"
UV = UV_LOCK.format("", "0.27.0")
LINUX_LOCK = UV_LOCK.format(LINUX, "0.27.0")
OLD_LOCK = UV_LOCK.format("", "0.20.0")
OTHER_LOCK = POETRY_LOCK.format("1").replace("httpx", "x")
MANYLINUX = 'platform = "manylinux_2_17_x86_64"'


@pytest.mark.parametrize(
    ("files", "read", "words"),
    [
        pytest.param({"uv.lock": UV}, "uv.lock", "instead of pyproject.toml", id="a lock that fits"),
        pytest.param(
            {"uv.lock": UV, "poetry.lock": POETRY_LOCK.format("0.27.2"), "pylock.toml": PYLOCK.format("")},
            "pylock.toml",
            "uv.lock is not read",
            id="the first in order",
        ),
        pytest.param({"uv.lock": OLD_LOCK}, "pyproject.toml", "httpx>=0.27", id="an outdated lock"),
        pytest.param(
            {"uv.lock": UV_LOCK.format("", "0.20.0"), "poetry.lock": POETRY_LOCK.format("0.27.2")},
            "poetry.lock",
            "httpx>=0.27",
            id="the first that fits",
        ),
        pytest.param({"poetry.lock": OTHER_LOCK}, "pyproject.toml", "no httpx", id="a gap"),
        pytest.param({"uv.lock": LINUX_LOCK}, "pyproject.toml", "only for", id="uv: other platforms"),
        pytest.param({"pdm.lock": PDM_LOCK.format("")}, "pdm.lock", "instead of", id="pdm: every platform"),
        pytest.param({"pdm.lock": PDM_LOCK.format(MANYLINUX)}, "pyproject.toml", "only for", id="pdm: linux"),
        pytest.param(
            {"pylock.toml": PYLOCK.format("environments = [\"sys_platform == 'win32'\"]")},
            "pyproject.toml",
            "only for",
            id="pylock: windows",
        ),
        pytest.param(
            {"pylock.toml": PYLOCK.format("environments = [\"sys_platform == 'emscripten'\"]")},
            "pylock.toml",
            "instead of",
            id="pylock: for the Worker",
        ),
        pytest.param(
            {"uv.lock": UV, "requirements.txt": "httpx\n"},
            "uv.lock",
            "requirements.txt",
            id="an export of the lock beside",
        ),
        pytest.param(
            {"uv.lock": UV, "requirements.txt": "flask\n"},
            "pyproject.toml requirements.txt",
            "no flask",
            id="a manifest beside that the lock does not have",
        ),
    ],
)
def test_a_lock_stands_for_the_manifests_that_it_fits(
    find: Find, files: Mapping[str, str], read: str, words: str
) -> None:
    (project,) = find({"pyproject.toml": PYPROJECT, **files}).projects
    assert " ".join(project.files) == read
    assert any(words in note for note in project.notes), project.notes
    assert project.is_lock is (read not in ("pyproject.toml", "pyproject.toml requirements.txt"))
    assert project.problems == ()
    assert project.name == "web"


def test_a_pipfile_lock_stands_for_its_pipfile(find: Find) -> None:
    (project,) = find({"Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK}).projects
    assert [(each.name, str(each.pin)) for each in project.dependencies] == [("httpx", "0.27.1")]


def test_a_lock_without_a_manifest_is_judged_itself(find: Find) -> None:
    (project,) = find({"poetry.lock": POETRY_LOCK.format("0.27.2")}).projects
    assert project.is_lock


def test_a_broken_lock_leaves_its_project_unknown(find: Find) -> None:
    (project,) = find({"pyproject.toml": PYPROJECT, "uv.lock": "= broken"}).projects
    assert [problem.rule.code for problem in project.problems] == ["CS601"]
    assert [each.name for each in project.dependencies] == ["httpx"]


@pytest.mark.parametrize("path", [".", "uv.lock", "pyproject.toml"])
def test_naming_manifest_or_lock_selects_the_project(find: Find, path: str) -> None:
    (project,) = find({"pyproject.toml": PYPROJECT, "uv.lock": UV}, [path]).projects
    assert project.files == ("uv.lock",)


def test_all_files_reads_manifests_and_locks_apart(find: Find) -> None:
    found = find({"pyproject.toml": PYPROJECT, "uv.lock": UV}, all_files=True)
    assert [(one.name, one.files) for one in found.projects] == [
        ("web", ("pyproject.toml",)),
        ("web [uv.lock]", ("uv.lock",)),
    ]


def test_a_compiled_file_stands_for_what_it_was_compiled_from_whatever_that_is_called(find: Find) -> None:
    header = "# This file is autogenerated by pip-compile\n#    pip-compile --output-file=deps.txt needs.in\n"
    files = {"requirements.in": "flask\n", "requirements.txt": f"{header.replace('needs', 'requirements')}flask==3.0\n"}
    (project,) = find(files).projects
    assert (project.files, project.is_lock) == (("requirements.txt",), True)
    (other,) = find({"deps.txt": f"{header}flask==3.0\n"}, ["deps.txt"]).projects
    assert other.is_lock


WORKSPACE_LOCK = """\
version = 1
requires-python = ">=3.12"

[manifest]
members = ["api", "core", "jobs"]

[[package]]
name = "api"
version = "1"
source = { editable = "packages/api" }
dependencies = [{ name = "core" }, { name = "flask" }]

[[package]]
name = "core"
version = "1"
source = { editable = "packages/core" }
dependencies = [{ name = "pydantic" }]

[package.dev-dependencies]
dev = [{ name = "ruff" }]

[[package]]
name = "jobs"
version = "1"
source = { virtual = "packages/jobs" }
dependencies = [{ name = "numpy" }]

[[package]]
name = "flask"
version = "3.0.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "numpy"
version = "2.0.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "pydantic"
version = "2.0.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "ruff"
version = "0.5.0"
source = { registry = "https://index.example/simple" }
"""
ROOT = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'


def _member(name: str, *dependencies: str) -> str:
    quoted = ", ".join(f'"{dependency}"' for dependency in dependencies)
    sources = "[tool.uv.sources]\ncore = { workspace = true }\n" if "core" in dependencies else ""
    return f'[project]\nname = "{name}"\nversion = "1"\ndependencies = [{quoted}]\n{sources}'


WORKSPACE = {
    ".git/": "",
    "pyproject.toml": ROOT,
    "uv.lock": WORKSPACE_LOCK,
    "packages/api/pyproject.toml": _member("api", "core", "flask"),
    "packages/core/pyproject.toml": _member("core", "pydantic"),
    "packages/jobs/pyproject.toml": _member("jobs", "numpy"),
}


def test_each_member_of_a_workspace_gets_the_part_of_the_lock_that_it_reaches(find: Find) -> None:
    found = find(WORKSPACE)
    assert [(one.name, one.is_lock, [each.name for each in one.dependencies]) for one in found.projects] == [
        ("api", True, ["flask", "pydantic"]),
        ("core", True, ["pydantic"]),
        ("jobs", True, ["numpy"]),
    ]
    assert {one.files for one in found.projects} == {("uv.lock",)}
    assert [len(one.problems) for one in found.projects] == [0, 0, 0]
    (alone,) = find({}, ["packages/jobs"]).projects
    assert [each.name for each in alone.dependencies] == ["numpy"]


def test_a_member_that_is_a_worker_is_resolved_from_its_own_pyproject(find: Find) -> None:
    worker = '{"main": "a.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"]}'
    found = find({**WORKSPACE, "packages/jobs/wrangler.jsonc": worker})
    jobs = found.projects[-1]
    assert (jobs.name, jobs.is_lock, jobs.files) == ("jobs", False, ("packages/jobs/pyproject.toml", "uv.lock"))
    assert [(lock.path, sorted(lock.versions)) for lock in jobs.compared] == [("uv.lock", ["numpy"])]


def test_the_lock_of_a_workspace_that_is_named_is_judged_whole(find: Find) -> None:
    (project,) = find(WORKSPACE, ["uv.lock"]).projects
    assert sorted(str(each.name) for each in project.dependencies) == ["flask", "numpy", "pydantic"]


def test_a_root_with_a_project_of_its_own_gets_its_part(find: Find) -> None:
    own = (
        '\n[[package]]\nname = "root"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "flask" }]\n'
    )
    lock = WORKSPACE_LOCK.replace('"jobs"]', '"jobs", "root"]') + own
    found = find({**WORKSPACE, "pyproject.toml": _member("root", "flask") + ROOT, "uv.lock": lock})
    first = found.projects[0]
    assert (first.path, [each.name for each in first.dependencies]) == (".", ["flask"])
    assert len(found.projects) == 4
