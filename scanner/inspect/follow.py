"""Follows the imports of every package of a tree, unless that was done before for just these files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scanner.inspect.deferred import find_later
from scanner.inspect.import_report import ImportReport
from scanner.inspect.memory import Remembered
from scanner.model.artifact import Artifact
from scanner.model.graph import reachable
from scanner.model.target import Target
from scanner.resolve import Graph

if TYPE_CHECKING:  # the evaluator is loaded only when something is followed
    from scanner.inspect.code.site import WheelCode


@dataclass(frozen=True, kw_only=True, slots=True)
class _Site:
    """Packages that are installed side by side, each project once."""

    codes: Mapping[str, WheelCode]
    keys: tuple[str, ...]
    """The packages that a report is wanted on."""


class Follower:
    """For one tree and one target."""

    def __init__(
        self,
        graph: Graph,
        codes: Mapping[str, WheelCode],
        files: Mapping[str, Artifact],
        remembered: Remembered,
        target: Target,
        *,
        called: frozenset[str],
    ) -> None:
        self._graph = graph
        self._codes = codes
        self._files = {key: file for key, file in files.items() if codes[key].members}
        self._remembered = remembered
        self._target = target
        self._called = called
        self._reports: dict[str, ImportReport] = {}
        self._identities: dict[str, tuple[str, ...]] = {}

    def follow(self, keys: Iterable[str]) -> Mapping[str, ImportReport]:
        """What importing these packages runs into, and what calling some of them does."""
        known: dict[str, ImportReport] = {}
        for site in self._sites(frozenset(keys)):
            known |= self._recall(site) or self._evaluate(site)
        return known

    def add_later(self, reports: Mapping[str, ImportReport]) -> Mapping[str, ImportReport]:
        """The same, with the places where requirements are imported whose import fails."""
        for key, followed in self._reports.items():
            requires = self._graph.nodes[key].requires
            failing = [child for child in requires if child in reports and reports[child].fails]
            places = [(child, find_later(self._codes[key], self._codes[child])) for child in failing]
            later = tuple((child, place) for child, place in places if place is not None)
            if later:
                self._reports[key] = replace(followed, later=later)
        return {**reports, **self._reports}

    def remember(self) -> None:
        """Keep what was learned for later scans."""
        for key, report in self._reports.items():
            if key in self._identities:
                self._remembered.keep_report(self._identities[key], report)
        self._remembered.keep_code()

    def _sites(self, wanted: frozenset[str]) -> Iterator[_Site]:
        """The Worker's packages, then those of the container alone; a second version of a project in a site of its own.

        A site holds all that its packages require besides them.
        """
        groups: list[dict[str, str]] = []
        for key in sorted(wanted, key=lambda key: (not self._graph.nodes[key].on_worker, key)):
            node = self._graph.nodes[key]
            group = next((one for one in groups if self._may_join(key, one)), None)
            if group is None:
                groups.append(group := {})
            group[node.name] = key
        edges = {key: node.requires for key, node in self._graph.nodes.items()}
        for group in groups:
            members = dict(group)
            for key in reachable(list(group.values()), edges):
                members.setdefault(self._graph.nodes[key].name, key)
            codes = {key: self._codes[key] for key in members.values() if key in self._codes}
            yield _Site(codes=codes, keys=tuple(group.values()))

    def _may_join(self, key: str, group: Mapping[str, str]) -> bool:
        node = self._graph.nodes[key]
        first = self._graph.nodes[next(iter(group.values()))]
        return node.name not in group and node.on_worker == first.on_worker

    def _recall(self, site: _Site) -> dict[str, ImportReport] | None:
        """The reports of an earlier scan of the same site; None where one of them is unknown."""
        identities = [self._identify(key) for key in sorted(site.codes)]
        if None in identities:
            return None
        shared = (*map(str, identities), *sorted(self._called & site.codes.keys()))
        found: dict[str, ImportReport | None] = {}
        for key in site.keys:
            self._identities[key] = (key, *shared)
            found[key] = self._remembered.find_report(self._identities[key])
        known = {key: report for key, report in found.items() if report is not None}
        return known if len(known) == len(site.keys) else None

    def _evaluate(self, site: _Site) -> dict[str, ImportReport]:
        from scanner.inspect.imports import find_import_problems, load_runtime  # noqa: PLC0415 - heavy

        runtime = load_runtime(self._target)
        found = find_import_problems(site.codes, site.keys, called=self._called, runtime=runtime)
        self._reports |= found
        return found

    def _identify(self, key: str) -> str | None:
        """What the code of a node is, in words; None where a file has no hash to be known by."""
        code, file = self._codes[key], self._files.get(key)
        if code.members and (file is None or file.cache_key is None):
            return None
        what = file.cache_key if file is not None else " ".join(code.opaque_names)
        return f"{code.distribution} {code.filename} {what}"
