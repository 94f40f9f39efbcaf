"""What the environment says about connections: the proxy of a request, and the certificates that are trusted."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.model.errors import SettingsError
from scanner.model.urls import Origin, find_origin

_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxies:
    """The proxies by scheme ("http", "https", "all"), and the hosts that are reached without."""

    by_scheme: Mapping[str, str] = field(default_factory=dict, repr=False)
    """URLs, perhaps with credentials."""
    bypass: str = ""
    """As in NO_PROXY: host names, suffixes, addresses and networks, separated by commas; "*" means all."""

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

    The lower-case spelling goes first. In a CGI program HTTP_PROXY is a request header and is ignored.
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


def make_tls_context(cert: str | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    """A context that trusts ``cert`` (a file or folder), else what the usual variables name, else the system.

    Only a system without any certificates of its own falls back to the bundle of certifi.

    Raises:
        SettingsError: the named file or folder cannot be used.
    """
    if cert is not None:
        return _load(cert, "cert")
    for variable in _CERTIFICATE_VARIABLES:
        path = environ.get(variable)
        if path:
            return _load(path, variable)
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"] and not _has_system_folder():
        _load_fallback(context)
    return context


def _load(path: str, key: str) -> ssl.SSLContext:
    is_folder = Path(path).is_dir()
    try:
        return ssl.create_default_context(cafile=None if is_folder else path, capath=path if is_folder else None)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise SettingsError(None, key, f"{path} holds no certificates that can be read") from error


def _has_system_folder() -> bool:
    """Whether there is a folder of certificates, which OpenSSL looks into only when one is needed."""
    folder = ssl.get_default_verify_paths().capath
    return folder is not None and any(Path(folder).iterdir())


def _load_fallback(context: ssl.SSLContext) -> None:
    try:
        import certifi  # noqa: PLC0415 - rarely needed
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())
