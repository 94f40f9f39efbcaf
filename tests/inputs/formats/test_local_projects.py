"""Folders that files ask for, read from their own manifests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scanner.inputs.formats import read_sources
from scanner.model.dependency import Dependency, Entry

DEMO = """\
[project]
name = "demo"
dependencies = ["alpha"]
[project.optional-dependencies]
dev = ["beta; python_version > '3'"]
docs = ["gamma"]
"""

Read = Callable[[Mapping[str, str], str], list[tuple[str, int, str, tuple[str, ...]]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes files and gives what one of them comes to: file, line, text, groups or the reason to leave it out."""

    def read_one(files: Mapping[str, str], name: str) -> list[tuple[str, int, str, tuple[str, ...]]]:
        (tmp_path / ".git").mkdir()
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        (file,) = read_sources([str(tmp_path / name)], read_stdin=lambda: b"", expand=str)
        assert file.parsed.problems == ()
        return [_show(entry, tmp_path) for entry in file.parsed.entries]

    return read_one


def _show(entry: Entry, folder: Path) -> tuple[str, int, str, tuple[str, ...]]:
    path = Path(entry.location.path).resolve().relative_to(folder.resolve()).as_posix()
    if isinstance(entry, Dependency) and entry.skipped_because is None:
        return path, entry.location.line, entry.text, entry.groups
    reason = entry.skipped_because if isinstance(entry, Dependency) else entry.reason
    return path, entry.location.line, entry.text, (str(reason).replace(f"{folder}/", ""),)


def test_an_editable_folder_is_read_from_its_manifest_with_the_extras_asked_for(read: Read) -> None:
    assert read({"requirements.txt": "-e .[dev]\n", "pyproject.toml": DEMO}, "requirements.txt") == [
        ("requirements.txt", 1, "-e .[dev]", ("local project: its requirements are read from pyproject.toml",)),
        ("pyproject.toml", 3, "alpha", ()),
        ("pyproject.toml", 5, "beta; python_version > '3'", ()),
        ("pyproject.toml", 6, "gamma", ("extra:docs",)),
    ]


def test_a_folder_is_looked_for_beside_the_file_and_one_folder_up(read: Read) -> None:
    found = read({"requirements/dev.txt": ".\n", "pyproject.toml": DEMO}, "requirements/dev.txt")
    assert found[:2] == [
        ("requirements/dev.txt", 1, ".", ("local project: its requirements are read from pyproject.toml",)),
        ("pyproject.toml", 3, "alpha", ()),
    ]


def test_setuptools_older_files_tell_what_pyproject_leaves_open(read: Read) -> None:
    files = {
        "requirements.txt": "./lib\n",
        "lib/pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n',
        "lib/setup.cfg": "[options]\ninstall_requires =\n    alpha\n",
        "lib/setup.py": "from setuptools import setup\nsetup(extras_require={'x': ['beta']})\n",
    }
    assert read(files, "requirements.txt") == [
        ("requirements.txt", 1, "./lib", ("local project: its requirements are read from lib/pyproject.toml",)),
        ("lib/pyproject.toml", 2, "setuptools", ("build-system",)),
        ("lib/setup.cfg", 3, "alpha", ()),
        ("lib/setup.py", 2, "beta", ("extra:x",)),
    ]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"lib/setup.py": "from setuptools import setup\nsetup(install_requires=read())\n"},
        {"lib/pyproject.toml": '[project]\nname = "lib"\ndynamic = ["dependencies"]\n'},
    ],
    ids=["no manifest", "computed", "dynamic"],
)
def test_a_folder_that_does_not_tell_what_it_requires_stays_an_entry(files: dict[str, str], read: Read) -> None:
    found = read({"requirements.txt": "./lib\n", **files}, "requirements.txt")
    assert found[0] == ("requirements.txt", 1, "./lib", ())


@pytest.mark.parametrize(
    "manifest",
    [
        '[ "project" ]\nname = "lib"\ndependencies = ["alpha"]\n',
        'project = {name = "lib", dependencies = ["alpha"]}\n',
        'project.name = "lib"\nproject.dependencies = ["alpha"]\n',
        '[tool.poetry.dependencies]\nalpha = "*"\n',
    ],
    ids=["quoted", "inline", "dotted", "poetry"],
)
def test_where_a_project_describes_itself_older_files_are_not_asked(manifest: str, read: Read) -> None:
    older = "[options]\ninstall_requires =\n    beta\n"
    files = {"requirements.txt": "./lib\n", "lib/pyproject.toml": manifest, "lib/setup.cfg": older}
    assert [text for path, _, text, _ in read(files, "requirements.txt") if path != "requirements.txt"] == [
        "alpha" if "poetry" not in manifest else 'alpha = "*"'
    ]


def test_what_setuptools_computes_is_taken_from_its_older_files(read: Read) -> None:
    files = {
        "requirements.txt": "./lib\n",
        "lib/pyproject.toml": '[project]\nname = "lib"\ndynamic = ["dependencies"]\n',
        "lib/setup.py": "from setuptools import setup\nsetup(install_requires=['alpha'])\n",
    }
    assert [text for _, _, text, _ in read(files, "requirements.txt")] == ["./lib", "alpha"]


def test_projects_that_ask_for_each_other_end(read: Read) -> None:
    other = '[project]\nname = "other"\ndependencies = ["beta", "demo @ file:///${PROJECT_ROOT}/.."]\n'
    own = DEMO.replace('"alpha"', '"alpha", "other @ file:///${PROJECT_ROOT}/other"')
    found = read({"pyproject.toml": own, "other/pyproject.toml": other}, "pyproject.toml")
    assert [(path, text) for path, _, text, _ in found] == [
        ("pyproject.toml", "alpha"),
        ("pyproject.toml", "other @ file:///${PROJECT_ROOT}/other"),
        ("other/pyproject.toml", "beta"),
        ("other/pyproject.toml", "demo @ file:///${PROJECT_ROOT}/.."),
        ("pyproject.toml", "beta; python_version > '3'"),
        ("pyproject.toml", "gamma"),
    ]


def test_a_group_and_a_marker_hold_for_what_the_folder_brings(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "pyproject.toml").write_text(DEMO, encoding="utf-8")
    manifest = '[tool.poetry.group.test.dependencies]\nlib = {path = "lib", markers = "os_name == \'nt\'"}\n'
    (tmp_path / "pyproject.toml").write_text(manifest, encoding="utf-8")
    (file,) = read_sources([str(tmp_path / "pyproject.toml")], read_stdin=lambda: b"", expand=str)
    (alpha,) = [each for each in file.parsed.entries if isinstance(each, Dependency) and each.name == "alpha"]
    assert (alpha.groups, str(alpha.marker)) == (("test",), 'os_name == "nt"')


def test_in_a_compiled_file_the_folder_is_only_put_aside(read: Read) -> None:
    compiled = "#\n# This file is autogenerated by pip-compile with Python 3.13\n#\n-e .\nalpha==1.0\n    # via demo\n"
    assert read({"requirements.txt": compiled, "pyproject.toml": DEMO}, "requirements.txt") == [
        ("requirements.txt", 4, "-e .", ("local project: its requirements are read from pyproject.toml",)),
        ("requirements.txt", 5, "alpha==1.0", ()),
    ]
