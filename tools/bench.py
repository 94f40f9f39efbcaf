"""Measures whole processes in pairs, A B A B …, and prints medians and their ratios (`make bench`).

    python tools/bench.py [--pairs N] [--real] [--only NAME]

The package index is one on the loopback that serves real documents, recorded on first use (bench_index.py). With
``--real``, pip and the real index are measured too. docs/performance.md holds the results of one run.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from bench_index import made_up_wheel
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tools" / "bench"
CACHE = ROOT / "bench-cache"
PINNED, APPLICATION = DATA / "pinned.txt", DATA / "application.txt"
GROWTH = (10, 50, 150, 500, 2000)
_ONLY_LISTINGS = ("--no-deps", "--no-inspect")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one process took."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    code: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One side of a comparison; ``prepare`` is run before each time and is not measured."""

    name: str
    words: Sequence[str]
    prepare: Callable[[], None] = lambda: None


class Bench:
    """The programs to compare, over one index and one folder for everything that is made."""

    def __init__(self, folder: Path, pairs: int) -> None:
        self.folder = folder
        self.pairs = pairs
        self.environ = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PIP_CONFIG_FILE": os.devnull,
            "NO_COLOR": "1",
            "CI": "1",
        }

    def scan(self, path: Path, index: str, *words: str, cold: bool) -> Program:
        """Our scan, with an empty cache or one that it has filled before."""
        cache = self.folder / ("cold" if cold else "warm")
        line = [
            sys.executable,
            "-m",
            "scanner",
            str(path),
            "-q",
            "--index-url",
            index,
            "--cache-dir",
            str(cache),
            *words,
        ]
        if cold:
            return Program(name="compat-scan", words=line, prepare=lambda: shutil.rmtree(cache, ignore_errors=True))
        self.run(Program(name="fill", words=line))
        return Program(name="compat-scan", words=line)

    def uv(self, path: Path, index: str, *words: str, cold: bool) -> Program:
        """`uv pip compile`, with an empty cache, or offline with one that it has filled before."""
        cache = self.folder / ("uv-cold" if cold else "uv-warm")
        line = ["uv", "pip", "compile", "-q", "--no-config", "--index-url", index, "--cache-dir", str(cache)]
        line += ["--python-version", "3.13", "--output-file", str(self.folder / "out.txt"), str(path), *words]
        if cold:
            return Program(name="uv", words=line, prepare=lambda: shutil.rmtree(cache, ignore_errors=True))
        self.run(Program(name="fill", words=line))
        return Program(name="uv --offline", words=[*line, "--offline"])

    def fetch(self, urls: Sequence[str]) -> Program:
        """A bare fetch of these URLs by the same HTTP library."""
        return Program(
            name="bare fetch", words=[sys.executable, str(ROOT / "tools" / "bench_fetch.py"), self._list(urls)]
        )

    def curl(self, urls: Sequence[str]) -> Program:
        """A parallel fetch of these URLs by curl."""
        config = self.folder / "curl.txt"
        config.write_text("".join(f'url = "{url}"\noutput = "{os.devnull}"\n' for url in urls), encoding="utf-8")
        words = ["curl", "-s", "--parallel", "--parallel-max", "20", "--http2", "--compressed", "-K", str(config)]
        return Program(name="curl --parallel", words=words)

    def compare(self, title: str, first: Program, second: Program, measure: str = "wall_seconds") -> float:
        """The ratio of the medians, printed with them."""
        costs: tuple[list[Cost], list[Cost]] = ([], [])
        for _ in range(self.pairs):
            for program, taken in zip((first, second), costs, strict=True):
                taken.append(self.run(program))
        ones, others = ([getattr(cost, measure) for cost in taken] for taken in costs)
        ratio: float = statistics.median(ones) / statistics.median(others)
        unit = "MiB" if measure == "peak_bytes" else "s"
        scale = 1024**2 if measure == "peak_bytes" else 1
        peaks = [statistics.median(cost.peak_bytes for cost in taken) / 1024**2 for taken in costs]
        print(
            f"| {title} | {statistics.median(ones) / scale:.2f} {unit} | {second.name}"
            f" {statistics.median(others) / scale:.2f} {unit} | {ratio:.2f} | {peaks[0]:.0f} / {peaks[1]:.0f} MiB |",
            flush=True,
        )
        return ratio

    def run(self, program: Program) -> Cost:
        """What one run of a program takes."""
        program.prepare()
        with tempfile.TemporaryFile() as errors:
            started = perf_counter()
            process = subprocess.Popen(
                program.words, cwd=self.folder, env=self.environ, stdout=subprocess.DEVNULL, stderr=errors
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall_seconds = perf_counter() - started
            code = process.returncode = os.waitstatus_to_exitcode(status)
            if code not in (0, 1, 3):
                errors.seek(0)
                print(f"{program.name} ended with {code}: {errors.read()[-500:]!r}", file=sys.stderr)
        return Cost(
            wall_seconds=wall_seconds,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_bytes=usage.ru_maxrss * 1024,
            code=code,
        )

    def _list(self, urls: Sequence[str]) -> str:
        path = self.folder / f"urls-{abs(hash(tuple(urls)))}.txt"
        path.write_text("\n".join(urls), encoding="utf-8")
        return str(path)


@contextmanager
def loopback(delay_ms: float, folder: Path, warm: Sequence[str] = ()) -> Iterator[str]:
    """An index of recorded documents; its URL."""
    paths = folder / "warm.txt"
    paths.write_text("\n".join(warm), encoding="utf-8")
    words = [sys.executable, str(ROOT / "tools" / "bench_index.py"), str(CACHE), str(delay_ms), str(paths)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        yield f"{process.stdout.readline().strip()}/simple/"
    finally:
        process.terminate()
        process.wait()


def names_in(path: Path) -> list[str]:
    """The names that a requirements file asks for."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Requirement(line).name for line in lines if line and not line.startswith("#")]


def measure_pinned(bench: Bench) -> None:
    """The pinned file: cold over a bare fetch, curl and uv; warm over uv."""
    names = names_in(PINNED)
    for delay_ms in (0, 20):
        with loopback(delay_ms, bench.folder, [f"/simple/{name}/" for name in names]) as url:
            urls = [f"{url}{name}/" for name in names]
            cold = bench.scan(PINNED, url, *_ONLY_LISTINGS, cold=True)
            bench.compare(f"{len(names)} pinned, cold, {delay_ms} ms", cold, bench.fetch(urls))
            if shutil.which("curl"):
                bench.compare(f"{len(names)} pinned, cold, {delay_ms} ms", cold, bench.curl(urls))
            uv = bench.uv(PINNED, url, "--no-deps", cold=True)
            bench.compare(f"{len(names)} pinned, cold, {delay_ms} ms", cold, uv)
            if delay_ms == 0:
                bench.compare(f"{len(names)} pinned, cold, peak memory", cold, uv, "peak_bytes")
                warm = bench.scan(PINNED, url, *_ONLY_LISTINGS, cold=False)
                offline = bench.uv(PINNED, url, "--no-deps", cold=False)
                bench.compare(f"{len(names)} pinned, warm, CPU", warm, offline, "cpu_seconds")


def measure_application(bench: Bench) -> None:
    """The application with its tree and contents beside uv's resolution for this machine."""
    for delay_ms in (0, 20):
        with loopback(delay_ms, bench.folder) as url:
            bench.run(bench.scan(APPLICATION, url, cold=True))  # records what is not recorded yet
            bench.run(bench.uv(APPLICATION, url, cold=True))
            cold = bench.scan(APPLICATION, url, cold=True)
            bench.compare(f"application, cold, {delay_ms} ms", cold, bench.uv(APPLICATION, url, cold=True))
            warm = bench.scan(APPLICATION, url, cold=False)
            bench.compare(
                f"application, warm, {delay_ms} ms, CPU", warm, bench.uv(APPLICATION, url, cold=False), "cpu_seconds"
            )


def measure_start(bench: Bench) -> None:
    """The start-up alone."""
    nothing = Program(name="python -c pass", words=[sys.executable, "-c", "pass"])
    for option in ("--help", "--version"):
        program = Program(name="compat-scan", words=[sys.executable, "-m", "scanner", option])
        bench.compare(f"{option}, CPU", program, nothing, "cpu_seconds")


def measure_growth(bench: Bench) -> None:
    """Made-up files of growing size: time and memory for each dependency must not rise."""
    with loopback(0, bench.folder) as url:
        for count in GROWTH:
            path = bench.folder / f"grown-{count}.txt"
            path.write_text("".join(f"bench-{number}==7.0\n" for number in range(1, count + 1)), encoding="utf-8")
            cold, warm = (_median(bench, bench.scan(path, url, cold=is_cold)) for is_cold in (True, False))
            print(
                f"| {count} | {cold.cpu_seconds:.2f} s | {cold.cpu_seconds / count * 1000:.1f} ms"
                f" | {cold.peak_bytes / 1024**2:.0f} MiB | {warm.cpu_seconds:.2f} s"
                f" | {warm.cpu_seconds / count * 1000:.1f} ms | {warm.peak_bytes / 1024**2:.0f} MiB |",
                flush=True,
            )


def measure_lock(bench: Bench) -> None:
    """A lock file of 2,000 packages, read, judged warm and reported."""
    with loopback(0, bench.folder) as url:
        path = bench.folder / "pylock.toml"
        path.write_text(_make_lock(2000, url), encoding="utf-8")
        cost = _median(bench, bench.scan(path, url, cold=False))
        print(
            f"| lock of 2,000, warm | {cost.cpu_seconds:.2f} s CPU | {cost.peak_bytes / 1024**2:.0f} MiB |", flush=True
        )


def measure_real(bench: Bench) -> None:
    """Over the real index: the scan beside pip's dry run."""
    from scanner.tables import load_platform  # noqa: PLC0415  # only here

    index = load_platform().public_index_url
    urls = [f"{index}{name}/" for name in names_in(PINNED)]
    cold = bench.scan(PINNED, index, *_ONLY_LISTINGS, cold=True)
    bench.compare("pinned, cold, real index", cold, bench.fetch(urls))
    words = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--no-deps", "--ignore-installed"]
    words += ["--no-cache-dir", "--index-url", index, "-r", str(PINNED)]
    bench.compare("pinned, cold, real index", cold, Program(name="pip --dry-run", words=words))


def _median(bench: Bench, program: Program) -> Cost:
    costs = [bench.run(program) for _ in range(bench.pairs)]
    return sorted(costs, key=lambda cost: cost.cpu_seconds)[len(costs) // 2]


def _make_lock(count: int, url: str) -> str:
    origin = url.removesuffix("/simple/")
    parts = ['lock-version = "1.0"\ncreated-by = "bench"\n']
    for number in range(1, count + 1):
        filename = f"bench_{number}-7.0-py3-none-any.whl"
        digest = _sha256(made_up_wheel(number, 7)[1])
        parts.append(f'[[packages]]\nname = "bench-{number}"\nversion = "7.0"\n')
        parts.append(f'[[packages.wheels]]\nname = "{filename}"\nurl = "{origin}/files/made-up/{filename}"\n')
        parts.append(f'hashes = {{ sha256 = "{digest}" }}\n')
    return "".join(parts)


def _sha256(data: bytes) -> str:
    import hashlib  # noqa: PLC0415  # only here

    return hashlib.sha256(data).hexdigest()


MEASURES = {
    "start": measure_start,
    "pinned": measure_pinned,
    "application": measure_application,
    "growth": measure_growth,
    "lock": measure_lock,
}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--only", choices=sorted(MEASURES), action="append")
    asked = parser.parse_args()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, Python {platform.python_version()}")
    print(f"{os.cpu_count()} processors, load {load}, {asked.pairs} pairs\n")
    print("| what | compat-scan | beside | ratio | peak memory |\n|---|---|---|---|---|")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="compat-scan-bench-") as name:
        bench = Bench(Path(name), asked.pairs)
        for title in asked.only or MEASURES:
            MEASURES[title](bench)
        if asked.real:
            measure_real(bench)


if __name__ == "__main__":
    main()
