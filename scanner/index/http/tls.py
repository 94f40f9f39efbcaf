"""The certificates that connections are checked against."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from scanner.model.errors import SettingsError

_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def make_tls_context(cert: str | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    """A context that trusts ``cert`` (a file or folder), else what the usual variables name, else the system.

    Only a system without any certificates of its own falls back to the bundle of certifi.

    Raises:
        SettingsError: the named file or folder cannot be used.
    """
    if cert is not None:
        return _load(cert, "cert")
    for variable in _VARIABLES:
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
        raise SettingsError(None, key, f"«{path}» holds no certificates that can be read") from error


def _has_system_folder() -> bool:
    """Whether there is a folder of certificates, which OpenSSL looks into only when one is needed."""
    folder = ssl.get_default_verify_paths().capath
    return folder is not None and any(Path(folder).iterdir())


def _load_fallback(context: ssl.SSLContext) -> None:
    try:
        import certifi  # noqa: PLC0415 - hardly ever needed
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())
