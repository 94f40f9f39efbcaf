"""Texts held for later: in memory up to a bound, beyond it in a file, and in memory again where there is no room."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from scanner.index.scratch import Scratch

LARGE = os.urandom(100_000)


def test_parts_come_back_from_memory_and_from_the_file() -> None:
    scratch = Scratch(most_held_bytes=100_000)
    readers = [scratch.hold(LARGE), scratch.hold(LARGE[::-1]), scratch.hold(b"small"), scratch.hold(LARGE)]
    assert [read(0, 5) for read in readers] == [LARGE[:5], LARGE[::-1][:5], b"small", LARGE[:5]]
    assert readers[1](99_990, 100_000) == LARGE[::-1][-10:]
    assert readers[3](5, 5) == b""
    scratch.close()
    assert readers[0](7, 9) == LARGE[7:9]
    scratch.close()


def test_memory_does_not_grow_beyond_the_bound() -> None:
    scratch = Scratch(most_held_bytes=250_000)
    held = [scratch.hold(os.urandom(100_000)) for _ in range(10)]
    in_memory = [read for read in held if len(read.args) and isinstance(read.args[0], bytes)]  # type: ignore[attr-defined]
    assert len(in_memory) == 2
    scratch.close()


def test_where_no_file_can_be_made_memory_has_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not-there"))
    scratch = Scratch(most_held_bytes=0)
    read = scratch.hold(LARGE)
    assert read(10, 20) == LARGE[10:20]
    scratch.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_on_a_full_disk_memory_has_to_do() -> None:
    with Path("/dev/full").open("r+b", buffering=0) as full:
        scratch = Scratch(most_held_bytes=0, file=full)
        read = scratch.hold(LARGE)
        assert read(10, 20) == LARGE[10:20]
        scratch.close()
