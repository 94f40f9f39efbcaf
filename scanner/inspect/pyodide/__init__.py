"""The proof: the packages of a report imported in a real Pyodide, the prediction beside what happened.

Nothing is imported in this process. Wheels come through the supply, verified and guarded as for a scan, and are
unpacked below a temporary folder; ``scanner.inspect.pyodide.probe`` starts Node with that folder and little else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from scanner.inspect.code.site import WheelCode, entry_modules
from scanner.inspect.distributions import Opener
from scanner.inspect.pyodide.outcome import Comparison, Happened, ModuleOutcome, Verification, VerifyReport
from scanner.inspect.pyodide.probe import TIMEOUT
from scanner.inspect.pyodide.unpack import unpack_wheels
from scanner.model.artifact import Artifact, Origin
from scanner.model.errors import ArtifactError, ScanError
from scanner.model.finding import Level
from scanner.model.opened import OpenedWheel
from scanner.model.report import Judgement, ProjectReport, Verdict
from scanner.model.rule import Rule
from scanner.runtime.tables import load_pyodide

__all__ = ["Probe", "verify_report"]

MAX_MODULES = 12
"""How many main modules of one package are imported; hardly any has more than one."""


class Probe(Protocol):
    """A real Pyodide that imports modules."""

    def import_modules(
        self, site: Path, modules: Sequence[str], host_packages: Sequence[str]
    ) -> tuple[ModuleOutcome, ...]:
        """What importing each module gave, in their order, each in a fresh interpreter."""

    def find_host_failure(self, site: Path, names: Sequence[str]) -> str | None:
        """Why these builds of the Pyodide host cannot be had; None where they can."""


def verify_report(
    report: ProjectReport,
    opener: Opener,
    probe: Probe,
    *,
    direct_only: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> VerifyReport:
    """Every package of the report tried, in the report's order; only what the project itself names on request."""
    judgements = _unique(report.dependencies)
    wanted = [one for one in judgements if not direct_only or one.location is not None]
    progress("fetching the wheels of the tree")
    wheels = _open_wheels(judgements, opener)
    hosted = _host_names(judgements)
    with tempfile.TemporaryDirectory(prefix="compat-scan-verify-") as name:
        site = Path(name) / "site"
        site.mkdir()
        failure = probe.find_host_failure(site, hosted) if hosted else None
        refused = unpack_wheels({name: one for name, one in wheels.items() if isinstance(one, OpenedWheel)}, site)
        tree = _Tree(
            site=site,
            wheels={**wheels, **refused},
            host_packages=() if failure else tuple(hosted),
            host_failure=failure,
            host_imports=_host_imports(report, hosted),
        )
        verifications = []
        for one in wanted:
            progress(f"importing {one.name}")
            verifications.append(_verify(one, tree, probe))
    return VerifyReport(
        pyodide=report.target.pyodide,
        python=report.target.python,
        verifications=tuple(verifications),
        notes=(f"the builds of the Pyodide host could not be had: {failure}",) if failure else (),
        is_unread=bool(report.problems) and not report.dependencies,
    )


_Opened = OpenedWheel | ScanError


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tree:
    """The unpacked tree that all packages are imported from."""

    site: Path
    wheels: Mapping[str, _Opened]
    host_packages: tuple[str, ...]
    host_failure: str | None
    host_imports: Mapping[str, str]
    """Which package of the Pyodide host gives a module."""


def _unique(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Each package once, though several files may declare it; the first declaration stands for it."""
    by_name: dict[tuple[str, str | None], Judgement] = {}
    for one in judgements:
        by_name.setdefault((one.name, one.version), one)
    return list(by_name.values())


def _open_wheels(judgements: Sequence[Judgement], opener: Opener) -> dict[str, _Opened]:
    """The wheels of the index by their package's name."""
    wanted: dict[str, Artifact] = {}
    for one in judgements:
        wheel = one.readable
        if wheel is not None and wheel.url and wheel.origin is not Origin.PYODIDE:
            wanted.setdefault(one.name, wheel)
    opened = opener.open_files(wanted.values())
    wheels: dict[str, _Opened] = {}
    for name, wheel in wanted.items():
        match opened[wheel.filename]:
            case OpenedWheel() as found if not found.paths:
                wheels[name] = ArtifactError(wheel.filename, "too large to be held in memory")
            case OpenedWheel() | ScanError() as found:
                wheels[name] = found
            case _:
                wheels[name] = ArtifactError(wheel.filename, "is no wheel")
    return wheels


def _host_names(judgements: Iterable[Judgement]) -> list[str]:
    return sorted({one.name for one in judgements if _is_of_host(one)})


def _is_of_host(one: Judgement) -> bool:
    """Whether only the Pyodide host has the file."""
    return one.artifact is not None and one.artifact.origin is Origin.PYODIDE and one.readable is None


def _host_imports(report: ProjectReport, names: Iterable[str]) -> dict[str, str]:
    packages = load_pyodide(report.target.pyodide).packages
    by_text = {str(name): package for name, package in packages.items()}
    return {module: name for name in names if name in by_text for module in by_text[name].imports}


def _verify(one: Judgement, tree: _Tree, probe: Probe) -> Verification:
    told = Verification(
        name=one.name,
        version=one.version,
        predicted=one.verdict,
        happened=Happened.NOT_VERIFIABLE,
        comparison=Comparison.OPEN,
    )
    missing = _why_not_installable(one)
    if missing:
        agrees = Comparison.AGREES if one.verdict is Verdict.CONTAINER else Comparison.DISAGREES
        return replace(told, happened=Happened.NOT_INSTALLABLE, comparison=agrees, reason=missing)
    reason = _why_not_verifiable(one, tree)
    if reason:
        return replace(told, reason=reason)
    outcomes = probe.import_modules(tree.site, _main_modules(one, tree), tree.host_packages)
    if not outcomes:
        return replace(told, reason="it has no module that could be imported")
    return _compare(one, tree, replace(told, modules=outcomes))


def _why_not_installable(one: Judgement) -> str | None:
    """What the scan saw of the files alone: an installer for the target has nothing to take."""
    if one.artifact is not None:
        return None
    shipped = (Rule.CS101, Rule.CS102, Rule.CS106, Rule.CS107)
    return next((f.message for f in one.findings if f.level is Level.BLOCKER and f.rule in shipped), None)


def _why_not_verifiable(one: Judgement, tree: _Tree) -> str | None:
    if one.artifact is None:
        built = any(finding.rule is Rule.CS103 for finding in one.findings)
        return "its source distribution must be built first" if built else "there is no wheel of it"
    if _is_of_host(one):
        why = tree.host_failure
        return f"only the Pyodide host has its build, and that cannot be had: {why}" if why else None
    opened = tree.wheels.get(one.name)
    if opened is None:
        return "its wheel cannot be fetched"
    return None if isinstance(opened, OpenedWheel) else str(opened)


def _main_modules(one: Judgement, tree: _Tree) -> tuple[str, ...]:
    opened = tree.wheels.get(one.name)
    if not isinstance(opened, OpenedWheel):
        return tuple(sorted(module for module, name in tree.host_imports.items() if name == one.name))[:MAX_MODULES]
    native = one.artifact is not None and all(tag.platform != "any" for tag in one.artifact.tags)
    code = WheelCode(
        filename=opened.contents.filename,
        members=opened.paths,
        read=opened.read,
        distribution=one.name,
        runs_native=native,
    )
    return entry_modules(code)[0][:MAX_MODULES]


def _compare(one: Judgement, tree: _Tree, told: Verification) -> Verification:
    """The prediction held against the outcomes: a package imports where one of its main modules does."""
    own, whole = (Verdict.CONTAINER,) * 2 if one.import_fails else (one.own_verdict, one.verdict)
    if any(outcome.ok for outcome in told.modules):
        listed = any(f.rule is Rule.CS201 and f.level is Level.BLOCKER for f in one.findings)
        if listed:
            reason = "the incompatible-library table decides it, for more than its import"
            return replace(told, happened=Happened.IMPORTED, reason=reason)
        # What hangs on a dependency's blocker is proven or refuted where that dependency is told.
        return replace(told, happened=Happened.IMPORTED, comparison=_settle(one, own, Verdict.WORKERS))
    first = told.modules[0]
    host = tree.host_imports.get(first.missing or "") or tree.host_imports.get((first.missing or "").partition(".")[0])
    if host is not None:
        return replace(told, reason=f"needs {host}, whose build only the Pyodide host has: {tree.host_failure}")
    if first.error == TIMEOUT:
        return replace(told, reason=f"its import was {first.message}")
    reason = f"{first.error}: {first.message}" + (f" at {first.trace[-1]}" if first.trace else "")
    return replace(told, happened=Happened.FAILED, reason=reason, comparison=_settle(one, whole, Verdict.CONTAINER))


def _settle(one: Judgement, predicted: Verdict, proven: Verdict) -> Comparison:
    if one.verdict is Verdict.UNKNOWN or predicted is Verdict.UNKNOWN:
        return Comparison.OPEN
    return Comparison.AGREES if predicted is proven else Comparison.DISAGREES
