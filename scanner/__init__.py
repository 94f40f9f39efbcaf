"""compat-scan: which Python dependencies run on Cloudflare Python Workers, and which need a container.

The Python API, which docs/api.md describes. What is heavy is imported at its first use: `import scanner` stays cheap.
"""

# ruff: noqa: PLC0415 - as above

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike
    from typing import Any

    from scanner.inputs.settings import Settings
    from scanner.model.errors import ScanError, SettingsError, SourceError, TableError
    from scanner.model.report import Report

    Paths = str | PathLike[str] | Iterable[str | PathLike[str]]
    AnySettings = Settings | Mapping[str, Any] | None

__version__ = "0.1.0"
__all__ = [
    "Report",
    "ScanError",
    "Settings",
    "SettingsError",
    "SourceError",
    "TableError",
    "__version__",
    "scan",
    "scan_async",
    "scan_text",
]

_MODULES = {"Report": "scanner.model.report", "Settings": "scanner.inputs.settings"} | dict.fromkeys(
    ("ScanError", "SettingsError", "SourceError", "TableError"), "scanner.model.errors"
)


def scan(paths: Paths = ".", settings: AnySettings = None, *, environ: Mapping[str, str] | None = None) -> Report:
    """The report on everything that files and folders require.

    ``settings`` None means those of the variables and the configuration files. A mapping overrides single ones, as
    options of the command line do: ``{"no_deps": True}``. A ``Settings`` is used as it is. ``environ`` None means the
    environment of this process.

    Raises:
        SettingsError: a setting, a variable or a configuration file cannot be used.
        SourceError: a path does not exist, or a comment that ignores findings cannot be used.
    """
    from os import PathLike, fspath

    from scanner.cli.surroundings import scan_paths

    named = [paths] if isinstance(paths, str | PathLike) else paths
    return scan_paths([fspath(path) for path in named], settings, environ)


async def scan_async(
    paths: Paths = ".", settings: AnySettings = None, *, environ: Mapping[str, str] | None = None
) -> Report:
    """The same in a thread, so that the event loop goes on meanwhile; a cancelled scan ends in the background."""
    import asyncio

    return await asyncio.to_thread(scan, paths, settings, environ=environ)


def scan_text(text: str, settings: AnySettings = None, *, environ: Mapping[str, str] | None = None) -> Report:
    """The report on the text of one dependency file, as if a file in the current folder held it.

    Its format is recognised by its content: a line such as ``httpx>=0.27`` is a requirements file. Its path in the
    report is ``-``.

    Raises:
        SettingsError: as for ``scan``.
        SourceError: a comment that ignores findings cannot be used.
    """
    from scanner.cli.surroundings import scan_paths

    return scan_paths(["-"], settings, environ, lambda: text.encode(errors="surrogatepass"))


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        from importlib import import_module

        return getattr(import_module(_MODULES[name]), name)
