"""Node and the npm package: found where they may be, installed only on request."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from scanner.inspect.pyodide.runtime import PyodideRuntime, find_runtime, install_runtime
from scanner.model.errors import SettingsError

VERSION = "314.0.7"
INSTALLS = """
folder = pathlib.Path(sys.argv[sys.argv.index("--prefix") + 1]) / "node_modules" / "pyodide"
folder.mkdir(parents=True)
(folder / "pyodide.mjs").write_text("")
(folder / "package.json").write_text(json.dumps({"name": "pyodide", "version": sys.argv[-1].partition("@")[2]}))
(folder / "arguments").write_text(" ".join(sys.argv[1:]))
"""


def _program(folder: Path, name: str, body: str) -> str:
    """The search path of a folder with a program of this name."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport json, pathlib, sys\n{body}", encoding="utf-8")
    path.chmod(0o755)
    return str(folder)


@pytest.fixture
def search_path(tmp_path: Path) -> str:
    """A search path with a stand-in for Node that knows the permission model."""
    return _program(tmp_path / "bin", "node", "print(json.dumps(['--permission']))\n")


def _package(folder: Path, version: str = VERSION) -> Path:
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": "pyodide", "version": version}), encoding="utf-8")
    (folder / "pyodide.mjs").write_text("", encoding="utf-8")
    return folder


def _find(tmp_path: Path, search_path: str, named: Path | None = None) -> PyodideRuntime:
    return find_runtime(VERSION, named=named, cache=tmp_path / "cache", search_path=search_path)


def test_the_package_in_node_modules_is_found_only_by_its_path(
    tmp_path: Path, search_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _package(tmp_path / "node_modules" / "pyodide")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="not in the cache"):
        _find(tmp_path, search_path)
    found = _find(tmp_path, search_path, Path("node_modules/pyodide"))
    assert (found.folder, found.permission_flag) == (folder, "--permission")


def test_a_named_folder_wins_and_may_be_the_one_around_node_modules(tmp_path: Path, search_path: str) -> None:
    _package(tmp_path / "node_modules" / "pyodide")
    folder = _package(tmp_path / "elsewhere" / "node_modules" / "pyodide")
    assert _find(tmp_path, search_path, tmp_path / "elsewhere").folder == folder
    assert _find(tmp_path, search_path, folder).folder == folder


def test_another_version_is_told_and_not_taken(tmp_path: Path, search_path: str) -> None:
    _package(tmp_path / "cache" / "verify" / f"pyodide-{VERSION}" / "node_modules" / "pyodide", "0.28.3")
    _package(tmp_path / "node_modules" / "pyodide", "0.28.3")
    with pytest.raises(SettingsError, match=r"needs the npm package pyodide 314\.0\.7.*has 0\.28\.3.*--install"):
        _find(tmp_path, search_path)
    with pytest.raises(SettingsError, match=r"--pyodide.*has 0\.28\.3"):
        _find(tmp_path, search_path, tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"name": "other", "version": "314.0.7"}', "[" * 100_000])
def test_a_package_file_that_is_none_counts_as_absent(tmp_path: Path, search_path: str, text: str) -> None:
    folder = _package(tmp_path / "cache" / "verify" / f"pyodide-{VERSION}" / "node_modules" / "pyodide")
    (folder / "package.json").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="not in the cache"):
        _find(tmp_path, search_path)


def test_without_node_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no «node»"):
        _find(tmp_path, str(tmp_path))


def test_a_node_that_does_not_run_is_told(tmp_path: Path) -> None:
    _package(tmp_path / "cache" / "verify" / f"pyodide-{VERSION}" / "node_modules" / "pyodide")
    broken = _program(tmp_path / "broken", "node", "print('v20')\n")
    with pytest.raises(SettingsError, match="does not run"):
        _find(tmp_path, broken)


def test_npm_installs_the_pinned_version_into_the_cache_without_scripts(tmp_path: Path, search_path: str) -> None:
    _program(tmp_path / "bin", "npm", INSTALLS)
    place = install_runtime(VERSION, cache=tmp_path / "cache", search_path=search_path)
    assert _find(tmp_path, search_path).folder == place
    arguments = (place / "arguments").read_text(encoding="utf-8").split()
    assert arguments[-1] == f"pyodide@{VERSION}"
    assert "--ignore-scripts" in arguments
    assert [path.name for path in (tmp_path / "cache" / "verify").iterdir()] == [f"pyodide-{VERSION}"]


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    folder = _package(tmp_path / "cache" / "verify" / f"pyodide-{VERSION}" / "node_modules" / "pyodide")
    assert install_runtime(VERSION, cache=tmp_path / "cache", search_path=os.devnull) == folder


def test_an_npm_that_fails_leaves_nothing_behind(tmp_path: Path, search_path: str) -> None:
    _program(tmp_path / "bin", "npm", "sys.exit('npm error code E404')\n")
    with pytest.raises(SettingsError, match=r"npm could not install pyodide@314\.0\.7: npm error code E404"):
        install_runtime(VERSION, cache=tmp_path / "cache", search_path=search_path)
    assert list((tmp_path / "cache" / "verify").iterdir()) == []


def test_without_npm_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no «npm»"):
        install_runtime(VERSION, cache=tmp_path / "cache", search_path=str(tmp_path))
