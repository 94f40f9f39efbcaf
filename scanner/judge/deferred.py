"""Imports that fail, and who runs into them at once. Pure.

A package whose wheel installs and whose import fails stops only those who import it while they are imported
themselves. Whoever imports it later, in a function, works until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from scanner.inspect.import_report import ImportReport
from scanner.judge.chains import Edges
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.rule import Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Late:
    """What does not follow from imports that fail, by the keys of a tree."""

    spared: frozenset[str] = frozenset()
    """Those that fail when they are imported, and that no direct dependency reaches at once."""
    passes: frozenset[tuple[str, str]] = frozenset()
    """Pairs of a package and one below it that fails, where that says nothing of the first."""
    reaching: frozenset[tuple[str, str]] = frozenset()
    """Those of the pairs where importing the first would fail as well, which nothing does at once."""

    def fails(self, key: str) -> bool:
        """Whether importing this package fails although that is held against nobody."""
        return key in self.spared or any(key == other for other, _ in self.reaching)


def find_late(
    failing: Mapping[str, str], reports: Mapping[str, ImportReport], edges: Edges, roots: Iterable[str]
) -> Late:
    """Who is spared by imports that come late.

    ``failing`` are the keys of packages that install and only fail when they are imported, each with its file's name;
    ``reports`` tells what is known of the imports of the others. Where the code of a package could not be followed,
    nothing is known of what stands above it, and a failure below it counts as before.
    """
    parents = _parents(edges)
    root_set = frozenset(roots)
    spared: set[str] = set()
    passes: set[tuple[str, str]] = set()
    reaching: set[tuple[str, str]] = set()
    for cause, filename in failing.items():
        above = _above(cause, parents)
        unclear = _unclear(above, reports, parents)
        safe = {
            key for key in (cause, *above) if key not in root_set and _is_safe(key, parents, root_set, reports, unclear)
        }
        if cause in safe:
            spared.add(cause)
        for key in above - unclear:
            reaches = _reaches(reports[key], filename)
            if not reaches or key in safe:
                passes.add((key, cause))
            if reaches:
                reaching.add((key, cause))
    return Late(spared=frozenset(spared), passes=frozenset(passes), reaching=frozenset(reaching & passes))


def soften(finding: Finding) -> Finding:
    """A blocker about what importing runs into, as the caution that it is where nothing imports the package at once."""
    if finding.level is not Level.BLOCKER:
        return finding
    message = f"nothing in the tree imports it at once; {finding.message}"
    return replace(finding, level=Level.CAUTION, message=message)


def find_cautions(key: str, late: Late, edges: Edges, report: ImportReport) -> Iterator[Finding]:
    """What a package is told of the failing imports below it that it passes, as far as it has a part in them."""
    for cause in sorted(cause for other, cause in late.passes if other == key):
        children = [child for child in edges.get(key, ()) if child == cause or (child, cause) in late.reaching]
        if (key, cause) in late.reaching:
            what = f"importing it fails on the target, for it imports {cause}; nothing in the tree imports it at once"
        elif children:
            place = next((place for name, place in report.later if name in children), None)
            where = f", first at {place}" if place else ""
            what = f"requires {cause}, whose import fails on the target; it imports it only later{where}"
        else:
            continue
        evidence = Evidence(fact=f"{key} requires {cause}", origin=key, strength=Strength.PROVEN)
        yield Finding(rule=Rule.CS109, level=Level.CAUTION, message=what, evidence=(evidence,))


def _is_safe(
    key: str,
    parents: Mapping[str, tuple[str, ...]],
    roots: AbstractSet[str],
    reports: Mapping[str, ImportReport],
    unclear: AbstractSet[str],
) -> bool:
    """Whether every direct dependency that brings a package along is imported to the end without it failing."""
    bringing = _above(key, parents) & roots
    return bool(bringing) and all(root not in unclear and not reports[root].fails for root in bringing)


def _reaches(report: ImportReport, filename: str) -> bool:
    return any(_ends_in(finding, filename) for finding in report.inherited if finding.level is Level.BLOCKER)


def _ends_in(finding: Finding, filename: str) -> bool:
    return bool(finding.evidence) and finding.evidence[-1].origin.startswith(f"{filename}: ")


def _unclear(
    above: AbstractSet[str], reports: Mapping[str, ImportReport], parents: Mapping[str, tuple[str, ...]]
) -> set[str]:
    """Those whose imports are not known to the end, and what stands above them."""
    found = {key for key in above if key not in reports or not reports[key].is_whole}
    for key in tuple(found):
        found |= _above(key, parents) & above
    return found


def _parents(edges: Edges) -> dict[str, tuple[str, ...]]:
    parents: dict[str, tuple[str, ...]] = {}
    for name, children in edges.items():
        for child in children:
            parents[child] = (*parents.get(child, ()), name)
    return parents


def _above(key: str, parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Everything that requires a package, directly or not; without itself."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found - {key}
