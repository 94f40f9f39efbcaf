"""What starting up loads: names of modules, never times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"httpx", "rich", "asyncio", "sqlite3", "ssl", "packaging", "pip_requirements_parser"}


def _imported(folder: Path, *words: str, **environ: str) -> set[str]:
    """The modules that one run of the command line loads."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "scanner", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_the_list_of_commands_loads_only_the_command_line(tmp_path: Path) -> None:
    names = _imported(tmp_path, "--help")
    ours = {name for name in names if name.startswith("scanner.")}
    cli = {"group", "commands", "grammar", "help_text", "version"}
    assert ours == {"scanner.cli", *(f"scanner.cli.{name}" for name in cli)}
    assert "pathlib" not in names


@pytest.mark.parametrize("words", [("--help",), ("scan", "--help"), ("plan", "--help"), ("cache", "dir", "--help")])
def test_help_loads_nothing_heavy(tmp_path: Path, words: tuple[str, ...]) -> None:
    names = _imported(tmp_path, *words)
    assert "click" in names
    assert not names & HEAVY
    assert not any(
        name.startswith(("scanner.index", "scanner.inputs.formats", "scanner.judge.rules")) for name in names
    )


def test_only_the_command_that_is_run_is_loaded(tmp_path: Path) -> None:
    def commands(*words: str) -> set[str]:
        names = _imported(tmp_path, *words)
        return {name for name in names if name.startswith("scanner.cli.commands.")}

    assert commands("--help") == set()
    assert commands("tree", "--help") == {"scanner.cli.commands.tree"}


def test_the_version_loads_neither_the_network_nor_the_readers(tmp_path: Path) -> None:
    names = _imported(tmp_path, "--version")
    assert "scanner.runtime.tables" in names
    assert not names & (HEAVY - {"packaging"})


def test_a_warm_scan_loads_neither_the_http_library_nor_the_engine(
    tmp_path: Path, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", files={"alpha/__init__.py": "import json\n"}))
    (tmp_path / "requirements.txt").write_text("alpha\n", encoding="utf-8")
    words = ("requirements.txt", "--format", "json", "--cache-dir", str(tmp_path / "cache"), "--index-url", index.url)
    environ = {"PIP_FIND_LINKS": "", "COMPAT_SCAN_NO_CACHE": "", "XDG_CONFIG_DIRS": str(tmp_path)}
    cold, warm = _imported(tmp_path, *words, **environ), _imported(tmp_path, *words, **environ)
    assert {"httpx", "scanner.inspect.imports"} <= cold
    heavy = {"httpx", "rich", "pip_requirements_parser", "pathspec", "scanner.inspect.imports"}
    assert warm & heavy == set()


def test_a_flat_scan_for_a_file_loads_only_what_it_uses(
    tmp_path: Path, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha"))
    (tmp_path / "requirements.txt").write_text("alpha\n", encoding="utf-8")
    words = ("requirements.txt", "--no-deps", "--no-inspect", "--no-cache", "--index-url", index.url)
    environ = {"PIP_FIND_LINKS": "", "XDG_CONFIG_DIRS": str(tmp_path), "NO_COLOR": "1"}
    names = _imported(tmp_path, *words, **environ)
    assert {"scanner.report.terminal.typeset", "scanner.inputs.formats.requirements"} <= names
    others = {
        "scanner.resolve.solver",
        "packaging.pylock",
        "scanner.cli.interpreter",
        "scanner.index.distributions",
        "scanner.resolve.search",
        "scanner.inputs.formats.locks.pip_inspect",
        "scanner.inputs.formats.pyproject",
        "scanner.inputs.formats.locks.uv",
    }
    assert names & others == set()
