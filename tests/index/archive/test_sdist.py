"""Source distributions, and the ways in which an archive of one can be hostile."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.index.archive.sdist import MAX_BUILD_FILES, MAX_SOURCES, read_sdist
from scanner.model.contents import BuildFile, SdistContents
from scanner.model.errors import ArtifactError
from scanner.model.filenames import SDIST_SUFFIXES

if TYPE_CHECKING:
    from tests.conftest import MakeSdist

NAME = "a-1.0.tar.gz"
Item = tuple[tarfile.TarInfo, bytes]
Style = Literal[0, 1, 2]


def _item(path: str, data: bytes = b"", *, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = -1) -> Item:
    info = tarfile.TarInfo(path)
    info.type, info.linkname, info.size = kind, link, len(data) if size < 0 else size
    return info, data


def _tar(items: Iterable[Item], *, style: Style = tarfile.PAX_FORMAT) -> bytes:
    """Blocks as they are, also where the size is a lie."""
    out = bytearray()
    for info, data in items:
        out += info.tobuf(style) + data + bytes(-len(data) % 512)
    return bytes(out) + bytes(1024)


def _read(items: Iterable[Item], *, style: Style = tarfile.PAX_FORMAT) -> SdistContents:
    return read_sdist(NAME, gzip.compress(_tar(items, style=style)))


SETUP = b"from setuptools import setup\nsetup()\n"
FILES = [
    _item("a-1.0", kind=tarfile.DIRTYPE),
    _item("a-1.0/setup.py", SETUP),
    _item("a-1.0/a/__init__.py", b"x = 1"),
    _item("a-1.0/a/_x.c", b"int x;"),
    _item("a-1.0/tests/data.c", b"int y;"),
    _item("a-1.0/tests/setup.py", b"no"),
]


def _compress_lzma(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    **dict.fromkeys([".tar.gz", ".tgz"], gzip.compress),
    **dict.fromkeys([".tar.bz2", ".tbz2", ".tbz"], bz2.compress),
    **dict.fromkeys([".tar.xz", ".txz"], lzma.compress),
    **dict.fromkeys([".tar.lzma", ".tlz"], _compress_lzma),
    ".tar": bytes,
    ".TAR.GZ": lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:]) + bytes(100),
}


def test_every_suffix_that_a_listing_takes_for_a_source_distribution_is_read() -> None:
    assert COMPRESS.keys() >= set(SDIST_SUFFIXES) - {".zip"}


@pytest.mark.parametrize(("suffix", "compress"), COMPRESS.items(), ids=COMPRESS)
def test_every_kind_of_compressed_tar_is_read(suffix: str, compress: Callable[[bytes], bytes]) -> None:
    contents = read_sdist(f"a-1.0{suffix}", compress(_tar(FILES)))
    assert contents.build_files == (BuildFile(path="setup.py", text=SETUP.decode()),)
    assert contents.sources == ("a/_x.c",)
    assert (contents.source_count, contents.python_count, contents.file_count) == (1, 3, 5)
    assert contents.unpacked_bytes == len(SETUP) + 5 + 6 + 6 + 2


def test_a_zip_is_read_the_same_way(make_sdist: MakeSdist) -> None:
    files = {"setup.py": "setup()", "a/_x.pyx": "", "pyproject.toml": "[project]", "docs/conf.py": ""}
    tar, archive = make_sdist("a", files=files), make_sdist("a", files=files, suffix=".zip")
    from_tar, from_zip = read_sdist(tar.filename, tar.data), read_sdist(archive.filename, archive.data)
    assert from_tar.build_files == from_zip.build_files
    assert from_tar.sources == from_zip.sources == ("a/_x.pyx",)
    assert from_tar.metadata == from_zip.metadata == "Metadata-Version: 2.3\nName: a\nVersion: 1.0"


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_style_of_tar_is_read_with_its_long_names(style: Style) -> None:
    path = "a-1.0/" + "/".join(["folder"] * 20) + "/_x.rs"
    assert _read([_item("a-1.0/setup.py", SETUP), _item(path, b"fn")], style=style).sources == (path[6:],)


def test_files_that_lie_at_the_root_itself_are_found_too() -> None:
    contents = _read([_item("./setup.py", SETUP), _item("./a/x.c")])
    assert contents.text("setup.py") == SETUP.decode()
    assert contents.sources == ("a/x.c",)


def test_of_two_files_with_one_path_the_later_counts_as_when_it_is_unpacked() -> None:
    contents = _read([_item("a-1.0/setup.py", b"first"), _item("a-1.0/setup.py", b"second")])
    assert contents.text("setup.py") == "second"


def test_links_inside_the_archive_are_passed_over() -> None:
    links = [
        _item("a-1.0/b", kind=tarfile.SYMTYPE, link="a/../a"),
        _item("a-1.0/a/up", kind=tarfile.SYMTYPE, link="../tests"),
        _item("a-1.0/c", kind=tarfile.LNKTYPE, link="a-1.0/setup.py"),
    ]
    assert _read([*FILES, *links]).file_count == 5


def test_texts_are_read_whatever_their_encoding_and_build_scripts_of_any_backend_are_kept() -> None:
    files = [
        _item("a-1.0/setup.py", b"\xef\xbb\xbfsetup()"),
        _item("a-1.0/hatch_build.py", b"# caf\xe9"),
        _item("a-1.0/CMakeLists.txt", b"project(a)"),
        _item("a-1.0/README.md", b"no"),
    ]
    contents = _read(files)
    assert [file.path for file in contents.build_files] == ["CMakeLists.txt", "hatch_build.py", "setup.py"]
    assert contents.text("setup.py") == "setup()"
    assert contents.text("hatch_build.py") == "# café"
    assert contents.text("README.md") is None
    assert not contents.has("README.md")


def test_a_build_file_that_is_too_large_is_told_but_not_read() -> None:
    contents = _read([_item("a-1.0/setup.py", b"#" * (1024 * 1024 + 1)), _item("a-1.0/a.py")])
    assert contents.has("setup.py")
    assert contents.text("setup.py") is None


def test_egg_info_is_read_only_up_to_a_bound() -> None:
    notes = [_item(f"a-1.0/{number:03}.egg-info/top_level.txt", b"x%d" % number) for number in range(60)]
    large = [_item(f"a-1.0/l{number:02}.egg-info/top_level.txt", b"y" * 2**20) for number in range(20)]
    assert len(_read([*notes, _item("a-1.0/setup.py", SETUP)]).top_level) == MAX_BUILD_FILES
    assert len("".join(_read([*large, _item("a-1.0/b.py")]).top_level)) == 2**20  # the eight that are read say the same
    assert _read([*large, _item("a-1.0/setup.py", SETUP)]).text("setup.py") is None


def test_only_so_many_build_scripts_and_sources_are_kept() -> None:
    scripts = [_item(f"a-1.0/setup_{number:03}.py", b"x") for number in range(MAX_BUILD_FILES + 5)]
    sources = [_item(f"a-1.0/{number:03}.c") for number in range(MAX_SOURCES + 5)]
    contents = _read([*scripts, *sources])
    assert len(contents.build_files) == MAX_BUILD_FILES
    assert (len(contents.sources), contents.source_count) == (MAX_SOURCES, MAX_SOURCES + 5)


def _pax(records: dict[str, str], kind: bytes = tarfile.XHDTYPE) -> Item:
    lines = b""
    for key, value in records.items():
        body = f" {key}={value}\n".encode()
        size = len(body) + len(str(len(body) + 2))
        lines += str(size).encode() + body
    return _item("pax", lines, kind=kind)


BAD_ENTRIES = {
    "an absolute name": ([_item("/etc/passwd")], "is absolute"),
    "a name that leaves": ([_item("a-1.0/../../x")], "leaves the archive"),
    "a backslash": ([_item("a-1.0\\..\\x")], "a backslash"),
    "a control character": ([_item("a-1.0/\x1b[2J")], "a control character"),
    "a link that leaves": ([_item("a-1.0/x", kind=tarfile.SYMTYPE, link="../../x")], "a link that leaves"),
    "an absolute link": ([_item("a-1.0/x", kind=tarfile.SYMTYPE, link="/etc/passwd")], "a link that leaves"),
    "a hard link that leaves": ([_item("a-1.0/x", kind=tarfile.LNKTYPE, link="../x")], "a link that leaves"),
    "a device": ([_item("a-1.0/x", kind=tarfile.CHRTYPE)], "a device"),
    "a pipe": ([_item("a-1.0/x", kind=tarfile.FIFOTYPE)], "a device, a pipe"),
    "a sparse file": ([_item("a-1.0/x", kind=tarfile.GNUTYPE_SPARSE)], "a sparse file"),
    "a sparse file of POSIX": ([_pax({"GNU.sparse.major": "1"}), _item("a-1.0/x")], "a sparse file"),
    "a renamed entry": ([_pax({"path": "../../x"}), _item("a-1.0/x")], "leaves the archive"),
    "a redirected link": (
        [_pax({"linkpath": "../../x"}), _item("a-1.0/x", kind=tarfile.SYMTYPE, link="x")],
        "a link that leaves",
    ),
    "a size that is none": ([_pax({"size": "-1"}), _item("a-1.0/x")], "a size that is not a number"),
    "a size of 8 EiB": ([_pax({"size": str(2**63)}), _item("a-1.0/x")], "ends inside it"),
    "a size beyond the end": ([_item("a-1.0/x", b"abc", size=10_000)], "ends inside it"),
    "a global header that renames": ([_pax({"path": "x"}, tarfile.XGLTYPE), _item("a-1.0/x")], "a global header"),
    "an extended header that is long": ([_item("x", kind=tarfile.XHDTYPE, size=10**9)], "an extended header of"),
    "a long name that is long": ([_item("x", kind=tarfile.GNUTYPE_LONGNAME, size=10**9)], "an extended header of"),
    "records that do not parse": ([_item("x", b"zz path=a\n", kind=tarfile.XHDTYPE)], "does not parse"),
    "long headers together": (
        [_pax({"comment": "x" * 250_000})] * 70,
        r"an extended header of 250,\d+ bytes, 1\d,\d+,\d+ together",
    ),
    "a record that is too long": ([_item("x", b"99 path=a\n", kind=tarfile.XHDTYPE)], "does not parse"),
}


@pytest.mark.parametrize(("items", "reason"), BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_an_entry_that_breaks_a_guard_is_refused_with_the_reason(items: list[Item], reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason) as caught:
        _read(items)
    assert caught.value.filename == NAME


def test_a_global_header_with_a_comment_is_passed_over() -> None:
    assert _read([_pax({"comment": "1"}, tarfile.XGLTYPE), *FILES]).file_count == 5


def _zeros(count: int) -> bytes:
    return _tar([_item("a-1.0/x", size=count)])[:512] + bytes(count)


BAD_ARCHIVES = {
    "a kind that is not read": ("a-1.0.tar.Z", b"", "unknown kind of archive"),
    "no suffix": ("a", b"", "unknown kind of archive"),
    "empty": (NAME, b"", "damaged"),
    "no gzip": (NAME, b"<html>", "damaged"),
    "cut gzip": (NAME, gzip.compress(_tar(FILES))[:-20], "damaged"),
    "a wrong checksum": (NAME, gzip.compress(b"")[:-8] + b"12345678", "damaged"),
    "no tar": (NAME, gzip.compress(b"x" * 2000), "not a tar archive"),
    "an empty tar": (NAME, gzip.compress(bytes(10_240)), "not a tar archive"),
    "a bomb of gzip": (NAME, gzip.compress(_zeros(100 * 2**20)), "more than 200 times its size"),
    "a bomb of bzip2": ("a-1.0.tar.bz2", bz2.compress(_zeros(100 * 2**20)), "unpacks to more than"),
    "a bomb of xz": ("a-1.0.tar.xz", lzma.compress(_zeros(100 * 2**20), preset=0), "more than 200 times its size"),
    "a million gzip members": (NAME, gzip.compress(b"") * 2000, "more than 1000 members"),
    "cut lzma": ("a-1.0.tlz", _compress_lzma(_tar(FILES))[:-30], "damaged"),
    "a bomb of lzma": ("a-1.0.tar.lzma", _compress_lzma(_zeros(100 * 2**20)), "more than 200 times its size"),
    "a cut tar": ("a-1.0.tar", _tar(FILES)[:1030], "ends inside it"),
    "cut xz": ("a-1.0.tar.xz", lzma.compress(_tar(FILES))[:-30], "damaged"),
    "xz that asks for too much memory": (
        "a-1.0.tar.xz",
        lzma.compress(_tar(FILES), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**28}]),
        "damaged",
    ),
    "an entry too many": (NAME, gzip.compress(_item("a/b")[0].tobuf() * 70_000), "more than 65,535 entries"),
    "too large": (NAME, bytes(128 * 2**20 + 1), "larger than 128 MiB"),
    "a hostile zip": ("a-1.0.zip", b"PK\x05\x06", "not a usable zip archive"),
}


@pytest.mark.parametrize(("filename", "data", "reason"), BAD_ARCHIVES.values(), ids=BAD_ARCHIVES)
def test_an_archive_that_cannot_be_trusted_is_refused_with_the_reason(filename: str, data: bytes, reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        read_sdist(filename, data)


def test_a_zip_with_a_symbolic_link_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("a-1.0/x")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ArtifactError, match="a link or a special file"):
        read_sdist("a-1.0.zip", buffer.getvalue())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=1500), st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_whatever_the_bytes_are_only_an_artifact_error_comes_out(noise: bytes, place: int, patch: bytes) -> None:
    tar = _tar([_pax({"path": "a-1.0/y"}), *FILES])
    patched = tar[:place] + patch + tar[place + len(patch) :]
    for filename, data in (
        (NAME, noise),
        (NAME, gzip.compress(noise)),
        (NAME, gzip.compress(patched)),
        ("a-1.0.tar.xz", noise),
        ("a-1.0.tar.bz2", noise),
        ("a-1.0.zip", noise),
    ):
        with contextlib.suppress(ArtifactError):
            assert read_sdist(filename, data).file_count >= 0
