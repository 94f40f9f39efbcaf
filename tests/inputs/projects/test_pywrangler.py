"""Projects that pywrangler installs: pyproject.toml always, other locks compared, requirements.txt refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.inputs.projects import ComparedLock, find_lock_problems
from scanner.model.finding import Level
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from tests.inputs.projects.conftest import Find

WORKER = '{"main": "entry.py", "compatibility_date": "%s", "compatibility_flags": ["python_workers"%s]}'
PYPROJECT = '[project]\nname = "web"\nversion = "1"\ndependencies = ["httpx>=0.27"]\n'
POETRY_LOCK = """\
[[package]]
name = "httpx"
version = "0.20.0"
groups = ["main"]

[[package]]
name = "workers-py"
version = "{}"
groups = ["dev"]

[metadata]
lock-version = "2.1"
content-hash = "0"
"""
UV_LOCK = """\
version = 1
requires-python = ">=3.12"

[[package]]
name = "httpx"
version = "0.27.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "ruff"
version = "0.5.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "web"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "httpx" }]

[package.dev-dependencies]
dev = [{ name = "ruff" }]
"""
PYLOCK = 'lock-version = "1.0"\ncreated-by = "pywrangler"\n\n[[packages]]\nname = "httpx"\nversion = "0.28.0"\n'


def _worker(day: str = "2026-10-01", flags: str = "") -> str:
    return WORKER % (day, flags)


def test_pyproject_counts_with_pylock_as_preference_and_other_locks_compared(find: Find) -> None:
    files = {
        "wrangler.jsonc": _worker(),
        "pyproject.toml": PYPROJECT,
        "pylock.toml": PYLOCK,
        "uv.lock": UV_LOCK,
        "poetry.lock": POETRY_LOCK.format("1.17.9"),
    }
    (project,) = find(files).projects
    assert [(each.name, str(each.specifier), each.direct) for each in project.dependencies] == [
        ("httpx", ">=0.27", True),
        ("workers-runtime-sdk", "", False),
    ]
    assert project.implicit == ("workers-runtime-sdk",)
    assert not project.is_lock
    assert dict(project.preferences) == {"httpx": Version("0.28.0")}
    assert {lock.path: dict(lock.versions) for lock in project.compared} == {
        "poetry.lock": {"httpx": Version("0.20.0")},
        "uv.lock": {"httpx": Version("0.27.0")},
    }
    assert project.files == ("pyproject.toml", "pylock.toml", "poetry.lock", "uv.lock")
    assert project.problems == ()


def test_a_requirements_file_beside_it_is_refused_and_listed_as_skipped(find: Find) -> None:
    files = {"wrangler.jsonc": _worker(), "pyproject.toml": PYPROJECT, "requirements.txt": "pillow\n"}
    (project,) = find(files).projects
    (problem,) = project.problems
    assert (problem.rule, problem.level) == (Rule.CS717, Level.BLOCKER)
    assert problem.location is not None
    assert problem.location.path == "requirements.txt"
    assert [entry.text for entry in project.skipped] == ["pillow"]
    for name in ("requirements-prod.txt", "requirements/base.txt", "cf-requirements.txt"):
        assert _codes_with(find, name) == []


def _codes_with(find: Find, name: str) -> list[str]:
    folder = f"with-{name.replace('/', '-')}"
    files = {
        f"{folder}/wrangler.jsonc": _worker(),
        f"{folder}/pyproject.toml": PYPROJECT,
        f"{folder}/{name}": "pillow\n",
    }
    (project,) = find(files, [folder]).projects
    assert [entry.text for entry in project.skipped] == ["pillow"]
    return [problem.rule.code for problem in project.problems]


def test_without_a_pyproject_a_requirements_file_is_judged(find: Find) -> None:
    (project,) = find({"wrangler.jsonc": _worker(), "requirements.txt": "pillow\n"}).projects
    assert ([each.name for each in project.dependencies], project.problems) == (["pillow"], ())


def test_a_broken_lock_for_the_developers_machine_breaks_nothing(find: Find) -> None:
    (project,) = find({"wrangler.jsonc": _worker(), "pyproject.toml": PYPROJECT, "uv.lock": "= broken"}).projects
    assert (project.problems, project.compared) == ((), ())


@pytest.mark.parametrize(
    ("dependencies", "implicit"),
    [("[]", ()), ('["httpx", "workers-runtime-sdk"]', ()), ('["httpx"]', ("workers-runtime-sdk",))],
)
def test_the_sdk_is_added_once_and_to_something(find: Find, dependencies: str, implicit: tuple[str, ...]) -> None:
    text = PYPROJECT.replace('["httpx>=0.27"]', dependencies)
    (project,) = find({"wrangler.jsonc": _worker(), "pyproject.toml": text}).projects
    assert project.implicit == implicit


@pytest.mark.parametrize(
    ("version", "day", "flags", "codes", "note"),
    [
        ("1.17.9", "2026-10-01", "", [], None),
        ("1.17.9", "2026-01-29", ', "python_workers_20260610"', ["CS714"], None),
        ("1.17.9", "2026-10-01", ', "no_python_workers_314"', ["CS714"], None),
        ("1.16.5", "2026-08-30", "", ["CS714"], None),
        ("1.16.0", "2026-10-01", "", ["CS714"], None),
        ("1.9.0", "2026-01-29", "", [], "1.9.0"),
        ("9.0.0", "2026-10-01", "", [], "9.0.0"),
        (None, "2026-10-01", "", [], "no lock file"),
    ],
)
def test_workers_py_selects_what_is_installed(  # noqa: PLR0917  # the columns of a table
    find: Find, version: str | None, day: str, flags: str, codes: list[str], note: str | None
) -> None:
    files = {"wrangler.jsonc": _worker(day, flags), "pyproject.toml": PYPROJECT}
    if version is not None:
        files["poetry.lock"] = POETRY_LOCK.format(version)
    (project,) = find(files).projects
    assert [problem.rule.code for problem in project.problems] == codes
    notes = [each for each in project.notes if "workers-py" in each and "installs" not in each]
    assert len(notes) == (note is not None)
    assert all(note is not None and note in each for each in notes)


def test_what_an_environment_runs_is_compared_with_what_is_installed_for_the_top_level(find: Find) -> None:
    text = _worker()[:-1] + ', "env": {"old": {"compatibility_date": "2026-01-29"}}}'
    top, old = find({"wrangler.jsonc": text, "pyproject.toml": PYPROJECT}).projects
    assert (top.name, old.name) == ("web", "web [env old]")
    assert [[problem.rule for problem in one.problems] for one in (top, old)] == [[], [Rule.CS714]]


def test_uv_settings_and_the_command_line_say_how_versions_are_chosen(find: Find) -> None:
    uv = '[tool.uv]\nexclude-newer = "2026-11-01"\nresolution = "lowest-direct"\nprerelease = "allow"\n'
    files = {"wrangler.jsonc": _worker(), "pyproject.toml": PYPROJECT + uv}
    (project,) = find(files).projects
    found = project.resolution
    assert (str(found.exclude_newer), found.resolution, found.prerelease) == (
        "2026-11-02 00:00:00+00:00",
        "lowest-direct",
        "allow",
    )
    (set_here,) = find({}, exclude_newer="7 days").projects
    assert str(set_here.resolution.exclude_newer) == "2026-11-25 00:00:00+00:00"
    (other,) = find({"uv.toml": 'resolution = "lowest"\n'}).projects
    assert (other.resolution.exclude_newer, other.resolution.resolution) == (None, "lowest")


def _versions(**versions: str) -> dict[NormalizedName, Version]:
    return {canonicalize_name(name): Version(version) for name, version in versions.items()}


def test_one_note_for_each_lock_that_differs() -> None:
    same = ComparedLock(path="uv.lock", versions=_versions(a="1", other="5"))
    differs = ComparedLock(path="poetry.lock", versions=_versions(a="2", b="2"))
    many = ComparedLock(path="pdm.lock", versions=_versions(a="3", b="3", c="3", d="3", e="3"))
    resolved = _versions(a="1", b="1", c="1", d="1", e="1")
    first, second = find_lock_problems((same, differs, many), resolved)
    assert (first.rule, first.level) == (Rule.CS718, Level.NOTE)
    assert first.message == "poetry.lock has a 2, the Worker gets 1; b 2, the Worker gets 1"
    assert second.message.endswith("c 3, the Worker gets 1; 2 more differ")
