"""Small projects locked by their real tools, each compared with what compat-scan reads of it.

    python tools/make_tool_projects.py [--tools uv,poetry] [--folder DIR]

Installs each tool from the index into an environment of its own, makes a project with extras, groups, markers and a
path dependency, has it locked, and compares the names and versions that `compat-scan list` shows with those of the
tool's own export. A setuptools project has nothing locked: its declarations are compared with the metadata that
setuptools writes. Of a plain requirements file the tree of a scan is compared with what pip would install. Prints one
line for each tool; the exit code is the number of those that differ.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scanner.runtime import tables

Versions = set[tuple[str, str]]
"""Names with their versions, or with their specifiers where nothing is locked."""

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_SECONDS = 300
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:==|\s|\(!\)\s)\s*v?(\d[^\s;\\]*)")

_BESIDE = '[project]\nname = "beside"\nversion = "0.2"\nrequires-python = ">=3.11"\ndependencies = ["sniffio"]\n'
_PROJECT = """\
[project]
name = "demo"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["httpx[http2]>=0.27", "colorama>=0.4; sys_platform == 'win32'", {beside}]

[project.optional-dependencies]
cli = ["platformdirs>=4"]

[dependency-groups]
test = ["iniconfig>=2"]
"""
_POETRY = """\
[tool.poetry]
name = "demo"
version = "0.1.0"
description = ""
authors = []
package-mode = false

[tool.poetry.dependencies]
python = "^3.11"
httpx = {{ version = ">=0.27", extras = ["http2"] }}
colorama = {{ version = "^0.4", markers = "sys_platform == 'win32'" }}
platformdirs = {{ version = "^4", optional = true }}
beside = {{ path = "beside" }}

[tool.poetry.extras]
cli = ["platformdirs"]

[tool.poetry.group.test.dependencies]
iniconfig = "^2"

[[tool.poetry.source]]
name = "own"
url = "{index}"
priority = "primary"
"""
_PIPFILE = """\
[[source]]
name = "own"
url = "{index}"
verify_ssl = true

[packages]
httpx = {{ version = ">=0.27", extras = ["http2"] }}
colorama = {{ version = "*", sys_platform = "== 'win32'" }}

[dev-packages]
iniconfig = "*"
"""
_SETUP_PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "0.1.0"
dynamic = ["dependencies", "optional-dependencies"]

[tool.setuptools]
py-modules = []

[tool.setuptools.dynamic]
dependencies = { file = ["requirements.txt", "more.txt"] }
optional-dependencies.cli = { file = "cli.txt" }
"""
_SETUP_CFG = """\
[metadata]
name = demo
version = 0.1.0

[options]
py_modules =
install_requires =
    httpx[http2]>=0.27
    # a comment between
    colorama>=0.4; sys_platform == "win32"

[options.extras_require]
cli = platformdirs>=4; rich
"""
_SETUP_PY = """\
from setuptools import setup

REQUIRED = ["httpx[http2]>=0.27", "sniffio"]

setup(
    name="demo",
    version="0.1.0",
    py_modules=[],
    install_requires=[*REQUIRED, "colorama>=0.4; sys_platform == 'win32'"],
    extras_require={"cli": ["platformdirs>=4"]},
)
"""
_REPORT = ("python", "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-")
_IN = "httpx[http2]>=0.27\ncolorama>=0.4; sys_platform == 'win32'\niniconfig>=2\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """One tool: how to install it, what its project looks like, how it locks and how it tells what it locked."""

    name: str
    package: str
    files: dict[str, str]
    export: tuple[str, ...]
    lock: tuple[str, ...] = ()
    """Empty where it locks nothing."""
    own: frozenset[str] = field(default_factory=frozenset)
    """Projects of the tree itself, which one of the two sides may leave out."""
    parse: Callable[[str], Versions] | None = None
    """What its export says; None where that has lines of names and versions."""
    scan: tuple[str, ...] = ("list",)
    """The command of compat-scan."""
    read: Callable[[str], Versions] | None = None
    """What that says in JSON; None for the locked versions."""


def make_tools() -> tuple[Tool, ...]:
    """The tools, their projects on the index that data/platform.toml names."""
    index = tables.load_platform().public_index_url
    own = frozenset({"demo", "beside"})
    beside = {"beside/pyproject.toml": _BESIDE, "beside/beside.py": ""}
    uv_project = _PROJECT.format(beside='"beside"') + '\n[tool.uv.sources]\nbeside = { path = "beside" }\n'
    pdm_project = _PROJECT.format(beside='"beside @ file:///${PROJECT_ROOT}/beside"')
    return (
        Tool(
            name="uv",
            package="uv",
            files={"pyproject.toml": uv_project, **beside},
            lock=("uv", "lock", "--python", sys.executable),
            export=("uv", "export", "--all-extras", "--all-groups", "--no-hashes", "--no-header", "--no-annotate"),
            own=own,
        ),
        Tool(
            name="poetry",
            package="poetry",
            files={"pyproject.toml": _POETRY.format(index=index), **beside},
            lock=("poetry", "lock", "--no-interaction"),
            export=("poetry", "show", "--no-ansi", "--no-truncate", "--all"),
            own=own,
        ),
        Tool(
            name="pdm",
            package="pdm<2.25 hishel<1 unearth<0.18",  # pdm does not run with the newest of either
            files={"pyproject.toml": pdm_project, **beside},
            lock=("pdm", "lock", "-G", ":all"),
            export=("pdm", "export", "-G", ":all", "--without-hashes", "-f", "requirements"),
            own=own,
        ),
        Tool(
            name="pipenv",
            package="pipenv",
            files={"Pipfile": _PIPFILE.format(index=index)},
            lock=("pipenv", "lock"),
            export=("pipenv", "requirements", "--dev"),
        ),
        Tool(
            name="pip-compile",
            package="pip-tools",
            files={"requirements.in": _IN},
            lock=("pip-compile", "--quiet", "--generate-hashes", "requirements.in"),
            export=("pip-compile", "--dry-run", "--no-annotate", "--no-header", "requirements.in"),
        ),
        *_make_unlocked(),
    )


def _make_unlocked() -> tuple[Tool, ...]:
    """Three forms of a setuptools project, and plain requirements files, all told by pip."""
    plain = {"requirements.txt": "-r base.txt\nrich>=13\n", "base.txt": "certifi\ncolorama; sys_platform == 'win32'\n"}
    dynamic = {
        "pyproject.toml": _SETUP_PYPROJECT,
        "requirements.txt": "httpx[http2]>=0.27\n",
        "more.txt": "# more\nsniffio\ncolorama>=0.4; sys_platform == 'win32'\n",
        "cli.txt": "platformdirs>=4\n",
    }
    projects = {
        "setuptools-dynamic": dynamic,
        "setuptools-cfg": {"setup.cfg": _SETUP_CFG, "setup.py": "from setuptools import setup\n\nsetup()\n"},
        "setuptools-py": {"setup.py": _SETUP_PY},
    }
    return (
        *(
            Tool(
                name=name,
                package="pip>=25",
                files=files,
                export=(*_REPORT, "--no-deps", "."),
                parse=_parse_metadata,
                read=_read_specifiers,
            )
            for name, files in projects.items()
        ),
        Tool(
            name="plain",
            package="pip>=25",
            files=plain,
            export=(*_REPORT, "-r", "requirements.txt"),
            parse=_parse_report,
            scan=("scan", "--no-inspect", "--fail-on", "never"),
            read=_read_tree,
        ),
    )


def compare_tool(tool: Tool, folder: Path) -> tuple[Versions, Versions]:
    """What the tool locked and what compat-scan reads, as pairs of name and version, the tree's own left out."""
    environment = folder / f"{tool.name}-tool"
    venv.create(environment, with_pip=True)
    _run((str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", *tool.package.split()), folder)
    project = folder / tool.name
    for name, text in tool.files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if tool.lock:
        _run(_program(environment, tool.lock), project)
    exported = (tool.parse or _parse_export)(_run(_program(environment, tool.export), project))
    told = _run((sys.executable, "-m", "scanner", *tool.scan, str(project), "--format", "json"), folder)
    read = (tool.read or _read_locked)(told)
    return _without(exported, tool.own), _without(read, tool.own)


def _program(environment: Path, words: Sequence[str]) -> tuple[str, ...]:
    return (str(environment / "bin" / words[0]), *words[1:])


def _parse_export(text: str) -> Versions:
    """Lines of «name==version», or of «name (!) version description»."""
    return {
        (canonicalize_name(match[1]), match[2])
        for line in text.splitlines()
        if (match := _PINNED.match(line.replace("(!)", " ")))
    }


def _parse_metadata(text: str) -> Versions:
    """What the project's metadata in pip's report requires, with and without extras."""
    required = [Requirement(line) for line in json.loads(text)["install"][0]["metadata"]["requires_dist"]]
    return {(canonicalize_name(each.name), str(each.specifier)) for each in required}


def _parse_report(text: str) -> Versions:
    """What pip's report would install."""
    metadata = [each["metadata"] for each in json.loads(text)["install"]]
    return {(canonicalize_name(each["name"]), each["version"]) for each in metadata}


def _read_locked(text: str) -> Versions:
    return {(entry["name"], entry["version"]) for entry in json.loads(text)["entries"] if entry["version"]}


def _read_specifiers(text: str) -> Versions:
    entries = json.loads(text)["entries"]
    return {(entry["name"], entry["specifier"]) for entry in entries if "build-system" not in entry["groups"]}


def _read_tree(text: str) -> Versions:
    packages = (package for project in json.loads(text)["projects"] for package in project["packages"])
    return {(package["name"], package["version"]) for package in packages}


def _without(versions: Versions, names: frozenset[str]) -> Versions:
    return {(name, version) for name, version in versions if name not in names}


def _run(words: Sequence[str], folder: Path) -> str:
    environ = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    if words[0] == sys.executable:
        environ["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS, env=environ
    )
    if done.returncode != 0:
        told = (done.stderr.strip() or done.stdout.strip())[-600:]
        raise SystemExit(f"{' '.join(words)} failed with {done.returncode}: {told}")
    # pip-compile's dry run answers on standard error.
    return done.stdout or done.stderr


def main() -> int:
    """Compare the chosen tools; the number of those that differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tools = make_tools()
    parser.add_argument("--tools", default=",".join(tool.name for tool in tools), help="names, with commas")
    parser.add_argument("--folder", help="where to make the projects; a temporary folder by default")
    arguments = parser.parse_args()
    differing = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments.folder or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for tool in tools:
            if tool.name in arguments.tools.split(","):
                exported, read = compare_tool(tool, folder)
                differing += exported != read or not exported
                same = (
                    "the same"
                    if exported == read
                    else f"only {tool.name}: {exported - read}, only here: {read - exported}"
                )
                print(f"{tool.name}: {len(exported)} packages, {same}", flush=True)
    return differing


if __name__ == "__main__":
    sys.exit(main())
