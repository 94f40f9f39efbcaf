"""The pages below docs/: every command runs and says what the page quotes; rules, options and paths are real.

A page shows a file with «<!-- file: NAME -->» before its block. A ```console block holds one «$ compat-scan …» and
lines that its output has; «<!-- exit: 1 -->» before it tells the exit code, 0 where nothing does.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from scanner.cli.group import main
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run, Take

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
LINUX = "cp314-cp314-manylinux_2_28_x86_64"
WASM = "cp314-cp314-pyemscripten_2026_0_wasm32"

_BLOCK = re.compile(r"(?:<!-- (file|exit): (\S+) -->\n)?```(\w*)\n(.*?)```", re.DOTALL)
_PATH = re.compile(r"`((?:scanner|data|docs|tools|tests|examples)/[\w./-]*[\w/])`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A file that a page shows, or a command with what it says."""

    file: str = ""
    text: str = ""
    command: str = ""
    exit_code: int = 0
    quoted: tuple[str, ...] = ()


def _steps(page: Path) -> Iterator[Step]:
    for kind, value, language, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "file":
            yield Step(file=value, text=text)
        elif language == "console":
            command, *quoted = text.strip().splitlines()
            yield Step(command=command, exit_code=int(value or 0), quoted=tuple(quoted))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def _packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """The packages that the pages speak of, in the shape in which the pages speak of them."""
    index.add(make_wheel("requests", "2.32.5"))
    index.add(make_wheel("jiter", "0.8.2", tag=LINUX))
    index.add(make_wheel("jiter", "0.19.0", tag=WASM))
    index.add(make_wheel("openai", "2.8.0", requires=["requests"]))
    index.add(make_wheel("uvloop", "0.22.1", tag=LINUX))


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_says_what_the_page_quotes(page: Path, run: Run) -> None:
    files: dict[str, str] = {}
    for step in _steps(page):
        if step.file:
            files[step.file] = step.text
            continue
        assert step.command.startswith("$ compat-scan"), step.command
        words = shlex.split(step.command.removeprefix("$ compat-scan"))
        stdin = files[words[words.index("<") + 1]] if "<" in words else None
        result = run(*(words[: words.index("<")] if "<" in words else words), files=files, stdin=stdin)
        assert result.exit_code == step.exit_code, f"{step.command}\n{result.output}"
        said = _squeezed(result.output)
        for line in step.quoted:
            assert _squeezed(line) in said, f"{step.command}\n{line}\n{result.output}"


def _commands_elsewhere() -> Iterator[str]:
    """The commands in the README and in workflows and scripts of the pages, as far as each is one line."""
    for page in (ROOT / "README.md", *PAGES):
        text = re.sub(r"```console\n.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for block in re.findall(r"```\w*\n.*?```|(?:^    .*\n)+", text, re.DOTALL | re.MULTILINE):
            for line in block.replace("\n      --", " --").splitlines():
                match = re.match(r"\s*(?:- |.*[|&] )?(?:\.venv/bin/)?compat-scan ([\w.-].*)", line)
                if match:
                    yield re.sub(r"\s+# .*|\s*<!--.*", "", match[1])


def test_every_command_that_is_not_run_here_is_one_that_the_command_line_takes(take: Take) -> None:
    commands = list(_commands_elsewhere())
    assert len(commands) > 10
    for command in commands:
        name, *words = shlex.split(command)
        found = main.commands.get(name)
        take(found or main.commands["scan"], command, words if found else [name, *words])


def test_every_rule_has_its_heading_and_anchor() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    for rule in Rule:
        assert f"\n### {rule.code}\n" in page
        assert f'<a id="{rule.code.lower()}"></a>' in page


def test_every_option_has_its_help_and_stands_on_a_page() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for command in main.commands.values():
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, f"{command.name} {param.name}"
                option = next(name for name in reversed(param.opts) if name.startswith("--"))
                assert f"`{option}`" in pages, f"{command.name} {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_and_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for path in _PATH.findall(text):
        assert "NAME" in path or (ROOT / path).exists(), path
    for link in _LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = page.parent / path if path else page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, link
