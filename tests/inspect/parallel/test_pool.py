"""Further processes that follow a share each."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.site import WheelCode
from scanner.inspect.imports import build_runtime
from scanner.inspect.parallel import pool as crew
from scanner.inspect.parallel.partition import Share, follow_share
from scanner.inspect.parallel.pool import Helper, can_send, count_processes, helpers
from scanner.runtime.tables import load_stdlib
from scanner.runtime.target import choose_target


class Files(dict[str, str]):
    """The modules of a wheel, which another process can be handed."""

    def read(self, path: str) -> bytes:
        """One of them."""
        return self[path].encode()


def _code(name: str, files: dict[str, str]) -> WheelCode:
    return WheelCode(
        filename=f"{name}-1-py3-none-any.whl", members=tuple(files), read=Files(files).read, distribution=name
    )


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    """The newest target."""
    return build_runtime(choose_target(date(2026, 11, 17)), load_stdlib("3.14"))


@pytest.fixture
def share(runtime: Runtime) -> Share:
    """Two packages, one of which fails."""
    codes = {
        "alpha": _code("alpha", {"alpha/__init__.py": "import beta", "alpha/run.py": "def go():\n    import pwd\n"}),
        "beta": _code("beta", {"beta/__init__.py": "import pwd"}),
    }
    return Share(runtime=runtime, tasks={"alpha": ("beta",), "beta": ()}, codes=codes)


def test_a_helper_finds_what_this_process_would(share: Share) -> None:
    with helpers([share]) as (helper,):
        assert helper is not None
        outcome = helper.outcome()
    assert outcome == follow_share(share)
    assert [outcome.reports[key].fails for key in ("alpha", "beta")] == [True, True]
    assert set(outcome.digests) == {"alpha", "beta"}


def test_nothing_in_the_working_folder_is_imported(
    share: Share, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "trap"
    (tmp_path / "scanner").mkdir()
    for name in ("pickle.py", "gc.py", "ast.py", "sitecustomize.py", "scanner/__init__.py"):
        (tmp_path / name).write_text(f"open({str(trap)!r}, 'w').close()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("sys.path", ["", *__import__("sys").path])
    with helpers([share]) as (helper,):
        assert helper is not None
        assert helper.outcome() is not None
    assert not trap.exists()


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "", "print('no outcome')", "import pickle; pickle.loads(b'')"])
def test_one_that_fails_has_no_outcome(share: Share, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_START", code)
    with helpers([share]) as (helper,):
        assert helper is not None
        assert helper.outcome() is None


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
def test_one_that_is_killed_has_no_outcome(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_START", "import time; time.sleep(600)")
    with helpers([share]) as (helper,):
        assert helper is not None
        os.kill(helper._process.pid, signal.SIGKILL)
        assert helper.outcome() is None


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
def test_none_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    # Its question never comes to an end, so that it would wait for ever.
    script = f"""
import os, subprocess, sys
from scanner.inspect.parallel import crew
reading, writing = os.pipe()
command = [sys.executable, "-I", "-c", crew._START, str(os.getpid()), *crew._import_path()]
helper = subprocess.Popen(command, stdin=reading, stdout=subprocess.DEVNULL, pass_fds=[writing])
open({str(tmp_path / "number")!r}, "w").write(str(helper.pid))
os.kill(os.getpid(), {int(signal.SIGTERM)})
"""
    reading, writing = os.pipe()
    try:
        subprocess.run([sys.executable, "-c", script], stderr=writing, check=False)
    finally:
        os.close(writing)
    # The helper holds the other end of this pipe for as long as it runs.
    ended, _, _ = select.select([reading], [], [], 60)
    os.close(reading)
    if not ended:
        os.kill(int((tmp_path / "number").read_text(encoding="ascii")), signal.SIGKILL)
    assert ended


def test_none_outlives_the_work(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_START", "import time; time.sleep(600)")
    started: list[Helper | None] = []

    def work() -> None:
        with helpers([share, share]) as crew_of_two:
            started.extend(crew_of_two)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert [helper is not None and helper._process.poll() is not None for helper in started] == [True, True]


def test_where_none_can_be_started_there_is_none(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with helpers([share]) as crew_of_none:
        assert crew_of_none == [None]


def test_what_only_this_process_can_read_is_not_sent() -> None:
    files = {"alpha/__init__.py": ""}
    plain = _code("alpha", files)
    assert can_send(plain)
    read: Callable[[str], bytes] = lambda path: files[path].encode()  # noqa: E731  # what cannot be sent
    assert not can_send(WheelCode(filename="alpha", members=("alpha/__init__.py",), read=read))


@pytest.mark.parametrize("name", ["emscripten", "wasi"])
def test_webassembly_has_one_process(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", name)
    assert count_processes() == 1


def test_no_more_processes_than_processors_and_never_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_QUOTA", tmp_path / "none")
    for usable, count in ((1, 1), (2, 2), (64, 4)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid, usable=usable: set(range(usable)), raising=False)
        assert count_processes() == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("max 100000\n", 4),
        ("100000 100000\n", 1),
        ("50000 100000\n", 1),
        ("350000 100000\n", 3),
        ("odd", 4),
        ("1 0", 4),
    ],
)
def test_a_container_has_as_many_as_it_is_given(
    text: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(text, encoding="ascii")
    monkeypatch.setattr(crew, "_QUOTA", quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(64)), raising=False)
    assert count_processes() == count
