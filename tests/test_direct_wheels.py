"""Wheels that are given by URL or path are opened and inspected like those of an index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run, WheelFile

ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x03\0\x3e\0" + b"\0" * 60
NAME = "native-1.0-py3-none-any.whl"
CONTAINER, UNKNOWN, WORKERS = "container", "unknown", "workers"


@pytest.fixture
def native(make_wheel: MakeWheel) -> WheelFile:
    """A wheel for every platform with a Linux library in it."""
    return make_wheel("native", files={"native/__init__.py": "from native import _x\n", "native/_x.so": ELF})


def _put(path: Path, wheel: WheelFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wheel.data)


def _row(run: Run, *words: str, name: str = "native", **files: str) -> dict[str, Any]:
    result = run(*words, "--format", "json", files=files)
    rows = json.loads(result.stdout)["projects"][0]["dependencies"]
    row: dict[str, Any] = next(row for row in rows if row["name"] == name)
    return row


def _rules(row: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in row["findings"]}


UV = '[project]\nname = "a"\nversion = "1"\ndependencies = ["native"]\n[tool.uv.sources]\nnative = {{ path = "{}" }}\n'
POETRY = '[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.dependencies]\nnative = {{ path = "{}" }}\n'
LOCK = (
    'version = 1\nrevision = 3\nrequires-python = ">=3.12"\n[[package]]\nname = "a"\nversion = "1"\n'
    'source = {{ virtual = "." }}\ndependencies = [{{ name = "native" }}]\n[[package]]\nname = "native"\n'
    'version = "1.0"\nsource = {{ path = "{}" }}\nwheels = [{{ filename = "native-1.0-py3-none-any.whl" }}]\n'
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "./{}\n"),
        ("requirements.txt", "native @ file://{folder}/{}\n"),
        ("sub/requirements.txt", "../{}\n"),
        ("sub/requirements.txt", "./{}\n"),
        ("pyproject.toml", UV),
        ("pyproject.toml", POETRY),
        ("uv.lock", LOCK),
    ],
)
def test_a_local_wheel_is_inspected(run: Run, tmp_path: Path, native: WheelFile, path: str, text: str) -> None:
    _put(tmp_path / "dist" / NAME, native)
    row = _row(run, path, **{path: text.format(f"dist/{NAME}", folder=tmp_path)})
    assert (row["verdict"], _rules(row)) == (CONTAINER, {"CS104"})
    assert row["artifact"]["inspected"]


def test_a_wheel_behind_a_url_is_inspected(run: Run, index: FakeIndex, native: WheelFile) -> None:
    url = index.serve(f"/wheels/{NAME}", native.data)
    assert _row(run, "requirements.txt", **{"requirements.txt": f"{url}\n"})["verdict"] == CONTAINER
    fragment = f"{url}#sha256={native.sha256}"
    assert _row(run, "requirements.txt", **{"requirements.txt": f"native @ {fragment}\n"})["verdict"] == CONTAINER


def test_wheels_as_paths_and_in_explain_are_inspected(
    run: Run, tmp_path: Path, native: WheelFile, make_wheel: MakeWheel, index: FakeIndex
) -> None:
    _put(tmp_path / "dist" / NAME, native)
    pure = make_wheel("pure", files={"pure/__init__.py": ""})
    _put(tmp_path / "dist" / pure.filename, pure)
    paths = (f"dist/{NAME}", f"dist/{pure.filename}")
    assert _row(run, *paths)["verdict"] == CONTAINER
    assert _row(run, *paths, name="pure")["verdict"] == WORKERS
    assert _row(run, "explain", f"./dist/{NAME}")["verdict"] == CONTAINER
    assert not index.requests


def test_what_a_local_wheel_requires_is_part_of_the_tree(
    run: Run, tmp_path: Path, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("core", tag="cp314-cp314-manylinux_2_28_x86_64"))
    wheel = make_wheel("pure", requires=["core"], files={"pure/__init__.py": ""})
    _put(tmp_path / "dist" / wheel.filename, wheel)
    row = _row(run, "requirements.txt", name="pure", **{"requirements.txt": f"./dist/{wheel.filename}\n"})
    assert (row["verdict"], _rules(row)) == (CONTAINER, {"CS109"})


@pytest.mark.parametrize("words", [(), ("--no-inspect",)])
@pytest.mark.parametrize(
    "line",
    [
        f"./dist/{NAME}",
        f"native @ http://127.0.0.1:9/{NAME}",
        f"native @ file:///nowhere/{NAME}",
        f"./broken/{NAME}",
    ],
)
def test_what_cannot_be_read_is_unknown(run: Run, tmp_path: Path, line: str, words: tuple[str, ...]) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / NAME).write_bytes(b"no archive")
    row = _row(run, "requirements.txt", *words, **{"requirements.txt": f"{line}\n"})
    assert row["verdict"] == UNKNOWN
    assert _rules(row) <= {"CS503", "CS504", "CS505"}


def test_offline_a_remote_wheel_is_unknown(run: Run, index: FakeIndex, native: WheelFile) -> None:
    url = index.serve(f"/wheels/{NAME}", native.data)
    row = _row(run, "requirements.txt", "--offline", **{"requirements.txt": f"{url}\n"})
    assert (row["verdict"], index.requests) == (UNKNOWN, [])


def test_a_wheel_with_another_digest_is_unknown(run: Run, tmp_path: Path, native: WheelFile) -> None:
    _put(tmp_path / "dist" / NAME, native)
    text = f"native @ file://{tmp_path}/dist/{NAME}#sha256={'0' * 64}\n"
    row = _row(run, "requirements.txt", **{"requirements.txt": text})
    assert (row["verdict"], _rules(row)) == (UNKNOWN, {"CS505"})


def test_a_file_outside_the_repository_is_not_read(
    run: Run, tmp_path: Path, make_wheel: MakeWheel, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "pure-1.0-py3-none-any.whl"
    _put(outside, make_wheel("pure", files={"pure/__init__.py": ""}))
    (tmp_path / "link-1.0-py3-none-any.whl").symlink_to(outside)
    text = f"pure @ file://{outside}\n./link-1.0-py3-none-any.whl\n"
    result = run("requirements.txt", "--format", "json", files={"requirements.txt": text})
    (project,) = json.loads(result.stdout)["projects"]
    assert project["verdict"] == UNKNOWN
    assert [(one["rule"], one["location"]["line"]) for one in project["problems"]] == [("CS602", 1), ("CS602", 2)]
    assert len(project["skipped"]) == 2
    assert _row(run, str(outside), name="pure")["verdict"] == WORKERS  # named by the user
