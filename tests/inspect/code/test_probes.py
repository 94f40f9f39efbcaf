"""Small packages with what importing them does in Pyodide 314.0.7 (probes.json, run under Node on 2026-12-01)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from scanner.inspect.code.engine import import_entry, make_machine
from scanner.inspect.code.site import WheelCode, build_site
from scanner.inspect.code.target import Runtime

Probe = Mapping[str, object]


def read_probes() -> Iterator[object]:
    text = (Path(__file__).parent / "probes.json").read_text(encoding="utf-8")
    for probe in json.loads(text):
        yield pytest.param(probe, id=probe["name"])


@pytest.mark.parametrize("probe", list(read_probes()))
def test_an_import_ends_as_in_pyodide(
    probe: Probe, runtime: Runtime, make_wheel_code: Callable[..., WheelCode]
) -> None:
    files = probe.get("files") or {"probe_pkg.py": probe["source"]}
    failure = import_entry(make_machine(runtime, build_site([make_wheel_code(files)])), "probe_pkg")
    assert (failure is None) is (probe["truth"] == "workers")
    if failure is not None and "ModuleNotFoundError" in str(probe["pyodide"]):
        assert failure.error in ("ModuleNotFoundError", "ImportError")
