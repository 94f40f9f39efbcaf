"""Follows the imports of every package across a tree, unless that was done before for just these files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.inspect.deferred import find_later
from scanner.inspect.import_report import ImportReport
from scanner.inspect.memory import Remembered
from scanner.model.artifact import Artifact
from scanner.model.graph import reachable
from scanner.model.target import Target
from scanner.resolve import Graph
from scanner.runtime.tables import load_stdlib

if TYPE_CHECKING:  # the engine that follows imports is loaded only when something is followed
    from scanner.inspect.code.digest import CodeDigest
    from scanner.inspect.code.site import WheelCode
    from scanner.inspect.parallel.partition import Outcome, Tasks

_WORTH_BYTES = 4_000_000
"""From this much unread code on a further process gains more than the quarter of a second that starting it takes."""


class Follower:
    """For one tree and one target."""

    def __init__(
        self,
        graph: Graph,
        codes: Mapping[str, WheelCode],
        files: Mapping[str, Artifact],
        remembered: Remembered,
        target: Target,
    ) -> None:
        self._graph = graph
        self._codes = codes
        self._edges = {key: node.requires for key, node in graph.nodes.items()}
        self._files = {key: file for key, file in files.items() if codes[key].members}
        self._remembered = remembered
        self._target = target
        self._identities: dict[str, tuple[str, ...] | None] = {}
        self._reports: dict[str, ImportReport] = {}
        self._outcomes: list[Outcome] = []

    def follow(self, keys: Iterable[str]) -> Mapping[str, ImportReport]:
        """What importing and using the packages of these nodes runs into."""
        known: dict[str, ImportReport] = {}
        tasks: dict[str, Sequence[str]] = {}
        for key in keys:
            closure = [other for other in reachable([key], self._edges) if other != key and other in self._codes]
            identities = self._identities[key] = self._identify((key, *closure))
            report = self._remembered.find_report(identities) if identities else None
            if report is None:
                tasks[key] = closure
            else:
                known[key] = report
        if tasks:
            self._outcomes = self._follow_tasks(tasks)
            found = {key: report for outcome in self._outcomes for key, report in outcome.reports.items()}
            self._reports = {key: found[key] for key in tasks}
        return {**known, **self._reports}

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
        if not all(outcome.is_whole for outcome in self._outcomes):
            return
        texts: dict[str, list[str]] = {}
        for outcome in self._outcomes:
            for key, text in outcome.digests.items():
                texts.setdefault(key, []).append(text)
        for key in texts.keys() & self._files.keys():
            self._remembered.keep_digest(self._files[key], texts[key])
        for key, report in self._reports.items():
            identities = self._identities[key]
            if identities is not None:
                self._remembered.keep_report(identities, report)

    def _follow_tasks(self, tasks: Tasks) -> list[Outcome]:
        from scanner.inspect.imports import build_runtime  # noqa: PLC0415 - heavy
        from scanner.inspect.parallel.partition import Share, follow_share, share_out  # noqa: PLC0415 - as above
        from scanner.inspect.parallel.pool import can_send, count_processes, helpers  # noqa: PLC0415 - as above

        runtime = build_runtime(self._target, load_stdlib(self._target.python.rpartition(".")[0]))
        needed = _keys_of(tasks)
        digests = self._known_digests(needed)
        weights = {key: self._codes[key].code_bytes for key in needed if key not in digests}
        count = count_processes() if sum(weights.values()) >= _WORTH_BYTES else 1
        fixed = {key for key in needed if not can_send(self._codes[key])} if count > 1 else set()
        tied = [task for task, closure in tasks.items() if not fixed.isdisjoint((task, *closure))]

        def share_of(part: Tasks) -> Share:
            keys = _keys_of(part)
            return Share(
                runtime=runtime,
                tasks=part,
                codes={key: self._codes[key] for key in keys},
                digests={key: digests[key] for key in keys if key in digests},
            )

        mine, *others = [share_of(part) for part in share_out(tasks, weights, count, tied)]
        with helpers(others) as crew:
            outcomes = [follow_share(mine)]
            for share, helper in zip(others, crew, strict=True):
                found = helper.outcome() if helper is not None else None
                outcomes.append(found if found is not None else follow_share(share))
        return outcomes

    def _known_digests(self, keys: Iterable[str]) -> dict[str, CodeDigest]:
        found = {key: self._remembered.find_digest(self._files[key]) for key in keys if key in self._files}
        return {key: digest for key, digest in found.items() if digest is not None}

    def _identify(self, keys: Iterable[str]) -> tuple[str, ...] | None:
        """What the code of each node is, in words; None where a file has no hash to be known by."""
        identities = []
        for key in keys:
            code, file = self._codes[key], self._files.get(key)
            if code.members and (file is None or file.cache_key is None):
                return None
            what = file.cache_key if file is not None else " ".join(code.opaque_names)
            identities.append(f"{code.distribution} {code.filename} {what}")
        return tuple(identities)


def _keys_of(tasks: Tasks) -> Mapping[str, None]:
    """The packages of the tasks with all that they require, each once."""
    return dict.fromkeys(key for task, closure in tasks.items() for key in (task, *closure))
