"""What is inside the files that a tree would install: opened all at once, then their code followed across the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scanner.candidates import Candidate
from scanner.checks.build import Outcome
from scanner.checks.build_backend import read_build
from scanner.checks.code.site import WheelCode
from scanner.checks.import_report import ImportReport
from scanner.checks.later import find_later
from scanner.checks.sdist_layout import find_installed
from scanner.contents import EntryPoint, SdistContents
from scanner.errors import ScanError
from scanner.listed import Listed
from scanner.metadata import find_excluded
from scanner.model import Artifact, ArtifactKind, Origin, TableMode, Target
from scanner.opened import Opened, OpenedSdist, OpenedWheel
from scanner.remembered import Memory, Nothing, Opener, Remembered
from scanner.resolve import Graph, Node
from scanner.tables import Effect, load_pyodide, load_stdlib

if TYPE_CHECKING:  # the engine that follows imports is loaded only when something is followed
    from scanner.checks.code.reader import CodeReader
    from scanner.checks.code.steps import ModuleFacts

__all__ = ["Inspected", "Opener", "inspect_graph"]

_SCAN_BOUND = "there is too much code to read"
"""Why a module is unread that another scan, with less before it, would read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspected:
    """What was learned of the file that one node would install."""

    wheel: OpenedWheel | None = None
    sdist: SdistContents | None = None
    imports: ImportReport | None = None
    failure: ScanError | None = None


def inspect_graph(
    graph: Graph, opener: Opener, *, target: Target, table: TableMode, listed: Listed, memory: Memory | None = None
) -> dict[str, Inspected]:
    """What is inside the files of a tree, by the keys of its nodes.

    What needs a container for another reason already is not opened. Neither are the Pyodide release's own builds,
    which are made and tested there and of which only the names are known here, nor wheels that a file names by URL or
    path, which are judged by their file names.
    """
    wanted = {key: file for key, node in graph.nodes.items() if (file := _file_to_open(node, table, listed))}
    if not wanted:
        return {}
    remembered = Remembered(memory or Nothing(), opener, target)
    opened = remembered.open_files(wanted.values())
    wheels = {key: opened[file.filename] for key, file in wanted.items()}
    codes = {key: code for key, node in graph.nodes.items() if (code := _to_code(key, node, wheels, target))}
    follower = _Follower(graph, codes, wanted, remembered, target)
    inspected = follower.note_later({key: _inspect(key, wheels[key], follower) for key in wanted})
    follower.finish()
    return inspected


class _Follower:
    """Follows the imports of every package across the tree, unless that was done before for just these files."""

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
        self._files = {key: file for key, file in files.items() if codes[key].members}
        self._remembered = remembered
        self._target = target
        self._followed: dict[str, tuple[tuple[str, ...] | None, ImportReport]] = {}
        self._known_counts: dict[str, int] = {}

    def has_code(self, key: str) -> bool:
        """Whether there is anything to follow."""
        return bool(self._codes[key].members)

    def follow(self, key: str) -> ImportReport:
        """What importing and using the package of a node runs into."""
        closure = [other for other in _closure(key, self._graph) if other in self._codes]
        identities = self._identities((key, *closure))
        report = self._remembered.find_report(identities) if identities else None
        if report is None:
            from scanner.checks.imports import find_import_problems  # noqa: PLC0415 - heavy

            report = find_import_problems(self._codes[key], [self._codes[other] for other in closure], self._reader)
            self._followed[key] = (identities, report)
        return report

    def note_later(self, inspected: dict[str, Inspected]) -> dict[str, Inspected]:
        """The same, with the places where requirements are imported whose import fails."""
        for key, (identities, followed) in self._followed.items():
            requires = self._graph.nodes[key].requires
            failing = [child for child in requires if child in inspected and _fails(inspected[child])]
            places = [(child, find_later(self._codes[key], self._codes[child])) for child in failing]
            later = tuple((child, place) for child, place in places if place is not None)
            if not later:
                continue
            report = replace(followed, later=later)
            self._followed[key] = (identities, report)
            inspected[key] = replace(inspected[key], imports=report)
        return inspected

    def finish(self) -> None:
        """Remember what was learned."""
        if not self._followed:
            return
        is_whole = True
        for key, file in self._files.items():
            digest = self._reader.digest(self._codes[key])
            is_whole = is_whole and not any(map(_is_cut_short, digest.modules.values()))
            if len(digest.modules) + len(digest.quiet) > self._known_counts.get(key, -1) and is_whole:
                self._remembered.keep_digest(file, digest)
        for identities, report in self._followed.values():
            if identities is not None and is_whole:
                self._remembered.keep_report(identities, report)

    @cached_property
    def _reader(self) -> CodeReader:
        """Made only when something has to be followed: it takes in all that is known of the code."""
        from scanner.checks.code.reader import CodeReader  # noqa: PLC0415 - heavy
        from scanner.checks.imports import build_runtime  # noqa: PLC0415 - as above

        digests = {key: self._remembered.find_digest(file) for key, file in self._files.items()}
        known = {key: digest for key, digest in digests.items() if digest is not None}
        self._known_counts = {key: len(digest.modules) + len(digest.quiet) for key, digest in known.items()}
        runtime = build_runtime(self._target, load_stdlib(self._target.python.rpartition(".")[0]))
        return CodeReader(runtime, {self._codes[key].filename: digest for key, digest in known.items()})

    def _identities(self, keys: Iterable[str]) -> tuple[str, ...] | None:
        """What the code of each node is, in words; None where a file has no hash to be known by."""
        identities = []
        for key in keys:
            code, file = self._codes[key], self._files.get(key)
            if code.members and (file is None or not file.sha256):
                return None
            what = file.sha256 if file is not None else " ".join(code.opaque_names)
            identities.append(f"{code.distribution} {code.filename} {what}")
        return tuple(identities)


def _fails(inspected: Inspected) -> bool:
    return inspected.imports is not None and inspected.imports.fails


def _is_cut_short(facts: ModuleFacts) -> bool:
    return facts.unread == _SCAN_BOUND


def _file_to_open(node: Node, table: TableMode, listed: Listed) -> Artifact | None:
    row = listed.get(node.name)
    if row is not None and row.effect is Effect.CONTAINER and (table is TableMode.ENFORCE or not row.build_lifts):
        return None
    if node.chosen is None:
        return None
    wheel = node.chosen.wheel
    if wheel is not None:
        return wheel if wheel.url and wheel.origin is Origin.INDEX else None
    return _only_source(node.chosen)


def _only_source(candidate: Candidate) -> Artifact | None:
    """The source distribution of a release that has nothing else."""
    artifacts = candidate.release.artifacts
    if any(artifact.kind is ArtifactKind.WHEEL for artifact in artifacts):
        return None
    return next((artifact for artifact in artifacts if artifact.kind is ArtifactKind.SDIST and artifact.url), None)


def _inspect(key: str, opened: Opened, follower: _Follower) -> Inspected:
    match opened:
        case OpenedWheel():
            return Inspected(wheel=opened, imports=follower.follow(key) if opened.paths else None)
        case OpenedSdist(contents=contents):
            return Inspected(sdist=contents, imports=follower.follow(key) if follower.has_code(key) else None)
    return Inspected(failure=opened)


def _closure(key: str, graph: Graph) -> Sequence[str]:
    seen = dict.fromkeys([key])
    pending = [key]
    while pending:
        for child in graph.nodes[pending.pop()].requires:
            if child in graph.nodes and child not in seen:
                seen[child] = None
                pending.append(child)
    return [other for other in seen if other != key]


def _to_code(key: str, node: Node, wheels: Mapping[str, Opened], target: Target) -> WheelCode | None:
    """A node's code as the engine reads it; of files that are not at hand only the names they provide."""
    opened = wheels.get(key)
    wheel = node.chosen.wheel if node.chosen else None
    filename = wheel.filename if wheel else key
    if isinstance(opened, OpenedSdist):
        code = _source_code(node, opened, target)
        if code is not None:
            return code
    if isinstance(opened, OpenedWheel) and opened.paths:
        native = wheel is not None and all(tag.platform != "any" for tag in wheel.tags)
        return WheelCode(
            filename=filename,
            members=opened.paths,
            read=opened.read,
            distribution=node.name,
            console_scripts=_pairs(opened.contents.console_scripts),
            runs_native=native,
            excluded_requirements=find_excluded(opened.contents.metadata, target.markers),
        )
    names = _known_names(node, opened, target)
    return WheelCode(filename=filename, members=(), read=_read_nothing, distribution=node.name, opaque_names=names)


def _source_code(node: Node, opened: OpenedSdist, target: Target) -> WheelCode | None:
    """The code that building a source distribution would install; None where it compiles, or no package is found."""
    contents = opened.contents
    if read_build(contents, target).outcome is Outcome.COMPILES:
        return None
    installed = find_installed(contents, opened.paths, node.name)
    if not installed:
        return None
    return WheelCode(
        filename=contents.filename,
        members=tuple(installed),
        read=lambda path: opened.read(installed[path]),
        distribution=node.name,
        console_scripts=_pairs(contents.console_scripts),
        opaque_names=tuple(name for name in contents.top_level if not any(_lies_in(path, name) for path in installed)),
        excluded_requirements=find_excluded(contents.metadata, target.markers),
    )


def _lies_in(path: str, name: str) -> bool:
    return path.startswith((f"{name}/", f"{name}."))


def _pairs(scripts: Iterable[EntryPoint]) -> tuple[tuple[str, str], ...]:
    return tuple((script.name, script.target) for script in scripts)


def _known_names(node: Node, opened: Opened | None, target: Target) -> tuple[str, ...]:
    if isinstance(opened, OpenedWheel):
        return opened.contents.top_level
    package = load_pyodide(target.pyodide).packages.get(node.name)
    return package.imports if package else (node.name.replace("-", "_"),)


def _read_nothing(path: str) -> bytes:
    raise LookupError(path)
