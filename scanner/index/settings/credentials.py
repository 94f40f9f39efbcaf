"""User names and passwords, each bound to the origin of the index it was configured for."""

from __future__ import annotations

import base64
import netrc
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from scanner.index.http.urls import Origin, find_origin
from scanner.index.settings.location import IndexLocation


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """What one index is sent; nothing of it is shown by ``repr``."""

    origin: Origin
    path: str
    """The path of the index, which tells two indexes of one origin apart."""
    header: str = field(repr=False)
    """The value of the Authorization header."""


class Credentials:
    """All credentials of a scan; a URL of another origin gets none."""

    def __init__(self, credentials: Iterable[Credential] = ()) -> None:
        # The longest path first: it is the closest index. The sort is stable, so otherwise the first one counts.
        self._credentials = sorted(credentials, key=lambda credential: -len(credential.path))

    def header_for(self, url: str) -> str | None:
        """The Authorization header for a request to ``url``, or None.

        Of several indexes of its origin, the one whose path the URL lies below counts; files often lie elsewhere, and
        then any will do.
        """
        origin = find_origin(url) if self._credentials else None
        if origin is None:
            return None
        path = urlsplit(url).path
        same_origin = [credential for credential in self._credentials if credential.origin == origin]
        below = [credential for credential in same_origin if path.startswith(credential.path)]
        return next((credential.header for credential in (*below, *same_origin)), None)


def collect_credentials(locations: Iterable[IndexLocation], *, environ: Mapping[str, str], home: Path) -> Credentials:
    """The credentials of these indexes: from the URL or uv's variables, else from netrc (``NETRC`` or ~/.netrc)."""
    entries: netrc.netrc | None = None
    found = []
    for location in locations:
        origin = find_origin(location.url)
        if origin is None:
            continue
        username, password = location.username, location.password
        if username is None:
            entries = entries if entries is not None else _read_netrc(environ, home)
            username, password = _look_up(entries, origin)
        if username is not None:
            header = _basic(username, password or "")
            found.append(Credential(origin=origin, path=urlsplit(location.url).path, header=header))
    return Credentials(found)


def _basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode("utf-8", "surrogateescape")).decode()


def _look_up(entries: netrc.netrc | None, origin: Origin) -> tuple[str | None, str | None]:
    entry = entries.authenticators(origin.host) if entries else None
    return (entry[0], entry[2]) if entry else (None, None)


def _read_netrc(environ: Mapping[str, str], home: Path) -> netrc.netrc | None:
    """The parsed file; None where there is none or it cannot be parsed, as with every other client."""
    named = environ.get("NETRC")
    for path in [Path(named)] if named else [home / ".netrc", home / "_netrc"]:
        try:
            return netrc.netrc(str(path))
        except FileNotFoundError:
            continue
        except (OSError, netrc.NetrcParseError, ValueError):
            return None
    return None
