"""Source distributions, read without unpacking them to disk and without running anything in them (PEP 517, PEP 625)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import PurePosixPath

from scanner.index.archive.contents import parse_scripts, select_metadata
from scanner.index.archive.egg_info import complete_metadata, is_egg_info_file
from scanner.index.archive.pieces import MemorySource, Pieces
from scanner.index.archive.tar import IsWanted, PackedFile, walk_tar
from scanner.index.archive.zip import parse_directory
from scanner.index.archive.zip_member import unpack_member
from scanner.model.contents import BuildFile, SdistContents
from scanner.model.errors import ArtifactError
from scanner.model.opened import OpenedSdist

MAX_WHOLE_BYTES = 128 * 1024 * 1024
"""The largest archive that is read; with what is unpacked from it, a scan stays below 256 MiB."""

MAX_SOURCES = 200
"""How many paths of sources are kept; what matters is which they are, not all of them."""

_MAX_CODE_BYTES = 64 * 1024 * 1024
"""The most that the modules of one distribution take together."""

_MAX_MODULE_BYTES = 8 * 1024 * 1024
"""The largest module that is read, as in wheels."""

MAX_BUILD_FILES = 40
"""How many files that describe the build are read; real distributions have fewer than ten."""

_MAX_TEXT_BYTES, _MAX_TEXTS_BYTES = 1024 * 1024, 8 * 1024 * 1024
"""The largest of them that is read, and the most that is read of all."""

_CODE_SUFFIXES = (".py", ".so", ".pyd")

_BUILD_FILES = frozenset({
    "pyproject.toml", "setup.py", "setup.cfg", "PKG-INFO", "CMakeLists.txt", "meson.build", "Cargo.toml",
})  # fmt: skip
_BUILD_SCRIPTS = ("setup*.py", "*build*.py")
"""Helpers of setup.py and build scripts of other backends, as patterns."""

_UNBUILT_FOLDERS = frozenset({
    "test", "tests", "testing", "doc", "docs", "example", "examples", "sample", "samples", "demo", "demos", "bench",
    "benchmark", "benchmarks", "fuzz", "fuzzing",
})  # fmt: skip
"""Folders whose sources no build compiles."""

_SOURCE_SUFFIXES = frozenset({
    ".c", ".cc", ".cpp", ".cxx", ".m", ".mm", ".cu", ".pyx", ".rs", ".go", ".zig", ".f", ".for", ".f77", ".f90", ".f95",
    ".f03", ".f08",
})  # fmt: skip


def read_sdist(filename: str, data: bytes) -> SdistContents:
    """Return what the source distribution contains, as far as its build is concerned; ``data`` is the whole file.

    Raises:
        ArtifactError: an entry is refused, or the archive is of an unknown kind.
    """
    return _describe(filename, _walk(filename, data, _BuildFiles()))


def open_packed(filename: str, data: bytes) -> OpenedSdist:
    """Return the same with the distribution's modules, which are unpacked when the first of them is read.

    Raises:
        ArtifactError: as above.
    """
    files = _walk(filename, data, _BuildFiles())
    paths = tuple(path for path in files if path.endswith(_CODE_SUFFIXES))
    code_bytes = sum(file.size_bytes for path, file in files.items() if path.endswith(".py"))
    contents, code = _describe(filename, files), _Code(filename, data)
    return OpenedSdist(contents=contents, paths=paths, code_bytes=code_bytes, read=code.read)


class _Code:
    """The modules of a source distribution, all unpacked at once."""

    def __init__(self, filename: str, data: bytes) -> None:
        self._filename = filename
        self._data = data
        self._left_bytes = _MAX_CODE_BYTES
        self._files: dict[str, PackedFile] | None = None

    def read(self, path: str) -> bytes:
        """Return the bytes of one module.

        Raises:
            ArtifactError: there is none, or it is too large, by itself or together with those before it.
        """
        if self._files is None:
            self._files = _walk(self._filename, self._data, self._is_wanted)
        file = self._files.get(path)
        if file is None or file.data is None:
            raise ArtifactError(self._filename, f"{path}: {'too large' if file else 'no such file'}")
        return file.data

    def _is_wanted(self, path: str, size_bytes: int) -> bool:
        if not path.endswith(".py") or size_bytes > _MAX_MODULE_BYTES:
            return False
        self._left_bytes -= size_bytes
        return self._left_bytes >= 0


def _walk(filename: str, data: bytes, is_wanted: IsWanted) -> dict[str, PackedFile]:
    """Return the files by their path below the distribution's folder."""
    if len(data) > MAX_WHOLE_BYTES:
        raise ArtifactError(filename, "larger than 128 MiB")
    walk = walk_zip if filename.lower().endswith(".zip") else walk_tar
    return _strip_root(list(walk(filename, data, is_wanted)))


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


def walk_zip(filename: str, data: bytes, is_wanted: IsWanted) -> Iterator[PackedFile]:
    """Yield the files of a zip archive in the order of its directory."""
    for member in parse_directory(filename, Pieces(filename, MemorySource(data))):
        if not member.is_directory:
            is_read = is_wanted(member.path, member.size_bytes)
            content = unpack_member(filename, member, data[member.offset : member.end]) if is_read else None
            yield PackedFile(path=member.path, size_bytes=member.size_bytes, data=content)


class _BuildFiles:
    """Selects the files to read: those that describe the build, at the root, and of egg-info; a bounded number of each.

    The root is the archive's own or the one folder that holds everything.
    """

    def __init__(self) -> None:
        self._left = {True: MAX_BUILD_FILES, False: MAX_BUILD_FILES}
        self._left_bytes = _MAX_TEXTS_BYTES

    def __call__(self, path: str, size_bytes: int) -> bool:
        folder, _, name = path.rpartition("/")
        is_script = any(fnmatch(name, pattern) for pattern in _BUILD_SCRIPTS)
        is_noted = is_egg_info_file(path)
        if not is_noted and ("/" in folder or not (name in _BUILD_FILES or is_script)):
            return False
        if size_bytes > min(_MAX_TEXT_BYTES, self._left_bytes) or self._left[is_noted] == 0:
            return False
        self._left[is_noted] -= 1
        self._left_bytes -= size_bytes
        return True


def _is_kept(path: str, file: PackedFile) -> bool:
    """Return whether the file describes the build: also if it was too large to be read, which must be reported."""
    return path in _BUILD_FILES or ("/" not in path and file.data is not None)


def _is_source(path: str) -> bool:
    parts = PurePosixPath(path)
    return parts.suffix.lower() in _SOURCE_SUFFIXES and _UNBUILT_FOLDERS.isdisjoint(parts.parts[:-1])


def _strip_root(files: Sequence[PackedFile]) -> dict[str, PackedFile]:
    """The files by their path below the distribution's folder; of two with one path the later, as when unpacked."""
    roots = {file.path.partition("/")[0] for file in files}
    if len(roots) == 1 and all("/" in file.path for file in files):
        return {file.path.partition("/")[2]: file for file in files}
    return {file.path: file for file in files}


def _build_file(path: str, file: PackedFile) -> BuildFile:
    return BuildFile(path=path, text=None if file.data is None else _decode(file.data))


def _decode(data: bytes) -> str:
    """Return the text; Latin-1 gives every byte a character, and what matters in these files is ASCII."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
