"""PEP 691 documents decoded straight into the fields that are used; importable only where msgspec is (extra "fast")."""

from __future__ import annotations

import msgspec

from scanner.index.listing.rows import ProjectRows


class _Hashes(msgspec.Struct, frozen=True, gc=False):
    sha256: str | None = None


class _File(msgspec.Struct, frozen=True, gc=False):
    """A ``RowLike``."""

    filename: str
    url: str
    size_bytes: int | None = msgspec.field(default=None, name="size")
    hashes: _Hashes = _Hashes()
    requires_python: str | None = msgspec.field(default=None, name="requires-python")
    yanked_field: bool | str | None = msgspec.field(default=None, name="yanked")
    upload_time: str | None = msgspec.field(default=None, name="upload-time")
    core_metadata: bool | _Hashes | None = msgspec.field(default=None, name="core-metadata")
    data_dist_info_metadata: bool | _Hashes | None = msgspec.field(default=None, name="data-dist-info-metadata")
    dist_info_metadata: bool | _Hashes | None = msgspec.field(default=None, name="dist-info-metadata")

    @property
    def sha256(self) -> str | None:
        return self.hashes.sha256

    @property
    def yanked(self) -> str | None:
        value = self.yanked_field
        if not value:
            return None
        return "" if value is True else value

    @property
    def metadata_sha256(self) -> str | None:
        if self.core_metadata is None is self.data_dist_info_metadata is self.dist_info_metadata:
            return None
        for value in (self.core_metadata, self.data_dist_info_metadata, self.dist_info_metadata):
            if isinstance(value, _Hashes):
                return value.sha256 or ""
            if value:
                return ""
        return None


class _Meta(msgspec.Struct, frozen=True, gc=False):
    api_version: str = msgspec.field(default="1.0", name="api-version")


class _Project(msgspec.Struct, frozen=True, gc=False):
    name: str
    files: list[_File]
    meta: _Meta = _Meta()


_DECODER = msgspec.json.Decoder(_Project)


def parse_typed(body: bytes) -> ProjectRows | None:
    """The rows of a valid document; None for every other, in which the plain parser finds the fault."""
    try:
        project = _DECODER.decode(body)
    except (ValueError, RecursionError):
        return None
    return ProjectRows(project.name, project.meta.api_version, project.files)
