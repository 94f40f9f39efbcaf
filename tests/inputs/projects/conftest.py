"""A checkout made from a dict, and the projects that a scan of it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.inputs.projects import Discovered, find_projects
from scanner.inputs.settings import load_settings

Find = Callable[..., Discovered]


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Writes the files below a folder; a name that ends with a slash is a folder."""
    for name, text in files.items():
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(text, encoding="utf-8")


@pytest.fixture
def find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Find:
    """Takes the files of a checkout, the paths to scan and options; the current folder is the checkout."""
    monkeypatch.chdir(tmp_path)

    def find_in(
        files: Mapping[str, str],
        paths: Sequence[str] = (".",),
        *,
        stdin: bytes = b"",
        installed: Mapping[str, bytes] | None = None,
        **options: Any,
    ) -> Discovered:
        write_files(tmp_path, files)
        return find_projects(
            paths,
            load_settings(options, {}, tmp_path),
            expand=str,
            read_stdin=lambda: stdin,
            installed=installed or {},
            today=date(2026, 12, 1),
        )

    return find_in
