"""Advice that is computed from the tree, as a user reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"


def _findings(run: Run, text: str, name: str) -> dict[str, dict[str, Any]]:
    result = run("requirements.txt", "--format", "json", "--no-inspect", files={"requirements.txt": text})
    rows = {row["name"]: row for row in json.loads(result.stdout)["projects"][0]["dependencies"]}
    return {finding["rule"]: finding for finding in rows[name]["findings"]}


def test_an_extra_that_is_all_that_needs_a_container_is_named(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    requires = ["plain", "loop; extra == 'standard'", "parser; extra == 'standard'"]
    index.add(make_wheel("web", requires=requires, extras=["standard"]))
    index.add(make_wheel("loop", tag=LINUX))
    index.add(make_wheel("parser", tag=LINUX))
    index.add(make_wheel("plain"))
    remedy = _findings(run, "web[standard]\n", "web")["CS109"]["remedy"]
    assert remedy == "drop the extra standard of web: this removes loop, parser, and web then runs on Workers"


def test_a_dependency_that_less_than_half_of_it_comes_with_is_not_named(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("heavy", requires=["one", "two"]))
    for name in ("one", "two", "three", "four", "five"):
        index.add(make_wheel(name, tag=LINUX))
    result = run("requirements.txt", "--no-inspect", files={"requirements.txt": "heavy\nthree\nfour\nfive\n"})
    assert "alone" not in result.stdout


def test_both_chains_of_a_conflict_are_told(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("sdk", requires=["core"]))
    index.add(make_wheel("core", requires=["net<2"]))
    index.add(make_wheel("net", "1.9"))
    index.add(make_wheel("net", "2.1"))
    message = _findings(run, "sdk\nnet>=2\n", "net")["CS502"]["message"]
    assert "net>=2 (required by the project)" in message
    assert "net<2 (required by sdk → core)" in message


def test_a_parent_that_was_taken_older_says_what_its_newer_version_needs(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("web", "1.0"))
    index.add(make_wheel("web", "2.0", requires=["engine"]))
    index.add(make_wheel("engine", "3.0", tag=LINUX))
    finding = _findings(run, "web\n", "web")["CS105"]
    assert finding["message"].startswith("runs as 1.0: web 2.0 requires engine 3.0")
    assert "web → engine" in finding["message"]


def test_a_requirement_that_a_constraint_rules_out_is_told_as_the_conflict_it_is(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("net", "1.9"))
    index.add(make_wheel("net", "2.1"))
    files = {"requirements.txt": "-c bounds.txt\nnet>=2\n", "bounds.txt": "net<2\n"}
    result = run("requirements.txt", "--format", "json", "--no-inspect", files=files)
    (row,) = json.loads(result.stdout)["projects"][0]["dependencies"]
    assert [finding["rule"] for finding in row["findings"]] == ["CS502"]
    assert "net>=2 (required by the project) and net<2 (a constraint)" in row["findings"][0]["message"]


def test_a_version_that_does_not_exist_is_no_conflict(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("net", "1.9"))
    assert set(_findings(run, "net==7\n", "net")) == {"CS501"}
