"""Which proxy a request goes through, out of the usual variables."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.index.http.urls import Origin, find_origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxies:
    """The proxies by scheme («http», «https», «all»), and the hosts that are reached without."""

    by_scheme: Mapping[str, str] = field(default_factory=dict, repr=False)
    """URLs, perhaps with credentials."""
    bypass: str = ""
    """As in NO_PROXY: host names, suffixes, addresses and networks, separated by commas; «*» means all."""

    def find(self, url: str) -> str | None:
        """The proxy for a request to ``url``; None for a direct connection."""
        origin = find_origin(url)
        if origin is None:
            return None
        proxy = self.by_scheme.get(origin.scheme) or self.by_scheme.get("all")
        return None if proxy is None or self._is_bypassed(origin) else proxy

    def _is_bypassed(self, origin: Origin) -> bool:
        entries = [entry.strip().lower() for entry in self.bypass.split(",")]
        return any(_matches(origin, entry) for entry in entries if entry)


def _matches(origin: Origin, entry: str) -> bool:
    """Whether an entry of NO_PROXY covers the origin; a name covers all names below it."""
    name = entry.lstrip(".")
    if entry == "*" or origin.host == name or origin.host.endswith(f".{name}"):
        return True
    if name == f"{origin.host}:{origin.port}":
        return True
    try:
        return ipaddress.ip_address(origin.host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


def read_proxies(environ: Mapping[str, str], setting: str | None = None) -> Proxies:
    """The proxies in force: ``setting`` for everything where there is one, else HTTP_PROXY, HTTPS_PROXY and ALL_PROXY.

    The spelling in small letters goes first. In a CGI program HTTP_PROXY is a request header and not listened to.
    """
    bypass = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if setting:
        return Proxies(by_scheme={"all": _complete(setting)}, bypass=bypass)
    found = {}
    for scheme in ("http", "https", "all"):
        capitals = "" if scheme == "http" and "REQUEST_METHOD" in environ else environ.get(f"{scheme.upper()}_PROXY")
        value = environ.get(f"{scheme}_proxy") or capitals
        if value:
            found[scheme] = _complete(value)
    return Proxies(by_scheme=found, bypass=bypass)


def _complete(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"
