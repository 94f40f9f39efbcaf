"""The project's own modules as their syntax tells them: names, imports, and what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.inspect.own_code import read_own_code
from scanner.model.own_code import OwnCode
from scanner.runtime.target import choose_target


def _read(folder: Path, files: Mapping[str, str | bytes]) -> OwnCode:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_own_code(str(folder), choose_target())


def _imports(code: OwnCode, module: str) -> list[tuple[str, int]]:
    return [(each.module, each.line) for found in code.modules if found.name == module for each in found.imports]


@pytest.mark.parametrize(
    ("text", "imported"),
    [
        ("import torch.nn as nn, os\n", ["torch.nn", "os"]),
        ("from torch import nn\n", ["torch"]),
        ("from . import media\n", ["media"]),
        ("from .media import play\n", ["media"]),
        ("from app import media\n", ["media"]),
        ("from app.media import play\n", ["media"]),
        ("import app.media\n", ["media"]),
        ("import importlib\nimportlib.import_module('torch')\n", ["importlib", "torch"]),
        ("__import__('torch.nn')\n", ["torch.nn"]),
        ("__import__(name)\n", []),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n", ["typing"]),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None\n", ["torch"]),
        ("def later():\n    return (lambda: __import__('torch'))()\n", ["torch"]),
    ],
)
def test_imports_are_told_by_the_names_that_the_folder_has(tmp_path: Path, text: str, imported: list[str]) -> None:
    code = _read(tmp_path / "app", {"__init__.py": "", "main.py": text, "media.py": ""})
    assert [module for module, _ in _imports(code, "main")] == imported


def test_a_module_of_the_folders_own_name_is_no_package_of_that_name(tmp_path: Path) -> None:
    code = _read(
        tmp_path / "app", {"app/__init__.py": "", "app/media.py": "", "media.py": "", "main.py": "import app.media\n"}
    )
    assert _imports(code, "main") == [("app.media", 1)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\ndef f(:\n", 2),
        (b'x = "\xe9"\n', 1),
        ("x = " + "(" * 3000 + ")" * 3000, 1),
        ("x = " + "+".join(["1"] * 50_000), 1),
        (b"import os\x00\n", 1),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_place(tmp_path: Path, text: str | bytes, line: int) -> None:
    code = _read(tmp_path, {"good.py": "import torch\n", "bad.py": text})
    assert [module.name for module in code.modules] == ["good"]
    problem = code.problems[0]
    assert problem.location is not None
    assert (Path(problem.location.path).name, problem.location.line) == ("bad.py", line)


def test_an_encoding_that_is_declared_is_followed_and_links_are_not(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    code = _read(tmp_path, {"latin.py": b"# coding: latin-1\nimport torch\nx = '\xe9'\n"})
    assert _imports(code, "latin") == [("torch", 2)]
    assert len(code.modules) == 1


def test_what_fails_on_the_target_is_found_in_functions_too(tmp_path: Path) -> None:
    text = (
        "import subprocess, threading\n\ndef go():\n    subprocess.run('ls')\n    threading.Thread(target=go).start()\n"
    )
    uses = _read(tmp_path, {"main.py": text}).modules[0].uses
    assert {(use.rule, use.line) for use in uses} == {("CS303", 4), ("CS304", 5)}
