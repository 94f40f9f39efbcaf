"""Faults of the program itself are told as such, and never as a verdict."""

from __future__ import annotations

import pytest

from scanner.cli import group, main


def _fail(error: Exception) -> object:
    def run(**_: object) -> None:
        raise error

    return run


def test_a_fault_is_told_with_its_place_and_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(group, "main", _fail(KeyError("\x1b[31mred https://user:secret@example.org/")))
    with pytest.raises(SystemExit) as caught:
        main("compat-scan")
    told = capsys.readouterr().err
    assert caught.value.code == 2
    assert "test_fault.py" in told
    assert "fault of compat-scan" in told
    assert "\x1b" not in told
    assert "secret" not in told


def test_want_of_memory_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(group, "main", _fail(MemoryError()))
    with pytest.raises(SystemExit) as caught:
        main("compat-scan")
    assert (caught.value.code, capsys.readouterr().err.count("\n")) == (2, 1)
