"""What a wheel carries: metadata, modules, scripts and native code, for a small part of its bytes."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from scanner.index.archive import WheelDirectory, read_members, read_starts, read_wheel_directory
from scanner.index.byte_source import ByteSource
from scanner.index.native import LEAST_BYTES, MOST_BYTES, parse_native
from scanner.index.sampling import choose_samples
from scanner.model.contents import EntryPoint, Member, NativeMember, WheelContents
from scanner.model.errors import ArtifactError
from scanner.runtime.tables import load_platform

MAX_METADATA_BYTES = 4 * 1024 * 1024
"""Larger than any METADATA, WHEEL or entry_points.txt with its whole description."""

_METADATA_FIELDS = frozenset(
    ("metadata-version", "name", "version", "requires-dist", "requires-python", "provides-extra", "dynamic")
)


async def read_wheel_contents(filename: str, source: ByteSource, *, magic: bool = True) -> WheelContents:
    """What the wheel carries; ``magic`` False leaves the members' own bytes unread, and so native code untold.

    With the whole file at hand, the first bytes of every member are looked at. Over ranges, those that are plainly
    text or media by their suffix are left out, then the least suspicious beyond a share of the file's bytes.

    Raises:
        ArtifactError: the archive breaks a guard, or is no wheel: it has no METADATA or WHEEL.
        IndexFailure: the source failed.
    """
    return await read_contents(await read_wheel_directory(filename, source), magic=magic)


async def read_contents(directory: WheelDirectory, *, magic: bool = True) -> WheelContents:
    """As ``read_wheel_contents``, of a wheel whose directory was read before.

    Raises:
        ArtifactError: it is no wheel, or a member that is looked at breaks a guard.
        IndexFailure: the source failed.
    """
    files = [member for member in directory.members if not member.is_directory]
    texts = await _read_dist_info(directory, files)
    sampled = choose_samples(directory, files) if magic else []
    native = await _read_native(directory, sampled)
    modules = sorted({name for member in files if (name := _module_name(install_path(member.path)))})
    return WheelContents(
        filename=directory.filename,
        member_count=len(files),
        uncompressed_bytes=sum(member.size_bytes for member in files),
        native=native,
        python_modules=tuple(modules),
        top_level=_top_level(modules, native),
        console_scripts=parse_scripts(texts.get("entry_points.txt", "")),
        metadata=select_metadata(texts["METADATA"]),
        is_purelib=_parse_purelib(texts["WHEEL"]),
        excluded_bytes=sum(member.size_bytes for member in files if _is_excluded(member.path)),
    )


def install_path(path: str) -> str:
    """Where an archive path is installed: below site-packages, unchanged for scripts, headers and data."""
    folder, _, rest = path.partition("/")
    if folder.endswith(".data"):
        scheme, _, below = rest.partition("/")
        if scheme in ("purelib", "platlib") and below:
            return below
    return path


def select_metadata(text: str) -> str:
    """The header lines of METADATA or PKG-INFO that decide what comes along, as they stand; no description."""
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


async def _read_dist_info(directory: WheelDirectory, files: Sequence[Member]) -> dict[str, str]:
    """METADATA, WHEEL and, where there is one, entry_points.txt, by their names."""
    folder = _find_dist_info(directory.filename, files)
    by_path = {member.path: member for member in files}
    wanted = {name: by_path.get(f"{folder}/{name}") for name in ("METADATA", "WHEEL", "entry_points.txt")}
    for name in ("METADATA", "WHEEL"):
        if wanted[name] is None:
            raise ArtifactError(directory.filename, f"no wheel: {folder} has no {name}")
    members = [member for member in wanted.values() if member is not None]
    contents = await read_members(directory, members, max_bytes=MAX_METADATA_BYTES)
    return {PurePosixPath(path).name: content.decode(errors="replace") for path, content in contents.items()}


def _find_dist_info(filename: str, files: Sequence[Member]) -> str:
    folders = {member.path.partition("/")[0] for member in files if "/" in member.path}
    found = sorted(folder for folder in folders if folder.endswith(".dist-info"))
    if not found:
        raise ArtifactError(filename, "no wheel: it has no .dist-info folder")
    if len(found) > 1:
        raise ArtifactError(filename, f"no wheel: several .dist-info folders, {found[0]!r} and {found[1]!r}")
    check_dist_info(filename, found[0])
    return found[0]


def check_dist_info(filename: str, folder: str) -> None:
    """Nothing, where the .dist-info folder is that of the project which the wheel's name says.

    Raises:
        ArtifactError: it is another project's.
    """
    name = canonicalize_name(filename.partition("-")[0])
    if filename.count("-") >= 4 and canonicalize_name(folder.rpartition("-")[0].partition("-")[0]) != name:
        raise ArtifactError(filename, f"its .dist-info folder is another project's: {folder!r}")


async def _read_native(directory: WheelDirectory, sampled: Sequence[Member]) -> tuple[NativeMember, ...]:
    starts = await read_starts(directory, sampled, least=LEAST_BYTES, most=MOST_BYTES)
    found = (parse_native(install_path(member.path), starts[member.path], member.size_bytes) for member in sampled)
    return tuple(sorted((native for native in found if native is not None), key=lambda native: native.path))


def _is_excluded(path: str) -> bool:
    """Whether a bundle leaves the file out."""
    by_name, by_path = _excluded()
    return by_name(path.rpartition("/")[2]) is not None or any(PurePosixPath(path).match(one) for one in by_path)


@cache
def _excluded() -> tuple[Callable[[str], object], tuple[str, ...]]:
    """The patterns of what a bundle leaves out: those of mere names as one expression, and those of paths."""
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
    """The [console_scripts] of entry_points.txt; lines that are none are skipped, as installers do."""
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
