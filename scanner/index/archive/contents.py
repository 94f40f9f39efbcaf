"""What a wheel contains: metadata, modules, scripts and native code, read from a small part of its bytes."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from scanner.index.archive.native import LEAST_BYTES, MOST_BYTES, parse_native
from scanner.index.archive.pieces import ByteSource
from scanner.index.archive.sampling import choose_samples
from scanner.index.archive.wheel import WheelDirectory, read_members, read_starts, read_wheel_directory
from scanner.model.contents import EntryPoint, Member, NativeMember, WheelContents
from scanner.model.errors import ArtifactError
from scanner.runtime.tables import load_platform

MAX_METADATA_BYTES = 4 * 1024 * 1024
"""Larger than any METADATA, WHEEL or entry_points.txt with its whole description."""

_ENTRY_POINTS = "entry_points.txt"
_METADATA_FIELDS = frozenset(
    ("metadata-version", "name", "version", "requires-dist", "requires-python", "provides-extra", "dynamic")
)


async def read_wheel_contents(filename: str, source: ByteSource) -> WheelContents:
    """Return what the wheel contains.

    Of a whole file, the first bytes of every member are read. Over ranges, members that are text or media by their
    suffix are skipped, then the least suspicious beyond a share of the file's bytes.

    Raises:
        ArtifactError: the archive is refused, or is not a wheel: it has no METADATA or WHEEL.
        IndexFailure: the source failed.
    """
    return await read_contents(await read_wheel_directory(filename, source))


async def read_wheel_metadata(filename: str, source: ByteSource) -> str:
    """Return the header lines of METADATA that decide the dependencies; wheels have it last, so one read is the rule.

    Raises:
        ArtifactError: the archive is refused, or it has no METADATA.
        IndexFailure: the source failed.
    """
    texts = await _read_dist_info(await read_wheel_directory(filename, source), ("METADATA",))
    return select_metadata(texts["METADATA"])


async def read_contents(directory: WheelDirectory) -> WheelContents:
    """Return what ``read_wheel_contents`` does, for a wheel whose directory is known.

    Raises:
        ArtifactError: it is not a wheel, or a member that is read is refused.
        IndexFailure: the source failed.
    """
    files = [member for member in directory.members if not member.is_directory]
    texts = await _read_dist_info(directory, ("METADATA", "WHEEL", _ENTRY_POINTS))
    sampled = choose_samples(directory, files)
    native = await _read_native(directory, sampled)
    modules = sorted({name for member in files if (name := _module_name(install_path(member.path)))})
    return WheelContents(
        filename=directory.filename,
        member_count=len(files),
        uncompressed_bytes=sum(member.size_bytes for member in files),
        native=native,
        python_modules=tuple(modules),
        top_level=_top_level(modules, native),
        console_scripts=parse_scripts(texts.get(_ENTRY_POINTS, "")),
        metadata=select_metadata(texts["METADATA"]),
        is_purelib=_parse_purelib(texts["WHEEL"]),
        excluded_bytes=sum(member.size_bytes for member in files if _is_excluded(member.path)),
    )


def install_path(path: str) -> str:
    """Return where an archive path is installed: below site-packages, unchanged for scripts, headers and data."""
    folder, _, rest = path.partition("/")
    if folder.endswith(".data"):
        scheme, _, below = rest.partition("/")
        if scheme in ("purelib", "platlib") and below:
            return below
    return path


def select_metadata(text: str) -> str:
    """Return the header lines of METADATA or PKG-INFO that decide the dependencies, unchanged; no description."""
    kept: list[str] = []
    keeping = False
    for line in text.splitlines():
        if not line:
            break
        if line[0] not in " \t":
            keeping = line.partition(":")[0].strip().lower() in _METADATA_FIELDS
        if keeping:
            kept.append(line)
    return "\n".join(kept)


async def _read_dist_info(directory: WheelDirectory, names: Sequence[str]) -> dict[str, str]:
    """Return the texts of these files of .dist-info by their names; only entry_points.txt may be absent."""
    folder = _find_dist_info(directory)
    by_path = {member.path: member for member in directory.members}
    found = {name: by_path[f"{folder}/{name}"] for name in names if f"{folder}/{name}" in by_path}
    missing = [name for name in names if name not in found and name != _ENTRY_POINTS]
    if missing:
        raise ArtifactError(directory.filename, f"not a wheel: {folder} has no {missing[0]}")
    contents = await read_members(directory, list(found.values()), max_bytes=MAX_METADATA_BYTES)
    return {PurePosixPath(path).name: content.decode(errors="replace") for path, content in contents.items()}


def _find_dist_info(directory: WheelDirectory) -> str:
    """Return the one .dist-info folder, which must be that of the project in the wheel's name."""
    filename = directory.filename
    folders = {member.path.partition("/")[0] for member in directory.members if "/" in member.path}
    found = sorted(folder for folder in folders if folder.endswith(".dist-info"))
    if not found:
        raise ArtifactError(filename, "not a wheel: it has no .dist-info folder")
    if len(found) > 1:
        raise ArtifactError(filename, f"not a wheel: several .dist-info folders, {found[0]!r} and {found[1]!r}")
    name = canonicalize_name(filename.partition("-")[0])
    if filename.count("-") >= 4 and canonicalize_name(found[0].rpartition("-")[0].partition("-")[0]) != name:
        raise ArtifactError(filename, f"its .dist-info folder is another project's: {found[0]!r}")
    return found[0]


async def _read_native(directory: WheelDirectory, sampled: Sequence[Member]) -> tuple[NativeMember, ...]:
    starts = await read_starts(directory, sampled, least=LEAST_BYTES, most=MOST_BYTES)
    found = (parse_native(install_path(member.path), starts[member.path], member.size_bytes) for member in sampled)
    return tuple(sorted((native for native in found if native is not None), key=lambda native: native.path))


def _is_excluded(path: str) -> bool:
    """Return whether no bundle contains the file."""
    by_name, by_path = _excluded()
    return by_name(path.rpartition("/")[2]) is not None or any(PurePosixPath(path).match(one) for one in by_path)


@cache
def _excluded() -> tuple[Callable[[str], object], tuple[str, ...]]:
    """Return the patterns of files that no bundle contains: file names as one expression, and paths."""
    patterns = load_platform().bundle_excluded
    names = "|".join(fnmatch.translate(pattern) for pattern in patterns if "/" not in pattern)
    return re.compile(names or r"(?!)").match, tuple(pattern for pattern in patterns if "/" in pattern)


def _module_name(path: str) -> str | None:
    if not path.endswith(".py"):
        return None
    parts = path.removesuffix(".py").split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts) if all(part.isidentifier() for part in parts) else None


def _top_level(modules: Iterable[str], native: Iterable[NativeMember]) -> tuple[str, ...]:
    names = [*modules, *(member.module for member in native if member.module)]
    return tuple(sorted({name.partition(".")[0] for name in names}))


def parse_scripts(text: str) -> tuple[EntryPoint, ...]:
    """Return the [console_scripts] of entry_points.txt; malformed lines are skipped, as installers do."""
    scripts: list[EntryPoint] = []
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == "console_scripts" and "=" in line and line[0] not in "#;":
            name, _, target = line.partition("=")
            scripts.append(EntryPoint(name=name.strip(), target=target.partition("[")[0].strip()))
    return tuple(scripts)


def _parse_purelib(text: str) -> bool | None:
    for line in text.splitlines():
        field, _, value = line.partition(":")
        if field.strip().lower() == "root-is-purelib":
            return value.strip().lower() == "true"
    return None
