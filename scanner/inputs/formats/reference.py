"""The name and version in the file name of a direct reference to a wheel or source distribution."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote

from packaging.utils import InvalidSdistFilename, NormalizedName, canonicalize_name, parse_sdist_filename
from packaging.version import InvalidVersion, Version

from scanner.model.filenames import SDIST_SUFFIXES, WHEEL_SUFFIX, parse_wheel_name

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_VCS_SCHEME = re.compile(r"(git|hg|svn|bzr)\+[a-z-]+:|(git|hg|svn|bzr|ssh|sftp):", re.IGNORECASE)

_FORGE_ARCHIVE = re.compile(r"://[^?#]*/(archive|zipball|tarball|legacy\.zip|legacy\.tar\.gz)/", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """The distribution at a URL or path; None for each unknown part."""

    name: NormalizedName | None = None
    version: Version | None = None
    is_wheel: bool = False


def parse_reference(url: str) -> Reference:
    """The name and version in the file name at the end of a URL or path, if any.

    A source distribution counts only if one hyphen separates its name from a version; a source forge's archive of a
    tag (``archive/release-1.2.tar.gz``) and a repository have neither.
    """
    if is_vcs_url(url) or _FORGE_ARCHIVE.search(url):
        return Reference()
    filename = read_filename(url)
    if filename.lower().endswith(WHEEL_SUFFIX):
        return _parse_wheel_name(filename)
    if filename.lower().endswith((".tar.gz", ".zip")):
        return _parse_sdist_name(filename)
    return Reference()


def read_filename(url: str) -> str:
    """The last part of a URL's or path's path, percent-decoded, without query and fragment."""
    path = url.partition("#")[0]
    if is_url(url):
        path = path.partition("?")[0]
    return unquote(posixpath.basename(path.replace("\\", "/").rstrip("/")))


def is_url(text: str) -> bool:
    """Whether the text begins with a URL's scheme of two or more characters, which a Windows drive has not."""
    return _SCHEME.match(text) is not None


def is_vcs_url(text: str) -> bool:
    """Whether the text is a version-control URL as pip writes them, for example ``git+https://…``."""
    return _VCS_SCHEME.match(text) is not None


def path_of_file_url(url: str) -> str:
    """The path of a ``file:`` URL; anything else is returned unchanged."""
    if not url.lower().startswith("file:"):
        return url
    return unquote(re.sub(r"^file:(//(localhost(?=/))?)?", "", url, flags=re.IGNORECASE).partition("#")[0])


def is_archive(text: str) -> bool:
    """Whether the path or URL ends with the suffix of a wheel or another archive."""
    return read_filename(text).lower().endswith((WHEEL_SUFFIX, *SDIST_SUFFIXES))


def _parse_wheel_name(filename: str) -> Reference:
    found = parse_wheel_name(filename)
    if found is None:
        return _parse_loose_wheel_name(filename)
    return Reference(name=found.name, version=found.version, is_wheel=True)


def _parse_loose_wheel_name(filename: str) -> Reference:
    """The same for old wheels whose names break the specification, read as pip did before version 25."""
    parts = filename[: -len(WHEEL_SUFFIX)].split("-")
    if len(parts) not in {5, 6} or not parts[0]:
        return Reference(is_wheel=True)
    try:
        version = Version(parts[1].replace("_", "-"))
    except ValueError:
        return Reference(is_wheel=True)
    return Reference(name=canonicalize_name(parts[0]), version=version, is_wheel=True)


def _parse_sdist_name(filename: str) -> Reference:
    try:
        name, version = parse_sdist_filename(filename)
    except (InvalidSdistFilename, InvalidVersion, ValueError):
        return Reference()
    # A name of digits only comes from a date or a version with a hyphen.
    return Reference(name=name, version=version) if re.search("[a-z]", name) else Reference()
