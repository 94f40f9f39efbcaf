"""What a wheel carries: metadata, modules, scripts and native code, for a small part of its bytes."""

from __future__ import annotations

import configparser
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from scanner.contents import EntryPoint, Member, NativeMember, WheelContents
from scanner.errors import ArtifactError
from scanner.index.archive import WheelDirectory, read_members, read_starts, read_wheel_directory, start_bytes
from scanner.index.byte_source import ByteSource
from scanner.index.native import LEAST_BYTES, MOST_BYTES, parse_native

MAX_METADATA_BYTES = 4 * 1024 * 1024
"""Larger than any METADATA, WHEEL or entry_points.txt with its whole description."""

SAMPLE_SHARE = 128
"""One part in this many of the file may go into looking at first bytes; with directory and metadata, 2 % suffice."""

MIN_SAMPLES = 16
"""So many of the most suspicious members are looked at whatever they cost."""

MAX_SAMPLES = 128
"""Each sample can be a request of its own."""

_MIN_NATIVE_BYTES = 8  # the shortest WebAssembly module

_NATIVE_SUFFIXES = frozenset(
    ".so .pyd .dll .dylib .exe .wasm .jar .class .node .bin .dat .com .sys .a .lib .o .obj .ko .bundle .jnilib .elf".split()
)
_TEXT_SUFFIXES = frozenset(
    ".py .pyi .pyx .pxd .pyw .txt .md .rst .json .toml .yaml .yml .cfg .ini .conf .xml .html .htm .css .js .mjs .ts .map"
    " .svg .csv .tsv .sql .tmpl .j2 .jinja .jinja2 .mako .tex .bib .po .pot .typed .pem .crt .c .h .cc .cpp .hpp .cu .cuh"
    " .rs .f .f90 .proto .graphql .ipynb .sh .bat .ps1 .rb .lua .m .r .scss .less .vue .jsx .tsx .log .lock .pth".split()
)
_MEDIA_SUFFIXES = frozenset(
    ".png .jpg .jpeg .gif .ico .webp .bmp .tif .tiff .ttf .otf .woff .woff2 .eot .mp3 .mp4 .ogg .wav .mo .pdf .gz .bz2 .xz"
    " .zst .zip .whl .npy .npz .parquet .pkl .h5 .nc .mat .fits .docx .xlsx .pptx .pyc".split()
)
_METADATA_FIELDS = ("metadata-version", "name", "version", "requires-dist", "requires-python", "provides-extra", "dynamic")


async def read_wheel_contents(filename: str, source: ByteSource, *, magic: bool = True) -> WheelContents:
    """What the wheel carries; ``magic`` False leaves the members' own bytes unread, and so native code untold.

    With the whole file at hand, the first bytes of every member are looked at. Over ranges, those that are plainly
    text or media by their suffix are left out, then the least suspicious beyond a share of the file's bytes.

    Raises:
        ArtifactError: the archive breaks a guard, or is no wheel: it has no METADATA or WHEEL.
        IndexFailure: the source failed.
    """
    directory = await read_wheel_directory(filename, source)
    files = [member for member in directory.members if not member.is_directory]
    texts = await _read_dist_info(directory, files)
    sampled = _choose_samples(directory, files) if magic else []
    native = await _read_native(directory, sampled)
    modules = sorted({name for member in files if (name := _module_name(install_path(member.path)))})
    return WheelContents(
        filename=filename,
        member_count=len(files),
        uncompressed_bytes=sum(member.size_bytes for member in files),
        native=native,
        unsampled_count=sum(member.size_bytes >= _MIN_NATIVE_BYTES for member in files) - len(sampled),
        python_modules=tuple(modules),
        top_level=_top_level(modules, native),
        console_scripts=_parse_scripts(texts.get("entry_points.txt", "")),
        metadata=select_metadata(texts["METADATA"]),
        is_purelib=_parse_purelib(texts["WHEEL"]),
    )
