"""A supply in memory: projects as a table of versions, what each requires, and whether a wheel fits the target."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import pytest
from packaging.requirements import Requirement as Pep508Requirement
from packaging.tags import Tag
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.model.artifact import Artifact, ArtifactKind, Release
from scanner.model.errors import IndexUnreachable
from scanner.model.metadata import CoreMetadata
from scanner.model.requirement import Narrow, Requirement, with_extras
from scanner.model.target import Target
from scanner.runtime.candidates import Candidate, Candidates, FixedReleases
from scanner.runtime.tables import PyodidePackage
from scanner.runtime.target import choose_target

Projects = Mapping[str, Mapping[str, Sequence[str]]]
"""Project → version → what it requires; a version that ends in «!» has a wheel for Linux only."""


_EXTRA = re.compile(r"extra == '([^']+)'")


class TableSupply:
    """A ``Supply`` over a table; it counts whose metadata was asked for."""

    def __init__(self, projects: Projects, target: Target, unreachable: Sequence[str] = ()) -> None:
        self.projects = {canonicalize_name(name): versions for name, versions in projects.items()}
        self.target = target
        self.unreachable = unreachable
        self.asked: list[str] = []
        self._known: dict[NormalizedName, Candidates] = {}

    def prefetch(
        self, requirements: tuple[Requirement, ...], *, levels: int | None = None, narrow: Narrow | None = None
    ) -> None:
        """Nothing is far away here."""

    def prefetch_metadata(self, candidates: tuple[Candidate, ...]) -> None:
        """Nor is this."""

    def pyodide_package(self, name: NormalizedName) -> PyodidePackage | None:  # noqa: ARG002
        return None

    def candidates(self, name: NormalizedName) -> Candidates:
        if name in self.unreachable:
            raise IndexUnreachable("https://index.example.org", "no answer")
        if name not in self._known:
            versions = self.projects.get(name)
            releases = tuple(_release(name, version) for version in versions) if versions is not None else ()
            listing = FixedReleases(releases=releases, url="table") if versions is not None else None
            self._known[name] = Candidates(name=name, target=self.target, listing=listing, pyodide=None)
        return self._known[name]

    def metadata(self, candidate: Candidate) -> CoreMetadata | None:
        name = candidate.release.name
        self.asked.append(f"{name} {candidate.version}")
        versions = self.projects[name]
        requires = versions.get(str(candidate.version), versions.get(f"{candidate.version}!", ()))
        extras = {canonicalize_name(extra) for text in requires for extra in _EXTRA.findall(text)}
        return CoreMetadata(
            name=name,
            version=candidate.version,
            requires=tuple(Pep508Requirement(text) for text in requires),
            extras=frozenset(extras),
        )


def _release(name: NormalizedName, text: str) -> Release:
    version = Version(text.removesuffix("!"))
    fits = not text.endswith("!")
    tag = Tag("py3", "none", "any") if fits else Tag("cp314", "cp314", "manylinux_2_28_x86_64")
    filename = f"{name.replace('-', '_')}-{version}-{tag}.whl"
    wheel = Artifact(
        filename=filename,
        url=f"https://files.example.org/{filename}",
        kind=ArtifactKind.WHEEL,
        tags=frozenset({tag}),
    )
    return Release(name=name, version=version, artifacts=(wheel,))


@pytest.fixture(scope="session")
def target() -> Target:
    """The newest runtime."""
    return choose_target()


@pytest.fixture
def supply(target: Target) -> Callable[..., TableSupply]:
    """Makes a supply from a table of projects."""

    def make(projects: Projects, unreachable: Sequence[str] = ()) -> TableSupply:
        return TableSupply(projects, target, unreachable)

    return make


@pytest.fixture
def requirements() -> Callable[..., tuple[Requirement, ...]]:
    """Makes the requirements of a project from requirement strings."""

    def make(*texts: str) -> tuple[Requirement, ...]:
        made: list[Requirement] = []
        for text in texts:
            declared = Pep508Requirement(text)
            requirement = Requirement(
                name=canonicalize_name(declared.name),
                specifier=declared.specifier,
                text=text,
                url=declared.url,
            )
            made.extend(with_extras(requirement, declared.extras))
        return tuple(made)

    return make
