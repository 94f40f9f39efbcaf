"""One package of a lock file as an entry: name, exact version and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from scanner.inputs.formats.declaration import normalize_extras, parse_declaration
from scanner.inputs.formats.reference import read_filename
from scanner.inputs.formats.structure.table import Table
from scanner.model.artifact import Artifact
from scanner.model.dependency import Dependency, Locked, LockedEdge
from scanner.model.errors import SourceError
from scanner.model.filenames import find_kind, find_wheel_tags

# Python converts no number of more than 4,300 digits; real versions are far shorter than this.
_MAX_VERSION_CHARACTERS = 250


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedPackage:
    """One package table of a lock, of any format, before its groups and edges are known."""

    table: Table
    name: NormalizedName
    version: str | None
    marker: Marker | None = None
    environment_marker: Marker | bool | None = None
    """As in `Dependency`."""
    extras: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    url: str | None = None
    editable: bool = False
    artifacts: tuple[Artifact, ...] = ()
    edges: tuple[LockedEdge, ...] = ()
    extra_edges: Mapping[str, tuple[LockedEdge, ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The package as text for messages."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras}" + (f"=={self.version}" if self.version else "")

    def entry(
        self,
        *,
        groups: Iterable[str],
        direct: bool | None,
        edges: Sequence[LockedEdge],
        has_edges: bool,
        root_edges: Sequence[LockedEdge] = (),
    ) -> Dependency:
        """The entry of this package, at the location of its table."""
        specifier, pin = parse_pin(self.version)
        return Dependency(
            name=self.name,
            specifier=specifier,
            location=self.table.location(),
            extras=self.extras,
            marker=self.marker,
            environment_marker=self.environment_marker,
            pin=pin,
            hashes=self.hashes,
            url=self.url,
            groups=tuple(groups),
            editable=self.editable,
            locked=Locked(
                version=self.version,
                edges=tuple(edges),
                has_edges=has_edges,
                artifacts=self.artifacts if self.url is None else (),
                root_edges=tuple(root_edges),
            ),
            direct=direct,
            text=self.text,
        )


def read_name(table: Table, key: str = "name") -> NormalizedName | None:
    """The package name under a key; None and a problem if it is missing or invalid."""
    text = table.string(key)
    if text is None:
        if key not in table:
            table.report(f"`{key}` is missing")
        return None
    name = parse_name(text)
    if name is None:
        table.report(f"`{text[:80]}` is not a package name", key)
    return name


def parse_name(text: str) -> NormalizedName | None:
    """The normalised name; None if it is not a valid package name."""
    try:
        return canonicalize_name(text.strip(), validate=True)
    except InvalidName:
        return None


def parse_pin(version: str | None) -> tuple[SpecifierSet, Version | None]:
    """``==version`` and the version; ``===`` and None for a version outside of PEP 440."""
    if version is None or len(version) > _MAX_VERSION_CHARACTERS:
        return SpecifierSet(), None
    try:
        pin = Version(version)
        return SpecifierSet(f"=={pin}"), pin
    except (InvalidVersion, ValueError):
        pass
    try:
        return SpecifierSet(f"==={version}"), None
    except (InvalidSpecifier, ValueError):
        return SpecifierSet(), None


def read_extras(table: Table, key: str = "extras") -> tuple[str, ...]:
    """The normalised extras in the array under a key."""
    return normalize_extras(text for text, _ in table.strings(key))


def read_requirement_edges(table: Table, key: str) -> Iterator[LockedEdge]:
    """The edges of the requirement strings (PEP 508) in the array under a key; invalid ones become problems."""
    for text, location in table.strings(key):
        try:
            dependency = parse_declaration(text, location)
        except SourceError as error:
            table.report_at(location, error.reason)
            continue
        if dependency.name is not None:
            yield LockedEdge(name=dependency.name, extras=dependency.extras, marker=dependency.marker)


def make_artifact(
    *,
    url: str,
    filename: str | None = None,
    size: int | None = None,
    hash_text: str | None = None,
    uploaded: object = None,
) -> Artifact | None:
    """A file of a lock; None if neither its name nor its URL contains a file name.

    ``hash_text`` is written ``algorithm:digest``; ``uploaded`` may be a date and time or its ISO 8601 text.
    """
    filename = filename or read_filename(url)
    if not filename:
        return None
    algorithm, _, digest = (hash_text or "").partition(":")
    return Artifact(
        filename=filename,
        url=url,
        kind=find_kind(filename),
        tags=find_wheel_tags(filename) or frozenset(),
        size_bytes=size if size is not None and size >= 0 else None,
        sha256=digest.lower() if algorithm == "sha256" and digest else None,
        upload_time=_parse_time(uploaded),
    )


def write_vcs_url(system: str, url: str, *, revision: str | None = None, subdirectory: str | None = None) -> str:
    """A version-control URL in the form of requirement strings: ``git+https://host/path@revision#subdirectory=…``."""
    address, _, fragment = url.partition("#")
    parts = [fragment] if fragment else []
    if subdirectory:
        parts.append(f"subdirectory={subdirectory}")
    prefix = "" if address.startswith(f"{system}+") else f"{system}+"
    return prefix + address + (f"@{revision}" if revision else "") + (f"#{'&'.join(parts)}" if parts else "")


def _parse_time(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
