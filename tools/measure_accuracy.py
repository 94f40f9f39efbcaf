"""Measure the verdicts against a real Pyodide, and write docs/accuracy.md.

    python tools/measure_accuracy.py                      measure all of accuracy_packages.txt and write the page
    python tools/measure_accuracy.py NAME …               measure these anew, without the page
    python tools/measure_accuracy.py --missing            go on where an earlier run was stopped, and write the page
    python tools/measure_accuracy.py --page               only write the page, from what was measured last

Each requirement is scanned as a project of its own, with ``--table advise`` and an empty table: what is listed must not
help. Beside it the closure's wheels are imported in Pyodide under Node (`compat-scan verify` does the same). A release
with nothing but a source distribution is built with pip for this measure, which no scan ever does, to see whether a
pure wheel comes out. Wheels, builds and imports are kept below --cache by their hashes; a second run only predicts
anew.

What the files of this folder say of packages by hand: accuracy_notes.toml explains disagreements, and names packages
that import but cannot do their job.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from accuracy_page import Row, write_page  # noqa: E402  # its neighbours
from accuracy_supply import HeldMemory, KeptProbe, KeptSupply, tree_key  # noqa: E402

from scanner import pipeline  # noqa: E402  # works without an installation
from scanner.index import IndexChoice, open_supply  # noqa: E402
from scanner.inputs.settings import Settings  # noqa: E402
from scanner.inspect.pyodide import verify_report  # noqa: E402
from scanner.inspect.pyodide.outcome import Happened, Verification  # noqa: E402
from scanner.inspect.pyodide.probe import NodeProbe  # noqa: E402
from scanner.inspect.pyodide.runtime import find_runtime, install_runtime  # noqa: E402
from scanner.model.artifact import Origin  # noqa: E402
from scanner.model.errors import ScanError  # noqa: E402
from scanner.model.finding import Level  # noqa: E402
from scanner.model.report import Judgement, ProjectReport, TableMode  # noqa: E402
from scanner.model.rule import Rule  # noqa: E402
from scanner.runtime.target import choose_target  # noqa: E402

PACKAGES = Path(__file__).resolve().parent / "accuracy_packages.txt"
PROBES = 2
TURN_SECONDS = 0.05
"""What the next prediction waits, so that those who wait for the lock get their turn."""

_NO_FILE = (Rule.CS101, Rule.CS106, Rule.CS107)
_SOURCE_ONLY = (Rule.CS102, Rule.CS103)
_ENVIRON = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))} | {
    "PIP_CONFIG_FILE": os.devnull
}
"""This machine's own indexes and folders must not take part."""


def main() -> None:
    """Measure, keep the rows, write the page."""
    parser = argparse.ArgumentParser(description="Measure the verdicts against a real Pyodide; write docs/accuracy.md.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, and no page")
    parser.add_argument("--cache", type=Path, default=Path("bench-cache"), help="default: ./bench-cache")
    parser.add_argument("--pyodide", type=Path, help="the npm package; default: npm installs it into the cache")
    parser.add_argument(
        "--missing", action="store_true", help="measure only what the cache has no result of, and write"
    )
    parser.add_argument("--page", action="store_true", help="only write the page from the rows measured last")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    cache = options.cache.resolve()
    if not options.page:
        names = options.names or read_packages()
        left = [name for name in names if not options.missing or not _row_place(cache, name).exists()]
        measure(left, cache, options.pyodide)
    if not options.names:
        write_page(list(read_rows(cache)), listed_count=len(read_packages()))


def read_packages() -> list[str]:
    """The requirements of the list."""
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read_rows(cache: Path) -> Iterator[Row]:
    """What was measured last of each package of the list; those that never were are left out."""
    for name in read_packages():
        place = _row_place(cache, name)
        if place.exists():
            yield Row(**json.loads(place.read_text(encoding="utf-8")))


def _row_place(cache: Path, name: str) -> Path:
    return cache / "rows" / f"{name}.json"


def measure(names: Sequence[str], cache: Path, pyodide: Path | None) -> list[Row]:
    """A row for each name, in their order; each is printed as soon as it is there."""
    target = choose_target()
    search_path = os.environ.get("PATH", "")
    if pyodide is None:
        install_runtime(target.pyodide, cache=cache, search_path=search_path)
    runtime = find_runtime(target.pyodide, named=pyodide, cache=cache, search_path=search_path)
    choice = IndexChoice()
    with (
        open_supply(target, choice, environ=_ENVIRON, home=cache, directory=cache) as supply,
        ThreadPoolExecutor(PROBES) as pool,
    ):
        kept, memory = KeptSupply(supply, cache), HeldMemory()
        waiting: list[Future[Row]] = []
        for name in names:
            with kept.lock:
                report = predict(name, kept, memory)
            time.sleep(TURN_SECONDS)
            waiting.append(pool.submit(_measured, name, report, kept, NodeProbe(runtime=runtime, offline=True)))
        return [future.result() for future in waiting]


def predict(name: str, supply: KeptSupply, memory: HeldMemory | None = None) -> ProjectReport:
    """What a scan says of a project that asks for just this."""
    around = pipeline.Surroundings(
        environ={},
        read_stdin=f"{name}\n".encode,
        open_supply=lambda *_: nullcontext(supply),
        listed={},
        memory=memory,
    )
    return pipeline.scan_one(("-",), Settings(table=TableMode.ADVISE), around)


def _measured(name: str, report: ProjectReport, supply: KeptSupply, probe: NodeProbe) -> Row:
    try:
        row = compare(name, report, supply, probe)
    except (ScanError, OSError, ValueError) as error:
        row = build_row(name, report, real="", why=f"the measure failed: {error}")
    place = _row_place(supply.folder, name)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(asdict(row), indent=1), encoding="utf-8")
    print(
        f"{name:24} {row.version or '-':16} predicted {row.predicted:10} real {row.real or '-':10} {row.why[:150]}",
        flush=True,
    )
    return row


def compare(name: str, report: ProjectReport, supply: KeptSupply, probe: NodeProbe) -> Row:
    """The prediction beside what an installation and an import give."""
    hosted = [one.name for one in report.dependencies if one.artifact and one.artifact.origin is Origin.PYODIDE]
    built: list[Judgement] = []
    for one in report.dependencies:
        rules = {finding.rule for finding in one.findings}
        if one.artifact is None and rules.intersection(_SOURCE_ONLY):
            wheel, why = supply.build(one)
            if wheel is None:
                return build_row(name, report, real="", why=f"{one.name}: {why}")
            if not wheel.filename.endswith("none-any.whl"):
                return build_row(
                    name, report, real="container", why=f"{one.name}: its source compiles to {wheel.filename}"
                )
            built.append(replace(one, artifact=wheel))
        elif one.artifact is None and rules.intersection(_NO_FILE):
            return build_row(name, report, real="container", why=f"{one.name}: no file that could be installed")
        elif one.artifact is None:
            return build_row(name, report, real="", why=f"{one.name}: there is no file of it")
        else:
            built.append(one)
    if hosted:
        return build_row(name, report, real="", why=f"needs {', '.join(hosted[:4])} from the Pyodide host")
    whole = replace(report, dependencies=tuple(built))
    keeping = KeptProbe(probe=probe, folder=supply.folder / "imports", key=tree_key(built))
    told = verify_report(whole, supply, keeping, direct_only=True).verifications[0]
    return _judge(name, report, told)


def _judge(name: str, report: ProjectReport, told: Verification) -> Row:
    why = told.reason
    missing = {outcome.missing for outcome in told.modules if not outcome.ok}
    if told.happened is Happened.IMPORTED:
        real, why = "workers", ""
    elif told.happened is not Happened.FAILED:
        real = ""
    elif all(outcome.missing and _is_foreign(outcome.missing, report) for outcome in told.modules):
        real, why = "", f"fails everywhere: nothing that it requires has {', '.join(sorted(filter(None, missing)))}"
    else:
        real = "container"
    return build_row(name, report, real=real, why=why)


def _is_foreign(module: str, report: ProjectReport) -> bool:
    """Whether a missing module is neither of the standard library nor anything that its tree is there to give."""
    top = module.partition(".")[0]
    names = {one.name.replace("-", "_") for one in report.dependencies}
    return top not in sys.stdlib_module_names and top.lower() not in names


def build_row(name: str, report: ProjectReport, *, real: str, why: str) -> Row:
    """One row of the table."""
    root = next(one for one in report.dependencies if one.location is not None)
    cautions = sorted({f.rule.code for f in root.findings if f.level is Level.CAUTION})
    blockers = [f"{f.rule.code} {f.message}" for f in root.findings if f.level is Level.BLOCKER]
    unknown = [f"{f.rule.code} {f.message}" for f in root.findings if f.rule.leaves_unknown]
    return Row(
        name=name,
        version=root.version or "",
        predicted=root.verdict.value,
        real=real,
        cautions=cautions,
        finding=(blockers + unknown)[0] if blockers + unknown else "",
        why=why,
        by_name="workers" if root.artifact else "container",
        by_tags="workers" if all(one.artifact for one in report.dependencies) else "container",
        packages=len(report.dependencies),
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        pyodide=report.target.pyodide,
    )


if __name__ == "__main__":
    main()
