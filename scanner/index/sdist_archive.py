"""Source distributions, read without unpacking them to disk and without running anything in them (PEP 517, PEP 625)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

from scanner.index.archive import MAX_WHOLE_BYTES, parse_zip
from scanner.index.egg_info import complete_metadata, is_egg_info_file
from scanner.index.tar_walk import MAX_WANTED_BYTES, PackedFile, walk_tar
from scanner.index.wheel_contents import parse_scripts, select_metadata
from scanner.index.zip_member import unpack_member
from scanner.model.contents import BuildFile, SdistContents
from scanner.model.errors import ArtifactError
from scanner.model.opened import OpenedSdist

MAX_SOURCES = 200
"""How many paths of sources are kept; what matters is which they are, not all of them."""

MAX_CODE_BYTES = 64 * 1024 * 1024
"""What the modules of one distribution may take together."""

_CODE_SUFFIXES = (".py", ".so", ".pyd")

MAX_MODULE_BYTES = 8 * 1024 * 1024
"""The largest module that is kept: as large as those of wheels are read."""

MAX_BUILD_FILES = 40
"""How many files that say something of the build are read; real distributions have fewer than ten."""

_BUILD_FILES = frozenset({
    "pyproject.toml", "setup.py", "setup.cfg", "PKG-INFO", "CMakeLists.txt", "meson.build", "Cargo.toml",
})  # fmt: skip
_BUILD_SCRIPTS = ("setup*.py", "*build*.py")
"""Helpers of setup.py and build scripts of other backends, as patterns."""

_ASIDE = frozenset({
    "test", "tests", "testing", "doc", "docs", "example", "examples", "sample", "samples", "demo", "demos", "bench",
    "benchmark", "benchmarks", "fuzz", "fuzzing",
})  # fmt: skip
"""Folders whose sources no build takes."""

_SOURCE_SUFFIXES = frozenset({
    ".c", ".cc", ".cpp", ".cxx", ".m", ".mm", ".cu", ".pyx", ".rs", ".go", ".zig", ".f", ".for", ".f77", ".f90", ".f95",
    ".f03", ".f08",
})  # fmt: skip


def read_sdist(filename: str, data: bytes) -> SdistContents:
    """What the source distribution carries, as far as its build is concerned; ``data`` is the whole file.

    Raises:
        ArtifactError: an entry breaks a guard, or the archive is of a kind that is not read.
    """
    return _describe(filename, _walk(filename, data, _Wanted()))


def open_packed(filename: str, data: bytes) -> OpenedSdist:
    """The same with the distribution's modules, which are unpacked when the first of them is read.

    Raises:
        ArtifactError: as above.
    """
    files = _walk(filename, data, _Wanted())
    paths = tuple(path for path in files if path.endswith(_CODE_SUFFIXES))
    code_bytes = sum(file.size_bytes for path, file in files.items() if path.endswith(".py"))
    contents, code = _describe(filename, files), _Code(filename, data)
    return OpenedSdist(contents=contents, paths=paths, code_bytes=code_bytes, read=code.read)


class _Code:
    """The modules of a source distribution, all unpacked at once."""

    def __init__(self, filename: str, data: bytes) -> None:
        self._filename = filename
        self._data = data
        self._left = MAX_CODE_BYTES
        self._files: dict[str, PackedFile] | None = None

    def read(self, path: str) -> bytes:
        """The bytes of one module.

        Raises:
            ArtifactError: there is none, or it is too large, by itself or together with those before it.
        """
        if self._files is None:
            self._files = _walk(
                self._filename, self._data, lambda path: path.endswith(".py"), self._keep, MAX_MODULE_BYTES
            )
        file = self._files.get(path)
        if file is None or file.data is None:
            raise ArtifactError(self._filename, f"{path}: {'is too large' if file else 'is not there'}")
        return file.data

    def _keep(self, file: PackedFile) -> PackedFile:
        self._left -= len(file.data or b"")
        return file if self._left >= 0 else replace(file, data=None)


def _walk(
    filename: str,
    data: bytes,
    is_wanted: Callable[[str], bool],
    keep: Callable[[PackedFile], PackedFile] = lambda file: file,
    most_bytes: int = MAX_WANTED_BYTES,
) -> dict[str, PackedFile]:
    """The files by their path below the distribution's folder."""
    if len(data) > MAX_WHOLE_BYTES:
        raise ArtifactError(filename, "larger than 128 MiB")
    walk = walk_zip if filename.lower().endswith(".zip") else walk_tar
    return _strip_root([keep(file) for file in walk(filename, data, is_wanted, most_bytes)])


def _describe(filename: str, files: Mapping[str, PackedFile]) -> SdistContents:
    build = {path: _build_file(path, file) for path, file in sorted(files.items()) if _is_kept(path, file)}
    metadata = build.pop("PKG-INFO", None)
    texts = {path: file.text for path, file in build.items()}
    noted = {path: _build_file(path, file).text for path, file in files.items() if is_egg_info_file(path)}
    texts |= {path: text for path, text in noted.items() if path.endswith("/requires.txt")}
    sources = sorted(path for path in files if _is_source(path))
    return SdistContents(
        filename=filename,
        file_count=len(files),
        unpacked_bytes=sum(file.size_bytes for file in files.values()),
        build_files=tuple(build.values()),
        sources=tuple(sources[:MAX_SOURCES]),
        source_count=len(sources),
        python_count=sum(path.endswith(".py") for path in files),
        metadata=complete_metadata(select_metadata(metadata.text or "") if metadata else "", files.keys(), texts),
        top_level=tuple(sorted(set(_joined(noted, "/top_level.txt").split()))),
        console_scripts=parse_scripts(_joined(noted, "/entry_points.txt")),
    )


def _joined(texts: Mapping[str, str | None], name: str) -> str:
    return "\n".join(text or "" for path, text in texts.items() if path.endswith(name))


def walk_zip(
    filename: str, data: bytes, is_wanted: Callable[[str], bool], most_bytes: int = MAX_WANTED_BYTES
) -> Iterator[PackedFile]:
    """The files of a zip archive in the order of its directory.

    Of one file at most ``most_bytes`` are kept; of a larger one nothing is.

    Raises:
        ArtifactError: the archive breaks a guard.
    """
    for member in parse_zip(filename, data):
        if not member.is_directory:
            is_kept = member.size_bytes <= most_bytes and is_wanted(member.path)
            content = unpack_member(filename, member, data[member.offset : member.end]) if is_kept else None
            yield PackedFile(path=member.path, size_bytes=member.size_bytes, data=content)


class _Wanted:
    """Whether the next file is read: it says how to build, lies at the root, and not too many came before it.

    The root is the archive's own or the one folder that holds everything.
    """

    def __init__(self) -> None:
        self._left = MAX_BUILD_FILES

    def __call__(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        if is_egg_info_file(path):
            return True
        is_script = any(fnmatch(name, pattern) for pattern in _BUILD_SCRIPTS)
        if "/" in folder or self._left == 0 or not (name in _BUILD_FILES or is_script):
            return False
        self._left -= 1
        return True


def _is_kept(path: str, file: PackedFile) -> bool:
    """Whether the file says how to build: also where it was too large to be read, for that must be told."""
    return path in _BUILD_FILES or ("/" not in path and file.data is not None)


def _is_source(path: str) -> bool:
    parts = PurePosixPath(path)
    return parts.suffix.lower() in _SOURCE_SUFFIXES and _ASIDE.isdisjoint(parts.parts[:-1])


def _strip_root(files: Sequence[PackedFile]) -> dict[str, PackedFile]:
    """The files by their path below the distribution's folder; of two with one path the later, as when unpacked."""
    roots = {file.path.partition("/")[0] for file in files}
    if len(roots) == 1 and all("/" in file.path for file in files):
        return {file.path.partition("/")[2]: file for file in files}
    return {file.path: file for file in files}


def _build_file(path: str, file: PackedFile) -> BuildFile:
    return BuildFile(path=path, text=None if file.data is None else _decode(file.data))


def _decode(data: bytes) -> str:
    """The text; Latin-1 gives every byte a character, and what matters in these files is ASCII."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
