"""Which files are for development, documentation or tests, and which folders a scan leaves out, by their names."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

LEFT_OUT_FOLDERS = frozenset({"tests", "test", "fixtures", "testdata", "test-data", "test_data", "__fixtures__"})
"""Folders whose dependency files belong to tests of the project, never to the project."""

_WORDS = frozenset(
    {
        *("dev", "devel", "develop", "development", "local"),
        *("test", "tests", "testing", "pytest", "tox", "nox", "coverage", "cov", "mypy", "typing"),
        *("doc", "docs", "documentation", "sphinx", "mkdocs", "rtd", "readthedocs"),
        *("lint", "linter", "linters", "linting", "format", "formatting", "style", "ci"),
        *("bench", "benchmark", "benchmarks"),
    }
)
_FOLDERS = _WORDS - {"local", "format", "style"}
_PARTS = re.compile(r"[._\s-]+")


def is_development(path: str) -> bool:
    """Whether a dependency file is for development by its name or its folders, given as seen from the scanned one."""
    pure = PurePosixPath(path)
    stem_words = _PARTS.split(pure.name.lower())[:-1]
    if pure.name in ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "uv.lock", "poetry.lock", "pdm.lock"):
        stem_words = []
    folders = (folder.lower() for folder in pure.parts[:-1])
    return not _WORDS.isdisjoint(stem_words) or not _FOLDERS.isdisjoint(folders)


def is_left_out(folder: str) -> bool:
    """Whether a folder of this name holds tests, or is a template that has no values yet."""
    return folder in LEFT_OUT_FOLDERS or "{{" in folder
