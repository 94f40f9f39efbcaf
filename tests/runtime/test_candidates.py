"""Which versions can be chosen, and with which file."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.model.artifact import Artifact, ArtifactKind, Origin, Release
from scanner.runtime.candidates import Candidates, FixedReleases
from scanner.runtime.tables import PyodidePackage, load_pyodide
from scanner.runtime.target import choose_target

TARGET = choose_target()
NAME = canonicalize_name("alpha")
WASM, LINUX, PURE = "cp314-cp314-pyemscripten_2026_0_wasm32", "cp314-cp314-manylinux_2_28_x86_64", "py3-none-any"


def _wheel(version: str, tag: str, *, yanked: str | None = None, requires_python: str | None = None) -> Artifact:
    return Artifact(
        filename=f"alpha-{version}-{tag}.whl",
        url=f"https://files.example.org/alpha-{version}-{tag}.whl",
        kind=ArtifactKind.WHEEL,
        tags=frozenset(parse_tag(tag)),
        yanked=yanked,
        requires_python=requires_python,
    )


def _candidates(*wheels: tuple[str, Artifact], pyodide: PyodidePackage | None = None) -> Candidates:
    by_version: dict[str, list[Artifact]] = {}
    for version, artifact in wheels:
        by_version.setdefault(version, []).append(artifact)
    releases = tuple(
        Release(name=NAME, version=Version(version), artifacts=tuple(artifacts))
        for version, artifacts in by_version.items()
    )
    listing = FixedReleases(releases=releases, url="https://index.example.org") if releases else None
    return Candidates(name=NAME, target=TARGET, listing=listing, pyodide=pyodide)


def _bundled(version: str) -> PyodidePackage:
    numpy = load_pyodide(TARGET.pyodide).packages[canonicalize_name("numpy")]
    return PyodidePackage(
        name=NAME,
        version=Version(version),
        filename=f"alpha-{version}-{WASM}.whl",
        depends=(),
        imports=("alpha",),
        sha256=numpy.sha256,
        size_bytes=None,
    )


def test_the_newest_version_with_a_fitting_wheel_comes_first() -> None:
    candidates = _candidates(("1", _wheel("1", PURE)), ("2", _wheel("2", WASM)), ("3", _wheel("3", LINUX)))
    assert [str(found.version) for found in candidates.fitting(candidates.versions)] == ["2", "1"]
    newest = candidates.newest(candidates.versions)
    assert newest is not None
    assert (str(newest.version), newest.wheel) == ("3", None)


def test_the_build_of_the_pyodide_release_counts_as_a_version_of_its_own() -> None:
    candidates = _candidates(("3", _wheel("3", LINUX)), pyodide=_bundled("2"))
    assert [str(version) for version in candidates.versions] == ["3", "2"]
    found = next(candidates.fitting(candidates.versions))
    assert found.wheel is not None
    assert (str(found.version), found.wheel.origin) == ("2", Origin.PYODIDE)


def test_a_project_that_only_pyodide_has_exists() -> None:
    assert _candidates(pyodide=_bundled("2")).exists
    assert not _candidates().exists


def test_a_native_build_is_preferred_to_a_pure_wheel_of_the_same_version() -> None:
    found = next(_candidates(("1", _wheel("1", PURE)), ("1", _wheel("1", WASM))).fitting((Version("1"),)))
    assert found.wheel is not None
    assert WASM in found.wheel.filename


def test_yanked_wheels_count_only_for_exact_pins() -> None:
    candidates = _candidates(("1", _wheel("1", PURE)), ("2", _wheel("2", PURE, yanked="")))
    assert [str(found.version) for found in candidates.fitting(candidates.versions)] == ["1"]
    assert [str(found.version) for found in candidates.fitting(candidates.versions, yanked=True)] == ["2", "1"]


def test_a_wheel_that_asks_for_another_python_does_not_fit() -> None:
    candidates = _candidates(("1", _wheel("1", PURE, requires_python=">=3.15")), ("2", _wheel("2", PURE)))
    assert [str(found.version) for found in candidates.fitting(candidates.versions)] == ["2"]
    capped = _candidates(("1", _wheel("1", PURE, requires_python=">=3.7,<3.12")))
    assert [str(found.version) for found in capped.fitting(capped.versions)] == ["1"]


@pytest.mark.parametrize("tag", [PURE, WASM])
def test_of_one_version_in_both_places_pyodides_copy_is_taken(tag: str) -> None:
    candidates = _candidates(("1", _wheel("1", tag)), ("2", _wheel("2", tag)), pyodide=_bundled("1"))
    found = [one.wheel.origin for one in candidates.fitting(candidates.versions) if one.wheel]
    assert found == [Origin.INDEX, Origin.PYODIDE]


def test_prereleases_count_where_named_or_alone() -> None:
    candidates = _candidates(("1", _wheel("1", PURE)), ("2b1", _wheel("2b1", PURE)))
    assert [str(version) for version in candidates.satisfying(SpecifierSet(""))] == ["1"]
    assert [str(version) for version in candidates.satisfying(SpecifierSet(">=2b1"))] == ["2b1"]
    alone = _candidates(("2b1", _wheel("2b1", PURE)))
    assert [str(version) for version in alone.satisfying(SpecifierSet(">=1"))] == ["2b1"]


def test_only_versions_that_can_have_a_wheel_are_possible_and_that_of_pyodide_is() -> None:
    class Told(FixedReleases):
        """Tells candidates by the names of the files, as a listing does."""

        @property
        def candidate_versions(self) -> tuple[Version, ...]:
            return (Version("2"),)

    releases = tuple(
        Release(name=NAME, version=Version(version), artifacts=(_wheel(version, LINUX),)) for version in ("1", "2", "3")
    )
    listing = Told(releases=releases, url="https://index.example.org")
    for bundled, expected in ((None, ["2"]), ("1.5", ["2", "1.5"]), ("2", ["2"])):
        pyodide = _bundled(bundled) if bundled else None
        candidates = Candidates(name=NAME, target=TARGET, listing=listing, pyodide=pyodide)
        assert [str(version) for version in candidates.possible_versions] == expected
