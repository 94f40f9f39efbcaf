"""A file as a project: what concerns the target, and what is left out with a reason."""

from __future__ import annotations

from dataclasses import replace

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.inputs.projects import describe, plan_project
from scanner.model.dependency import Dependency, Location, Locked, LockedEdge
from scanner.runtime.target import choose_target

TARGET = choose_target()
WINDOWS = Marker("sys_platform == 'win32'")


def _edge(name: str, marker: Marker | None = None) -> LockedEdge:
    return LockedEdge(name=canonicalize_name(name), marker=marker)


def _locked(name: str, line: int, *edges: LockedEdge, root_edges: tuple[LockedEdge, ...] = ()) -> Dependency:
    return Dependency(
        name=canonicalize_name(name),
        specifier=SpecifierSet("==1"),
        pin=Version("1"),
        location=Location(path="uv.lock", line=line),
        locked=Locked(version="1", edges=edges, has_edges=True, root_edges=root_edges),
        direct=bool(root_edges),
    )


def test_a_lock_keeps_what_the_target_reaches_and_says_what_it_does_not() -> None:
    entries = (
        _locked("web", 1, _edge("common"), _edge("colorama", WINDOWS), root_edges=(_edge("web"),)),
        _locked("common", 2),
        _locked("colorama", 3),
        _locked("pywin32", 4, _edge("helper"), root_edges=(_edge("pywin32", WINDOWS),)),
        _locked("helper", 5),
    )
    project = plan_project("uv.lock", entries, target=TARGET, is_lock=True)
    assert [dependency.name for dependency in project.dependencies] == ["web", "common"]
    assert [skipped.location.line for skipped in project.skipped] == [3, 4, 5]
    assert all(skipped.not_for_target for skipped in project.skipped)


def test_a_lock_that_does_not_name_its_roots_is_judged_whole() -> None:
    entries = (_locked("web", 1), _locked("other", 2))
    project = plan_project("poetry.lock", entries, target=TARGET, is_lock=True)
    assert len(project.dependencies) == 2


def test_without_edges_only_what_has_no_version_and_is_wanted_elsewhere_is_left_out() -> None:
    def lock(name: str, line: int, version: str | None, marker: Marker | None) -> Dependency:
        root_edges = (_edge(name, marker),)
        locked = Locked(version=version, edges=(), has_edges=False, root_edges=root_edges)
        return replace(_locked(name, line), locked=locked, pin=None, specifier=SpecifierSet())

    entries = (
        lock("open", 1, None, None),
        lock("open-elsewhere", 2, None, WINDOWS),
        lock("pinned-elsewhere", 3, "1", WINDOWS),
    )
    project = plan_project("Pipfile.lock", entries, target=TARGET, is_lock=True)
    assert [dependency.name for dependency in project.dependencies] == ["open", "pinned-elsewhere"]
    assert [(skipped.location.line, skipped.not_for_target) for skipped in project.skipped] == [(2, True)]


def test_markers_that_exclude_the_target_skip_the_declaration_with_the_marker() -> None:
    location = Location(path="requirements.txt", line=1)
    entry = Dependency(
        name=canonicalize_name("pywin32"), specifier=SpecifierSet(), marker=WINDOWS, location=location, text="pywin32"
    )
    project = plan_project("requirements.txt", (entry,), target=TARGET)
    assert project.dependencies == ()
    assert 'sys_platform == "win32"' in project.skipped[0].reason


def test_a_declaration_is_described_in_its_canonical_form() -> None:
    location = Location(path="requirements.txt", line=1)
    entry = Dependency(
        name=canonicalize_name("A_b"), specifier=SpecifierSet("<2,>=1"), extras=("x", "y"), location=location
    )
    assert describe(entry) == "a-b[x,y]<2,>=1"


def test_a_lock_entry_is_kept_by_what_its_marker_leaves_to_the_environment() -> None:
    whole = Marker("'dev' in dependency_groups and sys_platform == 'win32'")
    cases = (
        (None, True),
        (WINDOWS, False),
        (Marker("sys_platform == 'emscripten'"), True),
        (True, True),
        (False, False),
    )
    for left, is_kept in cases:
        entry = replace(_locked("alpha", 1), marker=whole, environment_marker=left)
        project = plan_project("pylock.toml", (entry,), target=TARGET, is_lock=True)
        assert bool(project.dependencies) is is_kept, left
        assert [skipped.reason for skipped in project.skipped] == ([] if is_kept else [f"not for this target: {whole}"])
