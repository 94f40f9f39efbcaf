"""What is inside the files that a tree would install: opened all at once, then their code followed across the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from scanner.candidates import Candidate
from scanner.checks.code.reader import CodeReader
from scanner.checks.code.site import WheelCode
from scanner.checks.imports import ImportReport, build_runtime, find_import_problems
from scanner.contents import OpenedWheel, SdistContents
from scanner.errors import ScanError
from scanner.listed import Listed
from scanner.model import Artifact, ArtifactKind, Origin, TableMode, Target
from scanner.resolve import Graph, Node
from scanner.tables import Effect, load_pyodide, load_stdlib

Opened = OpenedWheel | SdistContents | ScanError


class Opener(Protocol):
    """Opens distributions."""

    def open_files(self, artifacts: Iterable[Artifact]) -> Mapping[str, Opened]:
        """What is inside each file, by its name; an error where that cannot be told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspected:
    """What was learned of the file that one node would install."""

    wheel: OpenedWheel | None = None
    sdist: SdistContents | None = None
    imports: ImportReport | None = None
    failure: ScanError | None = None


def inspect_graph(
    graph: Graph, opener: Opener, *, target: Target, table: TableMode, listed: Listed
) -> dict[str, Inspected]:
    """What is inside the files of a tree, by the keys of its nodes.

    What needs a container for another reason already is not opened, and neither are the Pyodide release's own builds,
    which are made and tested there and of which only the names are known here.
    """
    wanted = {key: file for key, node in graph.nodes.items() if (file := _file_to_open(node, table, listed))}
    opened = opener.open_files(wanted.values())
    wheels = {key: opened[file.filename] for key, file in wanted.items()}
    codes = {key: code for key, node in graph.nodes.items() if (code := _to_code(key, node, wheels, target))}
    reader = CodeReader(build_runtime(target, load_stdlib(target.python.rpartition(".")[0])))
    return {key: _inspect(key, wheels[key], codes, graph, reader) for key in wanted}


def _file_to_open(node: Node, table: TableMode, listed: Listed) -> Artifact | None:
    row = listed.get(node.name)
    if row is not None and row.effect is Effect.CONTAINER and (table is TableMode.ENFORCE or not row.build_lifts):
        return None
    if node.chosen is None:
        return None
    wheel = node.chosen.wheel
    if wheel is not None:
        return wheel if wheel.url and wheel.origin is not Origin.PYODIDE else None
    return _only_source(node.chosen)


def _only_source(candidate: Candidate) -> Artifact | None:
    """The source distribution of a release that has nothing else."""
    artifacts = candidate.release.artifacts
    if any(artifact.kind is ArtifactKind.WHEEL for artifact in artifacts):
        return None
    return next((artifact for artifact in artifacts if artifact.kind is ArtifactKind.SDIST and artifact.url), None)


def _inspect(key: str, opened: Opened, codes: Mapping[str, WheelCode], graph: Graph, reader: CodeReader) -> Inspected:
    match opened:
        case OpenedWheel():
            report = None
            if opened.paths:
                closure = [codes[other] for other in _closure(key, graph) if other in codes]
                report = find_import_problems(codes[key], closure, reader)
            return Inspected(wheel=opened, imports=report)
        case SdistContents():
            return Inspected(sdist=opened)
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
    if isinstance(opened, OpenedWheel) and opened.paths:
        native = wheel is not None and all(tag.platform != "any" for tag in wheel.tags)
        return WheelCode(
            filename=filename,
            members=opened.paths,
            read=opened.read,
            distribution=node.name,
            console_scripts=tuple((script.name, script.target) for script in opened.contents.console_scripts),
            runs_native=native,
        )
    names = _known_names(node, opened, target)
    return WheelCode(filename=filename, members=(), read=_read_nothing, distribution=node.name, opaque_names=names)


def _known_names(node: Node, opened: Opened | None, target: Target) -> tuple[str, ...]:
    if isinstance(opened, OpenedWheel):
        return opened.contents.top_level
    package = load_pyodide(target.pyodide).packages.get(node.name)
    return package.imports if package else (node.name.replace("-", "_"),)


def _read_nothing(path: str) -> bytes:
    raise LookupError(path)
