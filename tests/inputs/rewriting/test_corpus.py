"""Every declaration of real manifests is edited once: the file reads back with it changed and no other byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scanner.inputs.formats import read_sources
from scanner.inputs.rewriting import Edit, MoveToGroup, Remove, Replace, rewrite_file
from scanner.model.dependency import Dependency, Entry, Location
from scanner.model.errors import EditError

if TYPE_CHECKING:
    from tests.inputs.rewriting.conftest import ApplyChanges

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"
FOLDERS = ("requirements", "requirements-sets", "pyproject", "pipfile", "setup-cfg", "pep723")
# Each edit reads the whole file, and some have thousands of lines.
MAX_EDITS = 60
SAMPLES = ("0.1", "1.0", "1.5", "1.9.1", "2.0", "2.1", "3.0", "9.9.9", "2024.1")

REFUSED = (
    "lock file",
    "URL or path",
    "several constraints",
    "extras are part of the key",
    "would not read back",
)
"""Reasons that occur in the corpus; the last for optional dependencies that Poetry's extras name elsewhere."""


def _manifests() -> list[Any]:
    files = sorted(path for folder in FOLDERS for path in (CORPUS / folder).rglob("*") if path.is_file())
    if not files:
        return [pytest.param(Path(), marks=pytest.mark.skip(reason=f"{CORPUS} is not on this machine"))]
    return [pytest.param(path, id=path.relative_to(CORPUS).as_posix()) for path in files]


def _read(path: Path, data: bytes) -> list[Entry]:
    (file,) = read_sources([str(path)], read_stdin=lambda: b"", expand=str, installed={str(path): data})
    entries = (*file.parsed.entries, *file.parsed.constraints, *file.parsed.overrides)
    return [entry for entry in entries if entry.location.path == str(path)]


def _edits_of(old: Dependency) -> list[Edit]:
    name = old.name or "unknown"
    extras = f"[{','.join(old.extras)}]" if old.extras else ""
    versions = "" if old.url else str(old.specifier)
    return [
        Replace(requirement=f"{name}{extras}==9.9.9"),
        Replace(requirement=f"{name}[{','.join((*old.extras, 'made-up'))}]{versions}"),
        Remove(),
        Replace(requirement="made-up[x,y]>=1.5,<2"),
        Replace(requirement=f"{name}{versions}"),
    ]


@pytest.mark.parametrize("path", _manifests())
def test_each_declaration_changes_and_no_other_byte(path: Path, apply_changes: ApplyChanges) -> None:
    data = path.read_bytes()
    entries = _read(path, data)
    declared = [(number, entry) for number, entry in enumerate(entries) if isinstance(entry, Dependency)]
    step = len(declared) // MAX_EDITS + 1
    for turn, (number, old) in enumerate(declared[::step]):
        edits = _edits_of(old)
        edit = edits[turn % len(edits)]
        try:
            rewritten = rewrite_file(str(path), data, [(old, edit)])
        except EditError as error:
            assert any(reason in error.reason for reason in REFUSED), error  # noqa: PT017
            continue
        assert apply_changes(rewritten) == rewritten.after
        found = [_shape(entry) for entry in _read(path, rewritten.after)]
        expected = [_shape(entry) for entry in entries]
        if isinstance(edit, Remove):
            del expected[number]
        else:
            expected[number] = _change(old, edit, found[number])
        assert found == expected


@pytest.mark.parametrize("path", _manifests())
def test_all_declarations_of_a_file_are_removed_together(path: Path, apply_changes: ApplyChanges) -> None:
    data = path.read_bytes()
    declared = [entry for entry in _read(path, data) if isinstance(entry, Dependency)][:MAX_EDITS]
    try:
        rewritten = rewrite_file(str(path), data, [(old, Remove()) for old in declared])
    except EditError as error:
        assert any(reason in error.reason for reason in REFUSED), error  # noqa: PT017
        return
    assert apply_changes(rewritten) == rewritten.after
    assert all(change.new == "" for change in rewritten.changes)
    assert len(_read(path, rewritten.after)) == len(_read(path, data)) - len(declared)


_BLANK = st.sampled_from(["", " ", "  "])
_BREAK = st.sampled_from(["", "\n", "\n    ", ' # note, "x"\n  ', "\n\n\t", "\n# line ]\n"])
_ITEM = st.tuples(_BREAK, st.sampled_from(['"', "'", '"""', "'''"]), _BLANK, _BREAK)
_NAMES = ("alpha", "beta", "gamma", "delta")


@given(
    items=st.lists(_ITEM, min_size=1, max_size=4),
    end=st.sampled_from(["", ",", " ,\n", ", # last\n"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    kinds=st.lists(st.sampled_from(["keep", "remove", "replace", "move"]), min_size=4, max_size=4),
)
def test_any_layout_of_an_array_can_be_edited(
    apply_changes: ApplyChanges, items: list[tuple[str, str, str, str]], end: str, newline: str, kinds: list[str]
) -> None:
    parts = [
        f"{before}{quote}{name}{blank}>=1{quote}{after}"
        for name, (before, quote, blank, after) in zip(_NAMES, items, strict=False)
    ]
    text = f"[project]\ndependencies = [{','.join(parts)}{end}]\n[tool.x]\na = 1".replace("\n", newline)
    path = Path("pyproject.toml")
    old = [entry for entry in _read(path, text.encode()) if isinstance(entry, Dependency)]
    made: dict[str, Edit] = {"remove": Remove(), "replace": Replace(requirement="new<2"), "move": MoveToGroup()}
    edits = [(entry, made[kind]) for entry, kind in zip(old, kinds, strict=False) if kind != "keep"]
    rewritten = rewrite_file(str(path), text.encode(), edits)
    assert apply_changes(rewritten) == rewritten.after
    found = [(entry.name, entry.groups) for entry in _read(path, rewritten.after) if isinstance(entry, Dependency)]
    staying = [("new" if kind == "replace" else name, ()) for name, kind in zip(_NAMES, kinds, strict=True)]
    expected = [each for each, kind, _ in zip(staying, kinds, old, strict=False) if kind in {"keep", "replace"}]
    moved = [(name, ("dev",)) for name, kind, _ in zip(_NAMES, kinds, old, strict=False) if kind == "move"]
    assert found[: len(expected)] == expected
    assert sorted(found[len(expected) :], key=str) == sorted(moved, key=str)


def _shape(entry: Entry) -> Entry:
    """What an entry declares, without its place and what follows from other entries."""
    nowhere = Location(path="", line=1)
    if not isinstance(entry, Dependency):
        return replace(entry, location=nowhere)
    return replace(
        entry,
        location=nowhere,
        groups=entry.groups[:1],
        text="",
        pin=None,
        locked=None,
        direct=None,
        skipped_because=None,
    )


def _change(old: Dependency, edit: Edit, found: Entry) -> Entry:
    """The old declaration with what the edit changes; Poetry's own form of the specifiers is the one that was found."""
    assert isinstance(edit, Replace)
    assert isinstance(found, Dependency)
    new = Requirement(edit.requirement)
    assert all(
        found.specifier.contains(version) == (new.specifier or old.specifier).contains(version) for version in SAMPLES
    )
    changed = replace(
        old,
        name=canonicalize_name(new.name),
        extras=tuple(sorted(new.extras)),
        specifier=found.specifier,
        hashes=found.hashes,
    )
    return _shape(changed)
