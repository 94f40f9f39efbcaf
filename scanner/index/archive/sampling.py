"""Which members' first bytes are read when each read can cost a request."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from scanner.index.archive.wheel import WheelDirectory, start_bytes
from scanner.model.contents import Member

_SAMPLE_SHARE = 128
"""One part in this many of the file may be spent on first bytes; with directory and metadata, 2 % suffice."""

_MIN_SAMPLES = 16
"""This many of the most suspicious members are read at any cost."""

_MAX_SAMPLES = 64
"""Each sample can be a separate request."""

MIN_NATIVE_BYTES = 8
"""The shortest WebAssembly module."""

_NATIVE_SUFFIXES = frozenset({
    ".so", ".pyd", ".dll", ".dylib", ".exe", ".wasm", ".jar", ".class", ".node", ".bin", ".dat", ".com", ".sys",
    ".a", ".lib", ".o", ".obj", ".ko", ".bundle", ".jnilib", ".elf",
})  # fmt: skip
_TEXT_SUFFIXES = frozenset({
    ".py", ".pyi", ".pyx", ".pxd", ".pyw", ".txt", ".md", ".rst", ".json", ".toml", ".yaml", ".yml", ".cfg", ".ini",
    ".conf", ".xml", ".html", ".htm", ".css", ".js", ".mjs", ".ts", ".map", ".svg", ".csv", ".tsv", ".sql", ".tmpl",
    ".j2", ".jinja", ".jinja2", ".mako", ".tex", ".bib", ".po", ".pot", ".typed", ".pem", ".crt", ".c", ".h", ".cc",
    ".cpp", ".hpp", ".cu", ".cuh", ".rs", ".f", ".f90", ".proto", ".graphql", ".ipynb", ".sh", ".bat", ".ps1",
    ".rb", ".lua", ".m", ".r", ".scss", ".less", ".vue", ".jsx", ".tsx", ".log", ".lock", ".pth",
})  # fmt: skip
_MEDIA_SUFFIXES = frozenset({
    ".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".bmp", ".tif", ".tiff", ".ttf", ".otf", ".woff", ".woff2",
    ".eot", ".mp3", ".mp4", ".ogg", ".wav", ".mo", ".pdf", ".gz", ".bz2", ".xz", ".zst", ".zip", ".whl", ".npy",
    ".npz", ".parquet", ".pkl", ".h5", ".nc", ".mat", ".fits", ".docx", ".xlsx", ".pptx", ".pyc",
})  # fmt: skip


def choose_samples(directory: WheelDirectory, files: Iterable[Member]) -> list[Member]:
    """Return the members to read the first bytes of: all of a whole file, else the suspicious and large ones first."""
    large_enough = [member for member in files if member.size_bytes >= MIN_NATIVE_BYTES]
    if directory.pieces.is_whole:
        return large_enough
    ranked = sorted(
        (member for member in large_enough if not _is_plain(member.path)),
        key=lambda member: (not _is_suspicious(member), -member.size_bytes),
    )
    budget_bytes = directory.pieces.size_bytes // _SAMPLE_SHARE
    chosen: list[Member] = []
    for member in ranked[:_MAX_SAMPLES]:
        budget_bytes -= start_bytes(member)
        if budget_bytes < 0 and len(chosen) >= _MIN_SAMPLES:
            break
        chosen.append(member)
    return chosen


def _is_plain(path: str) -> bool:
    """Return whether the name is that of text or media; it is trusted only if a read costs a request."""
    suffix = PurePosixPath(path).suffix.lower()
    return suffix in _TEXT_SUFFIXES or suffix in _MEDIA_SUFFIXES or path.partition("/")[0].endswith(".dist-info")


def _is_suspicious(member: Member) -> bool:
    name = PurePosixPath(member.path)
    return name.suffix.lower() in _NATIVE_SUFFIXES or not name.suffix or ".so." in name.name or member.is_executable
