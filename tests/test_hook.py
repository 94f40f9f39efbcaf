""".pre-commit-hooks.yaml: the hook is given the files that the scanner reads, and no others."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from scanner.cli.group import main
from scanner.inputs.formats import SOURCES
from scanner.inputs.wrangler import PYWRANGLER_NAMES

if TYPE_CHECKING:
    from tests.conftest import Take

ROOT = Path(__file__).resolve().parent.parent

_READ = """
requirements.txt requirements-dev.txt dev_requirements.in Requirements.txt requirement.pip requirements/base.txt
reqs/web.in pyproject.toml setup.cfg setup.py Pipfile Pipfile.lock pylock.toml pylock.web.toml uv.lock poetry.lock
pdm.lock pdm.linux.lock tool.py.lock environment.yml environment.yaml environment-dev.yml my_conda.yaml
conda-lock.yml dev.conda-lock.yml conda-lock-dev.yml my.conda-lock.linux-64.yml requirements/live/web.txt
vendor.txt reqs.txt dev-reqs.in cf-requirements.txt wrangler.toml wrangler.json wrangler.jsonc
pip-inspect.json pip_inspect-2026.json requirements.lock requirements-dev.lock
"""
_LEFT = """
constraints.txt requirements-constraints.txt requirements/README.txt requirements.md notes.txt setup.pyc mysetup.py
prereqs.txt wrangler.yml
pyproject.toml.orig Cargo.lock yarn.lock package.json workflow.yml pylock.a.b.toml Pipfile.bak tool.py
"""
READ, LEFT = _READ.split(), _LEFT.split()


def _is_read(path: str) -> bool:
    """Whether a scan reads a file of this path: a dependency file, or a Wrangler configuration."""
    is_config = path.rpartition("/")[2] in PYWRANGLER_NAMES
    return is_config or any(source.matches is not None and source.matches(path) for source in SOURCES)


@pytest.fixture
def hook() -> dict[str, Any]:
    (found,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("folder", ["", "app/", "services/web/"])
def test_the_hook_takes_what_a_folder_scan_takes_in_any_folder(hook: dict[str, Any], folder: str) -> None:
    for name in (*READ, *LEFT):
        path = folder + name
        is_read = _is_read(path)
        assert is_read is (name in READ), path
        assert (re.search(hook["files"], path) is not None) is is_read, path


def test_the_hook_and_the_readers_agree_on_every_name_that_is_nearly_one(hook: dict[str, Any]) -> None:
    folders = ("", "a/", "requirements/", "Reqs/", "requirements.txt/")
    starts = ("", "dev-", "my_", "a.", "x", ".", "constraints-", "req")
    stems = (*(name.rpartition(".")[0] or name for name in READ), "README", "license", "uv.x", "package", "constraints")
    ends = ("", ".txt", ".in", ".pip", ".toml", ".lock", ".cfg", ".py", ".yml", ".json", ".TXT", ".Toml", ".lock.bak")
    taken = re.compile(hook["files"]).search
    for parts in itertools.product(folders, starts, dict.fromkeys(stems), ("", "-dev", "s"), ends):
        path = "".join(parts)
        is_read = _is_read(path)
        assert (taken(path) is not None) is is_read, path


def test_the_names_above_are_of_every_kind_that_is_read() -> None:
    for source in SOURCES:
        assert source.matches is None or any(map(source.matches, READ)), source


def test_the_hook_calls_the_scan_with_options_that_it_has(hook: dict[str, Any], take: Take) -> None:
    assert hook["language"] == "python"
    assert hook["require_serial"] is True
    program, command = hook["entry"].split()
    assert (program, command in main.commands) == ("compat-scan", True)
    assert take(main.commands[command], command, hook["args"])
