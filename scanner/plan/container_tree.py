"""The packages on the container's side of a plan: the same files resolved for Linux instead of the Worker."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.inputs.formats import ReadFile
from scanner.inputs.projects import Project, plan_file
from scanner.inputs.settings import Settings
from scanner.inspect.memory import Opener
from scanner.model.artifact import Artifact, ArtifactKind, Release
from scanner.model.dependency import Dependency
from scanner.model.errors import IndexFailure, ScanError
from scanner.model.graph import reachable
from scanner.model.metadata import CoreMetadata
from scanner.model.opened import OpenedWheel
from scanner.model.requirement import Narrow, Requirement
from scanner.model.target import Target
from scanner.plan.model import ContainerTree, Package
from scanner.resolve import Graph, Node, Supply, resolve_tree
from scanner.resolve.locked import build_locked_graph
from scanner.runtime.candidates import Candidate, Candidates, ReleaseSource
from scanner.runtime.tables import PyodidePackage, load_workloads
from scanner.runtime.target import wheel_tags

_GLIBC_MINOR = 41
"""The glibc version of the Debian release in the slim images."""
_EXACT_FROM_BYTES = 48 * 1024 * 1024
"""For wheels from this size on the unpacked size is read by range requests; for smaller ones it is estimated."""


class Source(Supply, Opener, Protocol):
    """Access to package indexes."""


def make_linux_target(target: Target) -> Target:
    """Linux on x86-64 with the Python of the base image, as a target."""
    python = load_workloads().image.python
    feature = python.rpartition(".")[0]
    markers = {
        **target.markers,
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "platform_release": "",
        "platform_version": "",
        "python_version": feature,
        "python_full_version": python,
        "implementation_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    reason = f"the image {load_workloads().image.reference}"
    tags = wheel_tags(feature, tuple(_platforms()))
    return replace(target, python=python, markers=markers, tags=tags, reason=reason, notes=())


def find_container_tree(
    files: Sequence[ReadFile],
    names: Collection[str],
    settings: Settings,
    target: Target,
    supply: AbstractContextManager[Source],
) -> ContainerTree | None:
    """Everything that these direct dependencies install on Linux; None if no index could be reached.

    ``supply`` reads the indexes, and ``target`` is Linux as ``make_linux_target`` returns it.
    """
    projects = [plan_file(file, settings, target) for file in files]
    try:
        with supply as opened_supply:
            linux = LinuxSupply(opened_supply, target)
            nodes = _merge(_resolve(project, names, linux, target, settings) for project in projects)
            if not any(node.chosen for node in nodes.values()):
                return None
            opened = _open_large(nodes.values(), opened_supply)
    except ScanError:
        return None
    hashes = _find_hashes(projects)
    packages = tuple(_package(node, opened, hashes) for _, node in sorted(nodes.items()) if node.chosen)
    unresolved = tuple(f"{name}: {_why(node)}" for name, node in sorted(nodes.items()) if node.chosen is None)
    exact = sum(not package.is_guess for package in packages)
    sizes = f"the unpacked size is exact for {exact} wheels of 48 MiB or more, and estimated for the others"
    return ContainerTree(packages=packages, source=f"the tree resolved for Linux; {sizes}", unresolved=unresolved)


@dataclass(frozen=True, slots=True)
class _AllFit:
    """A listing in which every version may be compatible: the wrapped one only filters for WebAssembly."""

    listing: ReleaseSource

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, newest first."""
        return self.listing.versions

    @property
    def candidate_versions(self) -> tuple[Version, ...]:
        """All of them: their tags are checked."""
        return self.versions

    def versions_near(self, version: Version) -> tuple[Version, ...]:
        """The versions that could equal this one, and possibly others."""
        return self.listing.versions_near(version)

    def release(self, version: Version) -> Release | None:
        """One version with its files."""
        return self.listing.release(version)

    def has_candidate(self, version: Version) -> bool:  # noqa: ARG002  # the protocol's
        """True: its tags are checked."""
        return True


class LinuxSupply:
    """Adapts a supply of WebAssembly candidates to Linux."""

    def __init__(self, supply: Supply, target: Target) -> None:
        self._supply = supply
        self._target = target
        self._known: dict[NormalizedName, Candidates] = {}

    def prefetch(
        self, requirements: tuple[Requirement, ...], *, levels: int | None = None, narrow: Narrow | None = None
    ) -> None:
        """Fetch in advance what resolving these probably needs."""
        self._supply.prefetch(requirements, levels=levels, narrow=narrow)

    def candidates(self, name: NormalizedName) -> Candidates:
        """All versions of a project, without Pyodide's builds.

        Raises:
            IndexFailure: the index has no usable answer.
        """
        if name not in self._known:
            listing = self._supply.candidates(name).listing
            wrapped = _AllFit(listing) if listing is not None else None
            self._known[name] = Candidates(name=name, target=self._target, listing=wrapped, pyodide=None)
        return self._known[name]

    def pyodide_package(self, name: NormalizedName) -> PyodidePackage | None:  # noqa: ARG002  # the protocol's
        """None: Linux uses none of them."""
        return None

    def metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """The metadata of a version; None if only a build can compute it.

        Raises:
            IndexFailure: the index has no usable answer.
            ArtifactError: the file or its metadata cannot be used.
        """
        return self._supply.metadata(candidate)

    def prefetch_metadata(self, candidates: tuple[Candidate, ...]) -> None:
        """Fetch the metadata of these versions in advance."""
        self._supply.prefetch_metadata(candidates)


def _platforms() -> Iterator[str]:
    yield from (f"manylinux_2_{minor}_x86_64" for minor in range(_GLIBC_MINOR, 4, -1))
    yield from ("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64")


def _resolve(
    project: Project, names: Collection[str], supply: Supply, target: Target, settings: Settings
) -> Mapping[str, Node]:
    """The nodes below the names, by name."""
    if project.is_lock:
        graph = build_locked_graph(project.dependencies, target=target, supply=supply)
    else:
        requirements = tuple(requirement for requirement in project.requirements if requirement.name in names)
        if not requirements:
            return {}
        graph = resolve_tree(
            requirements, target=target, supply=supply, constraints=project.constraints, overrides=project.overrides
        )
    return _below(graph, names, with_dependencies=not settings.no_deps)


def _below(graph: Graph, names: Collection[str], *, with_dependencies: bool) -> Mapping[str, Node]:
    edges = {key: node.requires for key, node in graph.nodes.items()} if with_dependencies else {}
    starts = [key for key, node in graph.nodes.items() if node.name in names]
    reached = [graph.nodes[key] for key in reachable(starts, edges) if key in graph.nodes]
    return {str(node.name): node for node in reached}


def _merge(parts: Iterable[Mapping[str, Node]]) -> dict[str, Node]:
    merged: dict[str, Node] = {}
    for part in parts:
        for name, node in part.items():
            merged.setdefault(name, node)
    return merged


def _open_large(nodes: Iterable[Node], supply: Opener) -> Mapping[str, object]:
    """The contents of the largest wheels, by file name."""
    chosen = (_file(node) for node in nodes if node.chosen)
    large = [file for file in chosen if file and file.url and (file.size_bytes or 0) >= _EXACT_FROM_BYTES]
    return supply.open_files(file for file in large if file.kind is ArtifactKind.WHEEL)


def _package(node: Node, opened: Mapping[str, object], hashes: Mapping[str, tuple[str, ...]]) -> Package:
    file = _file(node)
    version = str(node.chosen.version) if node.chosen else None
    size_bytes = file.size_bytes if file else None
    contents = opened.get(file.filename) if file else None
    if isinstance(contents, OpenedWheel):
        unpacked_bytes: int | None = contents.contents.uncompressed_bytes
    else:
        unpacked_bytes = None if size_bytes is None else round(size_bytes * load_workloads().unpacked_per_packed)
    return Package(
        name=str(node.name),
        version=version,
        filename=file.filename if file else None,
        download_bytes=size_bytes,
        unpacked_bytes=unpacked_bytes,
        is_guess=not isinstance(contents, OpenedWheel),
        hashes=hashes.get(f"{node.name}=={version}", ()),
    )


def _file(node: Node) -> Artifact | None:
    """The wheel that Linux installs, otherwise the source distribution that it would build."""
    if node.chosen is None:
        return None
    sources = (file for file in node.chosen.release.artifacts if file.kind is ArtifactKind.SDIST)
    return node.chosen.wheel or next(sources, None)


def _find_hashes(projects: Iterable[Project]) -> dict[str, tuple[str, ...]]:
    """The hashes that the files give, by ``name==version``."""
    hashes: dict[str, tuple[str, ...]] = {}
    for project in projects:
        for dependency in project.dependencies:
            version = dependency.pin or (dependency.locked.version if dependency.locked else None)
            if dependency.name is not None and version is not None:
                hashes[f"{dependency.name}=={version}"] = _hashes(dependency)
    return hashes


def _hashes(dependency: Dependency) -> tuple[str, ...]:
    listed = (
        [f"sha256:{file.sha256}" for file in dependency.locked.artifacts if file.sha256] if dependency.locked else []
    )
    return tuple(sorted({*dependency.hashes, *listed}))


def _why(node: Node) -> str:
    if isinstance(node.failure, IndexFailure):
        return node.failure.reason
    return "it is installed from a path or URL" if node.url else "no compatible version"
