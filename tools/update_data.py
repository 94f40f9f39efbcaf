"""Write every machine-made table below data/ anew, or none of them.

    python tools/update_data.py            from the registries, and measured under Node
    python tools/update_data.py --check    says what would change and exits 1 if anything would

The registries give runtimes.toml, workers-py.toml, workers-runtime-sdk.toml, wrangler.toml and pyodide/; the standard
library is measured. Everything is computed and checked before the first file is written. Without Node, npm or one of
the CPythons that a table was compared with, nothing is written and the exit code is 2.

A table's date says when it was last compared with its source. It moves if anything else in the table changes, and
otherwise once in four weeks, so that a weekly run does not change dates alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from update_stdlib import find_interpreters, find_missing, measure_text  # noqa: E402  # its neighbour

from scanner.model.errors import ScanError  # noqa: E402
from scanner.refresh.changes import find_changes  # noqa: E402
from scanner.refresh.registries import open_registries  # noqa: E402
from scanner.refresh.texts import replace_date  # noqa: E402
from scanner.refresh.update import fetch_tables  # noqa: E402
from scanner.runtime import tables  # noqa: E402  # works without an installation

DATA = ROOT / "data"
CONFIRMED_EVERY_DAYS = 28
EXIT_CHANGED, EXIT_REFUSED = 1, 2

Texts = Mapping[str, str]


def main() -> int:
    """The exit code: 0 written or nothing to write, 1 with --check and something to write, 2 refused."""
    parser = argparse.ArgumentParser(description="Write every machine-made table below data/ anew.")
    parser.add_argument("--check", action="store_true", help="only say what would change")
    check = parser.parse_args().check
    today = dt.datetime.now(tz=dt.UTC).date()
    missing = list(find_missing_programs())
    if missing:
        print(f"nothing was written; this machine lacks: {', '.join(missing)}", file=sys.stderr)
        return EXIT_REFUSED
    try:
        with open_registries(environ=os.environ, home=Path.home(), directory=Path.cwd()) as registries:
            fetched = fetch_tables(registries, today)
        texts = keep_dates({**fetched, **measure_all(fetched["runtimes.toml"], today)}, today)
    except (ScanError, subprocess.SubprocessError) as error:
        print(f"nothing was written: {error}", file=sys.stderr)
        return EXIT_REFUSED
    summary = [*find_changes(fetched), *compare_measured(texts)]
    changed = {name: text for name, text in texts.items() if text != read(name)}
    for line in (*summary, *(f"{name}: written" for name in sorted(changed))):
        print(line)
    if check:
        return EXIT_CHANGED if changed else 0
    write(changed)
    return 0


def find_missing_programs() -> Iterator[str]:
    """The programs that a full run requires and the PATH lacks."""
    yield from (program for program in ("node", "npm") if shutil.which(program) is None)
    lacking = {
        release: python
        for python in pythons()
        for release in find_missing(load_measured(python), find_interpreters(python))
    }
    yield from (f"python{release} (for stdlib/{python}.toml)" for release, python in lacking.items())


def pythons() -> list[str]:
    """The feature releases of all runtimes."""
    return sorted({row.python for row in tables.load_runtimes().runtimes})


def load_measured(python: str) -> tables.StdlibTable | None:
    """The measured table of a Python; None for a new one."""
    name = f"stdlib/{python}.toml"
    return tables.parse_stdlib(read(name), f"data/{name}") if read(name) else None


def measure_all(runtimes: str, today: dt.date) -> Texts:
    """The table of the standard library for every Python, each measured in the release whose packages it gets."""
    releases = {row.python: row.package_pyodide for row in reversed(tables.parse_runtimes(runtimes, "").runtimes)}
    texts = {}
    for python, pyodide in releases.items():
        print(f"measuring Python {python} in Pyodide {pyodide} …", file=sys.stderr)
        text = measure_text(pyodide, python, find_interpreters(python), today)
        tables.parse_stdlib(text, f"data/stdlib/{python}.toml")
        texts[f"stdlib/{python}.toml"] = text
    return texts


def keep_dates(texts: Texts, today: dt.date) -> Texts:
    """The texts, those left as they are that say nothing new and were confirmed not long ago."""
    return {name: keep_date(read(name), text, today) for name, text in texts.items()}


def keep_date(old: str, new: str, today: dt.date) -> str:
    """``old`` if only dates differ and it is recent, else ``new``."""
    is_same = bool(old) and replace_date(old, today) == replace_date(new, today)
    return old if is_same and (today - tables.read_date(old)).days < CONFIRMED_EVERY_DAYS else new


def compare_measured(texts: Texts) -> Iterator[str]:
    """One line for each part of a measured table that has grown or shrunk."""
    for name, text in texts.items():
        if not name.startswith("stdlib/"):
            continue
        old, new = read(name), tables.parse_stdlib(text, name)
        before = tables.parse_stdlib(old, name) if old else None
        for part in ("missing", "submodules_missing", "missing_attributes", "removed_attributes", "calls"):
            was, now = count(getattr(before, part, {})), count(getattr(new, part))
            if was != now:
                yield f"{name}: {part}: {was} → {now}"


def count(rows: Mapping[str, object]) -> int:
    """How many names a part of a table has."""
    return sum(len(row) if isinstance(row, frozenset) else 1 for row in rows.values())


def read(name: str) -> str:
    """The text of a table as it is in data/; empty if there is none."""
    path = DATA / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def write(texts: Texts) -> None:
    """Write the tables; by now every one of them has been checked."""
    for name, text in texts.items():
        (DATA / name).parent.mkdir(parents=True, exist_ok=True)
        (DATA / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
