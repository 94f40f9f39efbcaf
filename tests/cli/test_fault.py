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
    assert "internal error: no verdict was produced" in told
    assert "\x1b" not in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("error", "is_output"),
    [
        (OSError(28, "No space left on device"), True),
        (OSError(28, "No space left on device", "cache.db"), False),
        (OSError(104, "Connection reset by peer"), False),
    ],
)
def test_only_an_output_that_cannot_be_written_needs_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: OSError, *, is_output: bool
) -> None:
    monkeypatch.setattr(group, "main", _fail(error))
    with pytest.raises(SystemExit) as caught:
        main("compat-scan")
    assert caught.value.code == 2
    told = capfd.readouterr().err
    assert ("standard output: cannot be written" in told) is is_output
    assert ("Traceback" in told) is not is_output


def test_want_of_memory_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(group, "main", _fail(MemoryError()))
    with pytest.raises(SystemExit) as caught:
        main("compat-scan")
    assert (caught.value.code, capsys.readouterr().err.count("\n")) == (2, 1)
