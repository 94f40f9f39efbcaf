"""tools/update_stdlib.py: a measurement becomes a table, and the shipped tables are what the script writes."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from scanner.runtime.tables import Outcome, load_stdlib, parse_stdlib

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def tool(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    """The script, imported with its neighbours on the path as Python runs it."""
    return load_tool("update_stdlib")


def test_a_measurement_becomes_a_table_that_the_loader_takes(tool: ModuleType) -> None:
    measurement = tool.Measurement(
        pyodide="314.0.7",
        python="3.14",
        host="3.13.0",
        interpreters=("2.7.18", "3.13.0"),
        missing={"curses": "ModuleNotFoundError: No module named 'curses'"},
        submodules_missing={"a.b": 'ImportError: "quoted" \\ and ü'},
        missing_attributes={"os.path": ["a", "b"]},
        removed_attributes={"collections": ["Callable"]},
        calls={"os.fork": "OSError: no", "int": ""},
    )
    table = parse_stdlib(tool.format_table(measurement, TODAY), "data/stdlib/3.14.toml")
    assert table.missing == measurement.missing
    assert table.submodules_missing == measurement.submodules_missing
    assert table.missing_attributes == {"os.path": {"a", "b"}}
    assert (table.calls["int"].outcome, table.calls["os.fork"].outcome) == (Outcome.WORKS, Outcome.FAILS)
    assert table.calls["os.fork"].error == "OSError: no"


@pytest.mark.parametrize("python", ["3.12", "3.13", "3.14"])
def test_a_shipped_table_is_formatted_as_the_script_formats_it(tool: ModuleType, python: str) -> None:
    path = ROOT / "data" / "stdlib" / f"{python}.toml"
    text = path.read_text(encoding="utf-8")
    table = parse_stdlib(text, str(path))
    match = re.search(r"pyodide@(\S+), run under Node and compared with CPython (\S+) on", table.provenance.source)
    assert match is not None
    measurement = tool.Measurement(
        pyodide=match[1],
        python=python,
        host=match[2],
        interpreters=table.interpreters,
        missing=table.missing,
        submodules_missing=table.submodules_missing,
        missing_attributes={module: sorted(names) for module, names in table.missing_attributes.items()},
        removed_attributes={module: sorted(names) for module, names in table.removed_attributes.items()},
        calls={call: row.error or "" for call, row in table.calls.items()},
    )
    assert tool.format_table(measurement, table.provenance.date) == text


def test_every_call_that_the_script_makes_is_in_every_table(tool: ModuleType) -> None:
    for python in ("3.12", "3.13", "3.14"):
        assert set(tool.CALLS) <= set(load_stdlib(python).calls)


def test_a_cpython_that_a_table_was_compared_with_is_needed_again(tool: ModuleType) -> None:
    table = load_stdlib("3.14")
    found = {release: (f"python{release}", f"{release}.9") for release in ("2.7", "3.6", "3.7", "3.8", "3.9", "3.12")}
    assert tool.find_missing(table, found) == ["3.10", "3.11", "3.13"]
    assert tool.find_missing(None, {}) == []


def test_only_cpythons_that_run_and_are_what_they_say_are_found(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, answer in {"python3.11": "Python 3.11.7", "python3.12": "Python 3.11.7", "python3.14": "no"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\necho {answer}\n", encoding="utf-8")
    (tmp_path / "python3.13").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    for path in tmp_path.iterdir():
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tool.find_interpreters("3.14") == {"3.11": (str(tmp_path / "python3.11"), "3.11.7")}


def test_a_cpython_of_this_machine_is_asked_for_its_submodules_and_names(tool: ModuleType) -> None:
    submodules = json.loads(tool.ask_host(sys.executable, tool.SUBMODULES))
    names = json.loads(tool.ask_host(sys.executable, tool.ATTRIBUTES))
    assert {"asyncio.events", "email.mime.text"} <= set(submodules)
    assert "getcwd" in names["os"]
    assert "sys" not in names["os"]
