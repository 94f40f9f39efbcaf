"""The same small packages, scanned: each served by the index on the loopback, all in one tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import Result

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel


def test_a_scan_judges_each_probe_as_pyodide_does(
    run: Callable[..., Result], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    probes = json.loads((Path(__file__).parent / "probes.json").read_text(encoding="utf-8"))
    truths = {}
    for number, probe in enumerate(probes):
        files = probe.get("files") or {"probe_pkg.py": probe["source"]}
        name = f"probe-{number}"
        renamed = {
            path.replace("probe_pkg", f"probe_{number}"): text.replace("probe_pkg", f"probe_{number}")
            for path, text in files.items()
        }
        index.add(make_wheel(name, files=renamed))
        truths[name] = probe["truth"]
    result = run("requirements.txt", "--format", "json", files={"requirements.txt": "\n".join(truths)})
    rows = json.loads(result.stdout)["projects"][0]["dependencies"]
    assert {row["name"]: row["verdict"] for row in rows} == truths
