"""A scan whose packages are followed by several processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import Result

from scanner.inspect.parallel import pool as crew
from scanner.inspect.parallel import run as follower
from scanner.inspect.parallel.partition import Share

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel

Run = Callable[..., Result]
TEXT = "alpha\nbeta\ngamma\ndelta\nepsilon\n"
USES = "def go():\n    import subprocess\n    subprocess.run(['ls'])\n"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[crew.Helper]:
    """Lets every scan use three processes, however little there is to do; the helpers that it started."""
    started: list[crew.Helper] = []
    start = crew.Helper.__init__

    def noted(self: crew.Helper, share: Share) -> None:
        start(self, share)
        started.append(self)

    monkeypatch.setattr(crew.Helper, "__init__", noted)
    monkeypatch.setattr(crew, "count_processes", lambda: 3)
    monkeypatch.setattr(follower, "_WORTH_BYTES", 0)
    return started


@pytest.fixture
def filled(index: FakeIndex, make_wheel: MakeWheel, make_sdist: MakeSdist) -> FakeIndex:
    """An index with packages that share a dependency, each of which something else becomes of."""
    script = "from setuptools import setup\nsetup(name='delta', packages=['delta'])\n"
    for distribution in (
        make_wheel("alpha", requires=["base"], files={"alpha/__init__.py": "import base.late", "alpha/a.py": USES}),
        make_wheel("beta", requires=["base"], files={"beta/__init__.py": "import base\nimport pwd"}),
        make_wheel("gamma", requires=["base", "beta"], files={"gamma/__init__.py": "def go():\n    import beta\n"}),
        make_wheel("epsilon", files={"epsilon/__init__.py": USES}),
        make_wheel("base", files={"base/__init__.py": "", "base/late.py": USES, "base/other.py": USES}),
    ):
        index.add(distribution)
    index.add(make_sdist("delta", files={"setup.py": script, "delta/__init__.py": "import pwd"}))
    return index


def _scan(run: Run) -> object:
    document = json.loads(run("requirements.txt", "--format", "json", files={"requirements.txt": TEXT}).stdout)
    return document["projects"]


@pytest.mark.usefixtures("filled")
def test_the_report_is_that_of_one_process(
    run: Run, counted: list[crew.Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = _scan(run)
    assert len(counted) == 2
    monkeypatch.setattr(crew, "count_processes", lambda: 1)
    assert _scan(run) == together
    assert len(counted) == 2


@pytest.mark.usefixtures("filled", "counted")
def test_what_a_helper_cannot_do_is_done_here(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    together = _scan(run)
    monkeypatch.setattr(crew, "_START", "raise SystemExit(1)")
    assert _scan(run) == together
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert _scan(run) == together


def test_what_helpers_learn_is_remembered(
    run: Run, filled: FakeIndex, counted: list[crew.Helper], tmp_path: Path
) -> None:
    env = {"COMPAT_SCAN_NO_CACHE": "", "COMPAT_SCAN_CACHE_DIR": str(tmp_path / "cache")}
    words = ("requirements.txt", "--format", "json")
    first = run(*words, files={"requirements.txt": TEXT}, env=env)
    asked, started = len(filled.requests), len(counted)
    assert json.loads(run(*words, env=env).stdout)["projects"] == json.loads(first.stdout)["projects"]
    # Another tree of the same files: what each process learned of the dependency that they share is put together.
    narrowed = run(*words, files={"requirements.txt": "alpha\ndelta\n"}, env=env)
    assert narrowed.exit_code == 1
    assert [request.path for request in filled.requests[asked:]] == []
    assert len(counted) == started


def test_a_small_tree_is_followed_by_one_process(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "count_processes", lambda: 3)
    monkeypatch.setattr(crew.Helper, "__init__", lambda *_: pytest.fail("a process was started"))
    for name in ("alpha", "beta"):
        index.add(make_wheel(name, files={f"{name}/__init__.py": ""}))
    assert run("requirements.txt", files={"requirements.txt": "alpha\nbeta\n"}).exit_code == 0
