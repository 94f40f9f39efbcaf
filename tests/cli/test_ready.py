"""Answers that stand ready: what click would print, wherever they are told, and click wherever they would not fit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from scanner.cli.ready import FOLDER, WIDTHS, find_columns, find_key, join_texts

ROOT = Path(__file__).resolve().parents[2]
CLICK = "from scanner.cli.group import main; main(prog_name='compat-scan')"


@pytest.fixture(scope="module")
def tool(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    """The script that writes the texts."""
    return load_tool("update_ready_texts")


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_texts_are_what_click_prints_today(tool: ModuleType, columns: int) -> None:
    kept = (Path(FOLDER) / f"{columns}.txt").read_text(encoding="utf-8")
    assert kept == tool.render_texts(columns), "run make ready-texts"


def test_every_command_has_its_text(tool: ModuleType) -> None:
    keys = tool.render_texts(WIDTHS[0]).split("\f")[1:]
    named = [text.partition("\n")[0] for text in keys]
    assert {"--help", "scan --help", "cache --help", "cache clear --help", "--version"} <= set(named)
    assert len(named) == len(set(named)) > 13


def test_the_script_tells_of_texts_that_are_not_current(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "FOLDER", str(tmp_path))
    monkeypatch.setattr(tool, "render_texts", lambda columns: join_texts({"--help": f"{columns}\n"}))
    assert tool.main(["--check"]) == 1
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0
    (tmp_path / "80.txt").write_text("\f--help\nof yesterday\n", encoding="utf-8")
    capsys.readouterr()
    assert tool.main(["--check"]) == 1
    assert capsys.readouterr().out.startswith("scanner/cli/texts/80.txt is not current: run ")


@pytest.mark.parametrize(
    ("words", "environ"),
    [
        (["--help"], {}),
        (["plan", "-h"], {"COLUMNS": "80"}),
        (["tree", "--help"], {"COLUMNS": "133"}),
        (["tree", "--help"], {"COLUMNS": "90"}),
        (["tree", "--help"], {"PYTHONIOENCODING": "ascii"}),
        (["tree", "--help"], {"PYTHONIOENCODING": "latin-1:replace"}),
        (["cache", "clear", "--help"], {"COLUMNS": "-1"}),
        (["requirements.txt", "--help"], {}),
        (["--version"], {"COLUMNS": "40"}),
        (["--help"], {"_COMPAT_SCAN_COMPLETE": "bash_source"}),
        (["--help", "--nonsense"], {}),
        (["--nonsense", "--help"], {}),
        (["nonsense", "--help", "--help"], {}),
    ],
)
def test_the_program_prints_what_click_prints(words: list[str], environ: dict[str, str]) -> None:
    surroundings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ}

    def told(*program: str) -> tuple[int, bytes, bytes]:
        command = [sys.executable, *program, *words]
        done = subprocess.run(command, env=surroundings, capture_output=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert told("-m", "scanner") == told("-c", CLICK)


@pytest.mark.parametrize(("word", "code"), [("--help", 1), ("--version", 130)])
@pytest.mark.parametrize("program", [("-m", "scanner"), ("-c", CLICK)], ids=["ready", "click"])
def test_who_reads_no_further_is_not_told_of_a_broken_pipe(word: str, code: int, program: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, *program, word]
        done = subprocess.run(
            command, env={"PYTHONPATH": str(ROOT)}, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["-h"], "--help"),
        (["plan", "-h"], "plan --help"),
        (["-V"], "--version"),
        (["plan", "--version"], None),
        (["--help", "plan"], None),
        (["-v", "--help"], None),
        (["a\fb", "--help"], None),
        ([], None),
    ],
)
def test_only_whole_command_lines_have_an_answer(words: list[str], key: str | None) -> None:
    assert find_key(words) == key


def test_the_columns_are_those_of_the_environment_else_of_no_terminal() -> None:
    assert [find_columns({"COLUMNS": told}) for told in ("133", " 90 ")] == [133, 90]
    assert subprocess.run(
        [sys.executable, "-c", "from scanner.cli.ready import *; print(find_columns({'COLUMNS': 'x'}))"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    ).stdout.split() == [b"80"]
