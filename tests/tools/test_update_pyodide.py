"""tools/update_pyodide.py: a lock becomes a table, and the shipped tables are what the script writes."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scanner.runtime.tables import parse_pyodide

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 11, 22)


def _row(name: str, filename: str, kind: str = "package", depends: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "name": name,
        "version": "1.0",
        "file_name": filename,
        "package_type": kind,
        "depends": list(depends),
        "imports": [name.lower()],
        "sha256": "0" * 64,
        "install_dir": "site",
    }


LOCK = {
    "info": {"python": "3.13.2", "abi_version": "2025_0", "arch": "wasm32"},
    "packages": {
        row["name"]: row
        for row in (
            _row("ssl", "ssl-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl", "cpython_module"),
            _row("libz", "libz-1.0.zip", "shared_library"),
            _row("Six_Pack", "six_pack-1.0-py3-none-any.whl", depends=("libz", "ssl", "Jinja2")),
            _row("Jinja2", "jinja2-1.0-py3-none-any.whl"),
            _row("Jinja2-tests", "Jinja2-tests.tar"),
            _row("six-pack-tests", "six_pack_tests-1.0-py3-none-any.whl"),
            _row("own-tests", "own_tests-1.0-py3-none-any.whl"),
        )
    },
}


@pytest.fixture(scope="module")
def tool(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    """The script as a module."""
    return load_tool("update_pyodide")


def test_only_distributions_become_rows_and_only_they_are_depended_on(tool: ModuleType) -> None:
    table = tool.build_table("0.28.3", LOCK, today=TODAY)
    release = parse_pyodide(tool.format_table(table), "data/pyodide/0.28.3.json")
    assert list(release.packages) == ["jinja2", "own-tests", "six-pack"]
    assert {name: package.depends for name, package in release.packages.items()} == {
        "jinja2": (),
        "own-tests": (),
        "six-pack": ("jinja2",),
    }
    assert release.modules == {"ssl"}
    assert (release.python, release.abi, release.provenance.date) == ("3.13.2", "2025_0", TODAY)


def test_a_table_has_one_line_for_each_package(tool: ModuleType) -> None:
    lines = tool.format_table(tool.build_table("0.28.3", LOCK, today=TODAY)).splitlines()
    assert [line.partition(":")[0] for line in lines if line.startswith('"') and '"filename"' in line] == [
        '"jinja2"',
        '"own-tests"',
        '"six-pack"',
    ]


def test_the_date_stays_where_nothing_else_changes(tool: ModuleType) -> None:
    old = tool.build_table("0.28.3", LOCK, today=TODAY)
    same = tool.build_table("0.28.3", LOCK, today=dt.date(2027, 1, 1))
    other = tool.build_table("0.28.4", LOCK, today=dt.date(2027, 1, 1))
    assert tool.keep_date(old, same)["date"] == "2026-11-22"
    assert tool.keep_date(old, other)["date"] == "2027-01-01"


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "pyodide").glob("*.json")), ids=lambda path: path.stem)
def test_a_shipped_table_is_formatted_as_the_script_formats_it(tool: ModuleType, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert tool.format_table(json.loads(text)) == text


def _archive(path: Path, member: tarfile.TarInfo, contents: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz") as package:
        member.size = len(contents) if member.isfile() else 0
        package.addfile(member, io.BytesIO(contents))
    return path


def test_the_lock_is_read_out_of_the_npm_package(tool: ModuleType, tmp_path: Path) -> None:
    member = tarfile.TarInfo("package/pyodide-lock.json")
    archive = _archive(tmp_path / "pyodide.tgz", member, json.dumps(LOCK).encode())
    assert tool.read_lock(archive) == LOCK


def test_a_link_in_place_of_the_lock_is_refused(tool: ModuleType, tmp_path: Path) -> None:
    member = tarfile.TarInfo("package/pyodide-lock.json")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/hostname"
    with pytest.raises(SystemExit, match="no ordinary file"):
        tool.read_lock(_archive(tmp_path / "pyodide.tgz", member))


def test_a_lock_of_an_implausible_size_is_refused(tool: ModuleType, tmp_path: Path) -> None:
    member = tarfile.TarInfo("package/pyodide-lock.json")
    archive = _archive(tmp_path / "pyodide.tgz", member, b" " * (tool.LOCK_BYTES_MAXIMUM + 1))
    with pytest.raises(SystemExit, match="no ordinary file"):
        tool.read_lock(archive)


@pytest.mark.parametrize("text", ["--workspace", "1/../2", "", "1 2"])
def test_what_is_no_version_never_reaches_npm(tool: ModuleType, text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        tool._version(text)
