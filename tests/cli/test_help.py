"""`--help`, `--version`, what is misspelt or left out, and completion in a shell."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.shell_completion import ShellComplete

from scanner.cli.group import main

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run, Take

COMMANDS = tuple(main.commands.values())


def test_the_version_tells_how_old_the_data_is(run: Run) -> None:
    pattern = r"compat-scan \d+\.\d+\.\d+ \(tables of \d{4}-\d\d-\d\d, Pyodide [\d.]+\)\n"
    assert re.fullmatch(pattern, run("--version").stdout)


@pytest.mark.parametrize("columns", [80, 100])
def test_the_help_stays_within_the_terminal_and_keeps_its_lists(run: Run, columns: int) -> None:
    text = run("--help", env={"COLUMNS": str(columns)}).stdout
    assert max(map(len, text.splitlines())) <= columns
    assert len(text.splitlines()) <= 40, "more than a screen"
    for command in COMMANDS:
        assert re.search(rf"^  {command.name} .*\.$", text, re.MULTILINE), f"{command.name} is cut off"
        told = run(str(command.name), "--help", env={"COLUMNS": str(columns)}).stdout
        assert max(map(len, told.splitlines())) <= columns
        assert "\n  Examples:\n    compat-scan " in told, command.name
        assert "\b" not in told


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_examples_of_the_help_are_commands_that_exist(run: Run, take: Take, command: click.Command) -> None:
    told = run(str(command.name), "--help").stdout
    examples = re.findall(r"^    compat-scan (\S.*?)(?:  .*)?$", told, re.MULTILINE)
    assert examples
    for example in examples:
        name, *words = shlex.split(example)
        found = main.commands.get(name)
        if isinstance(found, click.Group):
            found, words = found.commands[words[0]], words[1:]
        words = words if found else [name, *words]
        take(found or main.commands["scan"], example, [word for word in words if word != "|"])


def test_the_help_of_a_scan_tells_the_environment_the_files_and_the_exit_codes(run: Run) -> None:
    text = run("scan", "--help").stdout
    assert re.search(r"^    3    something is unknown", text, re.MULTILINE)
    for word in ("COMPAT_SCAN_<OPTION>", "NO_COLOR", "_COMPAT_SCAN_COMPLETE", "compat-scan.toml", "wrangler.jsonc"):
        assert word in text


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("lsit", "."), "list"),
        (("explian", "numpy"), "explain"),
        (("--format", "jsno"), "json"),
        (("scan", "--table", "advice"), "advise"),
        (("--fail-no", "never"), "--fail-on"),
        (("cache", "claer"), "clear"),
    ],
)
def test_a_misspelt_command_option_or_value_gets_a_suggestion(run: Run, words: tuple[str, ...], meant: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert re.search(rf"Did you mean '{meant}'\?", result.stderr)
    assert result.stdout == ""


@pytest.mark.parametrize("words", [("--table", "advise"), ("--no-cache",), ("--table=advise",)])
def test_an_option_that_looks_like_a_command_is_one_of_scan(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, words: tuple[str, ...]
) -> None:
    del index, make_wheel
    result = run(*words, "--no-such-option")
    assert "No such option" in result.stderr
    assert "Did you mean" not in result.stderr


def test_a_file_that_is_named_almost_like_a_command_is_scanned(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha"))
    assert run("lists", files={"lists": "alpha\n"}).exit_code == 0


def test_without_words_the_current_folder_is_scanned(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha"))
    assert run(files={"app/requirements.txt": "alpha\n"}).exit_code == 0


def test_a_folder_without_dependency_files_is_misuse_with_advice(run: Run) -> None:
    result = run()
    assert result.exit_code == 2
    assert "give a path, such as requirements.txt" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("words", "expected"),
    [("scan --tab", ["--table"]), ("explai", ["explain"]), ("scan req", ["files"]), ("req", ["files"])],
)
def test_a_real_bash_completes_with_the_documented_line(words: str, expected: list[str]) -> None:
    script = (
        'compopt() { COMPREPLY=(files); }; eval "$(_COMPAT_SCAN_COMPLETE=bash_source compat-scan)"; '
        f"COMP_WORDS=(compat-scan {words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); "
        '_compat_scan_completion compat-scan; echo "${COMPREPLY[@]}"'
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == expected, done.stderr


@pytest.mark.parametrize(
    ("shell", "script", "expected"),
    [
        ("fish", '_COMPAT_SCAN_COMPLETE=fish_source compat-scan | source; complete -C "compat-scan expl"', "explain"),
        (
            "zsh",
            'autoload compinit; compinit -D; eval "$(_COMPAT_SCAN_COMPLETE=zsh_source compat-scan)"; print $_comps',
            "_compat_scan_completion",
        ),
    ],
)
def test_the_other_shells_take_the_documented_line(tmp_path: Path, shell: str, script: str, expected: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {"PATH": path, "HOME": str(tmp_path)}
    done = subprocess.run([found, "-c", script], env=environ, capture_output=True, text=True, check=False)
    assert expected in done.stdout.split(), done.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_documented_variable_prints_the_completion_script(run: Run, shell: str) -> None:
    result = run(env={"_COMPAT_SCAN_COMPLETE": f"{shell}_source"})
    assert result.exit_code == 0
    assert f"_COMPAT_SCAN_COMPLETE={shell}_complete" in result.stdout


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        ([], "ex", {"explain"}),
        ([], "", {command.name for command in COMMANDS}),
        (["scan", "--table"], "", {"enforce", "advise"}),
        (["scan"], "--no-i", {"--no-inspect"}),
        (["--format"], "sa", {"sarif"}),
    ],
)
def test_a_shell_completes_commands_options_and_values(words: list[str], incomplete: str, expected: set[str]) -> None:
    complete = ShellComplete(main, {}, "compat-scan", "_COMPAT_SCAN_COMPLETE")
    assert {item.value for item in complete.get_completions(words, incomplete)} == expected
