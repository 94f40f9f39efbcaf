"""Settings of package indexes: what one place says of them, and what all places together say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.markers import Marker

from scanner.model.errors import SettingsError
from scanner.model.urls import SplitUrl, file_path, find_origin, redact_url, split_credentials, with_slash

PUBLIC_INDEX = "pypi"
"""The name of the index that is configured anyway."""
# Only capitals, digits and underscores, and only where the variable is set: as pip reads requirements files.
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
# This host answers 403 for what it lacks; uv knows that without a setting
# (docs.astral.sh/uv/concepts/indexes, "Ignoring error codes when searching across indexes").
_FORBIDDEN_MEANS_ABSENT = frozenset({"download.pytorch.org"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two characters at least: "C:" is a drive
_WITHHELD_VARIABLE = (
    "not requested: a scanned file may use environment variables only in the address of a host that your own settings "
    "name; to allow it, name the index in --index-url or --extra-index-url"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexLocation:
    """One package index, or one page or folder of links."""

    url: str
    """Without credentials; http, https or file. An index has a slash at the end."""
    source: str
    """Where it was configured, for people: a variable, a file or "command line"."""
    name: str | None = None
    """The name that pins refer to."""
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    is_explicit: bool = False
    """Whether only the packages that are pinned to it come from it (uv's ``explicit``)."""
    is_flat: bool = False
    """Whether it is one page or folder of links (uv's ``format = "flat"``, pip's find-links)."""
    absent_statuses: frozenset[int] = frozenset()
    """HTTP statuses besides 404 and 410 with which it says that it lacks a project (uv's ``ignore-error-codes``)."""
    withheld: str | None = None
    """Why nothing is requested from it; None for an index that may be used."""

    def supplement(self, other: IndexLocation) -> IndexLocation:
        """The same index with what a weaker place adds to it."""
        own = other if self.username is None else self
        statuses = self.absent_statuses | other.absent_statuses
        return replace(self, username=own.username, password=own.password, absent_statuses=statuses)

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine's disk."""
        return find_origin(self.url) is None


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexPin:
    """A package that comes from one index: no other index is asked for it, and nothing else provides it."""

    project: str
    """The normalised name; a pattern with ``*`` stands for several."""
    index: str
    """The name or URL of the index; ``PUBLIC_INDEX``, where no index has that name, is the default index."""
    marker: Marker | None = None
    """Where the pin holds; None everywhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexSettings:
    """What one place says about indexes, or all together; None and the empty tuple say nothing."""

    index: IndexLocation | None = None
    """The default index."""
    extra: tuple[IndexLocation, ...] = ()
    """Further indexes, which go before the default one as in uv; explicit ones among them."""
    find_links: tuple[IndexLocation, ...] = ()
    """Folders and pages of links, which always count."""
    no_index: bool | None = None
    pins: tuple[IndexPin, ...] = ()
    strategy: str | None = None
    """uv's ``index-strategy``."""
    exclude_newer: str | None = None
    """The moment after which uploads do not count, as written (uv)."""
    resolution: str | None = None
    """uv's ``resolution``: highest, lowest or lowest-direct."""
    prerelease: str | None = None
    """uv's ``prerelease``; "allow" also for pip's ``--pre`` and Pipenv's ``allow_prereleases``."""
    cert: str | None = None
    """The path of a file or folder of certificates, instead of the system's."""
    proxy: str | None = field(default=None, repr=False)
    """One proxy for everything, instead of what the proxy variables say."""
    timeout_seconds: float | None = None
    retries: int | None = None
    own_hosts: frozenset[str] = frozenset()
    """The hosts that the user's own settings name: only these get secrets and may have private addresses."""
    merges: bool = False
    """Whether this is pip's, which takes the files of all indexes together."""
    notes: tuple[str, ...] = ()
    """Settings that were found and are not followed, as sentences."""

    @property
    def locations(self) -> tuple[IndexLocation, ...]:
        """The indexes in the order in which they are asked; none with ``no_index``."""
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
    """One place that settings are read from, and how the values in it are understood."""

    label: str
    """For messages: the name of the file or of the kind of place."""
    directory: Path
    """Where relative paths start."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What ``${NAME}`` and "~" stand for."""
    is_own: bool = True
    """Whether the user wrote it; False for a scanned file, whose faults concern its own indexes only."""

    def location(
        self, text: str, key: str, *, name: str | None = None, is_explicit: bool = False, is_flat: bool = False
    ) -> IndexLocation:
        """The index that a value names: a URL, or the path of a folder.

        Raises:
            SettingsError: it is neither, and the place is the user's own.
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
            raise SettingsError(self.label, key, f"{split.url} is no address of a package index")
        return split

    def absolute(self, text: str, key: str) -> str:
        """The URL that a value stands for; paths become file URLs, ``${NAME}`` and "~" are replaced.

        Raises:
            SettingsError: the path cannot be one, or a scanned file uses a variable where it may not.
        """
        value = self.expand(text.strip())
        if not self.is_own and VARIABLE.search(value):
            raise SettingsError(self.label, key, _WITHHELD_VARIABLE)
        if _SCHEME.match(value):
            return value
        try:
            return (self.directory / self.home_path(value)).absolute().as_uri()
        except (ValueError, OSError) as error:
            raise SettingsError(self.label, key, f"{redact_url(value)} is no usable path") from error

    def expand(self, text: str) -> str:
        """The text with ``${NAME}`` replaced by the variable, where it is set and not empty."""
        return VARIABLE.sub(lambda match: self.environ.get(match[1]) or match[0], text)

    def home_path(self, text: str) -> str:
        """The path with a leading "~" replaced."""
        home = self.environ.get("HOME") or self.environ.get("USERPROFILE")
        return home + text[1:] if home and (text == "~" or text.startswith(("~/", "~\\"))) else text
