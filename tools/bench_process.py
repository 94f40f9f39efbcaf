"""Whole processes and what they take: run one after the other, with time, processor time and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

TIMEOUT_SECONDS = 300
_GOOD_CODES = (0, 1, 3)  # ours tells its verdict by the exit code


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one program took."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One side of a comparison; ``prepare`` is run before each time and is not measured."""

    name: str
    steps: Sequence[Sequence[str]]
    """Command lines that are run one after the other and count together."""
    prepare: Callable[[], None] = lambda: None


class ProgramError(Exception):
    """A program failed, so that what it took says nothing."""


def run(program: Program, folder: Path, environ: Mapping[str, str]) -> Cost:
    """What one run of a program takes.

    Raises:
        ProgramError: it failed or took too long.
    """
    program.prepare()
    costs = [_run_step(words, folder, environ) for words in program.steps]
    return Cost(
        wall_seconds=sum(cost.wall_seconds for cost in costs),
        cpu_seconds=sum(cost.cpu_seconds for cost in costs),
        peak_mib=max(cost.peak_mib for cost in costs),
    )


def median(costs: Sequence[Cost], measure: str) -> float:
    """The median of one measure."""
    return float(statistics.median(getattr(cost, measure) for cost in costs))


def _run_step(words: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Cost:
    with tempfile.TemporaryFile() as errors:
        started = perf_counter()
        process = subprocess.Popen(words, cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=errors)
        alarm = threading.Timer(TIMEOUT_SECONDS, process.kill)
        alarm.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            alarm.cancel()
        wall_seconds = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in _GOOD_CODES:
            errors.seek(0)
            told = errors.read()[-300:].decode(errors="replace").strip().replace("\n", " ")
            raise ProgramError(f"{Path(words[0]).name} ended with {process.returncode}: {told}")
    return Cost(
        wall_seconds=wall_seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
    )
