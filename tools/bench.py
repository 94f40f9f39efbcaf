"""Measures whole processes in pairs, A B A B …, and prints medians and their ratios in Markdown (`make bench`).

    python tools/bench.py [--pairs N] [--only NAME]… [--write]

The package index is one on the loopback that serves real documents, recorded on first use (bench_index.py). uv is taken
from the path, else installed once beside the recorded documents. ``--write`` puts the results into docs/performance.md.
Nothing here ends the run: a row whose program fails says so.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from bench_index import made_up_wheel
from bench_process import Cost, Program, ProgramError, median, run
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tools" / "bench"
CACHE = ROOT / "bench-cache"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
PINNED, APPLICATION = DATA / "pinned.txt", DATA / "application.txt"
GROWTH = (10, 50, 150, 500, 2000)
_OURS = ("-m", "scanner")
_ONLY_LISTINGS = ("--no-deps", "--no-inspect")
_PASSED_ON = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
_FAST = ("msgspec",)
_WITHOUT = (
    "import runpy, sys; sys.modules.update(dict.fromkeys({!r})); runpy.run_module('scanner', run_name='__main__')"
)


class Bench:
    """The programs to compare, in one folder for everything that is made; ``lines`` are the results."""

    def __init__(self, folder: Path, pairs: int) -> None:
        self.folder = folder
        self.pairs = pairs
        self.lines: list[str] = []
        self.environ = {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PIP_CONFIG_FILE": os.devnull,
            "NO_COLOR": "1",
            "CI": "1",
        }

    def say(self, line: str) -> None:
        """Print a line of the results at once, and keep it."""
        print(line, flush=True)
        self.lines.append(line)

    def scan(
        self, path: Path, index: str, *words: str, cold: bool, python: Sequence[str] = ("-m", "scanner")
    ) -> Program:
        """Our scan, with an empty cache or one that it has filled before."""
        cache = self.folder / ("cold" if cold else "warm")
        line = [sys.executable, *python, str(path), "-q", "--index-url", index, "--cache-dir", str(cache), *words]
        if cold:
            return Program(name="compat-scan", steps=[line], prepare=lambda: shutil.rmtree(cache, ignore_errors=True))
        run(Program(name="fill", steps=[line]), self.folder, self.environ)
        return Program(name="compat-scan", steps=[line])

    def uv(self, path: Path, index: str, *words: str, cold: bool, more: Sequence[Sequence[str]] = ()) -> Program:
        """`uv pip compile` and what follows it, with an empty cache, or offline with one that it has filled before."""
        cache = self.folder / ("uv-cold" if cold else "uv-warm")
        line = [self._uv, "pip", "compile", "-q", "--no-config", "--index-url", index, "--cache-dir", str(cache)]
        line += [
            "--no-python-downloads",
            "--python-version",
            "3.13",
            "--output-file",
            str(self.folder / "out.txt"),
            str(path),
            *words,
        ]
        if cold:
            steps = [line, *more]
            return Program(name="uv", steps=steps, prepare=lambda: shutil.rmtree(cache, ignore_errors=True))
        run(Program(name="fill", steps=[line]), self.folder, self.environ)
        return Program(name="uv --offline", steps=[[*line, "--offline"]])

    def fetch(self, urls: Sequence[str], by: str = "httpx") -> Program:
        """A bare fetch of these URLs."""
        listed = self.folder / f"urls-{hashlib.sha256(repr(urls).encode()).hexdigest()[:16]}.txt"
        listed.write_text("\n".join(urls), encoding="utf-8")
        words = [sys.executable, str(ROOT / "tools" / "bench_fetch.py"), str(listed), by]
        return Program(name=f"bare fetch by {by}", steps=[words])

    def curl(self, urls: Sequence[str]) -> Program:
        """A parallel fetch of these URLs by curl."""
        config = self.folder / "curl.txt"
        config.write_text("".join(f'url = "{url}"\noutput = "{os.devnull}"\n' for url in urls), encoding="utf-8")
        words = ["curl", "-s", "--parallel", "--parallel-max", "20", "--http2", "--compressed", "-K", str(config)]
        return Program(name="curl --parallel", steps=[words])

    def compare(
        self, title: str, first: Program, second: Program, *, by: str = "wall_seconds", aim: str = "–", pairs: int = 0
    ) -> None:
        """A row with the medians of both and their ratio."""
        try:
            costs = self._alternate((first, second), pairs or self.pairs)
        except ProgramError as error:
            self.say(f"| {title} | {second.name} | failed: {str(error).replace('|', ' ')} | | | {aim} | |")
            return
        ones, others = (median(taken, by) for taken in costs)
        unit = "MiB" if by == "peak_mib" else "s"
        name = title if by == "wall_seconds" else f"{title}, {'CPU' if by == 'cpu_seconds' else 'peak memory'}"
        peaks = " / ".join(f"{median(taken, 'peak_mib'):.0f}" for taken in costs)
        digits = 0 if unit == "MiB" else 3
        told = f"{ones:.{digits}f} {unit} | {others:.{digits}f} {unit} | {ones / others:.2f}"
        self.say(f"| {name} | {second.name} | {told} | {aim} | {peaks} MiB |")

    def cost(self, program: Program, times: int = 0) -> Cost:
        """The medians of one program alone.

        Raises:
            ProgramError: it failed.
        """
        taken = [run(program, self.folder, self.environ) for _ in range(times or self.pairs)]
        return Cost(
            wall_seconds=median(taken, "wall_seconds"),
            cpu_seconds=median(taken, "cpu_seconds"),
            peak_mib=median(taken, "peak_mib"),
        )

    def _alternate(self, programs: Sequence[Program], pairs: int) -> list[list[Cost]]:
        taken: list[list[Cost]] = [[] for _ in programs]
        for _ in range(pairs):
            for program, costs in zip(programs, taken, strict=True):
                costs.append(run(program, self.folder, self.environ))
        return taken

    @cached_property
    def _uv(self) -> str:
        """The path of uv, which is installed beside the recorded documents where there is none."""
        place = CACHE / "tools"
        found = shutil.which("uv") or shutil.which("uv", path=str(place / "bin"))
        if found is None:
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            subprocess.run([str(place / "bin" / "pip"), "install", "--quiet", "uv"], check=True)
            found = str(place / "bin" / "uv")
        return found


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


def whole_files(index: str) -> list[str]:
    """The addresses of the distributions that the loopback index was asked for as a whole."""
    origin = index.removesuffix("/simple/")
    with urllib.request.urlopen(f"{origin}/asked") as answer:  # noqa: S310  # the loopback
        paths = answer.read().decode().split("\n")
    return [origin + path for path in dict.fromkeys(paths) if path.endswith((".whl", ".tar.gz", ".zip"))]


def names_in(path: Path) -> list[str]:
    """The names that a requirements file asks for."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Requirement(line).name for line in lines if line and not line.startswith("#")]


def measure_start(bench: Bench) -> None:
    """The start-up alone, and click's, which is in it."""
    nothing = Program(name="python -c pass", steps=[[sys.executable, "-c", "pass"]])
    for option, aim in (("--help", "8"), ("--version", "–")):
        program = Program(name="compat-scan", steps=[[sys.executable, "-m", "scanner", option]])
        bench.compare(f"`{option}`", program, nothing, by="cpu_seconds", aim=aim, pairs=15)
    click = Program(name="click", steps=[[sys.executable, "-c", "import click"]])
    bench.compare("`import click` alone", click, nothing, by="cpu_seconds", pairs=15)


def measure_pinned(bench: Bench) -> None:
    """The pinned file: cold over a bare fetch, curl and uv; warm over uv."""
    names = names_in(PINNED)
    for delay_ms in (0, 20):
        with loopback(delay_ms, bench.folder, [f"/simple/{name}/" for name in names]) as url:
            urls = [f"{url}{name}/" for name in names]
            cold = bench.scan(PINNED, url, *_ONLY_LISTINGS, cold=True)
            plain = bench.scan(PINNED, url, *_ONLY_LISTINGS, cold=True, python=("-c", _WITHOUT.format(_FAST)))
            title = f"{len(names)} pinned, cold, {delay_ms} ms"
            bench.compare(title, cold, bench.fetch(urls), aim="1.3 (1.15)")
            bench.compare(f"{title}, without the extra fast", plain, bench.fetch(urls), aim="1.3 (1.15)")
            bench.compare(title, cold, bench.fetch(urls, "ours"))
            if shutil.which("curl"):
                bench.compare(title, cold, bench.curl(urls))
            uv = bench.uv(PINNED, url, "--no-deps", cold=True)
            aim = "1.4 (0.8)" if delay_ms == 0 else "1.0 (0.6)"
            bench.compare(title, cold, uv, aim=aim)
            bench.compare(f"{title}, without the extra fast", plain, uv, aim=aim)
            if delay_ms == 0:
                bench.compare(title, cold, uv, by="peak_mib", aim="0.65 (0.5)")
                warm = bench.scan(PINNED, url, *_ONLY_LISTINGS, cold=False)
                offline = bench.uv(PINNED, url, "--no-deps", cold=False)
                bench.compare(f"{len(names)} pinned, warm", warm, offline, by="cpu_seconds", aim="1.25 (0.85)")


def measure_fast(bench: Bench) -> None:
    """What the extra `fast` gains, and what the client costs over plain httpx."""
    names = names_in(PINNED)
    with loopback(0, bench.folder, [f"/simple/{name}/" for name in names]) as url:
        urls = [f"{url}{name}/" for name in names]
        with_it = bench.scan(PINNED, url, *_ONLY_LISTINGS, cold=True)
        slow = bench.scan(PINNED, url, *_ONLY_LISTINGS, cold=True, python=("-c", _WITHOUT.format(_FAST)))
        without = Program(name="the same without msgspec", steps=slow.steps, prepare=slow.prepare)
        bench.compare("150 pinned, cold, with the extra fast", with_it, without, by="cpu_seconds")
        bench.compare("bare fetch by our client", bench.fetch(urls, "ours"), bench.fetch(urls), by="cpu_seconds")


def measure_application(bench: Bench) -> None:
    """The application with its tree and contents beside uv's resolution and a bare fetch of the wheels looked into."""
    pairs = min(bench.pairs, 2)  # our side takes long
    for delay_ms in (0, 20):
        with loopback(delay_ms, bench.folder) as url:
            cold = bench.scan(APPLICATION, url, cold=True)
            bench.cost(cold, 1)  # records what is not recorded yet
            wheels = whole_files(url)
            fetch = bench.fetch(wheels)
            bench.cost(fetch, 1)
            uv = bench.uv(APPLICATION, url, cold=True, more=fetch.steps)
            both = Program(name=f"uv, then a bare fetch of {len(wheels)} files", steps=uv.steps, prepare=uv.prepare)
            bench.cost(both, 1)
            title = f"application of 40 lines, cold, {delay_ms} ms"
            bench.compare(title, cold, both, aim="1.5 (1.0)", pairs=pairs)
            if delay_ms == 0:
                warm, offline = bench.scan(APPLICATION, url, cold=False), bench.uv(APPLICATION, url, cold=False)
                bench.compare(
                    "application of 40 lines, warm", warm, offline, by="cpu_seconds", pairs=min(bench.pairs, 3)
                )


def measure_real(bench: Bench) -> None:
    """Over the real index: the scan beside pip's dry run. Slow, so that one pair has to do."""
    from scanner.runtime.tables import load_platform  # noqa: PLC0415  # only here

    index = load_platform().public_index_url
    cold = bench.scan(PINNED, index, *_ONLY_LISTINGS, cold=True)
    words = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--no-deps", "--ignore-installed"]
    words += ["--no-cache-dir", "--prefer-binary", "--index-url", index, "-r", str(PINNED)]
    pip = Program(name="pip install --dry-run --no-deps", steps=[words])
    bench.compare("150 pinned, cold, real index", cold, pip, aim="0.15 (0.1)", pairs=1)


def measure_growth(bench: Bench) -> None:
    """Made-up files of growing size: time and memory for each dependency must not rise."""
    bench.say("\nGrowth, with made-up pinned projects that require one another, with tree and contents:")
    bench.say("\n| dependencies | cold CPU | each | peak | warm CPU | each | peak |\n|---|---|---|---|---|---|---|")
    times = min(bench.pairs, 3)
    with loopback(0, bench.folder) as url:
        for count in GROWTH:
            path = bench.folder / f"grown-{count}.txt"
            path.write_text("".join(f"bench-{number}==7.0\n" for number in range(1, count + 1)), encoding="utf-8")
            try:
                bench.cost(bench.scan(path, url, cold=True), 1)  # the index makes its documents
                cold, warm = (bench.cost(bench.scan(path, url, cold=is_cold), times) for is_cold in (True, False))
            except ProgramError as error:
                bench.say(f"| {count:,} | failed: {error} | | | | | |")
                continue
            told = (
                f"{cost.cpu_seconds:.2f} s | {cost.cpu_seconds / count * 1000:.1f} ms | {cost.peak_mib:.0f} MiB"
                for cost in (cold, warm)
            )
            bench.say(f"| {count:,} | {' | '.join(told)} |")


def measure_lock(bench: Bench) -> None:
    """A lock file of 2,000 packages, read, judged warm and reported."""
    with loopback(0, bench.folder) as url:
        path = bench.folder / "pylock.toml"
        path.write_text(_make_lock(2000, url), encoding="utf-8")
        cost = bench.cost(bench.scan(path, url, cold=False), min(bench.pairs, 3))
    bench.say(f"\nA lock file of 2,000 packages, warm: {cost.cpu_seconds:.2f} s CPU (aim 2), {cost.peak_mib:.0f} MiB.")


def _make_lock(count: int, url: str) -> str:
    origin = url.removesuffix("/simple/")
    parts = ['lock-version = "1.0"\ncreated-by = "bench"\n']
    for number in range(1, count + 1):
        filename = f"bench_{number}-7.0-py3-none-any.whl"
        digest = hashlib.sha256(made_up_wheel(number, 7)[1]).hexdigest()
        parts.append(f'[[packages]]\nname = "bench-{number}"\nversion = "7.0"\n')
        parts.append(f'[[packages.wheels]]\nname = "{filename}"\nurl = "{origin}/files/made-up/{filename}"\n')
        parts.append(f'hashes = {{ sha256 = "{digest}" }}\n')
    return "".join(parts)


MEASURES: dict[str, Callable[[Bench], None]] = {
    "start": measure_start,
    "pinned": measure_pinned,
    "fast": measure_fast,
    "application": measure_application,
    "real": measure_real,
    "growth": measure_growth,
    "lock": measure_lock,
}


def measure_all(bench: Bench, names: Sequence[str]) -> None:
    """Every measure that is asked for; one that fails says so and the next begins."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    bench.say(
        f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors, load {load}, {platform.platform()},"
        f" Python {platform.python_version()}, {bench.pairs} pairs. Each ratio is ours over theirs.\n"
    )
    bench.say("| what | beside | compat-scan | theirs | ratio | aim (stretch) | peaks |\n|---|---|---|---|---|---|---|")
    for name in names:
        try:
            MEASURES[name](bench)
        except (ProgramError, OSError, subprocess.SubprocessError) as error:
            bench.say(f"| {name} | | failed: {str(error).replace('|', ' ')} | | | | |")


def write_page(lines: Sequence[str]) -> None:
    """Put the results between their marks in docs/performance.md."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    PAGE.write_text("\n".join((before + BEGIN, "", *lines, "", END + after)), encoding="utf-8")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--only", choices=sorted(MEASURES), action="append")
    parser.add_argument("--write", action="store_true", help="write the results into docs/performance.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="compat-scan-bench-") as name:
        bench = Bench(Path(name), asked.pairs)
        measure_all(bench, asked.only or list(MEASURES))
    if asked.write:
        write_page(bench.lines)


if __name__ == "__main__":
    main()
