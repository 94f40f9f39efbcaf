"""What importing and using the packages of a tree runs into on the target (CS301 to CS307).

What fails whenever the package is imported blocks it; what fails later, or only perhaps, is a caution, and so is what
works in a request and not at the top level of a Worker (CS307), for every package that runs into it at import time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.inspect.code.findings import make_report
from scanner.inspect.code.report import TreeEvaluation
from scanner.inspect.code.site import WheelCode
from scanner.inspect.code.target import Runtime, build_runtime
from scanner.inspect.import_report import ImportReport
from scanner.model.target import Target
from scanner.runtime.tables import load_stdlib


def load_runtime(target: Target) -> Runtime:
    """The target as code sees it, from the data tables."""
    return build_runtime(target, load_stdlib(target.python.rpartition(".")[0]))


def find_import_problems(
    codes: Mapping[str, WheelCode], keys: Sequence[str], *, called: frozenset[str], runtime: Runtime
) -> dict[str, ImportReport]:
    """The reports on these packages of a tree; ``called`` are those whose functions and scripts are looked at."""
    reports = TreeEvaluation(runtime, codes).report(keys, called=called)
    names = {code.filename: code.distribution for code in codes.values()}
    return {key: make_report(reports[key], codes[key].filename, runtime, names) for key in keys}


__all__ = ["ImportReport", "find_import_problems", "load_runtime"]
