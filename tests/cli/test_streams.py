"""Standard streams that are not there or cannot be written: never a traceback, whose exit code would be a verdict."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FULL = Path("/dev/full")


def _run(folder: Path, redirection: str, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull}
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "scanner", *words]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a requirements file of which nothing can be told offline."""
    (tmp_path / "requirements.txt").write_text("no-such-project-anywhere==1.0\n", encoding="utf-8")
    return tmp_path


_TIME = re.compile(r'"scanned_at": "[^"]*"')


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("--version",),
        ("list", "."),
        ("table",),
        ("scan", "--offline", "."),
        ("scan", "--offline", "--format", "json", "."),
    ],
)
def test_a_full_disk_is_told_in_one_line(folder: Path, words: tuple[str, ...]) -> None:
    done = _run(folder, f">{FULL}", *words)
    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if not line.startswith("compat-scan: note: ")]
    assert told == ["compat-scan: error: standard output: cannot be written: No space left on device"]


@pytest.mark.parametrize(("word", "code"), [("--help", 1), ("--version", 130)])
def test_a_reader_that_stops_reading_causes_no_traceback(word: str, code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, "-m", "scanner", word]
        done = subprocess.run(
            command, env={"PYTHONPATH": str(ROOT)}, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.skipif(os.name != "posix", reason="the shell of this system cannot close a stream")
@pytest.mark.parametrize("redirection", [">&-", "<&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("form", ["terminal", "json"])
def test_without_a_standard_stream_the_verdict_is_the_same(folder: Path, redirection: str, form: str) -> None:
    words = ("scan", "--offline", "--cache-dir", "cache", "--format", form, ".")
    whole = _run(folder, "", *words)
    assert whole.returncode == 3
    done = _run(folder, redirection, *words)
    assert done.returncode == whole.returncode
    told = "" if ">&-" in redirection.split() else whole.stdout
    assert _TIME.sub("", done.stdout) == _TIME.sub("", told)
    assert "Traceback" not in done.stderr
