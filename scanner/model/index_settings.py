"""Settings of package indexes, from one source or from all sources together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.markers import Marker

from scanner.model.errors import SettingsError
from scanner.model.urls import SplitUrl, file_path, find_origin, redact_url, split_credentials, with_slash

PUBLIC_INDEX = "pypi"
"""The name of the default index."""
# Only capitals, digits and underscores, and only if the variable is set, as in pip's requirements files.
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
# This host answers 403 for missing projects; uv handles that without a setting
# (docs.astral.sh/uv/concepts/indexes, "Ignoring error codes when searching across indexes").
_FORBIDDEN_MEANS_ABSENT = frozenset({"download.pytorch.org"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two characters at least: "C:" is a drive
_WITHHELD_VARIABLE = (
    "not requested: a scanned file may use environment variables only in URLs of hosts that your own settings name; to "
    "allow this one, add the index with --index-url or --extra-index-url"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexLocation:
    """One package index, or one page or folder of links."""

    url: str
    """Without credentials; http, https or file. The URL of an index ends with a slash."""
    source: str
    """The source of the setting, for messages: a variable, a file or "command line"."""
    name: str | None = None
    """The name that pins refer to."""
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    is_explicit: bool = False
    """Whether it is used only for packages that are pinned to it (uv's ``explicit``)."""
    is_flat: bool = False
    """Whether it is one page or folder of links (uv's ``format = "flat"``, pip's find-links)."""
    absent_statuses: frozenset[int] = frozenset()
    """HTTP statuses, in addition to 404 and 410, that mean a missing project (uv's ``ignore-error-codes``)."""
    withheld: str | None = None
    """Why it must not be requested; None for an index that may be used."""

    def supplement(self, other: IndexLocation) -> IndexLocation:
        """The same index with additions from a source of lower precedence."""
        own = other if self.username is None else self
        statuses = self.absent_statuses | other.absent_statuses
        return replace(self, username=own.username, password=own.password, absent_statuses=statuses)

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine's disk."""
        return find_origin(self.url) is None


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexPin:
    """A package that is pinned to one index: no other index or page of links provides it."""

    project: str
    """The normalised name; a pattern with ``*`` matches several."""
    index: str
    """The name or URL of the index; ``PUBLIC_INDEX`` is the default index unless an index has that name."""
    marker: Marker | None = None
    """The environments in which the pin applies; None for all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexSettings:
    """The index settings of one source, or of all together; None and the empty tuple mean not set."""

    index: IndexLocation | None = None
    """The default index."""
    extra: tuple[IndexLocation, ...] = ()
    """Further indexes, which precede the default one as in uv; includes explicit ones."""
    find_links: tuple[IndexLocation, ...] = ()
    """Folders and pages of links, which are always used."""
    no_index: bool | None = None
    pins: tuple[IndexPin, ...] = ()
    strategy: str | None = None
    """uv's ``index-strategy``."""
    exclude_newer: str | None = None
    """The time after which uploads are ignored, as written (uv)."""
    resolution: str | None = None
    """uv's ``resolution``: highest, lowest or lowest-direct."""
    prerelease: str | None = None
    """uv's ``prerelease``; "allow" also for pip's ``--pre`` and Pipenv's ``allow_prereleases``."""
    cert: str | None = None
    """The path of a file or folder of certificates, instead of the system's."""
    proxy: str | None = field(default=None, repr=False)
    """One proxy for all requests, instead of the proxy variables."""
    timeout_seconds: float | None = None
    retries: int | None = None
    own_hosts: frozenset[str] = frozenset()
    """The hosts that the user's own settings name: only these get secrets and may have private addresses."""
    merges: bool = False
    """Whether these are pip's settings: pip merges the files of all indexes."""
    notes: tuple[str, ...] = ()
    """Settings that are not supported, as sentences."""

    @property
    def locations(self) -> tuple[IndexLocation, ...]:
        """The indexes in the order of precedence; empty with ``no_index``."""
        return () if self.no_index else (*self.extra, *((self.index,) if self.index else ()))

    def merge(self, other: IndexSettings) -> IndexSettings:
        """Both together, as the options of two scanned files; the later default index wins, as in pip."""
        return replace(
            self,
            index=other.index or self.index,
            extra=tuple(dict.fromkeys(self.extra + other.extra)),
            find_links=tuple(dict.fromkeys(self.find_links + other.find_links)),
            no_index=self.no_index or other.no_index,
            pins=tuple(dict.fromkeys(self.pins + other.pins)),
            strategy=other.strategy or self.strategy,
            exclude_newer=other.exclude_newer or self.exclude_newer,
            resolution=other.resolution or self.resolution,
            prerelease=other.prerelease or self.prerelease,
            notes=tuple(dict.fromkeys(self.notes + other.notes)),
            merges=self.merges or other.merges,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One source of settings, with the rules for its values."""

    label: str
    """For messages: the name of the file or of the kind of source."""
    directory: Path
    """The base of relative paths."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The values for ``${NAME}`` and "~"."""
    is_own: bool = True
    """Whether the user wrote it; False for a scanned file, whose errors affect only its own indexes."""

    def location(
        self, text: str, key: str, *, name: str | None = None, is_explicit: bool = False, is_flat: bool = False
    ) -> IndexLocation:
        """The index of a value: a URL, or the path of a folder.

        Raises:
            SettingsError: it is neither, and the source is the user's own.
        """
        try:
            split = self._split(text, key)
        except SettingsError as error:
            if self.is_own:
                raise
            return IndexLocation(url=redact_url(text), source=self.label, name=name, withheld=error.reason)
        origin = find_origin(split.url)
        forbidding = origin is not None and origin.host in _FORBIDDEN_MEANS_ABSENT
        return IndexLocation(
            url=split.url if is_flat else with_slash(split.url),
            source=self.label,
            name=name,
            username=split.username,
            password=split.password,
            is_explicit=is_explicit,
            is_flat=is_flat,
            absent_statuses=frozenset({403} if forbidding else ()),
        )

    def _split(self, text: str, key: str) -> SplitUrl:
        split = split_credentials(self.absolute(text, key))
        if find_origin(split.url) is None and file_path(split.url) is None:
            raise SettingsError(self.label, key, f"{split.url} is not the URL of a package index")
        return split

    def absolute(self, text: str, key: str) -> str:
        """The URL of a value; paths become file URLs, ``${NAME}`` and "~" are replaced.

        Raises:
            SettingsError: the path is invalid, or a scanned file uses a variable that it may not use.
        """
        value = self.expand(text.strip())
        if not self.is_own and VARIABLE.search(value):
            raise SettingsError(self.label, key, _WITHHELD_VARIABLE)
        if _SCHEME.match(value):
            return value
        try:
            return (self.directory / self.home_path(value)).absolute().as_uri()
        except (ValueError, OSError) as error:
            raise SettingsError(self.label, key, f"{redact_url(value)} is not a usable path") from error

    def expand(self, text: str) -> str:
        """The text with ``${NAME}`` replaced by the variable, if it is set and not empty."""
        return VARIABLE.sub(lambda match: self.environ.get(match[1]) or match[0], text)

    def home_path(self, text: str) -> str:
        """The path with a leading "~" replaced."""
        home = self.environ.get("HOME") or self.environ.get("USERPROFILE")
        return home + text[1:] if home and (text == "~" or text.startswith(("~/", "~\\"))) else text
