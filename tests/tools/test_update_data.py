"""tools/update_data.py and tools/check_rows.py: all tables or none, dates that last, and rows that have fallen."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from scanner.refresh.registries import Registries, open_registries
from scanner.refresh.texts import replace_date
from scanner.runtime import tables

if TYPE_CHECKING:
    from tests.conftest import FakeIndex

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2027, 3, 1)


@pytest.fixture(scope="module")
def tool(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    """The script as a module."""
    return load_tool("update_data")


@pytest.fixture(scope="module")
def check_rows(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    """The script as a module."""
    return load_tool("check_rows")


@pytest.fixture
def registries(index: FakeIndex, tmp_path: Path) -> Iterator[Registries]:
    """The loopback index, without a npm registry."""
    environ = {"UV_DEFAULT_INDEX": index.url, "PIP_CONFIG_FILE": "/dev/null"}
    with open_registries(environ=environ, home=tmp_path, directory=tmp_path) as opened:
        yield opened


def _snapshot() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (ROOT / "data").rglob("*") if path.is_file()}


@pytest.mark.parametrize("programs", [("node", "npm", "python3.13"), ("python3.13",)])
def test_a_machine_that_lacks_interpreters_writes_nothing_and_names_them(
    programs: tuple[str, ...], tmp_path: Path
) -> None:
    for program in programs:
        (tmp_path / program).write_text("#!/bin/sh\necho Python 3.13.0\n", encoding="utf-8")
        (tmp_path / program).chmod(0o755)
    before = _snapshot()
    result = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "update_data.py")],
        check=False,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2
    assert "nothing was written; this machine lacks:" in result.stderr
    assert "python3.12 (for stdlib/" in result.stderr
    assert "python3.13" not in result.stderr
    assert ("node" in result.stderr) == ("node" not in programs)
    assert _snapshot() == before


def test_an_index_that_does_not_answer_writes_nothing(tool: ModuleType, tmp_path: Path) -> None:
    for release in ("2.7", *(f"3.{minor}" for minor in range(6, 14))):
        (tmp_path / f"python{release}").write_text(f"#!/bin/sh\necho Python {release}.1\n", encoding="utf-8")
    for program in ("node", "npm"):
        (tmp_path / program).write_text("#!/bin/sh\n", encoding="utf-8")
    for path in tmp_path.iterdir():
        path.chmod(0o755)
    before = _snapshot()
    result = subprocess.run(
        [sys.executable, str(tool.__file__)],
        check=False,
        env={"PATH": str(tmp_path), "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple/", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, "nothing was written:" in result.stderr) == (2, True)
    assert _snapshot() == before


def test_a_date_moves_with_the_content_and_otherwise_every_four_weeks(tool: ModuleType) -> None:
    text = replace_date(tables.find_newest("workers-py.toml").text, TODAY)
    for days, is_kept in ((0, True), (27, True), (28, False), (400, False)):
        later = TODAY + dt.timedelta(days=days)
        assert (tool.keep_date(text, replace_date(text, later), later) == text) == is_kept
    changed = replace_date(text, TODAY + dt.timedelta(days=1)).replace("314.0.7", "314.0.9")
    assert tool.keep_date(text, changed, TODAY + dt.timedelta(days=1)) == changed
    assert tool.keep_date("", text, TODAY) == text


def test_a_measured_table_that_shrinks_is_in_the_summary(tool: ModuleType) -> None:
    name = "stdlib/3.14.toml"
    text = tables.find_newest(name).text
    call = text[text.rindex("[[calls]]") :]
    total = len(tables.parse_stdlib(text, name).calls)
    assert list(tool.compare_measured({name: text.replace(call, "")})) == [f"{name}: calls: {total} → {total - 1}"]
    assert list(tool.compare_measured({name: text, "runtimes.toml": ""})) == []


def test_a_row_has_fallen_if_the_index_has_a_build(
    check_rows: ModuleType, registries: Registries, index: FakeIndex
) -> None:
    platform = tables.load_runtimes().runtimes[0].platform_tags[0]
    index.add_names("grpcio", [f"grpcio-1.0-cp314-cp314-{platform}.whl", "grpcio-2.0.tar.gz"])
    index.add_names(
        "faiss-cpu", ["faiss_cpu-1.0-cp314-cp314-manylinux2014_x86_64.whl", "faiss_cpu-1.0-py3-none-any.whl"]
    )
    assert list(check_rows.find_fallen(registries)) == [
        f"- `grpcio`: the index has `grpcio-1.0-cp314-cp314-{platform}.whl`"
    ]
    assert "numpy" not in check_rows.find_unbuilt()
