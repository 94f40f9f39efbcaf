"""User names and passwords, each sent only where the user's own settings or netrc send it."""

from __future__ import annotations

import base64
import netrc
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from scanner.model.index_settings import IndexLocation
from scanner.model.urls import Origin, find_origin

Ask = Callable[[str, str], str | None]
"""Gives the password of a service and a user, None where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """What one index is sent; nothing of it is shown by ``repr``."""

    origin: Origin
    path: str
    """The path of the index, which distinguishes two indexes of one origin."""
    header: str = field(repr=False)
    """The value of the Authorization header."""


class Netrc:
    """The user's netrc file (``NETRC``, ~/.netrc or ~/_netrc)."""

    def __init__(self, environ: Mapping[str, str], home: Path, own_hosts: Collection[str]) -> None:
        named = environ.get("NETRC")
        self._paths = [Path(named)] if named else [home / ".netrc", home / "_netrc"]
        self._own_hosts = own_hosts

    def header_for(self, origin: Origin) -> str | None:
        """The Authorization header for a host with an entry; None where there is none.

        Only hosts that the user's own settings name are sent anything over http, or the default entry.
        """
        if self._entries is None or (origin.scheme != "https" and origin.host not in self._own_hosts):
            return None
        if origin.host not in self._entries.hosts and origin.host not in self._own_hosts:
            return None
        entry = self._entries.authenticators(origin.host)
        return basic_header(entry[0], entry[2]) if entry else None

    @cached_property
    def _entries(self) -> netrc.netrc | None:
        """The parsed file; None where there is none or it cannot be parsed, as with every other client."""
        for path in self._paths:
            try:
                return netrc.netrc(str(path))
            except FileNotFoundError:
                continue
            except (OSError, netrc.NetrcParseError, ValueError):
                return None
        return None


class Credentials:
    """All credentials of a scan; a URL of another origin gets none."""

    def __init__(self, credentials: Iterable[Credential] = (), netrc_file: Netrc | None = None) -> None:
        # The longest path first: it is the closest index. The sort is stable, so otherwise the first one counts.
        self._credentials = sorted(credentials, key=lambda credential: -len(credential.path))
        self._netrc = netrc_file

    def header_for(self, url: str) -> str | None:
        """The Authorization header for a request to ``url``, or None.

        Of several indexes of its origin, the one whose path the URL lies below counts. Files often lie elsewhere; for
        them any index of the origin counts.
        """
        origin = find_origin(url) if self._credentials or self._netrc else None
        if origin is None:
            return None
        path = urlsplit(url).path
        same_origin = [credential for credential in self._credentials if credential.origin == origin]
        below = [credential for credential in same_origin if path.startswith(credential.path)]
        own = next((credential.header for credential in (*below, *same_origin)), None)
        return self._netrc.header_for(origin) if own is None and self._netrc is not None else own


def collect_credentials(
    locations: Iterable[IndexLocation],
    *,
    environ: Mapping[str, str],
    home: Path,
    own_hosts: Collection[str],
    ask_keyring: Ask | None = None,
) -> Credentials:
    """The credentials of these indexes and pages of links, else what netrc has.

    A user without a password is looked up by ``ask_keyring``, if the user's own settings name the host.
    """
    found = []
    for location in locations:
        origin = find_origin(location.url)
        if origin is None or location.username is None:
            continue
        password = location.password
        if password is None and ask_keyring is not None and origin.host in own_hosts:
            password = ask_keyring(location.url, location.username) or ask_keyring(origin.host, location.username)
        header = basic_header(location.username, password)
        found.append(Credential(origin=origin, path=urlsplit(location.url).path, header=header))
    return Credentials(found, Netrc(environ, home, own_hosts))


def basic_header(username: str, password: str | None) -> str:
    """The Authorization header of a user; None stands for an empty password."""
    return "Basic " + base64.b64encode(f"{username}:{password or ''}".encode("utf-8", "surrogateescape")).decode()
