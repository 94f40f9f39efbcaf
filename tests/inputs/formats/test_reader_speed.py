"""The time of each reader grows at most linearly with the size of a file: a ratio of CPU times, not a clock."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable

import pytest

from scanner.inputs.formats.conda.environment import MAX_YAML_CHARACTERS, parse_conda
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.manifests.pipfile import parse_pipfile
from scanner.inputs.formats.manifests.script import parse_script
from scanner.inputs.formats.manifests.setup_cfg import parse_setup_cfg
from scanner.inputs.formats.manifests.setup_py import parse_setup_py
from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.inputs.formats.requirements import parse_requirements
from scanner.model.errors import SourceError

LARGE_BYTES = 1_000_000
# More than this is refused without being read.
LARGE_CONDA_BYTES = MAX_YAML_CHARACTERS - 100
# Linear growth is a factor of 10, quadratic growth one of 100.
MOST_GROWTH = 25
# Below this, the clock and the caches decide.
LEAST_SECONDS = 0.02

READERS: list[tuple[Callable[[Document], Parsed], str, str]] = [
    *(
        (parse_requirements, "", unit)
        for unit in ("a\n", "a \\\n", "# a\n", "a;", "[", "-r x\n", "a==1 \\\n --hash=sha256:aa\n")
    ),
    *((parse_script, "", unit) for unit in ("# /// script\n", "# /// script\n# ///\n", "# ///\n", "# /// script\n#\n")),
    (parse_script, "# /// script\n", "#\n"),
    *((parse_conda, "dependencies:\n", unit) for unit in ("- a\n", "- {a: b}\n", "  # x\n")),
    *((parse_pyproject, "", unit) for unit in ("[a]\n", "[[a]]\n", "a.b.c = 1\n")),
    (parse_pyproject, "[project]\ndependencies = [", "'a',"),
    (parse_pipfile, "[packages]\n", "a = '*'\n"),
    *((parse_setup_cfg, "[options]\ninstall_requires =\n", unit) for unit in (" a\n", "a;", "a = b\n")),
    (parse_setup_cfg, "[options]\ninstall_requires = ", "a;"),
    *((parse_setup_py, "from setuptools import setup\n", unit) for unit in ("setup()\n", "a = 1\n", "(")),
]


@pytest.mark.parametrize(
    ("parse", "head", "unit"), READERS, ids=lambda part: getattr(part, "__name__", repr(part)[:30])
)
def test_ten_times_the_file_takes_about_ten_times_the_time(
    parse: Callable[[Document], Parsed], head: str, unit: str
) -> None:
    most = LARGE_CONDA_BYTES if parse is parse_conda else LARGE_BYTES
    small, large = (_measure(parse, head + unit * (size // len(unit))) for size in (most // 10, most))
    assert large / max(small, LEAST_SECONDS) < MOST_GROWTH


def _measure(parse: Callable[[Document], Parsed], text: str) -> float:
    document = Document(path="file", text=text, open=_open_nothing)
    gc.collect()
    gc.disable()  # its passes over all objects are not the reader's
    try:
        start = time.process_time()
        with contextlib.suppress(SourceError):
            parse(document)
        return time.process_time() - start
    finally:
        gc.enable()


def _open_nothing(path: str) -> Document:
    raise SourceError(path, None, "no such file")
