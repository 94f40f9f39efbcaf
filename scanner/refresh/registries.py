"""The files of the package index and of the npm registry that tables are made of, verified by their hashes.

Every answer is bounded in size, and archives are walked by the guarded readers of the index: a member with an unsafe
path, a wrong checksum or an implausible size is an error.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from scanner import __version__
from scanner.index.archive.sdist import walk_zip
from scanner.index.archive.tar import walk_tar
from scanner.index.archive.wheel import verify_sha256
from scanner.index.listing import Listing
from scanner.index.projects import Index
from scanner.index.settings import Surroundings, read_arguments, read_index_settings
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.errors import ArtifactError, IndexAnswerError
from scanner.model.index_settings import Place
from scanner.runtime.tables import load_platform

WHEEL_BYTES_MAXIMUM = 16 * 1024 * 1024
NPM_BYTES_MAXIMUM = 64 * 1024 * 1024
_DOCUMENT_BYTES_MAXIMUM = 4 * 1024 * 1024
_MEMBER_BYTES_MAXIMUM = 16 * 1024 * 1024
_RELEASES_MAXIMUM = 100
"""How many releases are read at most in one update; workers-py had 19 in five months."""


@contextmanager
def open_registries(
    *,
    environ: Mapping[str, str],
    home: Path,
    directory: Path,
    index_url: str | None = None,
    npm_registry_url: str | None = None,
    offline: bool = False,
) -> Iterator[Registries]:
    """The registries that the user reaches anyway: as pip's and uv's settings say, those of a project left out.

    Raises:
        SettingsError: a configuration file of pip or uv cannot be used.
    """
    platform = load_platform()
    around = Surroundings(
        environ=environ,
        home=home,
        directory=directory,
        default_index_url=platform.public_index_url,
        project=home,
    )
    arguments = read_arguments(index_url, (), Place(label="--index-url", directory=directory))
    settings = read_index_settings(around, arguments=(arguments,))
    user_agent = f"compat-scan/{__version__}"
    with Index(settings, environ=environ, home=home, user_agent=user_agent, offline=offline) as index:
        yield Registries(index, npm_registry_url or platform.npm_registry_url)


class Registries:
    """The two registries; ``index`` stays open and is closed by its owner."""

    def __init__(self, index: Index, npm_registry_url: str) -> None:
        self._index = index
        self._npm_url = npm_registry_url.rstrip("/")

    def find_newer(self, name: NormalizedName, known: Version) -> tuple[Version, ...]:
        """The final releases with a wheel that are newer than ``known``, oldest first.

        Raises:
            IndexFailure: the index does not answer, does not have the project, or has only releases before ``known``.
        """
        listing = self._listing(name)
        if all(version < known for version in listing.versions):
            raise IndexAnswerError(listing.url, f"lists nothing as new as {name} {known}")
        finals = (version for version in listing.versions if version > known and not version.is_prerelease)
        newer = [version for version in finals if _find_wheel(listing, version)]
        return tuple(reversed(newer[:_RELEASES_MAXIMUM]))

    def fetch_sources(self, name: NormalizedName, version: Version) -> Mapping[str, bytes]:
        """The Python files of a release's pure wheel, by path.

        Raises:
            IndexFailure: the index does not answer.
            ArtifactError: the wheel has no hash, another hash, or an entry that breaks a guard.
        """
        wheel = _find_wheel(self._listing(name), version)
        if wheel is None or wheel.sha256 is None:
            raise ArtifactError(f"{name} {version}", "the index has no wheel of it with a sha256")
        data = self._fetch(wheel.url, WHEEL_BYTES_MAXIMUM)
        verify_sha256(wheel.filename, data, wheel.sha256)
        files = walk_zip(wheel.filename, data, _is_python)
        return {file.path: file.data for file in files if file.data is not None}

    def find_native_wheel(self, name: NormalizedName, platforms: Collection[str]) -> str | None:
        """The newest wheel for one of these platforms; None if there is none, or no such project.

        Raises:
            IndexFailure: the index does not answer.
        """
        listing = self._index.listing(name)
        for version in listing.versions if listing else ():
            release = listing.release(version) if listing else None
            for artifact in release.artifacts if release else ():
                if any(tag.platform in platforms for tag in artifact.tags):
                    return artifact.filename
        return None

    def fetch_npm(self, package: str, version: str, path: str) -> tuple[str, bytes]:
        """The version that ``version`` (which may be a tag) stands for, and one file of its package.

        Raises:
            IndexFailure: the registry does not answer, or answers with something else.
            ArtifactError: the package has another hash, lacks the file, or has an entry that breaks a guard.
        """
        url = f"{self._npm_url}/{package}/{version}"
        found, integrity = _parse_npm_document(self._fetch(url, _DOCUMENT_BYTES_MAXIMUM), url)
        filename = f"{package}-{found}.tgz"
        data = self._fetch(f"{self._npm_url}/{package}/-/{filename}", NPM_BYTES_MAXIMUM)
        _verify_integrity(filename, data, integrity)
        for file in walk_tar(filename, data, lambda member, size: member == path and size <= _MEMBER_BYTES_MAXIMUM):
            if file.path == path and file.data is not None:
                return found, file.data
        raise ArtifactError(filename, f"has no file {path} of a plausible size")

    def _listing(self, name: NormalizedName) -> Listing:
        listing = self._index.listing(name)
        if listing is None:
            raise IndexAnswerError(name, "the configured indexes do not have this project")
        return listing

    def _fetch(self, url: str, most_bytes: int) -> bytes:
        answer = self._index.run(self._index.fetch(url, max_bytes=most_bytes))
        if answer.is_absent:
            raise IndexAnswerError(url, f"answered with the status {answer.status}")
        return answer.body


def _find_wheel(listing: Listing, version: Version) -> Artifact | None:
    """The pure wheel of a release that is not yanked."""
    release = listing.release(version)
    for artifact in release.artifacts if release else ():
        if artifact.kind is ArtifactKind.WHEEL and artifact.yanked is None and artifact.filename.endswith("-any.whl"):
            return artifact
    return None


def _is_python(path: str, size_bytes: int) -> bool:
    return path.endswith((".py", ".pyi")) and size_bytes <= _MEMBER_BYTES_MAXIMUM


def _parse_npm_document(body: bytes, url: str) -> tuple[str, str]:
    """The version and the SRI hash of a registry's document about one version."""
    try:
        document = json.loads(body)
        version, integrity = document["version"], document["dist"]["integrity"]
        is_sound = isinstance(integrity, str) and str(Version(version)) == version
    except (ValueError, KeyError, TypeError, RecursionError, InvalidVersion) as error:
        raise IndexAnswerError(url, f"is no document about an npm package: {type(error).__name__}") from error
    if not is_sound:
        raise IndexAnswerError(url, "names no version or no hash of the expected form")
    return version, integrity


def _verify_integrity(filename: str, data: bytes, integrity: str) -> None:
    algorithm, _, encoded = integrity.partition("-")
    try:
        expected = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ArtifactError(filename, "the registry gives no readable hash") from error
    if algorithm != "sha512" or hashlib.sha512(data).digest() != expected:
        raise ArtifactError(filename, "does not have the sha512 that the registry gives")
