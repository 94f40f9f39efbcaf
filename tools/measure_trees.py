"""Count what resolving a tree asks of the index, cold and warm, and write the table into docs/resolution.md.

    python tools/measure_trees.py                 all sets; prints the table
    python tools/measure_trees.py --update        and writes it into docs/resolution.md
    python tools/measure_trees.py --set boto3 …   these sets only

Each set is resolved twice: with an empty cache, then with what the first time left in it. Nothing is installed, and
the files are not looked into. What travels is counted from the log of the HTTP library.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from compare_uv import make_requirements, update_section  # noqa: E402  # works without an installation

from scanner.index import IndexChoice, open_supply  # noqa: E402
from scanner.index.cache import Cache  # noqa: E402
from scanner.resolve import Graph, resolve_tree  # noqa: E402
from scanner.runtime.tables import load_platform  # noqa: E402
from scanner.runtime.target import choose_target  # noqa: E402

SETS = ROOT / "tools" / "measure_trees_sets.toml"
BEGIN, END = "<!-- written by tools/measure_trees.py -->", "<!-- end of what tools/measure_trees.py writes -->"


class RequestLog(logging.Handler):
    """The addresses of all requests that the HTTP library has made."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.urls: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note one request."""
        if isinstance(record.args, tuple) and len(record.args) > 1:
            self.urls.append(str(record.args[1]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One set, resolved cold and warm."""

    name: str
    graph: Graph
    listings: int
    files: int
    """Requests for metadata: sidecars, and parts of wheels where there is none."""
    cold_seconds: float
    cold_cpu_seconds: float
    warm_requests: int
    warm_cpu_seconds: float


def main() -> None:
    """Measure, print, and update the page where that is asked for."""
    parser = argparse.ArgumentParser(description="Count what resolving a tree asks of the index.")
    parser.add_argument("--set", action="append", dest="names", metavar="NAME", help="only this set (repeatable)")
    parser.add_argument("--update", action="store_true", help="write the table into docs/resolution.md")
    options = parser.parse_args()
    table = tomllib.loads(SETS.read_text(encoding="utf-8"))
    sets = {name: tuple(texts) for name, texts in table["sets"].items()}
    sets |= {name: tuple(_read_lines(ROOT / path)) for name, path in table["files"].items()}
    text = "\n".join(format_table(measure({k: v for k, v in sets.items() if not options.names or k in options.names})))
    print(text)
    if options.update:
        update_section(text, BEGIN, END)


def measure(sets: Mapping[str, Sequence[str]]) -> Iterator[Measured]:
    """Each set resolved twice."""
    log = RequestLog()
    logging.getLogger("httpx").addHandler(log)
    logging.getLogger("httpx").setLevel(logging.INFO)
    for name, texts in sets.items():
        with tempfile.TemporaryDirectory() as folder:
            log.urls.clear()
            begun, cpu_begun = time.monotonic(), time.process_time()
            graph = _resolve(texts, Path(folder))
            seconds, cpu_seconds = time.monotonic() - begun, time.process_time() - cpu_begun
            listings = sum("/simple/" in url for url in log.urls)
            files = len(log.urls) - listings
            log.urls.clear()
            cpu_begun = time.process_time()
            _resolve(texts, Path(folder))
            yield Measured(
                name=name,
                graph=graph,
                listings=listings,
                files=files,
                cold_seconds=seconds,
                cold_cpu_seconds=cpu_seconds,
                warm_requests=len(log.urls),
                warm_cpu_seconds=time.process_time() - cpu_begun,
            )


def format_table(rows: Iterator[Measured]) -> Iterator[str]:
    """The table, line by line."""
    target = choose_target()
    day = dt.datetime.now(tz=dt.UTC).date()
    yield f"Measured on {day} for Python {target.python}, Pyodide {target.pyodide}, {os.cpu_count()} cores.\n"
    yield "Cold in seconds and in seconds of CPU, on a machine with other work; warm in requests and seconds of CPU.\n"
    yield "| set | packages | without a wheel | listings | metadata | cold | CPU | warm | CPU |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        nodes = row.graph.nodes.values()
        misfits = sum(1 for node in nodes if node.chosen is not None and node.chosen.wheel is None)
        yield (
            f"| {row.name} | {len(row.graph.nodes)} | {misfits} | {row.listings} | {row.files} | {row.cold_seconds:.1f}"
            f" | {row.cold_cpu_seconds:.1f} | {row.warm_requests} | {row.warm_cpu_seconds:.2f} |"
        )


def _resolve(texts: Sequence[str], folder: Path) -> Graph:
    target = choose_target()
    public = load_platform().public_index_url
    environ = {**os.environ, "UV_DEFAULT_INDEX": public, "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    cache = Cache(folder)
    choice = IndexChoice(cache=cache)
    try:
        with open_supply(target, choice, environ=environ, home=folder, directory=folder) as supply:
            return resolve_tree(make_requirements(texts), target=target, supply=supply)
    finally:
        cache.close()


def _read_lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text:
            yield text


if __name__ == "__main__":
    main()
