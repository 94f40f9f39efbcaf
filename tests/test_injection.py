"""Hostile text in dependency files, in an index and on the command line, through every command."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.cli.options import FORMATS
from scanner.report.plan import PLAN_REPORTERS

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

_WRITTEN = json.loads((Path(__file__).resolve().parent / "hostile.json").read_text(encoding="ascii"))
HOSTILE = tuple(text.encode("utf-8", "replace").decode() for text in _WRITTEN if text)
SECRET = "https://user:hunter2@index.example.org/simple"


@pytest.fixture
def files(index: FakeIndex, make_wheel: MakeWheel) -> dict[str, str]:
    """A requirements file, a manifest and settings that say every hostile text in every way they can."""
    lines: list[str] = [f"--extra-index-url {SECRET}"]
    for number, text in enumerate(HOSTILE):
        index.add(make_wheel(f"p{number}"), yanked=text, requires_python=text if number % 2 else None)
        one_line = " ".join(text.splitlines()).replace("\0", "")
        lines += [f"p{number}==1.0  # {one_line}", one_line, f"-r {one_line}", f"p{number} @ git+{SECRET}/{one_line}"]
        lines += [f'q{number} ; python_version > "{one_line}"']
    names = ",\n".join(_toml(text) for text in HOSTILE)
    manifest = f'[project]\nname = "x"\nversion = "1"\ndependencies = [\n{names}\n]\n'
    rows = "".join(
        f'[[table]]\nname = "p{number}"\nverdict = "container"\nreason = {_toml(text)}\nalternative = {_toml(text)}\n'
        for number, text in enumerate(HOSTILE)
        if number % 3 == 0
    )
    return {"requirements.txt": "\n".join(lines) + "\n", "app/pyproject.toml": manifest, "compat-scan.toml": rows}


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


COMMANDS = (
    ("scan", "."),
    ("list", "."),
    ("list", ".", "--format", "json"),
    ("tree", "."),
    ("tree", ".", "--format", "json"),
    ("plan", "requirements.txt"),
    ("table",),
    ("table", "--format", "json"),
    ("config",),
    ("config", "--format", "json"),
)


def _is_foul(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _check(output: str, form: str = "terminal") -> None:
    assert not list(filter(_is_foul, output))
    assert not re.search(r"##(\w*)\[", output)
    assert "hunter2" not in output
    commands = re.findall(r"^\s*::.*", output, re.MULTILINE)
    own = r"::(error|warning|notice) (file=[^:]*,line=\d+,col=\d+,)?title=[^:,]*::"
    assert all(form == "github" and re.match(own, line) for line in commands), commands
    if form in {"json", "sarif", "gitlab"}:
        json.loads(output)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_passes_on_what_a_terminal_or_a_runner_would_take(
    run: Run, files: dict[str, str], words: tuple[str, ...]
) -> None:
    result = run(*words, files=files)
    assert result.exit_code in {0, 1, 3}, result.output[-3000:]
    assert len(result.stdout) > 500
    _check(result.stdout, words[-1])
    _check(result.stderr)


@pytest.mark.parametrize(
    ("words", "formats"),
    [(("scan", ".", "-vv"), tuple(FORMATS)), (("plan", "requirements.txt"), tuple(PLAN_REPORTERS))],
    ids=["scan", "plan"],
)
def test_no_format_does_either(
    run: Run, files: dict[str, str], tmp_path: Path, words: tuple[str, ...], formats: tuple[str, ...]
) -> None:
    outputs = [word for form in formats for word in ("--format", form, "--output", f"out.{form}")]
    result = run(*words, *outputs, files=files)
    assert result.exit_code in {0, 1, 3}, result.output[-3000:]
    for form in formats:
        told = (tmp_path / f"out.{form}").read_text(encoding="utf-8")
        assert len(told) > 500
        _check(told, form)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize(
    "words", [("explain",), ("scan",), ("tree", "--invert"), ("config",), ("plan", "--check")], ids=" ".join
)
def test_what_is_typed_comes_out_harmless(run: Run, words: tuple[str, ...], text: str) -> None:
    text = text.replace("\0", "")  # no argument of a program can hold it
    result = run(*words, "--", text) if words[-1][:2] != "--" else run(*words[:-1], f"{words[-1]}={text}", ".")
    _check(result.stdout)
    _check(result.stderr)
