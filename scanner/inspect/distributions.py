"""What is inside the files that a tree would install: opened all at once, then their code followed across the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from scanner.inputs.table_rows import Listed
from scanner.inspect.code.site import WheelCode
from scanner.inspect.follow import Follower
from scanner.inspect.import_report import ImportReport
from scanner.inspect.memory import Memory, Nothing, Opener, Remembered
from scanner.inspect.sdist.backend import read_build
from scanner.inspect.sdist.build import Outcome
from scanner.inspect.sdist.layout import find_installed
from scanner.model.artifact import Artifact, ArtifactKind, Origin
from scanner.model.contents import EntryPoint, SdistContents
from scanner.model.errors import ScanError
from scanner.model.metadata import find_excluded
from scanner.model.opened import Opened, OpenedSdist, OpenedWheel
from scanner.model.report import TableMode
from scanner.model.target import Target
from scanner.resolve import Graph, Node
from scanner.runtime.candidates import Candidate, readable_wheel
from scanner.runtime.tables import Effect, load_pyodide

__all__ = ["Inspected", "Opener", "inspect_graph"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspected:
    """What was learned of the file that one node would install."""

    wheel: OpenedWheel | None = None
    sdist: SdistContents | None = None
    imports: ImportReport | None = None
    failure: ScanError | None = None


def inspect_graph(
    graph: Graph,
    opener: Opener,
    *,
    target: Target,
    table: TableMode,
    listed: Listed,
    memory: Memory | None = None,
    all_calls: bool = False,
) -> dict[str, Inspected]:
    """What is inside the files of a tree, by the keys of its nodes.

    A package that needs a container for another reason is not opened. A build that only the Pyodide release has cannot
    be opened either; where the index has the same version, its wheel is read instead. ``all_calls`` looks at the
    functions of transitive dependencies too.
    """
    wanted = {key: file for key, node in graph.nodes.items() if (file := _file_to_open(node, target, table, listed))}
    if not wanted:
        return {}
    remembered = Remembered(memory or Nothing(), opener, target)
    opened = remembered.open_files(wanted.values())
    wheels = {key: opened[file.filename] for key, file in wanted.items()}
    codes = {key: code for key, node in graph.nodes.items() if (code := _to_code(key, node, wheels, target))}
    called = frozenset(graph.nodes if all_calls else graph.roots)
    follower = Follower(graph, codes, wanted, remembered, target, called=called)
    reports = follower.add_later(follower.follow(key for key in wanted if _has_code(wheels[key], codes.get(key))))
    follower.remember()
    return {key: _inspect(wheels[key], reports.get(key)) for key in wanted}


def _file_to_open(node: Node, target: Target, table: TableMode, listed: Listed) -> Artifact | None:
    row = listed.get(node.name)
    if row is not None and row.effect is Effect.CONTAINER and (table is TableMode.ENFORCE or not row.build_lifts):
        return None
    if node.chosen is None:
        return None
    wheel = node.chosen.wheel
    if wheel is None:
        return _only_source(node.chosen)
    wheel = readable_wheel(node.chosen, target)
    return wheel if wheel and wheel.url and wheel.origin is not Origin.PYODIDE else None


def _only_source(candidate: Candidate) -> Artifact | None:
    """The source distribution of a release that has nothing else that fits."""
    artifacts = candidate.release.artifacts if candidate.is_source_only else ()
    return next((artifact for artifact in artifacts if artifact.kind is ArtifactKind.SDIST and artifact.url), None)


def _has_code(opened: Opened, code: WheelCode | None) -> bool:
    """Whether there is anything to follow."""
    match opened:
        case OpenedWheel(paths=paths):
            return bool(paths)
        case OpenedSdist():
            return code is not None and bool(code.members)
    return False


def _inspect(opened: Opened, imports: ImportReport | None) -> Inspected:
    match opened:
        case OpenedWheel():
            return Inspected(wheel=opened, imports=imports)
        case OpenedSdist(contents=contents):
            return Inspected(sdist=contents, imports=imports)
    return Inspected(failure=opened)


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
        read=_Installed(installed, opened.read).read,
        distribution=node.name,
        console_scripts=_pairs(contents.console_scripts),
        opaque_names=tuple(name for name in contents.top_level if not any(_lies_in(path, name) for path in installed)),
        excluded_requirements=find_excluded(contents.metadata, target.markers),
    )


@dataclass(frozen=True, slots=True)
class _Installed:
    """The files of a source distribution by the paths that they are installed at."""

    places: Mapping[str, str]
    read_packed: Callable[[str], bytes]

    def read(self, path: str) -> bytes:
        return self.read_packed(self.places[path])


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
