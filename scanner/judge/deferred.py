"""Imports that fail, and which packages run into them at import time. Pure.

A package whose wheel installs and whose import fails stops only those that import it while they are imported
themselves. A package that imports it later, in a function, works until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from scanner.inspect.import_report import ImportReport
from scanner.model.finding import Cause, Evidence, Finding, Level, Strength, When
from scanner.model.graph import Edges, ancestors, invert
from scanner.model.rule import Rule

Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Deferred:
    """What does not follow from imports that fail, by the keys of a tree."""

    exempt: frozenset[str] = frozenset()
    """Those that fail when they are imported, and that no requirement of the project reaches at import time."""
    passes: Pairs = frozenset()
    """Pairs of a package and one below it that fails, where that says nothing about the first."""
    deferred_edges: Pairs = frozenset()
    """The pairs where importing the first would fail as well, which nothing does at import time."""

    def fails(self, key: str) -> bool:
        """Whether importing this package fails although that counts against none of the requirements."""
        return key in self.exempt or any(key == other for other, _ in self.deferred_edges)


def find_deferred(
    failing: Mapping[str, str], reports: Mapping[str, ImportReport], edges: Edges, roots: Iterable[str]
) -> Deferred:
    """Which packages are exempt because imports are deferred.

    ``failing`` are the keys of packages that install and only fail when they are imported, each with its name;
    ``reports`` has what is known of the imports of the others. Where the code of a package could not be followed,
    nothing is known of those that require it, and a failure below it counts.
    """
    parents = invert(edges)
    root_set = frozenset(roots)
    exempt: set[str] = set()
    passes: set[tuple[str, str]] = set()
    reaching: set[tuple[str, str]] = set()
    for cause, name in failing.items():
        above = ancestors(cause, parents)
        unclear = _find_unclear(above, reports, parents)
        safe = {
            key for key in (cause, *above) if key not in root_set and _is_safe(key, parents, root_set, reports, unclear)
        }
        if cause in safe:
            exempt.add(cause)
        for key in above - unclear:
            reaches = _reaches(reports[key], name)
            if not reaches or key in safe:
                passes.add((key, cause))
            if reaches:
                reaching.add((key, cause))
    return Deferred(exempt=frozenset(exempt), passes=frozenset(passes), deferred_edges=frozenset(reaching & passes))


def downgrade(finding: Finding) -> Finding:
    """A blocker about what importing runs into, as a caution: nothing imports the package at import time."""
    if finding.level is not Level.BLOCKER:
        return finding
    message = f"{finding.message}; nothing imports it at import time"
    return replace(finding, level=Level.CAUTION, when=When.IMPORT, message=message)


def find_cautions(
    key: str, deferred: Deferred, edges: Edges, report: ImportReport, causes: Mapping[str, Cause]
) -> Iterator[Finding]:
    """CS109 as a caution: the failing imports below a package that it does not run into at import time."""
    for below in sorted(cause for other, cause in deferred.passes if other == key):
        children = [
            child for child in edges.get(key, ()) if child == below or (child, below) in deferred.deferred_edges
        ]
        if (key, below) in deferred.deferred_edges:
            message = f"fails to import on Workers, because it imports {below}; nothing imports it at import time"
        elif children:
            place = next((place for name, place in report.later if name in children), None)
            where = f", first at {place}" if place else ""
            message = f"requires {below}, which fails to import on Workers; it imports it only later{where}"
        else:
            continue
        evidence = Evidence(fact=f"{key} requires {below}", origin=key, strength=Strength.PROVEN)
        yield Finding(
            rule=Rule.CS109,
            level=Level.CAUTION,
            when=When.IMPORT,
            message=message,
            cause=causes[below],
            evidence=(evidence,),
        )


def _is_safe(
    key: str,
    parents: Edges,
    roots: AbstractSet[str],
    reports: Mapping[str, ImportReport],
    unclear: AbstractSet[str],
) -> bool:
    """Whether every requirement of the project that leads to a package imports to the end without failing."""
    leading = ancestors(key, parents) & roots
    return bool(leading) and all(root not in unclear and not reports[root].fails for root in leading)


def _reaches(report: ImportReport, name: str) -> bool:
    """Whether importing a package ends in the failure of the one of this name."""
    blockers = (finding for finding in report.inherited if finding.level is Level.BLOCKER)
    return any(finding.cause is not None and finding.cause.name == name for finding in blockers)


def _find_unclear(above: AbstractSet[str], reports: Mapping[str, ImportReport], parents: Edges) -> set[str]:
    """Those whose imports are not known to the end, and those that require them."""
    found = {key for key in above if key not in reports or not reports[key].is_whole}
    for key in tuple(found):
        found |= ancestors(key, parents) & above
    return found
