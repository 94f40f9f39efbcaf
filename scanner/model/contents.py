"""The contents of a wheel or a source distribution: frozen values, small enough for a cache keyed by sha256.

``scanner.index.archive`` makes these values, the rules check them, and the cache stores what ``wheel_to_json`` and
``sdist_to_json`` return. Nothing here opens an archive.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass

_WHEEL_SHAPE = 2
"""Incremented whenever the stored shape changes, so that older cache entries are read as absent."""

_SDIST_SHAPE = 4


class NativeKind(enum.StrEnum):
    """The type of a file by its first bytes."""

    ELF = "elf"
    PE = "pe"
    MACHO = "macho"
    WASM = "wasm"
    JAVA = "java"
    STATIC_LIBRARY = "static-library"


class NativeRole(enum.StrEnum):
    """The purpose of native code, by its header and its name."""

    EXTENSION = "extension"
    """A Python extension module: the import system finds its name."""
    LIBRARY = "library"
    """A shared or static library, an object file or a Java class: loaded by other code."""
    PROGRAM = "program"
    """An executable, started as a process."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One entry of a zip archive's central directory, after all guards."""

    path: str
    """As in the archive; a folder's path ends with a slash."""
    size_bytes: int
    compressed_bytes: int
    crc: int
    method: int
    """0 stored, 8 deflated; other methods are rejected."""
    offset: int
    """The offset of its local header."""
    end: int
    """The offset of the next record: header, name, extra field, data and descriptor are in between."""
    mode: int
    """The Unix mode, 0 if the archive does not record one."""
    has_descriptor: bool = False
    """Whether sizes and checksum follow the data (general purpose bit 3)."""

    @property
    def is_directory(self) -> bool:
        """Whether it is a folder."""
        return self.path.endswith("/")

    @property
    def is_executable(self) -> bool:
        """Whether any executable bit is set."""
        return bool(self.mode & 0o111)


@dataclass(frozen=True, kw_only=True, slots=True)
class NativeMember:
    """One member of a wheel whose first bytes are native code."""

    path: str
    """The installed path: below site-packages, or as in the archive for scripts and data."""
    kind: NativeKind
    role: NativeRole
    detail: str
    """A description, for example `Linux shared object for x86-64`."""
    size_bytes: int

    @property
    def module(self) -> str | None:
        """The dotted import name of an extension module; None for everything else."""
        if self.role is not NativeRole.EXTENSION:
            return None
        folder, _, name = self.path.rpartition("/")
        parts = [*folder.split("/"), name.partition(".")[0]] if folder else [name.partition(".")[0]]
        return ".".join(parts) if all(part.isidentifier() for part in parts) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryPoint:
    """One console script: ``target`` is ``module:attribute``."""

    name: str
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelContents:
    """The contents of a wheel."""

    filename: str
    member_count: int
    uncompressed_bytes: int
    native: tuple[NativeMember, ...]
    python_modules: tuple[str, ...]
    """Dotted names, sorted; a package means its ``__init__``."""
    top_level: tuple[str, ...]
    """Importable top-level names including native ones, sorted."""
    console_scripts: tuple[EntryPoint, ...]
    metadata: str
    """The METADATA lines for resolution: name, version, requirements, extras, Requires-Python."""
    is_purelib: bool | None
    """WHEEL's Root-Is-Purelib; None if it is missing."""
    excluded_bytes: int = 0
    """The part of ``uncompressed_bytes`` that bundles exclude: compiled Python and the like (data/platform.toml)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildFile:
    """One build file of a source distribution."""

    path: str
    """Relative to the distribution's own folder."""
    text: str | None
    """None if it is larger than any real build file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SdistContents:
    """The contents of a source distribution that concern its build."""

    filename: str
    file_count: int
    unpacked_bytes: int
    build_files: tuple[BuildFile, ...]
    """pyproject.toml, setup.py and the like, sorted by path."""
    sources: tuple[str, ...]
    """Paths of compiled-language sources outside of tests, docs and examples, sorted; at most the first 200."""
    source_count: int
    python_count: int
    """The number of Python modules."""
    metadata: str
    """As in ``WheelContents``, from PKG-INFO and, if that is too old to have requirements, from the egg-info in the
    same folder; empty if there is none."""
    top_level: tuple[str, ...] = ()
    """The top-level names that setuptools recorded in the egg-info, sorted; empty if there are none."""
    console_scripts: tuple[EntryPoint, ...] = ()
    """As setuptools recorded them."""

    def text(self, path: str) -> str | None:
        """The text of one build file; None if it is absent or was not read."""
        return next((file.text for file in self.build_files if file.path == path), None)

    def has(self, path: str) -> bool:
        """Whether this build file exists, read or not."""
        return any(file.path == path for file in self.build_files)


def wheel_to_json(contents: WheelContents) -> str:
    """The contents as compact JSON for a cache."""
    return _dump(
        {
            "shape": _WHEEL_SHAPE,
            "filename": contents.filename,
            "members": contents.member_count,
            "bytes": contents.uncompressed_bytes,
            "native": [[n.path, n.kind, n.role, n.detail, n.size_bytes] for n in contents.native],
            "modules": _pack_modules(contents.python_modules),
            "top_level": contents.top_level,
            "scripts": [[script.name, script.target] for script in contents.console_scripts],
            "metadata": contents.metadata,
            "purelib": contents.is_purelib,
            "excluded": contents.excluded_bytes,
        }
    )


def wheel_from_json(text: str) -> WheelContents | None:
    """The value that ``wheel_to_json`` wrote; None for anything else, including an older shape."""
    try:
        raw = json.loads(text)
        if raw["shape"] != _WHEEL_SHAPE:
            return None
        return WheelContents(
            filename=str(raw["filename"]),
            member_count=int(raw["members"]),
            uncompressed_bytes=int(raw["bytes"]),
            native=tuple(_parse_native(row) for row in raw["native"]),
            python_modules=_unpack_modules(raw["modules"]),
            top_level=tuple(map(str, raw["top_level"])),
            console_scripts=_parse_scripts(raw["scripts"]),
            metadata=str(raw["metadata"]),
            is_purelib=None if raw["purelib"] is None else bool(raw["purelib"]),
            excluded_bytes=int(raw["excluded"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def sdist_to_json(contents: SdistContents) -> str:
    """The contents as compact JSON for a cache."""
    return _dump(
        {
            "shape": _SDIST_SHAPE,
            "filename": contents.filename,
            "files": contents.file_count,
            "bytes": contents.unpacked_bytes,
            "build": [[file.path, file.text] for file in contents.build_files],
            "sources": contents.sources,
            "source_count": contents.source_count,
            "python_count": contents.python_count,
            "metadata": contents.metadata,
            "top_level": contents.top_level,
            "scripts": [[script.name, script.target] for script in contents.console_scripts],
        }
    )


def sdist_from_json(text: str) -> SdistContents | None:
    """The value that ``sdist_to_json`` wrote; None for anything else, including an older shape."""
    try:
        raw = json.loads(text)
        if raw["shape"] != _SDIST_SHAPE:
            return None
        return SdistContents(
            filename=str(raw["filename"]),
            file_count=int(raw["files"]),
            unpacked_bytes=int(raw["bytes"]),
            build_files=tuple(
                BuildFile(path=str(path), text=None if body is None else str(body)) for path, body in raw["build"]
            ),
            sources=tuple(map(str, raw["sources"])),
            source_count=int(raw["source_count"]),
            python_count=int(raw["python_count"]),
            metadata=str(raw["metadata"]),
            top_level=tuple(map(str, raw["top_level"])),
            console_scripts=_parse_scripts(raw["scripts"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _pack_modules(modules: tuple[str, ...]) -> dict[str, str]:
    """The modules of each package in one string: thousands of dotted names repeat their packages."""
    packed: dict[str, list[str]] = {}
    for module in modules:
        package, _, name = module.rpartition(".")
        packed.setdefault(package, []).append(name)
    return {package: " ".join(names) for package, names in packed.items()}


def _unpack_modules(packed: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        sorted(f"{package}.{name}" if package else name for package, names in packed.items() for name in names.split())
    )


def _parse_scripts(rows: list[list[object]]) -> tuple[EntryPoint, ...]:
    return tuple(EntryPoint(name=str(name), target=str(target)) for name, target in rows)


def _parse_native(row: list[object]) -> NativeMember:
    path, kind, role, detail, size_bytes = row
    return NativeMember(
        path=str(path),
        kind=NativeKind(str(kind)),
        role=NativeRole(str(role)),
        detail=str(detail),
        size_bytes=int(str(size_bytes)),
    )


def _dump(value: dict[str, object]) -> str:
    return json.dumps(value, separators=(",", ":"))
