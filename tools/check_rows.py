"""List the rows of data/incompatible.toml whose reason has fallen: the package index has a build for Workers now.

    python tools/check_rows.py

Looked at are the rows that a build would lift and that Pyodide has no build for. One line of Markdown each goes to
standard output; the exit code is 0 either way, and 2 if the index does not answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from packaging.utils import NormalizedName  # noqa: E402

from scanner.model.errors import ScanError  # noqa: E402
from scanner.refresh.registries import Registries, open_registries  # noqa: E402
from scanner.runtime import tables  # noqa: E402  # works without an installation
from scanner.runtime.target import choose_target  # noqa: E402


def main() -> int:
    """The exit code."""
    try:
        with open_registries(environ=os.environ, home=Path.home(), directory=Path.cwd()) as registries:
            for line in find_fallen(registries):
                print(line)
    except ScanError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def find_fallen(registries: Registries) -> Iterator[str]:
    """One line for each name that has a native wheel for the newest runtime."""
    platforms = tables.load_runtimes().runtimes[0].platform_tags
    for name in find_unbuilt():
        wheel = registries.find_native_wheel(name, platforms)
        if wheel is not None:
            yield f"- `{name}`: the index has `{wheel}`"


def find_unbuilt() -> list[NormalizedName]:
    """The names of rows that rest on there being no build."""
    built = tables.load_pyodide(choose_target().pyodide).packages
    rows = tables.load_incompatible().rows
    return sorted(name for row in rows if row.build_lifts for name in row.names if name not in built)


if __name__ == "__main__":
    sys.exit(main())
