"""Core metadata of distributions (PEP 566, PEP 643), read from METADATA, PKG-INFO or a sidecar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from scanner.model.errors import ArtifactError
from scanner.model.specifiers import has_endless_number

_MAX_HEADER_CHARACTERS = 4 * 1024 * 1024
_MAX_HEADERS = 10_000
"""The most header fields; each can be a requirement or an extra. The largest real METADATA have about 2,000."""

_MENDS = (
    (re.compile(r"((?:>=|<=|~=|[<>])\s*[0-9.]*[0-9])\.\*"), r"\1"),
    (re.compile(r"([!=]=\s*[0-9.]*[0-9])\*"), r"\1.*"),
    (re.compile(r"([<>=!~]=?\s*[0-9][\w.*+]*)\s*(?=[<>=!~])"), r"\1,"),
    (re.compile(r",\s*(?=\)|$)"), ""),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreMetadata:
    """The fields for resolution."""

    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...] = ()
    odd_requires: tuple[str, ...] = ()
    """Invalid Requires-Dist values, as written."""
    extras: frozenset[str] = frozenset()
    """Provides-Extra, normalised."""
    requires_python: str | None = None
    dynamic_requires: bool = False
    """Whether Requires-Dist is computed by the build (PEP 643) and so unknown here."""


def parse_metadata(text: str, filename: str, *, from_source: bool = False) -> CoreMetadata:
    """The core metadata in a METADATA or (``from_source``) PKG-INFO file; ``filename`` names it in errors.

    Raises:
        ArtifactError: the text has no usable Name or Version, or an oversized header.
    """
    headers = _parse_headers(text, filename)
    if sum(map(len, headers.values())) > _MAX_HEADERS:
        raise ArtifactError(filename, f"the metadata has more than {_MAX_HEADERS:,} header fields")
    name = headers.get("name", [""])[0]
    if not name:
        raise ArtifactError(filename, "the metadata has no Name")
    requires, odd = _parse_requires(headers.get("requires-dist", []))
    return CoreMetadata(
        name=canonicalize_name(name),
        version=_parse_version(headers.get("version", [""])[0], filename),
        requires=requires,
        odd_requires=odd,
        extras=frozenset(canonicalize_name(extra) for extra in headers.get("provides-extra", [])),
        requires_python=next(iter(headers.get("requires-python", [])), None),
        dynamic_requires=from_source and _is_dynamic(headers),
    )


def applies(marker: Marker | None, environment: Mapping[str, str], extras: Iterable[str] = ()) -> bool:
    """Whether a marker is true in an environment with any of the extras (or none).

    A marker that cannot be evaluated counts as true: dropping a dependency on a guess would hide it.
    """
    if marker is None:
        return True
    return any(_holds(marker, environment, extra) for extra in ("", *extras))


def find_excluded(metadata: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the requirements that their markers exclude in an environment, except those of extras."""
    texts = [text for text in _parse_headers(metadata, "").get("requires-dist", []) if ";" in text]
    requires, _ = _parse_requires(text for text in texts[:_MAX_HEADERS] if "extra" not in text.partition(";")[2])
    return tuple(dict.fromkeys(item.name for item in requires if not applies(item.marker, environment)))


def _holds(marker: Marker, environment: Mapping[str, str], extra: str) -> bool:
    try:
        return marker.evaluate({**environment, "extra": extra})
    except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion):
        return True


def _parse_headers(text: str, filename: str) -> dict[str, list[str]]:
    """Header fields by lower-case name; the body (the long description) is not read."""
    headers: dict[str, list[str]] = {}
    position, current = 0, None
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end].rstrip("\r")
        position = end + 1
        if not line:
            break
        if position > _MAX_HEADER_CHARACTERS:
            raise ArtifactError(filename, "the metadata's header is larger than 4 MiB")
        if line[0] in " \t" and current is not None:
            current[-1] += "\n" + line.strip()
            continue
        field, colon, value = line.partition(":")
        if colon:
            current = headers.setdefault(field.strip().lower(), [])
            current.append(value.strip())
    return headers


def _parse_version(text: str, filename: str) -> Version:
    try:
        return Version(text)
    except ValueError as error:  # InvalidVersion, or a number with more digits than Python converts
        raise ArtifactError(filename, f"the metadata's Version is invalid: {text[:80]!r}") from error


def may_apply(odd: str, environment: Mapping[str, str], extras: Iterable[str] = ()) -> bool:
    """Whether an invalid requirement can apply in an environment, by its marker."""
    _, semicolon, text = odd.partition(";")
    try:
        return not semicolon or applies(Marker(text.strip()), environment, extras)
    except (InvalidMarker, RecursionError):
        return True


def _parse_requires(values: Iterable[str]) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    requires, odd = [], []
    for value in values:
        requirement = _parse_requirement(value)
        if requirement is None:
            odd.append(value)
        else:
            requires.append(requirement)
    return tuple(requires), tuple(odd)


@lru_cache(maxsize=16384)  # the versions of one project have mostly the same requirements
def _parse_requirement(value: str) -> Requirement | None:
    """The requirement, with old spellings put right as installers do it; None where that is not enough."""
    if has_endless_number(value):
        return None
    for text in (value, _mend(value)):
        try:
            return Requirement(text)
        except (InvalidRequirement, RecursionError):
            continue
    return None


def _mend(value: str) -> str:
    """The specifier with uv's corrections: misplaced stars, missing or extra commas between clauses."""
    declared, semicolon, marker = value.partition(";")
    for pattern, replacement in _MENDS:
        declared = pattern.sub(replacement, declared)
    return f"{declared}{semicolon}{marker}"


def _is_dynamic(headers: Mapping[str, list[str]]) -> bool:
    """Before metadata 2.2 a source distribution's Requires-Dist was not reliable (PEP 643)."""
    major, _, minor = headers.get("metadata-version", ["1.0"])[0].partition(".")
    promises = (_number(major), _number(minor)) >= (2, 2)
    return not promises or "requires-dist" in {value.lower() for value in headers.get("dynamic", [])}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
