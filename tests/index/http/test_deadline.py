"""One deadline for all requests of a scan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scanner.index.http.deadline import REASON

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run


def _scan(run: Run, *words: str, **keywords: Any) -> tuple[dict[str, dict[str, Any]], int]:
    result = run("requirements.txt", "--format", "json", *words, **keywords)
    rows = json.loads(result.stdout)["projects"][0]["dependencies"]
    return {row["name"]: row for row in rows}, result.exit_code


def _reasons(row: dict[str, Any]) -> list[str]:
    return [finding["message"] for finding in row["findings"] if finding["rule"] == "CS504"]


def test_what_does_not_come_within_the_time_is_unknown(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", requires=["beta"]))
    index.add(make_wheel("gamma"))
    index.hang("beta")
    rows, code = _scan(run, "--timeout", "2", "--no-inspect", files={"requirements.txt": "alpha\ngamma\n"})
    assert (rows["gamma"]["verdict"], rows["alpha"]["verdict"], code) == ("workers", "unknown", 3)
    assert REASON in _reasons(rows["beta"])[0]
    index.hang("delta")
    rows, code = _scan(run, env={"COMPAT_SCAN_TIMEOUT": "1"}, files={"requirements.txt": "delta\n"})
    assert (rows["delta"]["verdict"], code) == ("unknown", 3)


def test_no_request_is_made_once_the_time_is_over(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha"))
    rows, code = _scan(run, "--timeout", "0", files={"requirements.txt": "alpha\n"})
    assert (rows["alpha"]["verdict"], code, index.requests) == ("unknown", 3, [])


def test_a_scan_within_the_time_is_whole(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha"))
    rows, code = _scan(run, "--timeout", "60", files={"requirements.txt": "alpha\n"})
    assert (rows["alpha"]["verdict"], code, _reasons(rows["alpha"])) == ("workers", 0, [])


@pytest.mark.parametrize("seconds", ["-1", "soon", "1.5", "10000000"])
def test_the_time_is_a_whole_number_of_seconds(run: Run, seconds: str) -> None:
    assert run("scan", "--timeout", seconds, ".").exit_code == 2
    assert run(".", env={"COMPAT_SCAN_TIMEOUT": seconds}).exit_code == 2
