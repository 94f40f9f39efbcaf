"""Every file of the corpus beside what independent tools read in it: pip, packaging, poetry, plette, setuptools …

Names, specifiers or locked versions, extras, markers, lines and hashes must agree; ``DIFFERENCES`` has every exception.
The corpus' own words for groups are not ours, so groups are compared in the tests of each reader.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from scanner.inputs.formats import ReadFile, read_sources
from scanner.model.dependency import Dependency, Entry, Skipped

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"

SDIST_NAME = "the file name of a source distribution tells the project; pip would have to open it"
BRACKETS = "the tool takes a key of a Pipfile as the name, with the extras that stand in it"
DIFFERENCES: dict[tuple[str, int], str] = {
    ("requirements/03-pip-docs.txt", 40): SDIST_NAME,
    ("requirements/03-pip-docs.txt", 41): SDIST_NAME,
    ("requirements/28-cdx-urls.txt", 21): SDIST_NAME,
    ("setup-cfg/04-pyscaffold.cfg", 80): "the tool's text scan takes the word `build` in a comment above it",
    ("setup-cfg/06-prp.cfg", 39): "the tool's text scan takes `packaging_legacy_version` above it",
    ("pipfile/03-renovate-1.toml", 13): BRACKETS,
    ("pipfile/03-renovate-1.toml", 14): BRACKETS,
    ("pipfile/03-renovate-1.toml", 16): "`_invalid-package` is not a package name: a problem there",
    ("pipfile/03-renovate-1.toml", 17): "`==0 0` is not a version: a problem there",
}
"""Every declaration that is not read as expected, by file and expected line, with the reason."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One declaration in the words of both sides."""

    path: str
    line: int
    name: str | None
    wanted: str
    """The specifier, or the locked version."""
    extras: tuple[str, ...] = ()
    marker: str | None = None
    has_url: bool = False
    hashes: frozenset[str] = frozenset()
    is_skipped: bool = False


def _expected_files() -> list[Any]:
    files = sorted((CORPUS / "expected").glob("*.json"))
    if not files:
        return [pytest.param(Path(), marks=pytest.mark.skip(reason=f"{CORPUS} is not on this machine"))]
    return [pytest.param(path, id=path.stem) for path in files]


@pytest.mark.parametrize("expected_path", _expected_files())
def test_a_file_is_read_as_independent_tools_read_it(expected_path: Path) -> None:
    expected = json.loads(expected_path.read_text(encoding="utf-8"))
    (file,) = read_sources([str(CORPUS / expected["file"])], read_stdin=lambda: b"", expand=str)
    if not expected["entries"] and any("line" not in error for error in expected["errors"]):
        pytest.skip("the tool reads nothing of this file")
    theirs = [_read_expected(each, expected) for each in expected["entries"]]
    ours = list(_read_ours(file, expected, theirs))
    refused = {error.get("line") for error in expected["errors"]}
    found = set(_compare(theirs, ours, refused))
    assert found == {key for key in DIFFERENCES if key[0] == expected["file"]}


@pytest.mark.parametrize("expected_path", _expected_files())
def test_a_line_that_tools_refuse_is_a_problem_there_or_kept(expected_path: Path) -> None:
    expected = json.loads(expected_path.read_text(encoding="utf-8"))
    (file,) = read_sources([str(CORPUS / expected["file"])], read_stdin=lambda: b"", expand=str)
    told = {problem.location.line for problem in file.parsed.problems if problem.location}
    told |= {entry.location.line for entry in file.parsed.entries}
    refused = {error["line"] for error in expected["errors"] if error.get("line") is not None}
    assert refused <= told


def test_there_are_fewer_than_ten_differences() -> None:
    assert len(DIFFERENCES) < 10


# --- their side -----------------------------------------------------------------------------------------------------


def _read_expected(entry: dict[str, Any], expected: dict[str, Any]) -> Row:
    kind = entry["kind"]
    is_skipped = kind in {"conda", "python"} or (expected["format"] == "uv-lock" and kind in {"editable", "virtual"})
    if is_skipped:
        return Row(path=expected["file"], line=entry["line"], name=None, wanted="", is_skipped=True)
    # pip reads this one only where the folder is.
    extras = ["PDF"] if entry.get("raw") == ".[PDF]" else entry["extras"]
    return Row(
        path=entry.get("from", expected["file"]),
        line=entry["line"],
        name=entry.get("normalized"),
        wanted=_wanted(entry),
        extras=tuple(sorted({canonicalize_name(extra) for extra in extras})),
        marker=_marker(entry),
        has_url=_has_url(entry, expected.get("uv_sources") or {}),
        hashes=frozenset(f"{algorithm}:{each}" for algorithm, all_ in _hashes(entry) for each in all_),
    )


def _wanted(entry: dict[str, Any]) -> str:
    text = entry.get("version", entry.get("specifier")) or ""
    if "version" in entry:
        return str(text).removeprefix("==")
    # Poetry and Pipenv leave out `==` and write `*` for any version.
    text = f"=={text}" if text[:1].isdigit() else "" if text == "*" else text
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return str(text)


def _marker(entry: dict[str, Any]) -> str | None:
    """The marker; for several keys of a Pipfile their conjunction, for several groups of a lock the alternatives."""
    marker = entry.get("marker") or " and ".join(entry.get("marker_keys") or ())
    if isinstance(marker, dict):
        is_unconditional = set(entry["groups"]) - set(marker)
        marker = None if is_unconditional else " or ".join(dict.fromkeys(marker.values()))
    return str(Marker(marker)) if marker else None


def _has_url(entry: dict[str, Any], uv_sources: dict[str, Any]) -> bool:
    if {"path", "git", "url", "workspace"} & set(uv_sources.get(entry["name"], ())):
        return True
    return bool(entry.get("url")) or entry["kind"] not in {"index", "registry", "wheels", "sdist", "sdist+wheels"}


def _hashes(entry: dict[str, Any]) -> Iterable[tuple[str, list[str]]]:
    hashes: dict[str, list[str]] = entry.get("hashes") or {}
    return hashes.items()


# --- our side -------------------------------------------------------------------------------------------------------


def _read_ours(file: ReadFile, expected: dict[str, Any], theirs: list[Row]) -> Iterator[Row]:
    """Our entries; of files that are included only where the expected ones are followed as well."""
    paths = {row.path for row in theirs} if expected["format"] == "requirements-set" else {expected["file"]}
    by_version = any("version" in entry for entry in expected["entries"])
    with_hashes = any("hashes" in entry for entry in expected["entries"])
    for entry in file.parsed.entries:
        path = Path(entry.location.path).resolve().relative_to(CORPUS.resolve()).as_posix()
        # What a backend computes is an option to the tools, not an entry.
        is_dynamic = isinstance(entry, Skipped) and entry.reason.startswith("dynamic")
        if path in paths and not is_dynamic:
            yield _read_entry(entry, path, by_version=by_version, with_hashes=with_hashes)


def _read_entry(entry: Entry, path: str, *, by_version: bool, with_hashes: bool) -> Row:
    if isinstance(entry, Skipped):
        return Row(path=path, line=entry.location.line, name=None, wanted="", is_skipped=True)
    return Row(
        path=path,
        line=entry.location.line,
        name=entry.name,
        wanted=_locked_version(entry) if by_version else str(entry.specifier),
        extras=entry.extras,
        marker=str(entry.marker) if entry.marker else None,
        has_url=entry.url is not None,
        hashes=frozenset(entry.hashes if with_hashes else ()),
    )


def _locked_version(entry: Dependency) -> str:
    return (entry.locked.version if entry.locked else str(entry.pin or "")) or ""


# --- both -----------------------------------------------------------------------------------------------------------


def _compare(theirs: list[Row], ours: list[Row], refused: set[int | None]) -> Iterator[tuple[str, int]]:
    """The places that differ; that we keep a line which the tool refuses is no difference."""
    left = list(ours)
    unmatched: list[Row] = []
    for row in theirs:
        match = _find(left, row, "path", "line", "name") or _find(left, row, "path", "line")
        if match is None:
            unmatched.append(row)
            continue
        left.remove(match)
        if match != row:
            yield row.path, row.line
    for row in unmatched:
        match = _find(left, row, "path", "name", "wanted")
        if match is not None:
            left.remove(match)
        yield row.path, row.line
    yield from ((row.path, row.line) for row in left if row.line not in refused)


def _find(rows: list[Row], wanted: Row, *fields: str) -> Row | None:
    return next((row for row in rows if all(getattr(row, f) == getattr(wanted, f) for f in fields)), None)
