"""CS110: a pure release more than two years older than the newest one that satisfies is no answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"
WASM = "cp314-cp314-pyemscripten_2026_0_wasm32"


def _row(run: Run, name: str, text: str, *words: str, **files: str) -> dict[str, Any]:
    named = {"requirements.txt": text, **files}
    result = run("requirements.txt", "--format", "json", *words, files=named)
    rows = json.loads(result.stdout)["projects"][0]["dependencies"]
    row: dict[str, Any] = next(row for row in rows if row["name"] == name)
    return row


def _rules(row: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in row["findings"]}


@pytest.fixture
def releases(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """ "base" 1.0 of 2017 is pure and 7.0 of 2026 native; "app" requires it, and so does the newest "step" only."""
    index.add(make_wheel("base", "1.0"), upload_time="2017-05-01T00:00:00Z")
    index.add(make_wheel("base", "7.0", tag=LINUX), upload_time="2026-05-01T00:00:00Z")
    index.add(make_wheel("app", requires=["base"]), upload_time="2026-05-01T00:00:00Z")
    index.add(make_wheel("native", tag=LINUX), upload_time="2026-05-01T00:00:00Z")
    index.add(make_wheel("step", "1.0"), upload_time="2018-05-01T00:00:00Z")
    index.add(make_wheel("step", "2.0", requires=["native"]), upload_time="2026-05-01T00:00:00Z")


@pytest.mark.usefixtures("releases")
def test_an_outdated_release_blocks_and_is_named(run: Run) -> None:
    row = _row(run, "base", "base\n")
    assert (row["verdict"], row["version"], _rules(row)) == ("container", "1.0", {"CS110"})
    (finding,) = row["findings"]
    assert (finding["level"], finding["when"]) == ("blocker", "install")
    assert "base 1.0 of 2017-05-01" in finding["message"]
    assert "7.0 is of 2026-05-01" in finding["message"]
    assert "pin base==1.0" in finding["remedy"]


@pytest.mark.usefixtures("releases")
def test_an_outdated_release_blocks_what_requires_it(run: Run) -> None:
    row = _row(run, "app", "app\n")
    assert (row["verdict"], _rules(row)) == ("container", {"CS109"})


@pytest.mark.usefixtures("releases")
def test_a_release_taken_because_the_newest_requires_something_native_is_outdated_too(run: Run) -> None:
    row = _row(run, "step", "step\n")
    assert (row["version"], _rules(row)) == ("1.0", {"CS110"})


@pytest.mark.usefixtures("releases")
@pytest.mark.parametrize("text", ["base==1.0\n", "base<2\n", "app\nbase==1.0\n"])
def test_what_the_project_asks_for_itself_is_accepted(run: Run, text: str) -> None:
    row = _row(run, "base", text)
    assert row["verdict"] == "workers"
    assert "CS110" not in _rules(row)


@pytest.mark.usefixtures("releases")
def test_lowest_is_a_choice_of_the_project(run: Run) -> None:
    row = _row(run, "base", "base\n", **{"uv.toml": 'resolution = "lowest"\n'})
    assert (row["version"], row["verdict"]) == ("1.0", "workers")


@pytest.mark.parametrize(
    "case",
    [
        (WASM, "2017-05-01T00:00:00Z", "CS105"),
        ("py3-none-any", "2024-06-01T00:00:00Z", "CS105"),
        ("py3-none-any", "", "CS105"),
        ("py3-none-any", "2024-04-01T00:00:00Z", "CS110"),
    ],
)
def test_the_age_and_the_wheel_decide(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, case: tuple[str, str, str]
) -> None:
    tag, uploaded, rule = case
    index.add(make_wheel("base", "1.0", tag=tag), upload_time=uploaded or None)
    index.add(make_wheel("base", "7.0", tag=LINUX), upload_time="2026-05-01T00:00:00Z")
    assert _rules(_row(run, "base", "base\n")) == {rule}
