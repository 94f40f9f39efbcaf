"""Where packages come from: one index, and one layer of settings that names some."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from scanner.index.http.urls import file_path, find_origin, redact_url, split_credentials, with_slash
from scanner.model.errors import SettingsError

# Only capitals, digits and underscores, and only where the variable is set: as pip reads requirements files.
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
# This host answers 403 for what it lacks; uv takes that as «not there» without being told
# (docs.astral.sh/uv/concepts/indexes, «Ignoring error codes when searching across indexes»).
_FORBIDDEN_MEANS_ABSENT = frozenset({"download.pytorch.org"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two characters at least: «C:» is a drive


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexLocation:
    """One package index."""

    url: str
    """Without credentials, with a slash at the end; http, https or file."""
    source: str
    """Where it was configured, for people: a variable, a file or «command line»."""
    name: str | None = None
    """uv's name for it."""
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    is_explicit: bool = False
    """Whether only the packages that are pinned to it by name come from it (uv's ``explicit``)."""
    is_flat: bool = False
    """Whether it is one page of links, which its pinned packages come from (uv's ``format = "flat"``)."""
    absent_statuses: frozenset[int] = frozenset()
    """HTTP statuses besides 404 and 410 with which it says that it lacks a project (uv's ``ignore-error-codes``)."""

    def supplement(self, other: IndexLocation) -> IndexLocation:
        """The same index with what another place, which matters less, adds to it."""
        own = other if self.username is None else self
        statuses = self.absent_statuses | other.absent_statuses
        return replace(self, username=own.username, password=own.password, absent_statuses=statuses)

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine."""
        return find_origin(self.url) is None


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexLayer:
    """What one place says about indexes; None and the empty tuple mean that it says nothing."""

    index: IndexLocation | None = None
    """Instead of the default index."""
    extra: tuple[IndexLocation, ...] = ()
    find_links: tuple[str, ...] = ()
    """Absolute paths and URLs."""
    no_index: bool | None = None
    strategy: str | None = None
    cert: str | None = None
    proxy: str | None = field(default=None, repr=False)
    timeout_seconds: float | None = None
    retries: int | None = None
    pins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Normalised project names (or patterns) to the names or URLs of the indexes that alone provide them."""
    merges: bool = False
    """Whether this is pip's, which takes the files of all indexes together."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place that settings are read from, with what values in it may refer to."""

    label: str
    """For messages: the name of the file or of the kind of place."""
    directory: Path
    """What relative paths start from."""
    environ: Mapping[str, str]

    def location(self, text: str, key: str, *, name: str | None = None, is_flat: bool = False) -> IndexLocation:
        """The index that a value names: a URL, or the path of a folder; a page of links where it ``is_flat``.

        Raises:
            SettingsError: it is neither.
        """
        split = split_credentials(self.absolute(text, key))
        origin = find_origin(split.url)
        if origin is None and file_path(split.url) is None:
            raise SettingsError(self.label, key, f"«{split.url}» is no address of a package index")
        return IndexLocation(
            url=split.url if is_flat else with_slash(split.url),
            source=self.label,
            name=name,
            username=split.username,
            password=split.password,
            is_flat=is_flat,
            absent_statuses=frozenset({403} if origin is not None and origin.host in _FORBIDDEN_MEANS_ABSENT else ()),
        )

    def absolute(self, text: str, key: str) -> str:
        """The URL that a value stands for; paths become file URLs, ``${NAME}`` and «~» are filled in.

        Raises:
            SettingsError: the path cannot be one.
        """
        value = self.expand(text.strip())
        if _SCHEME.match(value):
            return value
        try:
            return (self.directory / self.home_path(value)).absolute().as_uri()
        except (ValueError, OSError) as error:
            raise SettingsError(self.label, key, f"«{redact_url(value)}» is no usable path") from error

    def expand(self, text: str) -> str:
        """The text with ``${NAME}`` replaced by the variable, where it is set and not empty."""
        return _VARIABLE.sub(lambda match: self.environ.get(match[1]) or match[0], text)

    def home_path(self, text: str) -> str:
        """The path with a leading «~» filled in."""
        home = self.environ.get("HOME") or self.environ.get("USERPROFILE")
        return home + text[1:] if home and (text == "~" or text.startswith(("~/", "~\\"))) else text


def read_flag(text: str) -> bool | None:
    """The truth that a setting's text stands for, by pip's words; None for any other text."""
    lowered = text.strip().lower()
    if lowered in ("y", "yes", "t", "true", "on", "1"):
        return True
    return False if lowered in ("n", "no", "f", "false", "off", "0") else None
