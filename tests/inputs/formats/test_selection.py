"""Groups and extras."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.selection import select_entries
from scanner.model.dependency import Dependency, Location, Skipped


def _dependency(name: str, *groups: str) -> Dependency:
    return Dependency(
        name=canonicalize_name(name),
        specifier=SpecifierSet(),
        location=Location(path="pyproject.toml", line=1),
        groups=groups,
        text=name,
    )


PARSED = Parsed(
    entries=(
        _dependency("own"),
        _dependency("linter", "Dev_Tools"),
        _dependency("shared", "test", "extra:cli"),
        _dependency("cli-only", "extra:cli"),
        _dependency("backend", "build-system"),
        Skipped(text="python", reason="no package", location=Location(path="pyproject.toml", line=9)),
    )
)


def _selected(
    groups: set[str], extras: set[str], *, all_groups: bool = False, all_extras: bool = False
) -> list[str | None]:
    entries, _ = select_entries(
        PARSED, frozenset(groups), frozenset(extras), all_groups=all_groups, all_extras=all_extras
    )
    return [entry.name for entry in entries if isinstance(entry, Dependency)]


@pytest.mark.parametrize(
    ("groups", "extras", "names"),
    [
        (set(), set(), ["own"]),
        ({"dev-tools"}, set(), ["own", "linter"]),
        ({"test"}, set(), ["own", "shared"]),
        (set(), {"CLI"}, ["own", "shared", "cli-only"]),
        ({"cli"}, set(), ["own"]),
        ({"build-system"}, set(), ["own"]),
    ],
)
def test_entries_of_selected_groups_and_extras_are_in(groups: set[str], extras: set[str], names: list[str]) -> None:
    assert _selected(groups, extras) == names


def test_all_groups_and_all_extras_never_mean_build_requirements() -> None:
    assert _selected(set(), set(), all_groups=True) == ["own", "linter", "shared"]
    assert _selected(set(), set(), all_extras=True) == ["own", "shared", "cli-only"]


def test_nothing_disappears_and_each_reason_names_the_option() -> None:
    entries, notes = select_entries(PARSED, frozenset(), frozenset())
    assert [(entry.text, entry.reason) for entry in entries if isinstance(entry, Skipped)] == [
        ("linter", "declared in the group Dev_Tools; use --group Dev_Tools to select it"),
        ("shared", "declared in the group test, extra cli; use --group test to select it"),
        ("cli-only", "declared in the extra cli; use --extra cli to select it"),
        ("backend", "required only to build the project"),
        ("python", "no package"),
    ]
    assert len(entries) == len(PARSED.entries)
    assert notes == ()


def test_a_group_that_the_file_does_not_have_is_noted() -> None:
    _, notes = select_entries(PARSED, frozenset({"dev-tools", "docs"}), frozenset({"gui"}))
    assert notes == ("pyproject.toml has no group docs", "pyproject.toml has no extra gui")


def test_what_something_else_stands_for_is_skipped_whatever_is_selected() -> None:
    own = replace(_dependency("demo[cli]", "extra:all"), skipped_because="the project itself")
    entries, notes = select_entries(Parsed(entries=(own,)), frozenset(), frozenset({"all"}), all_groups=True)
    assert entries == (Skipped(text="demo[cli]", reason="the project itself", location=own.location),)
    assert notes == ()
